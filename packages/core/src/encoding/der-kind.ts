/**
 * What the octets of a file are, as far as their first elements tell. They may be BER with indefinite lengths, as Java
 * and Windows write PKCS #12 and PKCS #7. Nothing is believed of it: it is for the words of a refusal alone.
 */
export type DerKind =
  | 'certificate'
  | 'list'
  | 'request'
  | 'key'
  | 'encryptedKey'
  | 'publicKey'
  | 'pkcs7'
  | 'pkcs12'
  | 'ocspResponse';

const sequence = 0x30;
const integer = 0x02;
const bitString = 0x03;
const octetString = 0x04;
const objectIdentifier = 0x06;
const enumerated = 0x0a;
const version = 0xa0;

export function derKindOf(octets: Uint8Array): DerKind | undefined {
  const outer = elementAt(octets, 0);
  if (outer?.tag !== sequence) return undefined;
  const first = elementAt(octets, outer.content);
  if (first === undefined) return undefined;
  const second = elementAt(octets, first.end);
  switch (first.tag) {
    case enumerated:
      return 'ocspResponse';
    case objectIdentifier:
      // ContentInfo of PKCS #7 and CMS: 1.2.840.113549.1.7.x.
      return hexOf(octets, first).startsWith('2a864886f70d0107') ? 'pkcs7' : undefined;
    case integer:
      return byVersion(octets, first, second);
    case sequence:
      return bySequence(octets, first, second);
    default:
      return undefined;
  }
}

/** PFX (RFC 7292), PrivateKeyInfo (RFC 5208), ECPrivateKey (RFC 5915), RSAPrivateKey and RSAPublicKey (RFC 8017). */
function byVersion(octets: Uint8Array, first: Element, second: Element | undefined): DerKind | undefined {
  if (hexOf(octets, first) === '03' && second?.tag === sequence) return 'pkcs12';
  if (second?.tag === sequence || second?.tag === octetString) return 'key';
  if (second?.tag !== integer) return undefined;
  return hexOf(octets, first) === '00' ? 'key' : 'publicKey';
}

/** What begins with an algorithm, and what is signed. */
function bySequence(octets: Uint8Array, first: Element, second: Element | undefined): DerKind | undefined {
  const inner = elementAt(octets, first.content);
  if (inner?.tag === objectIdentifier) {
    if (second?.tag === octetString) return 'encryptedKey';
    return second?.tag === bitString ? 'publicKey' : undefined;
  }
  if (second?.tag !== sequence || inner === undefined) return undefined;
  if (inner.tag === version) return 'certificate';
  const third = elementAt(octets, inner.end);
  // A list of version 1 begins with its algorithm; one of version 2 and a certificate of version 1 with an INTEGER. In a
  // certificate four sequences follow, in a list a time is the third element behind the version.
  if (inner.tag === sequence) return 'list';
  if (inner.tag !== integer || third?.tag !== sequence) return undefined;
  const fourth = elementAt(octets, third.end);
  if (fourth?.tag !== sequence) return undefined;
  const fifth = elementAt(octets, fourth.end);
  if (fifth?.tag === 0x17 || fifth?.tag === 0x18) return 'list';
  return fifth?.tag === version ? 'request' : 'certificate';
}

interface Element {
  readonly tag: number;
  readonly content: number;
  readonly end: number;
}

/** Of an indefinite length the end is unknown, and what follows it with it. */
function elementAt(octets: Uint8Array, at: number): Element | undefined {
  const tag = octets[at];
  const length = octets[at + 1];
  if (tag === undefined || length === undefined) return undefined;
  if (length < 0x80) return { tag, content: at + 2, end: at + 2 + length };
  if (length === 0x80) return { tag, content: at + 2, end: octets.length };
  const content = at + 2 + (length & 0x7f);
  if (length > 0x84 || content > octets.length) return undefined;
  return { tag, content, end: content + octets.subarray(at + 2, content).reduce((sum, octet) => sum * 256 + octet, 0) };
}

function hexOf(octets: Uint8Array, { content, end }: Element): string {
  return Array.from(octets.subarray(content, Math.min(end, content + 16)), (octet) =>
    octet.toString(16).padStart(2, '0'),
  ).join('');
}
