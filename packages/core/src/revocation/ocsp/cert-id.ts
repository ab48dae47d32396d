import { hash } from 'node:crypto';
import { checkParameters } from '../../certificate/algorithm.ts';
import type { Certificate } from '../../certificate/model.ts';
import { type DerReader, tag } from '../../encoding/der.ts';
import { derElement, derObjectIdentifier } from '../../encoding/der-writer.ts';
import { objectIdentifierText } from '../../encoding/object-identifier.ts';
import {
  serialIntegerOctets,
  serialNumberText,
  serialOctetsText,
  serialReadAsSigned,
} from '../../encoding/serial-number.ts';

/** What an OCSP request asks about: a certificate by its issuer and serial number (RFC 6960 4.1.1). */
export type OcspSubject = Pick<Certificate, 'serialNumber' | 'issuer' | 'notBeforeMs'>;

/** `CertID` as it was read. */
export interface CertId {
  /** Dotted object identifier. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Upper-case hex as `Certificate.serialNumber`. */
  readonly serialNumber: string;
}

export type CertIdHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/**
 * The hashes of CertIDs. SHA-1 is no weakness here (RFC 6960 4.3 requires it): the name and the key that it stands for
 * were both verified, and whoever answers is authorized by that very key.
 */
const hashOids: Readonly<Record<CertIdHash, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

const hashByOid: ReadonlyMap<string, CertIdHash> = new Map(
  Object.entries(hashOids).map(([name, oid]) => [oid, name as CertIdHash]),
);

/**
 * "issuerNameHash [...] shall be calculated over the DER encoding of the issuer's name field in the certificate being
 * checked", which may be another encoding than that in the issuer's own certificate.
 */
export function issuerNameHash({ issuer }: OcspSubject, name: CertIdHash): Uint8Array {
  return hash(name, issuer.der, 'buffer');
}

/** "issuerKeyHash [...] over the value (excluding tag and length) of the subject public key field." */
export function issuerKeyHash({ publicKey }: Certificate, name: CertIdHash): Uint8Array {
  return hash(name, publicKey.key, 'buffer');
}

/** The DER of the `CertID` of a certificate. */
export function encodeCertId(subject: OcspSubject, issuer: Certificate, name: CertIdHash): Uint8Array {
  return derElement(
    tag.sequence,
    derElement(tag.sequence, derObjectIdentifier(hashOids[name]), derElement(tag.null)),
    derElement(tag.octetString, issuerNameHash(subject, name)),
    derElement(tag.octetString, issuerKeyHash(issuer, name)),
    derElement(tag.integer, serialIntegerOctets(subject.serialNumber)),
  );
}

/** Consumes a `CertID`. */
export function readCertId(reader: DerReader): CertId {
  const outer = reader.enter(tag.sequence);
  const algorithm = reader.enter(tag.sequence);
  const oidStart = reader.readObjectIdentifier();
  const hashAlgorithm = objectIdentifierText(reader.bytes, oidStart, reader.offset);
  // RFC 5754 section 2: the parameters of a hash are absent, and NULL ones are accepted. Others of unknown hashes may be.
  checkParameters(reader, hashByOid.has(hashAlgorithm) ? 'null-or-absent' : 'any');
  reader.leave(algorithm);
  const nameHash = reader.bytes.subarray(reader.readContent(tag.octetString), reader.offset);
  const keyHash = reader.bytes.subarray(reader.readContent(tag.octetString), reader.offset);
  const serialStart = reader.readInteger();
  const serialNumber = serialNumberText(reader.bytes, serialStart, reader.offset);
  reader.leave(outer);
  return Object.freeze({ hashAlgorithm, issuerNameHash: nameHash, issuerKeyHash: keyHash, serialNumber });
}

/**
 * RFC 6960 3.2 (1): "The certificate identified in a received response corresponds to the certificate that was identified
 * in the corresponding request." It may be identified by another hash than the one asked with, so that both hashes are
 * computed again; by an unknown one it is not identified.
 */
export function matchesCertId(certId: CertId, subject: OcspSubject, issuer: Certificate): boolean {
  return certId.serialNumber === subject.serialNumber && isOfIssuer(certId, subject, issuer);
}

/**
 * The same, or of the serial number that has the same octets but for the zero which keeps one positive. Only whom an answer
 * revokes is looked for so: a responder that reads serial numbers as unsigned says 255 of the certificate -1.
 */
export function matchesOctetsOf(certId: CertId, subject: OcspSubject, issuer: Certificate): boolean {
  return (
    (serialOctetsText(certId.serialNumber) === serialOctetsText(subject.serialNumber) ||
      certId.serialNumber === serialReadAsSigned(subject.serialNumber)) &&
    isOfIssuer(certId, subject, issuer)
  );
}

function isOfIssuer(certId: CertId, subject: OcspSubject, issuer: Certificate): boolean {
  const name = hashByOid.get(certId.hashAlgorithm);
  return (
    name !== undefined &&
    Buffer.compare(certId.issuerNameHash, issuerNameHash(subject, name)) === 0 &&
    Buffer.compare(certId.issuerKeyHash, issuerKeyHash(issuer, name)) === 0
  );
}
