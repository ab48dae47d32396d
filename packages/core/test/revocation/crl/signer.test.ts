import { extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { findSigner, isExpectedSigner } from '../../../src/revocation/crl/signer.ts';
import { authority, type Entity, keyOf, oid } from '../../path/certificates.ts';
import { list, policy } from './lists.ts';

const name = 'CN=Issuer';
const withKey = (owner: string, more: object = {}): Entity => authority(name, { keyPair: keyOf(owner), ...more });
const [old, current] = [withKey('old'), withKey('current')];
const crl = list(current);

const found = (...candidates: readonly Entity[]) =>
  findSigner(
    crl,
    candidates.map(({ certificate }) => certificate),
    policy,
  );

describe('the signer of a list (RFC 5280 6.3.3 (f) and (g))', () => {
  it('is the certificate with the name of its issuer and the key of its signature', () => {
    expect(found(old, current)).toBe(current.certificate);
    expect(found(old)).toBeUndefined();
    expect(found()).toBeUndefined();
  });

  it('has the name of the issuer of the list', () => {
    expect(found(authority('CN=Other', { keyPair: keyOf('current') }))).toBeUndefined();
  });

  it('must be allowed to sign lists where its key usage limits it', () => {
    const limitedTo = (...usages: readonly ('keyCertSign' | 'cRLSign')[]) =>
      withKey('current', { extensions: [extension.keyUsage(usages)] });
    expect(found(limitedTo('keyCertSign'))).toBeUndefined();
    const [forLists, unlimited] = [limitedTo('cRLSign'), withKey('current', { without: [oid.keyUsage] })];
    expect(found(forLists)).toBe(forLists.certificate);
    expect(found(unlimited)).toBe(unlimited.certificate);
  });

  it('needs no key identifier, and may have another than the list says', () => {
    const anonymous = withKey('current', { without: [oid.subjectKeyIdentifier] });
    const misnamed = withKey('current', { extensions: [extension.subjectKeyIdentifier(Uint8Array.of(1))] });
    expect(found(anonymous)).toBe(anonymous.certificate);
    expect(found(misnamed)).toBe(misnamed.certificate);
  });

  it('is sought first among those with the key identifier of the list', () => {
    const misnamed = withKey('current', { extensions: [extension.subjectKeyIdentifier(Uint8Array.of(1))] });
    expect(found(misnamed, current)).toBe(current.certificate);
  });
});

describe('who would have to be the signer', () => {
  it.each([
    [true, crl, current],
    [false, crl, old],
    [true, crl, withKey('old', { without: [oid.subjectKeyIdentifier] })],
    [true, list(current, { keyIdentifier: null }), old],
    [false, list(current, { keyIdentifier: null }), authority('CN=Other')],
  ])('is told by name and key identifier: %s, case %#', (answer, one, { certificate }) => {
    expect(isExpectedSigner(one, certificate)).toBe(answer);
  });
});
