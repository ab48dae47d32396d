import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from '../core.ts';
import { mutateText } from '../mutation/text.ts';
import { ensure, type Target, text } from '../target.ts';
import type { World } from '../world.ts';

interface Base64Result {
  readonly base64: Uint8Array | undefined;
  readonly base64url: Uint8Array | undefined;
}

/** Both alphabets (RFC 4648 sections 4 and 5), against a decoder that counts bits. */
export function base64Target({ certificates }: World): Target<string, Base64Result> {
  return {
    name: 'base64',
    seeds: [
      ...['', 'Zg==', 'Zm8=', 'Zm9v', 'Zg', 'Zm8', '+/+/', '-_-_', 'Zh==', 'Zm9=', '====', 'Zg=', 'Zm9v\n', ' Zm9v'],
      ...certificates.slice(0, 4).map(encodeBase64),
      ...certificates.slice(0, 4).map(encodeBase64Url),
    ],
    mutate: (input, random, other) => mutateText(input, random, other, pieces),
    run: (input) => ({ base64: decodeBase64(input), base64url: decodeBase64Url(input) }),
    judge(input, { base64, base64url }) {
      judge(input, base64, decode(input, standard, true), encodeBase64);
      judge(input, base64url, decode(input, urlSafe, false), encodeBase64Url);
      return `${base64 === undefined ? 'refused' : 'accepted'} ${base64url === undefined ? 'refused' : 'accepted'}`;
    },
    ...text,
  };
}

const pieces = ['=', '==', '===', '\n', '\r\n', ' ', '\0', '+', '/', '-', '_', 'A', '%2B', 'Zg==', '\u00c1', '\u0141'];

function judge(
  input: string,
  ours: Uint8Array | undefined,
  theirs: string | undefined,
  encode: (bytes: Uint8Array) => string,
): void {
  const decoded = ours && Buffer.from(ours).toString('hex');
  ensure(
    decoded === theirs,
    'the two decoders of base64 disagree',
    () => `${JSON.stringify(input)}: ${decoded}, ${theirs}`,
  );
  if (ours !== undefined)
    ensure(encode(ours) === input, 'base64 is not encoded as it was', () => JSON.stringify(input));
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const standard = `${letters}+/`;
const urlSafe = `${letters}-_`;

/** The canonical decoding in hex: stray bits are zero, padding is complete or there is none. */
function decode(input: string, alphabet: string, isPadded: boolean): string | undefined {
  const body = isPadded ? input.replace(/={1,2}$/, '') : input;
  if (isPadded && (input.length % 4 !== 0 || input.length - body.length !== (4 - (body.length % 4)) % 4))
    return undefined;
  let bits = '';
  for (const character of body) {
    const value = alphabet.indexOf(character);
    if (value === -1) return undefined;
    bits += value.toString(2).padStart(6, '0');
  }
  const whole = bits.length - (bits.length % 8);
  if (bits.length - whole >= 6 || /1/.test(bits.slice(whole))) return undefined;
  return (bits.slice(0, whole).match(/.{8}/g) ?? [])
    .map((octet) => Number.parseInt(octet, 2).toString(16).padStart(2, '0'))
    .join('');
}
