import { createHash } from 'node:crypto';
import { der as pkiDer } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { ProfileReader } from '../../../src/certificate/profile-reader.ts';
import {
  type CertIdHash,
  encodeCertId,
  issuerKeyHash,
  issuerNameHash,
  matchesCertId,
  readCertId,
} from '../../../src/revocation/ocsp/cert-id.ts';
import { authority, client, saying } from '../../path/certificates.ts';
import { certIdOf, issuer, subject } from './answers.ts';

const hashes: readonly CertIdHash[] = ['sha1', 'sha256', 'sha384', 'sha512'];

const read = (bytes: Uint8Array): ReturnType<typeof readCertId> => readCertId(new ProfileReader(bytes));
const digest = (name: string, bytes: Uint8Array): Buffer => createHash(name).update(bytes).digest();

describe('a CertID', () => {
  it.each(hashes)('with %s is written as another writer does, and read again', (hash) => {
    const written = encodeCertId(subject.certificate, issuer.certificate, hash);
    expect(written).toEqual(certIdOf(subject, issuer, hash));
    expect(read(written)).toEqual({
      hashAlgorithm: expect.any(String),
      issuerNameHash: new Uint8Array(digest(hash, issuer.certificate.subject.der)),
      issuerKeyHash: new Uint8Array(digest(hash, issuer.certificate.publicKey.key)),
      serialNumber: subject.certificate.serialNumber,
    });
  });

  it('hashes the name of the issuer as the certificate in question writes it', () => {
    const { certificate } = client('CN=other', { by: { name: 'CN=ISSUING', keyPair: issuer.keyPair } });
    expect(certificate.issuer.canonical).toBe(issuer.certificate.subject.canonical);
    expect(issuerNameHash(certificate, 'sha1')).toEqual(digest('sha1', certificate.issuer.der));
    expect(issuerNameHash(certificate, 'sha1')).not.toEqual(digest('sha1', issuer.certificate.subject.der));
  });

  it('hashes the key of the issuer without the count of unused bits', () => {
    const [, bits] = pkiDer.children(issuer.certificate.publicKey.der);
    const octets = pkiDer.contents(bits as Uint8Array).subarray(1);
    expect(issuerKeyHash(issuer.certificate, 'sha256')).toEqual(digest('sha256', octets));
  });

  it.each(['7F', '80', '00', '0123456789ABCDEF0123456789ABCDEF01234567'])(
    'keeps the serial number %s',
    (serialNumber) => {
      const certificate = saying(subject.certificate, { serialNumber });
      expect(read(encodeCertId(certificate, issuer.certificate, 'sha1')).serialNumber).toBe(serialNumber);
    },
  );

  it('may have a hash without parameters, but not with others', () => {
    const [, ...rest] = pkiDer.children(certIdOf());
    const sha1 = pkiDer.oid('1.3.14.3.2.26');
    const certId = (...algorithm: Uint8Array[]): Uint8Array => pkiDer.sequence(pkiDer.sequence(...algorithm), ...rest);
    expect(matchesCertId(read(certId(sha1)), subject.certificate, issuer.certificate)).toBe(true);
    expect(() => read(certId(sha1, pkiDer.integer(1)))).toThrow(/parameters/);
  });

  it('of an unknown hash is read with whatever parameters, and matches nothing', () => {
    const [, ...rest] = pkiDer.children(certIdOf());
    const md5 = pkiDer.sequence(pkiDer.oid('1.2.840.113549.2.5'), pkiDer.integer(1));
    const certId = read(pkiDer.sequence(md5, ...rest));
    expect(certId.hashAlgorithm).toBe('1.2.840.113549.2.5');
    expect(matchesCertId(certId, subject.certificate, issuer.certificate)).toBe(false);
  });

  it('has a serial number of any sign, as certificates have, and no fifth field', () => {
    const [algorithm, name, key, serial] = pkiDer.children(certIdOf()) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const withSerial = (...octets: number[]): string =>
      read(pkiDer.sequence(algorithm, name, key, pkiDer.integer(Uint8Array.from(octets)))).serialNumber;
    expect(withSerial(0x80)).toBe('-80');
    expect(withSerial(0, 0x80)).toBe('80');
    expect(() => withSerial(0, 0x7f)).toThrow(/redundant/);
    expect(() => read(pkiDer.sequence(algorithm, name, key, serial, serial))).toThrow(/Octets follow/);
  });
});

describe('a CertID matches a certificate', () => {
  it.each(hashes)('by %s, whichever the request had', (hash) => {
    expect(matchesCertId(read(certIdOf(subject, issuer, hash)), subject.certificate, issuer.certificate)).toBe(true);
  });

  it('only of the same serial number', () => {
    const other = client('CN=other', { by: issuer });
    expect(matchesCertId(read(certIdOf(other)), subject.certificate, issuer.certificate)).toBe(false);
  });

  it('only of an issuer of the same name', () => {
    const certId = read(certIdOf());
    const renamed = saying(subject.certificate, { issuer: subject.certificate.subject });
    expect(matchesCertId(certId, renamed, issuer.certificate)).toBe(false);
  });

  it('only of an issuer with the same key', () => {
    const rekeyed = authority('CN=Issuing', { keyPair: subject.keyPair });
    expect(matchesCertId(read(certIdOf()), subject.certificate, rekeyed.certificate)).toBe(false);
  });
});
