import { der, extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { defaultLimits } from '../../src/limits.ts';
import { CertificateIndex } from '../../src/path/certificate-index.ts';
import { PathSearch } from '../../src/path/search.ts';
import type { PathSettings, SearchStep } from '../../src/path/settings.ts';
import type { TrustSnapshot } from '../../src/path/trust-store.ts';
import { verifyPath } from '../../src/path/verify-path.ts';
import type { Outcome } from '../../src/reasons.ts';
import {
  authority,
  client,
  type Entity,
  keyIdentifier,
  keyOf,
  namesOf,
  now,
  pathOf,
  refusalOf,
  saying,
  settingsWith,
  trusting,
  verify,
  version1,
} from './certificates.ts';

const day = 86_400_000;
const root = authority('CN=Root');
const upper = authority('CN=Upper', { by: root });
const issuing = authority('CN=Issuing', { by: upper });
const leaf = client('CN=client', { by: issuing });
/** Each with a memory of its own. */
const trust = (): TrustSnapshot => trusting(root);

const limited = (limits: Partial<typeof defaultLimits>): Partial<PathSettings> => ({
  limits: { ...defaultLimits, ...limits },
});

/** A leaf that does not say which key signed it. */
const unhinted = ({ certificate, ...rest }: Entity): Entity => ({
  ...rest,
  certificate: saying(certificate, { authorityKeyIdentifier: undefined }),
});

function traced(
  leaf: Entity,
  others: readonly Entity[],
  anchors: TrustSnapshot,
  changes: Partial<PathSettings> = {},
): readonly string[] {
  const steps: string[] = [];
  const trace = ({ depth, subject, event, code }: SearchStep): void => {
    steps.push([depth, subject, event, ...(code === undefined ? [] : [code])].join(' '));
  };
  verify(leaf, others, anchors, { ...changes, trace });
  return steps;
}

describe('what was presented', () => {
  it('may come in any order', () => {
    for (const others of [
      [issuing, upper],
      [upper, issuing],
    ]) {
      expect(namesOf(verify(leaf, others, trust()))).toEqual(['CN=client', 'CN=Issuing', 'CN=Upper', 'CN=Root']);
    }
  });

  it('may hold what is not needed: repetitions, strangers, the leaf again, the anchor', () => {
    const stranger = authority('CN=Stranger');
    const others = [stranger, issuing, root, leaf, upper, issuing, client('CN=other', { by: issuing })];
    expect(namesOf(verify(leaf, others, trust()))).toEqual(['CN=client', 'CN=Issuing', 'CN=Upper', 'CN=Root']);
  });

  it('may lack what is configured', () => {
    const known = trusting(root, { intermediates: [issuing, upper] });
    expect(namesOf(verify(leaf, [], known))).toEqual(['CN=client', 'CN=Issuing', 'CN=Upper', 'CN=Root']);
    expect(namesOf(verify(leaf, [issuing], trusting(root, { intermediates: [upper] })))).toHaveLength(4);
  });

  it('leads nowhere when an intermediate is missing', () => {
    expect(refusalOf(verify(leaf, [upper], trust()))).toEqual({
      code: 'issuer_unknown',
      detail: { index: 0, subject: 'CN=client', issuer: 'CN=Issuing' },
    });
    expect(refusalOf(verify(leaf, [issuing], trust())).code).toBe('issuer_unknown');
    expect(refusalOf(verify(leaf, [], trust())).code).toBe('issuer_unknown');
  });

  it('leads nowhere under another anchor of the same name', () => {
    const impostor = trusting(authority('CN=Root', { keyPair: keyOf('impostor') }));
    expect(refusalOf(verify(leaf, [issuing, upper], impostor))).toEqual({
      code: 'signature_invalid',
      detail: { index: 2, subject: 'CN=Upper' },
    });
  });

  it('finds an issuer whose name is encoded otherwise, after those whose bytes are the same', () => {
    const printable = der.sequence(der.setOf(der.sequence(der.oid('2.5.4.3'), der.printableString('ROOT  '))));
    const otherwise = authority(printable, { keyPair: keyOf('CN=Root') });
    const direct = client('CN=client', { by: root });
    expect(pathOf(verify(direct, [], trusting(otherwise)))).toHaveLength(2);
    const both = trusting([otherwise, root]);
    expect(pathOf(verify(direct, [], both))[1]?.der).toEqual(root.der);
    const impostor = authority('CN=Root', { keyPair: keyOf('impostor') });
    expect(pathOf(verify(direct, [], trusting([impostor, otherwise])))[1]?.der).toEqual(otherwise.der);
  });
});

describe('trust anchors', () => {
  it('need not be self-signed', () => {
    expect(namesOf(verify(leaf, [issuing], trusting(upper)))).toEqual(['CN=client', 'CN=Issuing', 'CN=Upper']);
    expect(namesOf(verify(leaf, [issuing, upper, root], trusting(upper)))).toHaveLength(3);
  });

  it('end the path as soon as one is met', () => {
    expect(namesOf(verify(leaf, [upper, issuing], trusting([root, issuing])))).toEqual(['CN=client', 'CN=Issuing']);
  });

  it('may be the leaf itself, and then it needs no issuer', () => {
    const trusted = trusting(leaf);
    expect(namesOf(verify(leaf, [], trusted))).toEqual(['CN=client']);
    const selfSigned = client('CN=lonely');
    expect(namesOf(verify(selfSigned, [], trusting(selfSigned)))).toEqual(['CN=lonely']);
  });

  it('that are the leaf are asked what every leaf is asked', () => {
    const selfSigned = client('CN=lonely', { notAfter: new Date(now - 1000) });
    expect(refusalOf(verify(selfSigned, [], trusting(selfSigned)))).toMatchObject({
      code: 'certificate_expired',
      detail: { index: 0, subject: 'CN=lonely' },
    });
  });

  it('that are the leaf do not hide another path', () => {
    const policy = '1.2.3.4';
    const asserting = { extensions: [extension.certificatePolicies([policy])] };
    const above = authority('CN=Above', { ...asserting });
    const both = client('CN=both', { by: above, ...asserting });
    const nameless = saying(both.certificate, { certificatePolicies: undefined });
    const trusted = trusting([both, above]);
    expect(verifyPath(nameless, [], trusted, settingsWith({}), now)).toMatchObject({ ok: true });
    expect(refusalOf(verify({ ...both, certificate: nameless }, [], trusted, { initialExplicitPolicy: true }))).toEqual(
      {
        code: 'policy_constraint_violated',
        detail: { index: 0, subject: 'CN=both' },
      },
    );
    expect(traced({ ...both, certificate: nameless }, [], trusted, { initialExplicitPolicy: true })).toEqual([
      '0 CN=both refused policy_constraint_violated',
      '1 CN=Above anchor',
      '1 CN=Above refused policy_constraint_violated',
    ]);
  });

  it('issue nothing when they are no authority', () => {
    const trusted = client('CN=trusted');
    const below = client('CN=below', { by: trusted });
    expect(refusalOf(verify(below, [], trusting(trusted)))).toEqual({
      code: 'issuer_not_ca',
      detail: { index: 1, subject: 'CN=trusted' },
    });
    const old = version1('CN=old');
    expect(refusalOf(verify(client('CN=below', { by: old }), [], trusting(old))).code).toBe('issuer_not_ca');
  });

  describe('that are not valid now', () => {
    const notAfter = new Date(now - 1000);
    const past = authority('CN=Past', { notAfter });
    const coming = authority('CN=Coming', { notBefore: new Date(now + 1000) });

    it('are trusted no more, which is not told as the fault of the client', () => {
      const below = authority('CN=Below', { by: past });
      expect(refusalOf(verify(client('CN=c', { by: below }), [below], trusting(past)))).toEqual({
        code: 'trust_anchor_expired',
        detail: { index: 2, subject: 'CN=Past', notAfter, retryAfterSeconds: 60 },
      });
    });

    it('are trusted to the end of their last second, and from the first on', () => {
      const user = client('CN=c', { by: past });
      const at = (nowMs: number): Outcome<unknown> => verify(user, [], trusting(past), {}, nowMs);
      expect(at(notAfter.getTime() + 999)).toMatchObject({ ok: true });
      expect(refusalOf(at(notAfter.getTime() + 1000)).code).toBe('trust_anchor_expired');
      const early = client('CN=d', { by: coming });
      expect(refusalOf(verify(early, [], trusting(coming)))).toEqual({
        code: 'trust_anchor_not_yet_valid',
        detail: { index: 1, subject: 'CN=Coming', notBefore: new Date(now + 1000), retryAfterSeconds: 60 },
      });
      expect(verify(early, [], trusting(coming), {}, now + 1000)).toMatchObject({ ok: true });
    });

    it.each([
      ['has itself expired', { notAfter }, 'certificate_expired'],
      [
        'is not for clients',
        { extensions: [extension.extendedKeyUsage(['serverAuth'])] },
        'extended_key_usage_missing',
      ],
      ['was signed by another key', { forge: { signer: keyOf('CN=Other') } }, 'signature_invalid'],
    ] as const)('are not the reason where the leaf %s', (_, options, code) => {
      expect(refusalOf(verify(client('CN=c', { by: past, ...options }), [], trusting(past))).code).toBe(code);
    });

    it('are not the reason where an intermediate has expired', () => {
      const between = authority('CN=Between', { by: past, notAfter });
      expect(refusalOf(verify(client('CN=c', { by: between }), [between], trusting(past)))).toMatchObject({
        code: 'intermediate_expired',
        detail: { index: 1, subject: 'CN=Between', from: 'client' },
      });
    });

    it('are passed over where another anchor ends a path', () => {
      const renewed = authority('CN=Past');
      const crossed = authority('CN=Past', { by: root });
      const user = client('CN=c', { by: past });
      expect(namesOf(verify(user, [], trusting([past, renewed])))).toEqual(['CN=c', 'CN=Past']);
      expect(pathOf(verify(user, [], trusting([past, renewed])))[1]?.notAfterMs).toBe(renewed.certificate.notAfterMs);
      expect(namesOf(verify(user, [crossed], trusting([past, root])))).toEqual(['CN=c', 'CN=Past', 'CN=Root']);
    });

    it('are the reason where no other path is as good', () => {
      const otherKey = authority('CN=Past', { keyPair: keyOf('another key of CN=Past') });
      const user = client('CN=c', { by: past });
      for (const anchors of [
        [past, otherKey],
        [otherKey, past],
      ]) {
        expect(refusalOf(verify(user, [], trusting(anchors))).code).toBe('trust_anchor_expired');
      }
    });
  });

  it('are the anchor also when the client sends them along or they are configured as intermediates', () => {
    const shallow = trusting(upper, { maxDepth: 1, intermediates: [upper] });
    const outcome = verify(leaf, [issuing, upper], shallow);
    expect(namesOf(outcome)).toEqual(['CN=client', 'CN=Issuing', 'CN=Upper']);
    expect(traced(leaf, [issuing, upper], shallow)).toEqual([
      '1 CN=Issuing candidate',
      '2 CN=Upper anchor',
      '2 CN=Upper verified',
    ]);
  });
});

describe('an issuer', () => {
  const refusalBelow = (ca: Entity, changes: Partial<PathSettings> = {}): unknown =>
    refusalOf(verify(client('CN=c', { by: ca }), [ca], trust(), changes));

  it('is valid now', () => {
    const past = authority('CN=Past', { by: root, notAfter: new Date(now - 1000) });
    const future = authority('CN=Future', { by: root, notBefore: new Date(now + 1000) });
    expect(refusalBelow(past)).toMatchObject({
      code: 'intermediate_expired',
      detail: { index: 1, subject: 'CN=Past' },
    });
    expect(refusalBelow(future)).toMatchObject({ code: 'intermediate_not_yet_valid', detail: { index: 1 } });
  });

  it('that is not valid now is told of with who gave it, unless the client’s own certificate is not valid either', () => {
    const past = authority('CN=Past', { by: root, notAfter: new Date(now - 1000) });
    const future = authority('CN=Future', { by: root, notBefore: new Date(now + 1000) });
    const user = client('CN=c', { by: past });
    const configured = trusting(root, { intermediates: [past] });
    expect(refusalOf(verify(user, [past], trusting(root)))).toMatchObject({ detail: { from: 'client' } });
    expect(refusalOf(verify(user, [past], configured))).toMatchObject({ detail: { from: 'client' } });
    expect(refusalOf(verify(user, [], configured))).toMatchObject({
      code: 'intermediate_expired',
      detail: { from: 'service' },
    });
    for (const by of [past, future]) {
      const late = client('CN=late', { by, notAfter: new Date(now - 1000) });
      expect(refusalOf(verify(late, [by], trusting(root)))).toMatchObject({
        code: 'certificate_expired',
        detail: { index: 0, subject: 'CN=late' },
      });
    }
  });

  it('is an authority', () => {
    const server = client('CN=server', { by: root });
    expect(refusalBelow(server)).toEqual({ code: 'issuer_not_ca', detail: { index: 1, subject: 'CN=server' } });
  });

  it('may sign certificates', () => {
    const signer = authority('CN=CRL signer', { by: root, extensions: [extension.keyUsage(['cRLSign'])] });
    expect(refusalBelow(signer)).toMatchObject({ code: 'key_usage_forbids', detail: { index: 1 } });
  });

  it('has no critical extension that is not processed', () => {
    const odd = { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) };
    expect(refusalBelow(authority('CN=Odd', { by: root, extensions: [odd] }))).toMatchObject({
      code: 'critical_extension_unsupported',
      detail: { index: 1, oid: '1.2.3.4' },
    });
  });

  it('follows the profile', () => {
    const nought = authority('CN=Nought', { by: root, forge: { serialNumber: 0 } });
    expect(refusalBelow(nought, { profile: 'strict' })).toMatchObject({
      code: 'certificate_malformed',
      detail: { index: 1, rule: 'serial_number_zero' },
    });
  });

  it('allows the purpose to those below', () => {
    const servers = authority('CN=Servers', { by: root, extensions: [extension.extendedKeyUsage(['serverAuth'])] });
    expect(refusalBelow(servers)).toMatchObject({ code: 'extended_key_usage_missing', detail: { index: 1 } });
    expect(verify(client('CN=c', { by: servers }), [servers], trust(), { purposes: [] }).ok).toBe(true);
  });

  it('is looked at before any signature is verified', () => {
    const server = client('CN=server', { by: root });
    const outcome = verify(client('CN=c', { by: server }), [server], trust(), limited({ signatures: 0.5 }));
    expect(refusalOf(outcome).code).toBe('issuer_not_ca');
  });
});

describe('a self-signed anchor', () => {
  const deviations = ['authority_key_identifier_missing'] as const;
  const strict = settingsWith({ profile: 'strict' });
  const search = (anchor: Entity): PathSearch =>
    new PathSearch(new CertificateIndex([]), trusting(anchor), strict, now);
  const refused = { code: 'certificate_malformed', detail: { index: 0, rule: 'authority_key_identifier_missing' } };

  it('need not name its issuer’s key, which is its own', () => {
    const plain = saying(root.certificate, { deviations });
    expect(search(root).profileRefusal(plain, 0)).toBeUndefined();
    const lonely = client('CN=lonely');
    const leaf = { ...lonely, certificate: saying(lonely.certificate, { deviations }) };
    expect(verify(leaf, [], trusting(lonely), { profile: 'strict' }).ok).toBe(true);
  });

  it('is the only one excused: not one that only has its own name as issuer, nor one that nobody trusts', () => {
    const selfIssued = authority('CN=Root', { by: { name: 'CN=Root', keyPair: keyOf('elsewhere') } });
    expect(search(selfIssued).profileRefusal(saying(selfIssued.certificate, { deviations }), 0)).toMatchObject(refused);
    expect(search(upper).profileRefusal(saying(root.certificate, { deviations }), 0)).toMatchObject(refused);
  });
});

describe('several candidates', () => {
  const impostor = authority('CN=Issuing', { by: root, keyPair: keyOf('impostor') });
  const real = authority('CN=Issuing', { by: root, keyPair: keyOf('CN=Issuing') });

  it('of one name are told apart by the key identifier', () => {
    for (const others of [
      [impostor, real],
      [real, impostor],
    ]) {
      const outcome = verify(leaf, others, trust());
      expect(pathOf(outcome)[1]?.der).toEqual(real.der);
      expect(outcome).toMatchObject({ value: { cost: { signatures: 2, steps: 3 } } });
    }
  });

  it('are all tried where there is no identifier to tell them apart', () => {
    const outcome = verify(unhinted(leaf), [impostor, real], trust());
    expect(pathOf(outcome)[1]?.der).toEqual(real.der);
    expect(outcome).toMatchObject({ value: { cost: { signatures: 4, steps: 5 } } });
  });

  it('are tried in the order: identifier matches, none to compare, does not match', () => {
    const silent = {
      ...real,
      certificate: saying(real.certificate, { subjectKeyIdentifier: undefined, subject: impostor.certificate.subject }),
    };
    const misled = client('CN=client', {
      by: { name: 'CN=Issuing', keyPair: keyOf('nobody') },
      extensions: [extension.authorityKeyIdentifier({ keyIdentifier: keyIdentifier(keyOf('impostor')) })],
    });
    const order: Certificate[] = [];
    const seen = (one: Entity): Entity => ({
      ...one,
      certificate: new Proxy(one.certificate, {
        get: (target, member) => {
          if (member === 'basicConstraints') order.push(one.certificate);
          return Reflect.get(target, member, target);
        },
      }),
    });
    const third = { ...real, certificate: saying(real.certificate, { signature: Uint8Array.of(3) }) };
    verify(misled, [seen(third), seen(silent), seen(impostor)], trust());
    expect(order).toEqual([impostor.certificate, silent.certificate, third.certificate]);
  });

  it('that are valid come before one that expired, with the same key', () => {
    const expired = authority('CN=Issuing', {
      by: root,
      keyPair: keyOf('CN=Issuing'),
      notAfter: new Date(now - day),
    });
    const outcome = verify(leaf, [expired, real], trust());
    expect(pathOf(outcome)[1]?.der).toEqual(real.der);
    expect(outcome).toMatchObject({ value: { cost: { steps: 3 } } });
  });

  it('whose key identifier matches come before one that is valid now', () => {
    const expired = authority('CN=Issuing', {
      by: root,
      keyPair: keyOf('CN=Issuing'),
      notAfter: new Date(now - day),
    });
    expect(traced(leaf, [impostor, expired], trust())).toEqual([
      '1 CN=Issuing refused intermediate_expired',
      '1 CN=Issuing refused signature_invalid',
    ]);
  });

  it('that are anchors come before intermediates', () => {
    const anchored = authority('CN=Issuing', { keyPair: keyOf('CN=Issuing') });
    expect(namesOf(verify(leaf, [real], trusting([root, anchored])))).toEqual(['CN=client', 'CN=Issuing']);
  });

  it('are one when the same certificate is presented and remembered', () => {
    const known = trust();
    expect(verify(leaf, [issuing, upper], known).ok).toBe(true);
    const forged = client('CN=forged', { by: { name: 'CN=Issuing', keyPair: keyOf('nobody') } });
    expect(traced(forged, [issuing, upper], known)).toEqual(['1 CN=Issuing refused signature_invalid']);
  });

  it('that are anchors are not tried again as what the client sent', () => {
    const server = client('CN=server', { by: upper, extensions: [extension.extendedKeyUsage(['serverAuth'])] });
    expect(traced(server, [upper, root], trusting([upper, root]))).toEqual([
      '1 CN=Upper anchor',
      '1 CN=Upper refused extended_key_usage_missing',
    ]);
  });

  it('that are valid come before an anchor that is not', () => {
    const anchored = authority('CN=Issuing', { keyPair: keyOf('CN=Issuing'), notAfter: new Date(now - day) });
    expect(traced(leaf, [real], trusting([anchored, root]))[0]).toBe('1 CN=Issuing candidate');
  });

  it('lead on to the next when one leads nowhere', () => {
    const lost = authority('CN=Issuing', {
      by: { name: 'CN=Lost', keyPair: keyOf('CN=Lost') },
      keyPair: keyOf('CN=Issuing'),
    });
    expect(traced(leaf, [lost, real], trust())).toEqual([
      '1 CN=Issuing unrooted',
      '1 CN=Issuing candidate',
      '2 CN=Root anchor',
      '2 CN=Root verified',
    ]);
  });

  it('lead on to the next when a whole path is refused', () => {
    const narrow = authority('CN=Issuing', {
      by: root,
      keyPair: keyOf('CN=Issuing'),
      extensions: [extension.nameConstraints({ excluded: [{ directoryName: 'CN=client' }] })],
    });
    const outcome = verify(leaf, [narrow, real], trust());
    expect(pathOf(outcome)[1]?.der).toEqual(real.der);
    expect(traced(leaf, [narrow, real], trust())).toContain('2 CN=Root refused name_constraint_violated');
  });
});

describe('cross-certificates', () => {
  const oldRoot = authority('CN=Old Root');
  const newRoot = authority('CN=New Root');
  const cross = authority('CN=New Root', { by: oldRoot });
  const below = authority('CN=Below', { by: newRoot });
  const user = client('CN=user', { by: below });

  it('lead to whichever root is trusted', () => {
    const others = [cross, below, newRoot];
    expect(namesOf(verify(user, others, trusting(newRoot)))).toEqual(['CN=user', 'CN=Below', 'CN=New Root']);
    expect(namesOf(verify(user, others, trusting(oldRoot)))).toEqual([
      'CN=user',
      'CN=Below',
      'CN=New Root',
      'CN=Old Root',
    ]);
  });

  it('of two authorities for each other make no endless path', () => {
    const a = authority('CN=A', { by: { name: 'CN=B', keyPair: keyOf('CN=B') } });
    const b = authority('CN=B', { by: { name: 'CN=A', keyPair: keyOf('CN=A') } });
    const below = client('CN=c', { by: a });
    expect(refusalOf(verify(below, [a, b], trust())).code).toBe('issuer_unknown');
    expect(traced(below, [a, b], trust())).toEqual(['1 CN=A unrooted']);
    // An authority that is trusted makes no difference, unless it vouches for one of them.
    const known = authority('CN=A', { by: root });
    expect(traced(below, [b, a], trusting(authority('CN=Other')))).toEqual(['1 CN=A unrooted']);
    expect(traced(below, [a, b, known], trust()).filter((step) => step.endsWith('loop'))).not.toEqual([]);
    expect(namesOf(verify(below, [a, b, known], trust()))).toEqual(['CN=c', 'CN=A', 'CN=Root']);
  });

  it('of one authority, issued twice, are the same authority in a path', () => {
    const b = { name: 'CN=B', keyPair: keyOf('CN=B') };
    const first = authority('CN=A', { by: b, forge: { serialNumber: 1 } });
    const second = authority('CN=A', { by: b, forge: { serialNumber: 2 } });
    const back = authority('CN=B', { by: first });
    const flat = trusting(root, { maxDepth: 5 });
    const given = [first, back, second, authority('CN=B', { by: root, notAfter: new Date(now + day) })];
    const late = client('CN=c', { by: first, extensions: [extension.extendedKeyUsage(['serverAuth'])] });
    const steps = traced(late, given, flat);
    expect(steps.filter((step) => step === '3 CN=A loop').length).toBeGreaterThanOrEqual(2);
    expect(steps.filter((step) => step.endsWith('candidate'))).not.toContain('3 CN=A candidate');
  });

  it('of the same name and another key are no loop', () => {
    const next = authority('CN=Root', { by: root, keyPair: keyOf('root, next') });
    const user = client('CN=user', { by: next });
    expect(namesOf(verify(user, [next], trust()))).toEqual(['CN=user', 'CN=Root', 'CN=Root']);
  });

  it('of the same key and another name are no loop', () => {
    const renamed = authority('CN=Renamed', { by: root, keyPair: keyOf('CN=Root') });
    expect(namesOf(verify(client('CN=user', { by: renamed }), [renamed], trust()))).toHaveLength(3);
  });

  it('of an authority that changes its key, old with new and new with old, let in clients of both', () => {
    const newWithOld = authority('CN=Root', { by: root, keyPair: keyOf('root, next') });
    const renewed = authority('CN=Root', { keyPair: keyOf('root, next') });
    const oldWithNew = authority('CN=Root', { by: renewed, keyPair: keyOf('CN=Root') });
    const old = client('CN=old', { by: root });
    const fresh = client('CN=fresh', { by: renewed });
    const others = [newWithOld, oldWithNew];
    for (const anchor of [root, renewed]) {
      expect(verify(old, others, trusting(anchor)).ok).toBe(true);
      expect(verify(fresh, others, trusting(anchor)).ok).toBe(true);
    }
  });
});

describe('the depth of a path', () => {
  /** Intermediates below the root, nearest to it first. */
  function line(count: number): Entity[] {
    const all: Entity[] = [];
    for (let number = 1; number <= count; number++) {
      all.push(authority(`CN=CA ${number}`, { by: all.at(-1) ?? root }));
    }
    return all;
  }

  it('is at most maxDepth intermediates', () => {
    const two = line(2);
    const user = client('CN=user', { by: two[1] as Entity });
    expect(verify(user, two, trusting(root, { maxDepth: 2 })).ok).toBe(true);
    expect(refusalOf(verify(user, two, trusting(root, { maxDepth: 1 })))).toEqual({
      code: 'path_length_exceeded',
      detail: { index: 2, subject: 'CN=CA 1', limit: 1 },
    });
    expect(traced(user, two, trusting(root, { maxDepth: 1 }))).toEqual(['1 CN=CA 2 candidate', '2 CN=CA 1 too-deep']);
  });

  it('of 0 allows only what an anchor issued itself', () => {
    const [ca] = line(1) as [Entity];
    const flat = trusting(root, { maxDepth: 0 });
    expect(verify(client('CN=user', { by: root }), [], flat).ok).toBe(true);
    expect(refusalOf(verify(client('CN=user', { by: ca }), [ca], flat))).toMatchObject({
      code: 'path_length_exceeded',
      detail: { index: 1, limit: 0 },
    });
  });

  it('does not count self-issued intermediates, of which there is at most one for each authority', () => {
    const next = authority('CN=Root', { by: root, keyPair: keyOf('root, next') });
    const flat = trusting(root, { maxDepth: 0 });
    expect(verify(client('CN=user', { by: next }), [next], flat).ok).toBe(true);
    const afterNext = authority('CN=Root', { by: next, keyPair: keyOf('root, after next') });
    const user = client('CN=user', { by: afterNext });
    expect(refusalOf(verify(user, [next, afterNext], flat))).toMatchObject({ code: 'path_length_exceeded' });
    expect(verify(user, [next, afterNext], trusting(root, { maxDepth: 1 })).ok).toBe(true);
    const below = authority('CN=Below', { by: afterNext });
    expect(verify(client('CN=user', { by: below }), [next, afterNext, below], trusting(root, { maxDepth: 1 })).ok).toBe(
      true,
    );
    expect(
      refusalOf(verify(client('CN=user', { by: below }), [next, afterNext, below], trusting(root, { maxDepth: 0 }))),
    ).toMatchObject({ code: 'path_length_exceeded' });
  });

  it('of many certificates is refused, or valid as far as maxDepth allows', () => {
    expect(refusalOf(verify(client('CN=user', { by: line(200)[199] as Entity }), line(200), trust()))).toMatchObject({
      code: 'path_budget_exceeded',
    });
    const two = line(100);
    const deep = client('CN=user', { by: two[99] as Entity });
    expect(refusalOf(verify(deep, two, trust()))).toMatchObject({ code: 'path_length_exceeded', detail: { limit: 5 } });
    const generous = trusting(root, { maxDepth: 50 });
    expect(refusalOf(verify(deep, two, generous))).toMatchObject({
      code: 'path_length_exceeded',
      detail: { index: 51, limit: 50 },
    });
    expect(pathOf(verify(client('CN=user', { by: two[49] as Entity }), two, generous))).toHaveLength(52);
  });
});

describe('the reason', () => {
  it('is the most specific of all candidates, whichever was tried first', () => {
    const expired = authority('CN=Issuing', {
      by: root,
      keyPair: keyOf('expired'),
      notAfter: new Date(now - day),
    });
    const impostor = authority('CN=Issuing', { by: root, keyPair: keyOf('impostor') });
    for (const others of [
      [expired, impostor],
      [impostor, expired],
    ]) {
      expect(refusalOf(verify(unhinted(leaf), others, trust())).code).toBe('intermediate_expired');
    }
  });

  it('is the first among equals', () => {
    const impostors = ['one', 'two'].map((owner) => authority('CN=Issuing', { by: root, keyPair: keyOf(owner) }));
    const [first, second] = impostors as [Entity, Entity];
    const expired = [first, second].map(({ certificate, ...rest }, position) => ({
      ...rest,
      certificate: saying(certificate, { notAfterMs: position, notAfter: new Date(position) }),
    }));
    expect(refusalOf(verify(unhinted(leaf), expired, trust()))).toMatchObject({ detail: { notAfter: new Date(0) } });
  });
});

describe('a budget', () => {
  const others = [issuing, upper];
  const exceeded = (budget: string, limit: number): object => ({
    code: 'path_budget_exceeded',
    detail: { budget, limit },
  });

  it('of signatures is enough for the last one, or ends the search', () => {
    expect(verify(leaf, others, trusting(root), limited({ signatures: 3 })).ok).toBe(true);
    expect(refusalOf(verify(leaf, others, trusting(root), limited({ signatures: 2 })))).toEqual(
      exceeded('signatures', 2),
    );
  });

  it('of steps is enough for the last one, or ends the search', () => {
    expect(verify(leaf, others, trusting(root), limited({ steps: 5 })).ok).toBe(true);
    for (const steps of [4, 2, 1]) {
      expect(refusalOf(verify(leaf, others, trusting(root), limited({ steps })))).toEqual(exceeded('steps', steps));
    }
  });

  it('of comparisons ends the search at once', () => {
    const narrow = (keyPair = keyOf('narrow')): Entity =>
      authority('CN=Narrow', {
        by: root,
        keyPair,
        extensions: [extension.nameConstraints({ permitted: [{ dns: 'a.test' }, { dns: 'b.test' }] })],
      });
    const one = narrow();
    const user = client('CN=user', { by: one, extensions: [extension.subjectAltName([{ dns: 'x.b.test' }])] });
    expect(verify(user, [one], trusting(root), limited({ comparisons: 2 })).ok).toBe(true);
    expect(refusalOf(verify(user, [one], trusting(root), limited({ comparisons: 1 })))).toEqual(
      exceeded('comparisons', 1),
    );
    const wide = authority('CN=Narrow', { by: root, keyPair: keyOf('narrow') });
    expect(refusalOf(verify(user, [one, wide], trusting(root), limited({ comparisons: 1 })))).toEqual(
      exceeded('comparisons', 1),
    );
  });

  it('of policies ends the search at once, whatever else could be tried', () => {
    const policies = Array.from({ length: 5 }, (_, number) => `1.2.3.${number}`);
    const asserting = { extensions: [extension.certificatePolicies(policies)] };
    const many = authority('CN=Many', { by: root, ...asserting });
    const none = authority('CN=Many', { by: root });
    const user = client('CN=user', { by: many, ...asserting });
    expect(verify(user, [many], trusting(root), limited({ policies: 11 })).ok).toBe(true);
    expect(refusalOf(verify(user, [many, none], trusting(root), limited({ policies: 10 })))).toEqual(
      exceeded('policies', 10),
    );
    expect(verify(user, [none], trusting(root), limited({ policies: 10 })).ok).toBe(true);
  });

  it('of policies is one for all paths together', () => {
    const policies = Array.from({ length: 5 }, (_, number) => `1.2.3.${number}`);
    const asserting = { extensions: [extension.certificatePolicies(policies)] };
    const twins = [1, 2].map((serialNumber) =>
      authority('CN=Many', { by: root, forge: { serialNumber }, ...asserting }),
    );
    const user = client('CN=user', {
      by: twins[0] as Entity,
      extensions: [...asserting.extensions, extension.extendedKeyUsage(['serverAuth'])],
    });
    expect(refusalOf(verify(user, twins, trusting(root), limited({ policies: 22 }))).code).toBe(
      'extended_key_usage_missing',
    );
    expect(refusalOf(verify(user, twins, trusting(root), limited({ policies: 21 })))).toEqual(exceeded('policies', 21));
  });

  it('that ran out is the reason, whatever was refused before', () => {
    const expired = authority('CN=Issuing', { by: root, keyPair: keyOf('expired'), notAfter: new Date(now - day) });
    expect(refusalOf(verify(unhinted(leaf), [expired, issuing, upper], trusting(root), limited({ steps: 2 })))).toEqual(
      exceeded('steps', 2),
    );
  });

  it('pays once for a signature and once for a certificate, however many paths they are part of', () => {
    const narrow = { extensions: [extension.nameConstraints({ excluded: [{ directoryName: 'CN=client' }] })] };
    const refusing = [1, 2].map((serialNumber) =>
      authority('CN=Upper', { by: root, forge: { serialNumber }, ...narrow }),
    );
    const lower = [1, 2].map((serialNumber) => authority('CN=Issuing', { by: upper, forge: { serialNumber } }));
    const steps = traced(leaf, [...refusing, ...lower], trust());
    expect(steps.filter((step) => step.endsWith('anchor'))).toHaveLength(4);
    // The leaf by two, each of those by two, each of these by the root.
    expect(refusalOf(verify(leaf, [...refusing, ...lower], trust(), limited({ signatures: 8 }))).code).toBe(
      'name_constraint_violated',
    );
    expect(refusalOf(verify(leaf, [...refusing, ...lower], trust(), limited({ signatures: 7 }))).code).toBe(
      'path_budget_exceeded',
    );
  });
});

describe('certificates made to exhaust', () => {
  it('by a mesh of 60 end in a path or in an exhausted budget', () => {
    const names = Array.from({ length: 8 }, (_, number) => `CN=Mesh ${number}`);
    const mesh = names.flatMap((name) =>
      names.filter((other) => other !== name).map((by) => authority(name, { by: { name: by, keyPair: keyOf(by) } })),
    );
    const more = names.slice(0, 4).map((name) => authority(name, { forge: { serialNumber: 9 } }));
    const user = client('CN=user', { by: { name: 'CN=Mesh 0', keyPair: keyOf('CN=Mesh 0') } });
    expect([...mesh, ...more]).toHaveLength(60);
    // Nobody who is trusted vouches for any of it.
    expect(refusalOf(verify(user, [...mesh, ...more], trust(), limited({ signatures: 0.1 }))).code).toBe(
      'issuer_unknown',
    );
    const anchored = authority('CN=Mesh 7');
    expect(namesOf(verify(user, [...mesh, ...more], trusting(anchored))).at(-1)).toBe('CN=Mesh 7');
  });

  describe('by 5,000 intermediates of one name', () => {
    const template = authority('CN=Issuing', { by: root, keyPair: keyOf('wrong') }).certificate;
    const identified = (number: number): Certificate => {
      const signature = new Uint8Array(8);
      new DataView(signature.buffer).setUint32(0, number);
      return saying(template, { signature });
    };
    const crowd = Array.from({ length: 4999 }, (_, number) => identified(number));
    const real = authority('CN=Issuing', { by: root, keyPair: keyOf('CN=Issuing') }).certificate;
    const search = (certificate: Certificate): ReturnType<typeof verifyPath> =>
      verifyPath(certificate, [...crowd, real], trusting(root), settingsWith({}), now);

    it('find the one that the key identifier names', () => {
      const outcome = search(leaf.certificate);
      expect(pathOf(outcome)[1]).toBe(real);
      expect(outcome).toMatchObject({ value: { cost: { signatures: 2, steps: 3 } } });
    });

    it('end in an exhausted budget where nothing names one', () => {
      expect(refusalOf(search(unhinted(leaf).certificate))).toEqual({
        code: 'path_budget_exceeded',
        detail: { budget: 'failedSignatures', limit: 24 },
      });
    });
  });
});

describe('the trace', () => {
  it('tells each step, its depth, its subject and why not', () => {
    const impostor = authority('CN=Issuing', { by: root, keyPair: keyOf('impostor') });
    expect(traced(unhinted(leaf), [impostor, issuing, upper], trust())).toEqual([
      '1 CN=Issuing refused signature_invalid',
      '1 CN=Issuing candidate',
      '2 CN=Upper candidate',
      '3 CN=Root anchor',
      '3 CN=Root verified',
    ]);
  });

  it('has no code where nothing was refused', () => {
    const steps: SearchStep[] = [];
    verify(leaf, [issuing, upper], trust(), { trace: (step) => void steps.push(step) });
    expect(steps.every((step) => !('code' in step))).toBe(true);
  });
});

describe('a search whose budget runs out', () => {
  it('tells of no refusal that was not found: what it did not check, it does not know', () => {
    expect(traced(leaf, [issuing, upper], trust(), limited({ signatures: 0 }))).toEqual([]);
    expect(traced(leaf, [issuing, upper], trust(), limited({ signatures: 1 }))).toEqual([]);
    expect(traced(leaf, [issuing, upper], trust(), limited({ signatures: 2 }))).toEqual([]);
  });
});
