import { Buffer } from 'node:buffer';

/**
 * Strict base64 and base64url (RFC 4648): one text for one value. Node's decoder skips what it does not know and drops
 * stray bits; encoding the result again and comparing shows whether it did.
 */

/** Base64 with its padding (section 4), or `undefined` when the text is not the canonical one of any octets. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return canonical(text, 'base64');
}

/** Base64url without padding (section 5), or `undefined` when the text is not the canonical one of any octets. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  return canonical(text, 'base64url');
}

function canonical(text: string, alphabet: 'base64' | 'base64url'): Uint8Array | undefined {
  const decoded = Buffer.from(text, alphabet);
  // A copy: small Buffers share one pooled allocation, which would keep foreign bytes reachable.
  return decoded.toString(alphabet) === text ? new Uint8Array(decoded) : undefined;
}

/** Base64 with its padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/** Base64url without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return view(bytes).toString('base64url');
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
