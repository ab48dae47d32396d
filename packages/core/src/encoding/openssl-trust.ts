import { contextConstructed, DerError, DerReader, tag } from './der.ts';

/**
 * `TRUSTED CERTIFICATE` blocks of OpenSSL (`openssl x509 -trustout`): the certificate, and behind it for what its owner
 * trusts it (X509_CERT_AUX: purposes that are trusted, purposes that are rejected, an alias, a key identifier).
 */

/** 1.3.6.1.5.5.7.3.x. */
const purposes = {
  clientAuth: [0x2b, 6, 1, 5, 5, 7, 3, 2],
  serverAuth: [0x2b, 6, 1, 5, 5, 7, 3, 1],
} as const;
/** 2.5.29.37.0. */
const anyPurpose = [0x55, 0x1d, 0x25, 0];

export type Purpose = keyof typeof purposes;

export type Trusted =
  | { readonly ok: true; readonly value: Uint8Array }
  /** @property detail words that follow a name. */
  | { readonly ok: false; readonly detail: string };

/**
 * The certificate of such a block, where what follows it leaves the purpose alone or trusts it: as OpenSSL decides it, a
 * purpose that is rejected, or is not among those that are trusted, is refused. Where nothing follows there is nothing to
 * ask. The certificate itself is read by its own reader.
 */
export function trustedCertificate(octets: Uint8Array, purpose: Purpose): Trusted {
  try {
    const reader = new DerReader(octets);
    reader.skip();
    const certificate = octets.subarray(0, reader.offset);
    if (reader.peek() === -1) return { ok: true, value: certificate };
    const { rejected, trusted } = readSettings(reader);
    const isMeant = (oid: string): boolean => oid === hexOf(purposes[purpose]) || oid === hexOf(anyPurpose);
    if (rejected?.some(isMeant)) return { ok: false, detail: `is rejected for ${purpose} ${inTheFile}` };
    if (trusted !== undefined && !trusted.some(isMeant)) {
      return { ok: false, detail: `is trusted for other purposes than ${purpose} ${inTheFile}` };
    }
    return { ok: true, value: certificate };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { ok: false, detail: 'is damaged: its TRUSTED CERTIFICATE block cannot be read' };
  }
}

const inTheFile =
  'by the settings of OpenSSL in its TRUSTED CERTIFICATE block: where that is not meant, write it without them with openssl x509 -in FILE -out cert.pem';

interface Settings {
  readonly trusted: readonly string[] | undefined;
  readonly rejected: readonly string[] | undefined;
}

function readSettings(reader: DerReader): Settings {
  const outer = reader.enter(tag.sequence);
  const trusted = readPurposes(reader, tag.sequence);
  const rejected = readPurposes(reader, contextConstructed(0));
  // Alias, key identifier, and algorithms that nobody reads.
  for (const expected of [tag.utf8String, tag.octetString, contextConstructed(1)]) {
    if (reader.peek() === expected) reader.skip();
  }
  reader.leave(outer);
  if (reader.peek() !== -1) throw new DerError('der_trailing_data');
  return { trusted, rejected };
}

/** `undefined` where there is no such field. One that is empty trusts nothing, as in OpenSSL. */
function readPurposes(reader: DerReader, expected: number): readonly string[] | undefined {
  if (reader.peek() !== expected) return undefined;
  const found: string[] = [];
  const outer = reader.enter(expected);
  while (reader.peek() !== -1) {
    const start = reader.readObjectIdentifier();
    found.push(hexOf(reader.bytes.subarray(start, reader.offset)));
  }
  reader.leave(outer);
  return found;
}

function hexOf(octets: Iterable<number>): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
