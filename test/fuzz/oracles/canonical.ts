/**
 * The DER of what some octets say, written without a look at core: read leniently into values, then encoded by the
 * rules of X.690. Octets are DER exactly when the result is equal to them. `levels` of elements inside the outermost one
 * are looked at, and no more allowed.
 */
export function isDer(bytes: Uint8Array, levels: number = 64): boolean {
  const found = reencode(bytes, 0, bytes.length, levels);
  return found !== undefined && found.end === bytes.length && Buffer.compare(found.der, bytes) === 0;
}

interface Reencoded {
  readonly der: Uint8Array;
  readonly end: number;
}

function reencode(bytes: Uint8Array, at: number, limit: number, levels: number): Reencoded | undefined {
  const identifier = bytes[at];
  const first = bytes[at + 1];
  if (at + 2 > limit || identifier === undefined || first === undefined || levels < 0) return undefined;
  const octets = first < 0x80 ? 0 : first - 0x80;
  // The indefinite form, and more than the length of any input needs.
  if (first === 0x80 || octets > 6 || at + 2 + octets > limit) return undefined;
  const said = Buffer.from(bytes.subarray(at + 2, at + 2 + octets)).toString('hex');
  const length = octets === 0 ? first : Number.parseInt(said, 16);
  const start = at + 2 + octets;
  const end = start + length;
  if (end > limit) return undefined;
  const content = contentOf(bytes, identifier, start, end, levels);
  return content === undefined ? undefined : { der: element(identifier, content), end };
}

function contentOf(
  bytes: Uint8Array,
  identifier: number,
  start: number,
  end: number,
  levels: number,
): Uint8Array | undefined {
  const number = identifier & 0x1f;
  if (number === 0x1f) return undefined;
  if ((identifier & 0x20) !== 0) {
    // X.690 10.2 leaves SEQUENCE and SET as the only constructed types of the universal class.
    if (identifier < 0x40 && number !== 0x10 && number !== 0x11) return undefined;
    const parts: Uint8Array[] = [];
    for (let at = start; at < end; ) {
      const part = reencode(bytes, at, end, levels - 1);
      if (part === undefined) return undefined;
      parts.push(part.der);
      at = part.end;
    }
    return Buffer.concat(parts);
  }
  if (identifier >= 0x40) return bytes.subarray(start, end);
  return primitiveContent(number, Buffer.from(bytes.subarray(start, end)));
}

function primitiveContent(number: number, content: Buffer): Uint8Array | undefined {
  switch (number) {
    case 0x00:
    case 0x10:
    case 0x11:
      return undefined;
    case 0x01:
      return content.length === 1 ? Uint8Array.of(content[0] === 0 ? 0x00 : 0xff) : undefined;
    case 0x02:
    case 0x0a:
      return content.length === 0 ? undefined : twosComplement(BigInt.asIntN(content.length * 8, unsigned(content)));
    case 0x03:
      return bitString(content);
    case 0x05:
      return new Uint8Array();
    case 0x06:
      return objectIdentifier(content);
    default:
      return content;
  }
}

function unsigned(content: Buffer): bigint {
  return BigInt(`0x0${content.toString('hex')}`);
}

function twosComplement(value: bigint): Uint8Array {
  let octets = 1;
  while (BigInt.asIntN(octets * 8, value) !== value) octets += 1;
  const text = BigInt.asUintN(octets * 8, value)
    .toString(16)
    .padStart(octets * 2, '0');
  return Buffer.from(text, 'hex');
}

function bitString(content: Buffer): Uint8Array | undefined {
  const [unused] = content;
  if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0)) return undefined;
  const bits = (unsigned(content.subarray(1)) >> BigInt(unused)) << BigInt(unused);
  const text = bits.toString(16).padStart((content.length - 1) * 2, '0');
  return Buffer.concat([Uint8Array.of(unused), Buffer.from(content.length === 1 ? '' : text, 'hex')]);
}

function objectIdentifier(content: Buffer): Uint8Array | undefined {
  const arcs: bigint[] = [];
  let arc = 0n;
  let isOpen = true;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    isOpen = octet >= 0x80;
    if (isOpen) continue;
    arcs.push(arc);
    arc = 0n;
  }
  // The widest arc in use is the 128-bit one of a UUID, in 19 octets (X.667).
  if (isOpen || arcs.some((one) => one >> 133n !== 0n)) return undefined;
  return Uint8Array.from(arcs.flatMap(base128));
}

function base128(arc: bigint): number[] {
  const groups = [Number(arc & 0x7fn)];
  for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
  return groups;
}

function element(identifier: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const hex = length.toString(16);
  const octets = length < 0x80 ? [length] : [...Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')];
  return Buffer.concat([
    Uint8Array.of(identifier, ...(length < 0x80 ? [] : [0x80 | octets.length]), ...octets),
    content,
  ]);
}
