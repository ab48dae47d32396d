import { extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { verifyPath } from '../../src/path/verify-path.ts';
import {
  authority,
  client,
  type Entity,
  keyOf,
  namesOf,
  now,
  pathOf,
  read,
  refusalOf,
  saying,
  settings,
  settingsWith,
  trusting,
  verify,
} from './certificates.ts';

const root = authority('CN=Root');
const upper = authority('CN=Upper', { by: root });
const issuing = authority('CN=Issuing', { by: upper });
const leaf = client('CN=client', { by: issuing });

describe('a verified path', () => {
  it('holds the certificates without the anchor, the anchor, the policies, its end and its cost', () => {
    const trust = trusting(root);
    const outcome = verifyPath(leaf.certificate, [upper.certificate, issuing.certificate], trust, settings, now);
    const [anchor] = trust.anchors.all;
    expect(outcome).toEqual({
      ok: true,
      value: {
        verifiedBy: 'peercert',
        certificates: [leaf.certificate, issuing.certificate, upper.certificate],
        anchor: { certificate: anchor, name: anchor?.subject },
        authoritiesConstrainedPolicies: new Set(),
        userConstrainedPolicies: new Set(),
        validUntilMs: Date.UTC(2049, 11, 31, 23, 59, 59, 999),
        cost: { signatures: 3, steps: 5, comparisons: 0 },
      },
    });
  });

  it('of a leaf that is itself the anchor holds it as both', () => {
    const trust = trusting(leaf);
    const outcome = verify(leaf, [], trust);
    expect(outcome).toMatchObject({ ok: true, value: { cost: { signatures: 0, steps: 0 } } });
    expect(outcome.ok && outcome.value.certificates).toEqual([leaf.certificate]);
    expect(outcome.ok && outcome.value.anchor?.certificate).toBe(leaf.certificate);
  });

  it.each([
    ['leaf', 0],
    ['intermediate', 1],
    ['anchor', 2],
  ])('ends with the second in which its %s ends', (_, first) => {
    const end = new Date(now + 60_000);
    const until = (place: number): object => (place === first ? { notAfter: end } : {});
    const anchor = authority('CN=A', until(2));
    const between = authority('CN=B', { by: anchor, ...until(1) });
    const user = client('CN=C', { by: between, ...until(0) });
    expect(verify(user, [between], trusting(anchor))).toMatchObject({
      value: { validUntilMs: end.getTime() + 999 },
    });
  });

  it('holds the policies for which the authorities vouch, and those asked for', () => {
    const asserting = { extensions: [extension.certificatePolicies(['1.2.3', '1.2.4'])] };
    const ca = authority('CN=CA', { by: root, ...asserting });
    const user = client('CN=user', { by: ca, ...asserting });
    expect(verify(user, [ca], trusting(root), { initialPolicySet: new Set(['1.2.3']) })).toMatchObject({
      value: {
        authoritiesConstrainedPolicies: new Set(['1.2.3', '1.2.4']),
        userConstrainedPolicies: new Set(['1.2.3']),
      },
    });
  });
});

describe('intermediates that were part of a verified path', () => {
  it('complete the next path, of a resumed session for one', () => {
    const trust = trusting(root);
    expect(verify(leaf, [], trust).ok).toBe(false);
    expect(verify(leaf, [issuing, upper], trust).ok).toBe(true);
    expect(namesOf(verify(leaf, [], trust))).toEqual(['CN=client', 'CN=Issuing', 'CN=Upper', 'CN=Root']);
  });

  it('complete the path of another client too, at the cost of its own signature alone', () => {
    const trust = trusting(root);
    verify(leaf, [issuing, upper], trust);
    const other = client('CN=other', { by: issuing });
    const outcome = verify(other, [], trust);
    expect(outcome).toMatchObject({ ok: true, value: { cost: { signatures: 1, steps: 5 } } });
    expect(pathOf(outcome)[1]).toBe(issuing.certificate);
  });

  it('do not include the leaf or the anchor', () => {
    const trust = trusting(root);
    verify(leaf, [issuing, upper, root], trust);
    expect(trust.memory.index.all).toEqual([issuing.certificate, upper.certificate]);
  });

  it('are remembered only when the whole path was verified', () => {
    const trust = trusting(root);
    const server = client('CN=server', { by: issuing, extensions: [extension.extendedKeyUsage(['serverAuth'])] });
    expect(verify(server, [issuing, upper], trust).ok).toBe(false);
    expect(trust.memory.index.all).toEqual([]);
  });

  it('hold no trust: they are validated again, and expire', () => {
    const trust = trusting(root);
    const brief = authority('CN=Brief', { by: root, notAfter: new Date(now + 1000) });
    const user = client('CN=user', { by: brief });
    expect(verify(user, [brief], trust).ok).toBe(true);
    expect(refusalOf(verify(user, [], trust, {}, now + 2000))).toMatchObject({
      code: 'intermediate_expired',
      detail: { index: 1, subject: 'CN=Brief', from: 'service' },
    });
  });

  it('are none of another trust', () => {
    const trust = trusting(root);
    verify(leaf, [issuing, upper], trust);
    expect(refusalOf(verify(leaf, [], trusting(root))).code).toBe('issuer_unknown');
  });

  describe('under a trust that instances with different settings share', () => {
    const shared = (signature: object, by: Entity = root): [Entity, Entity] => {
      const ca = authority('CN=Shared', { by, ...signature });
      return [client('CN=user', { by: ca }), ca];
    };

    it('stay refused by the one that does not allow their algorithm', () => {
      const trust = trusting(root);
      const [user, ca] = shared({ signature: { hash: 'SHA-1' } });
      expect(verify(user, [ca], trust, { allowedWeakAlgorithms: new Set(['ecdsa-with-SHA1']) }).ok).toBe(true);
      expect(refusalOf(verify(user, [ca], trust))).toEqual({
        code: 'algorithm_forbidden',
        detail: { index: 1, subject: 'CN=Shared', algorithm: 'ecdsa-with-SHA1' },
      });
    });

    it('stay refused by the one that does not allow the key above them', () => {
      const short = authority('CN=Short', { keyPair: keyOf('short', 'RSA-1024') });
      const trust = trusting(short);
      const [user, ca] = shared({}, short);
      expect(verify(user, [ca], trust, { minimumRsaBits: 1024 }).ok).toBe(true);
      expect(refusalOf(verify(user, [ca], trust))).toMatchObject({
        code: 'key_too_weak',
        detail: { index: 2, subject: 'CN=Short', bits: 1024 },
      });
    });
  });
});

describe('a refusal', () => {
  it('names the issuer that is not known, for the log', () => {
    expect(refusalOf(verifyPath(leaf.certificate, [], trusting(root), settingsWith({}), now))).toEqual({
      code: 'issuer_unknown',
      detail: { index: 0, subject: 'CN=client', issuer: 'CN=Issuing' },
    });
  });

  it('remembers nothing of a leaf that says it is an issuer', () => {
    const trust = trusting(root);
    const strange = saying(leaf.certificate, { version: 1 });
    verifyPath(strange, [strange], trust, settings, now);
    expect(trust.memory.index.all).toEqual([]);
  });
});

describe('leaves at the end of a verified path', () => {
  it('are verified again at the cost of no signature, read again or not', () => {
    const trust = trusting(root);
    verify(leaf, [issuing, upper], trust);
    const again = { ...leaf, certificate: read(leaf.der) };
    for (const one of [leaf, again]) {
      expect(verify(one, [], trust)).toMatchObject({ ok: true, value: { cost: { signatures: 0, steps: 5 } } });
    }
  });

  it('directly below an anchor are no exception', () => {
    const trust = trusting(root);
    const direct = client('CN=direct', { by: root });
    expect(verify(direct, [], trust)).toMatchObject({ value: { cost: { signatures: 1 } } });
    expect(verify(direct, [], trust)).toMatchObject({ value: { cost: { signatures: 0 } } });
  });

  it('are asked everything else again', () => {
    const trust = trusting(root);
    const brief = client('CN=brief', { by: issuing, notAfter: new Date(now) });
    expect(verify(brief, [issuing, upper], trust).ok).toBe(true);
    expect(refusalOf(verify(brief, [], trust, {}, now + 1000)).code).toBe('certificate_expired');
  });

  it('cost a signature again where the path was refused', () => {
    const trust = trusting(root);
    const server = client('CN=server', { by: issuing, extensions: [extension.extendedKeyUsage(['serverAuth'])] });
    expect(verify(server, [issuing, upper], trust).ok).toBe(false);
    expect(trust.leaves.isSignedBy(server.certificate, issuing.certificate)).toBe(false);
  });
});
