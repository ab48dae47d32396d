/** `CertID` (RFC 6960 4.1.1): a certificate by its issuer and serial number. */
import { createHash } from 'node:crypto';
import * as der from './der.ts';
import { serialFromOctets, serialFromText } from './serial-number.ts';

const certIdHashes = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

/** Whose certificates they are. */
export interface OcspIssuer {
  /** DER of the issuer's name. */
  readonly issuerName: Uint8Array;
  /** DER of the issuer's SubjectPublicKeyInfo. */
  readonly issuerSpki: Uint8Array;
}

export interface OcspCertIdInput extends OcspIssuer {
  /** A number, or upper-case hex as `IssuedCertificate.serialNumber`. */
  readonly serialNumber: bigint | string;
  /** Default SHA-1. */
  readonly hash?: keyof typeof certIdHashes;
}

/** The DER of a `CertID`. */
export function encodeOcspCertId({ issuerName, issuerSpki, serialNumber, hash = 'sha1' }: OcspCertIdInput): Uint8Array {
  return der.sequence(
    der.sequence(der.oid(certIdHashes[hash]), der.nullValue()),
    der.octetString(createHash(hash).update(issuerName).digest()),
    der.octetString(createHash(hash).update(publicKeyBits(issuerSpki)).digest()),
    der.integer(typeof serialNumber === 'string' ? serialFromText(serialNumber) : serialNumber),
  );
}

/** The serial number of a `CertID`, or `undefined` when it is of another issuer. */
export function serialNumberOfCertId(certId: Uint8Array, issuer: OcspIssuer): bigint | undefined {
  const [algorithm, nameHash, keyHash, serial] = der.children(certId);
  if (!algorithm || !nameHash || !keyHash || !serial) throw new TypeError('not a CertID');
  const serialNumber = serialFromOctets(der.contents(serial));
  const isOfIssuer = (Object.keys(certIdHashes) as (keyof typeof certIdHashes)[]).some((hash) => {
    const written = der.children(encodeOcspCertId({ ...issuer, serialNumber, hash })) as readonly Uint8Array[];
    // The parameters of the hash may be left out.
    const oids = [written[0] as Uint8Array, algorithm].map((one) => der.children(one)[0] as Uint8Array);
    return isSame(oids[0], oids[1]) && isSame(written[1], nameHash) && isSame(written[2], keyHash);
  });
  return isOfIssuer ? serialNumber : undefined;
}

function isSame(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  return left !== undefined && right !== undefined && Buffer.compare(left, right) === 0;
}

function publicKeyBits(spki: Uint8Array): Uint8Array {
  const [, bits] = der.children(spki);
  if (bits === undefined) throw new TypeError('not a SubjectPublicKeyInfo');
  return der.contents(bits).subarray(1);
}
