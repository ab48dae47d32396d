import type { Random } from '../random.ts';

const telling = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x1f, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0,
  0xa3, 0xff,
];

/** Changes octets without knowing what they mean. */
export function mutateOctets(input: Uint8Array, random: Random, other: () => Uint8Array): Uint8Array {
  let bytes = Uint8Array.from(input);
  for (let left = random.steps(); left > 0; left--) bytes = step(bytes, random, other);
  return bytes;
}

function step(bytes: Uint8Array<ArrayBuffer>, random: Random, other: () => Uint8Array): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(random.oneIn(4) ? 64 : 4);
  switch (random.below(8)) {
    case 0:
      return replace(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
    case 1:
      return replace(bytes, at, 1, Uint8Array.of(random.pick(telling)));
    case 2:
      return replace(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) + (random.oneIn(2) ? 1 : -1)));
    case 3:
      return replace(bytes, at, length, new Uint8Array());
    case 4:
      return replace(bytes, at, 0, random.bytes(length));
    case 5:
      return replace(bytes, at, 0, bytes.subarray(at, at + length));
    case 6: {
      const donor = other();
      const from = random.below(donor.length + 1);
      return replace(bytes, at, random.oneIn(2) ? length : 0, donor.subarray(from, from + length));
    }
    default:
      return random.oneIn(2) ? bytes.slice(0, at) : replace(bytes, bytes.length, 0, random.bytes(length));
  }
}

export function replace(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]));
}
