import { verify } from 'node:crypto';
import {
  der,
  encodeOcspCertId,
  type ForgeOcspOptions,
  forgeOcspResponse,
  generateKeyPair,
  type KeyPair,
  type OcspStatusInput,
} from '@peercert/pki';
import { beforeAll, describe, expect, it } from 'vitest';

let signer: KeyPair;
const certId = der.sequence();
const producedAt = new Date(Date.UTC(2026, 0, 15, 12));
const time = der.generalizedTime('20260115120000Z');

beforeAll(async () => {
  signer = await generateKeyPair();
});

const forge = (changes: Partial<ForgeOcspOptions> = {}): Uint8Array =>
  forgeOcspResponse({ signer, producedAt, responses: [], ...changes });

/** What the OCTET STRING of a response holds: ResponseData, algorithm, signature, certificates. */
function basicOf(changes: Partial<ForgeOcspOptions> = {}): readonly Uint8Array[] {
  const [, bytes] = der.children(forge(changes));
  const [, octets] = der.children(der.contents(bytes as Uint8Array));
  return der.children(der.contents(octets as Uint8Array));
}

const dataOf = (changes: Partial<ForgeOcspOptions> = {}): readonly Uint8Array[] =>
  der.children(basicOf(changes)[0] as Uint8Array);

const certStatusOf = (status: OcspStatusInput): Uint8Array | undefined => {
  const list = dataOf({ responses: [{ certId, status, thisUpdate: producedAt }] })[2] as Uint8Array;
  return der.children(der.children(list)[0] as Uint8Array)[1];
};

describe('a forged OCSP response', () => {
  it('is signed over its ResponseData', () => {
    const [data, , signature] = basicOf() as [Uint8Array, Uint8Array, Uint8Array];
    expect(verify('sha256', data, signer.publicKey, der.contents(signature).subarray(1))).toBe(true);
  });

  it('says each status', () => {
    expect(certStatusOf('good')).toEqual(der.primitive(0));
    expect(certStatusOf('unknown')).toEqual(der.primitive(2));
    expect(certStatusOf({ revocationDate: producedAt })).toEqual(der.constructed(1, time));
    expect(certStatusOf({ revocationDate: producedAt, reason: 'aACompromise' })).toEqual(
      der.constructed(1, time, der.constructed(0, der.enumerated(10))),
    );
    expect(certStatusOf(der.nullValue())).toEqual(der.nullValue());
  });

  it('has each part as given', () => {
    expect(dataOf({ version: 3 })[0]).toEqual(der.constructed(0, der.integer(3)));
    expect(dataOf({ responderId: { name: 'CN=a' } })[0]?.[0]).toBe(0xa1);
    expect(dataOf({ responderId: der.nullValue() })[0]).toEqual(der.nullValue());
    expect(dataOf({ producedAt: der.nullValue() })[1]).toEqual(der.nullValue());
    expect(dataOf({ producedAt: '2026' })[1]).toEqual(der.generalizedTime('2026'));
    expect(dataOf({ editTbs: () => [certId] })).toEqual([certId]);
    expect(basicOf({ algorithm: certId })[1]).toEqual(certId);
    expect(basicOf({ editSignature: () => new Uint8Array() })[2]).toEqual(der.bitString(new Uint8Array()));
    expect(basicOf({ certificates: [certId] })[3]).toEqual(der.constructed(0, der.sequence(certId)));
    expect(basicOf()).toHaveLength(3);
  });

  it('can be an error, and one with an answer', () => {
    expect(forge({ responseStatus: 6 })).toEqual(der.sequence(der.enumerated(6)));
    expect(forge({ responseStatus: 6, responseBytes: certId })).toEqual(der.sequence(der.enumerated(6), certId));
    expect(forge({ responseBytes: null, trailing: Uint8Array.of(1) })).toEqual(
      der.concat(der.sequence(der.enumerated(0)), Uint8Array.of(1)),
    );
  });
});

describe('a CertID', () => {
  it('takes its serial number as text or as a number', () => {
    const issuer = { issuerName: certId, issuerSpki: signer.publicKey.export({ type: 'spki', format: 'der' }) };
    expect(encodeOcspCertId({ ...issuer, serialNumber: '0A' })).toEqual(
      encodeOcspCertId({ ...issuer, serialNumber: 10n }),
    );
  });

  it('needs the key of an issuer', () => {
    expect(() => encodeOcspCertId({ issuerName: certId, issuerSpki: certId, serialNumber: 1n })).toThrow(
      new TypeError('not a SubjectPublicKeyInfo'),
    );
  });
});
