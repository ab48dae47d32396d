import { extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../../src/certificate/model.ts';
import { CertificateIndex } from '../../../src/path/certificate-index.ts';
import type { TrustSnapshot } from '../../../src/path/trust-store.ts';
import type { VerifiedPath } from '../../../src/path/verified-path.ts';
import { type CrlIssuerSettings, crlIssuersUnder } from '../../../src/revocation/crl-issuers.ts';
import { authority, client, type Entity, keyOf, now, settings, trusting, verify } from '../../path/certificates.ts';

const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
const leaf = client('CN=leaf', { by: issuing });
/** The same authority with another key. */
const renewed = authority('CN=Issuing', { by: root, keyPair: keyOf('renewed') });
const impostor = authority('CN=Issuing', { by: authority('CN=Elsewhere'), keyPair: keyOf('impostor') });
/** An authority that nobody knows until a client presents it, and who lists for it. */
const own = authority('CN=Own', { by: root });
const lister = authority('CN=Lists', { by: own });
const minute = 60_000;

const fresh = (): TrustSnapshot => trusting(root, { intermediates: [issuing] });

function pathUnder(trust: TrustSnapshot, one: Entity = leaf, others: readonly Entity[] = []): VerifiedPath {
  const verified = verify(one, others, trust);
  if (!verified.ok) throw new Error('no path');
  return verified.value;
}

const among = (...configured: readonly Entity[]): CrlIssuerSettings => ({
  configured: new CertificateIndex(configured.map(({ certificate }) => certificate)),
  settings,
  isRevoked: () => false,
});

function issuersOf(
  name: Entity,
  options: CrlIssuerSettings = among(),
  trust: TrustSnapshot = fresh(),
  nowMs: number = now,
): readonly Certificate[] {
  const found = crlIssuersUnder(pathUnder(trust), trust, options, nowMs)(name.certificate.subject);
  if (found instanceof Promise) throw new Error('not known at once');
  return found;
}

const certificates = (...entities: readonly Entity[]): readonly Certificate[] =>
  entities.map(({ certificate }) => certificate);

/** Compared by what they are. */
const thumbprints = (ones: readonly Certificate[]): readonly string[] => ones.map(({ thumbprint }) => thumbprint);

describe('issuers of lists', () => {
  it('are the authorities of the path, each by its own name and once', () => {
    expect(thumbprints(issuersOf(issuing))).toEqual(thumbprints(certificates(issuing)));
    expect(thumbprints(issuersOf(root))).toEqual(thumbprints(certificates(root)));
    expect(issuersOf(own)).toEqual([]);
  });

  it('are never the leaf', () => {
    expect(issuersOf(leaf)).toEqual([]);
  });

  it('are known of no path whose anchor is not known', () => {
    const trust = fresh();
    const delegated = { ...pathUnder(trust), anchor: undefined };
    expect(crlIssuersUnder(delegated, trust, among(renewed), now)(issuing.certificate.subject)).toEqual([]);
  });

  it('are configured ones of that name whose own path ends at the same anchor', () => {
    const found = issuersOf(issuing, among(issuing, impostor, renewed, lister));
    expect(thumbprints(found)).toEqual(thumbprints(certificates(issuing, renewed)));
  });

  it('may have a path by others that are configured', () => {
    expect(thumbprints(issuersOf(lister, among(lister, own)))).toEqual(thumbprints(certificates(lister)));
    expect(issuersOf(lister, among(lister))).toEqual([]);
  });

  it('may be certified for whatever purpose', () => {
    const odd = authority('CN=Odd', { by: root, extensions: [extension.extendedKeyUsage(['serverAuth'])] });
    expect(issuersOf(odd, among(odd))).toHaveLength(1);
  });

  it('are asked about before they count', () => {
    const asked: string[] = [];
    const isRevoked: CrlIssuerSettings['isRevoked'] = (candidate, issuer) => {
      asked.push(`${candidate.subject} by ${issuer.subject}`);
      return candidate.subject.canonical === lister.certificate.subject.canonical;
    };
    const options = { ...among(lister, own, renewed), isRevoked };
    expect(issuersOf(lister, options)).toEqual([]);
    expect(issuersOf(issuing, options)).toHaveLength(2);
    expect(asked).toEqual(['CN=Lists by CN=Own', 'CN=Issuing by CN=Root']);
  });

  it('without a path are looked at again after a minute, when one may have come', () => {
    const trust = fresh();
    const listers = (laterMs: number): number => issuersOf(lister, among(lister), trust, now + laterMs).length;
    expect(listers(0)).toBe(0);
    pathUnder(trust, client('CN=its client', { by: own }), [own]);
    expect(listers(1)).toBe(0);
    expect(issuersOf(issuing, among(renewed), trust)).toHaveLength(2);
    expect(listers(minute)).toBe(0);
    expect(listers(minute + 1)).toBe(1);
  });
});
