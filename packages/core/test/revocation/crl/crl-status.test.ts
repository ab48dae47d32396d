import { extension, type ReasonFlag } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { parseCrl } from '../../../src/revocation/crl/crl.ts';
import { crlStatus } from '../../../src/revocation/crl/crl-status.ts';
import { authority, client, keyIdentifier, keyOf, now, oid, version1 } from '../../path/certificates.ts';
import {
  ask,
  at,
  clientWith,
  day,
  entryFor,
  hour,
  type ListOptions,
  list,
  listDer,
  policy,
  readList,
  verdict,
} from './lists.ts';

const ca = authority('CN=Issuer,O=Acme');
const leaf = client('CN=leaf', { by: ca, forge: { serialNumber: 0x1234 } });
const asking = { leaf, issuer: ca };

describe('a complete list (RFC 5280 6.3.3)', () => {
  it('that does not name a certificate says that it is good, until nextUpdate', () => {
    expect(ask({ ...asking, lists: [list(ca, { entries: [{ serialNumber: 7 }] })] })).toEqual({
      status: 'good',
      source: 'crl',
      thisUpdateMs: at(-1).getTime(),
      validUntilMs: at(24).getTime() - 1,
    });
  });

  it('that names it says when and why it was revoked', () => {
    const entries = [entryFor(leaf, { revocationDate: at(-5), reason: 'keyCompromise' })];
    expect(ask({ ...asking, lists: [list(ca, { entries })] })).toEqual({
      status: 'revoked',
      source: 'crl',
      thisUpdateMs: at(-1).getTime(),
      revocationDate: at(-5),
      revocationReason: 'keyCompromise',
    });
  });

  it('may have no entries at all, or be of version 1 under the interoperable profile', () => {
    expect(verdict({ ...asking, lists: [list(ca)] })).toBe('good');
    const old = list(ca, { number: null, keyIdentifier: null, forge: { version: 1 } });
    expect(verdict({ ...asking, lists: [old], policy: { profile: 'interoperable' } })).toBe('good');
    expect(verdict({ ...asking, lists: [old] })).toBe('undetermined: malformed');
  });

  it('is needed', () => {
    expect(verdict({ ...asking, lists: [] })).toBe('undetermined: noSource');
    expect(verdict({ ...asking, lists: [list(authority('CN=Other'))] })).toBe('undetermined: noSource');
  });

  it('counts a certificate on hold as revoked', () => {
    const entries = [entryFor(leaf, { reason: 'certificateHold' })];
    expect(verdict({ ...asking, lists: [list(ca, { entries })] })).toBe('revoked: certificateHold');
  });

  it('breaking the profile still revokes, but does not vouch', () => {
    const entries = [entryFor(leaf)];
    expect(verdict({ ...asking, lists: [list(ca, { number: null, entries })] })).toBe('revoked: unspecified');
    expect(verdict({ ...asking, lists: [list(ca, { number: null })] })).toBe('undetermined: malformed');
  });
});

describe('the time of a list (a)', () => {
  it.each<[string, ListOptions, number]>([
    ['good', {}, 0],
    ['good', { thisUpdate: at(0) }, 0],
    ['undetermined: stale', { thisUpdate: at(0) }, -1],
    ['good', { nextUpdate: at(1) }, hour - 1],
    ['undetermined: stale', { nextUpdate: at(1) }, hour],
    ['undetermined: stale', { nextUpdate: null }, 0],
    ['undetermined: stale', { thisUpdate: at(2), nextUpdate: at(1) }, hour],
  ])('makes it %s, case %#', (expected, options, laterMs) => {
    const changes = { profile: 'interoperable' } as const;
    expect(verdict({ ...asking, lists: [list(ca, options)], nowMs: now + laterMs, policy: changes })).toBe(expected);
  });

  it('may be limited by its age, which stands in for a nextUpdate that is missing', () => {
    const changes = { profile: 'interoperable', maximumAgeMs: hour } as const;
    const unlimited = list(ca, { nextUpdate: null });
    expect(ask({ ...asking, lists: [unlimited], policy: changes })).toMatchObject({ validUntilMs: now });
    expect(verdict({ ...asking, lists: [unlimited], policy: changes, nowMs: now + 1 })).toBe('undetermined: stale');
    expect(verdict({ ...asking, lists: [list(ca)], policy: changes, nowMs: now + 1 })).toBe('undetermined: stale');
    const short = list(ca, { nextUpdate: at(0.5) });
    expect(ask({ ...asking, lists: [short], policy: { maximumAgeMs: 2 * hour } })).toMatchObject({
      validUntilMs: at(0.5).getTime() - 1,
    });
  });

  it.each([
    ['before thisUpdate', at(-2).getTime(), 'revoked: certificateHold'],
    ['after nextUpdate', at(25).getTime(), 'undetermined: stale'],
  ])('does not matter for a revocation, which lasts, but for a hold that may have ended: %s', (_, nowMs, expected) => {
    const revoked = list(ca, { entries: [entryFor(leaf, { reason: 'superseded' })] });
    const held = list(ca, { entries: [entryFor(leaf, { reason: 'certificateHold' })] });
    expect(verdict({ ...asking, lists: [revoked], nowMs })).toBe('revoked: superseded');
    expect(verdict({ ...asking, lists: [held], nowMs })).toBe(expected);
  });

  it('may be ahead by as much as the clock of an authority may be', () => {
    const changes = { profile: 'interoperable', clockToleranceMs: 60_000 } as const;
    const ahead = list(ca, { thisUpdate: at(1) });
    const asked = { ...asking, lists: [ahead], policy: changes };
    expect(verdict({ ...asked, nowMs: at(1).getTime() - 60_000 })).toBe('good');
    expect(verdict({ ...asked, nowMs: at(1).getTime() - 60_001 })).toBe('undetermined: stale');
  });

  it('that is of the future leaves the answer to the one before it, but for whom it names', () => {
    const future = { number: 2, thisUpdate: at(1) } as const;
    const past = list(ca);
    expect(verdict({ ...asking, lists: [past, list(ca, future)] })).toBe('good');
    for (const reason of ['keyCompromise', 'certificateHold'] as const) {
      const naming = list(ca, { ...future, entries: [entryFor(leaf, { reason })] });
      expect(verdict({ ...asking, lists: [past, naming] })).toBe(`revoked: ${reason}`);
      // What it says, it says now: a later list must be able to end a hold.
      expect(ask({ ...asking, lists: [past, naming] })).toMatchObject({ thisUpdateMs: now });
    }
  });

  it('that is of the future revokes nobody where another signed it, or it is about others', () => {
    const entries = [entryFor(leaf, { reason: 'keyCompromise' })];
    const future = { number: 2, thisUpdate: at(1), entries } as const;
    const impostor = authority(ca.name, { keyPair: keyOf('of the future') });
    const forged = list(impostor, { ...future, keyIdentifier: keyIdentifier(ca.keyPair) });
    const elsewhere = list(ca, { ...future, scope: { onlyContainsCACerts: true } });
    for (const other of [forged, elsewhere]) expect(verdict({ ...asking, lists: [list(ca), other] })).toBe('good');
  });

  it('that is over leaves the answer to a list that is current', () => {
    const [old, current] = [list(ca, { nextUpdate: at(-0.5) }), list(ca, { number: 2 })];
    expect(verdict({ ...asking, lists: [old, current] })).toBe('good');
  });
});

describe('the signature of a list (f, g)', () => {
  const impostor = authority(ca.name, { keyPair: keyOf('impostor') });

  it('must be of the issuer', () => {
    expect(verdict({ ...asking, lists: [list(impostor)] })).toBe('undetermined: malformed');
    const entries = [entryFor(leaf)];
    expect(verdict({ ...asking, lists: [list(impostor, { entries })] })).toBe('undetermined: malformed');
  });

  it('that is wrong leaves the answer to another list', () => {
    expect(verdict({ ...asking, lists: [list(impostor), list(ca)] })).toBe('good');
  });

  it('that is wrong is told before anything else', () => {
    const stale = list(ca, { nextUpdate: at(-0.5) });
    expect(verdict({ ...asking, lists: [stale, list(impostor)] })).toBe('undetermined: malformed');
  });

  it('must be with a key that may sign lists', () => {
    const mute = authority('CN=Mute', { extensions: [extension.keyUsage(['keyCertSign'])] });
    const question = { leaf: client('CN=leaf', { by: mute }), issuer: mute, lists: [list(mute)] };
    expect(verdict(question)).toBe('undetermined: malformed');
    const free = authority('CN=Free', { without: [oid.keyUsage] });
    expect(verdict({ leaf: client('CN=leaf', { by: free }), issuer: free, lists: [list(free)] })).toBe('good');
  });

  it('may be with another key of the authority whose certificate was verified', () => {
    const lists = [list(impostor)];
    expect(verdict({ ...asking, lists, crlIssuers: [impostor] })).toBe('good');
    const entries = [entryFor(leaf)];
    expect(verdict({ ...asking, lists: [list(impostor, { entries })], crlIssuers: [impostor] })).toBe(
      'revoked: unspecified',
    );
  });

  it('is told to who wants to know', () => {
    const heard: unknown[] = [];
    const lists = [list(impostor), list(ca)];
    ask({ ...asking, lists, onSigner: (crl, signer) => heard.push(lists.indexOf(crl), signer === ca.certificate) });
    expect(heard).toEqual([1, true]);
  });

  it('of a large list is waited for', async () => {
    const filling = Array.from({ length: 20 }, (_, index) => ({
      serialNumber: index,
      extensions: [{ oid: '1.2.3', value: new Uint8Array(60_000) }],
    }));
    const parsed = await parseCrl(listDer(ca, { entries: [...filling, entryFor(leaf)] }));
    if (!parsed.ok) throw new Error(parsed.rule);
    const question = {
      certificate: leaf.certificate,
      issuer: ca.certificate,
      nowMs: now,
      crlsBy: () => [parsed.value],
      crlIssuers: () => [],
      policy,
    };
    const first = crlStatus(question);
    expect(first).toBeInstanceOf(Promise);
    await expect(first).resolves.toMatchObject({ status: 'revoked' });
    expect(crlStatus(question)).toMatchObject({ status: 'revoked' });
  });
});

describe('lists of some reasons (d, e, l)', () => {
  const point = { distributionPoint: [{ uri: 'http://a.test/1' }] };
  const user = clientWith('CN=user', ca, [point], { forge: { serialNumber: 0x55 } });
  const compromise: readonly ReasonFlag[] = ['keyCompromise', 'cACompromise'];
  const rest: readonly ReasonFlag[] = [
    'affiliationChanged',
    'superseded',
    'cessationOfOperation',
    'certificateHold',
    'privilegeWithdrawn',
    'aACompromise',
  ];
  const some = (onlySomeReasons: readonly ReasonFlag[], options: ListOptions = {}) =>
    list(ca, { scope: { ...point, onlySomeReasons }, ...options });
  const question = { leaf: user, issuer: ca };

  it('are good together when they cover every reason, until the first of them ends', () => {
    const lists = [some(compromise, { thisUpdate: at(-3) }), some(rest, { nextUpdate: at(2) })];
    expect(ask({ ...question, lists })).toEqual({
      status: 'good',
      source: 'crl',
      thisUpdateMs: at(-3).getTime(),
      validUntilMs: at(2).getTime() - 1,
    });
  });

  it('are not enough alone', () => {
    expect(verdict({ ...question, lists: [some(compromise)] })).toBe('undetermined: noSource');
    expect(verdict({ ...question, lists: [some(compromise), some(rest.slice(1))] })).toBe('undetermined: noSource');
  });

  it('revoke alone', () => {
    const lists = [some(compromise), some(rest, { entries: [entryFor(user, { reason: 'superseded' })] })];
    expect(verdict({ ...question, lists })).toBe('revoked: superseded');
    expect(verdict({ ...question, lists: lists.slice(1) })).toBe('revoked: superseded');
  });

  it('revoke also for reasons that were covered before, whichever of them comes first', () => {
    const entries = [entryFor(user)];
    const lists = [some(compromise), some(compromise, { entries }), some(rest)];
    expect(verdict({ ...question, lists })).toBe('revoked: unspecified');
    expect(verdict({ ...question, lists: lists.toReversed() })).toBe('revoked: unspecified');
  });

  it('that are not needed any more keep a certificate on hold unless the others are newer', () => {
    const entries = [entryFor(user, { reason: 'certificateHold' })];
    const onHold = (hours: number) => [list(ca), some(compromise, { entries, thisUpdate: at(hours) })];
    expect(verdict({ ...question, lists: onHold(-1) })).toBe('revoked: certificateHold');
    expect(verdict({ ...question, lists: onHold(-2) })).toBe('good');
  });

  it('that are not needed and cannot be used are no trouble', () => {
    const lists = [list(ca), some(compromise, { thisUpdate: at(-9), nextUpdate: at(-2) })];
    expect(verdict({ ...question, lists })).toBe('good');
  });

  it('count for the reasons of the distribution point alone', () => {
    const split = clientWith(
      'CN=split',
      ca,
      [
        { ...point, reasons: compromise },
        { distributionPoint: [{ uri: 'http://a.test/2' }], reasons: rest },
      ],
      { forge: { serialNumber: 0x56 } },
    );
    const [first, second] = [
      list(ca, { scope: point }),
      list(ca, { scope: { distributionPoint: [{ uri: 'http://a.test/2' }] } }),
    ];
    const asked = { leaf: split, issuer: ca };
    expect(verdict({ ...asked, lists: [first, second] })).toBe('good');
    expect(verdict({ ...asked, lists: [first] })).toBe('undetermined: noSource');
    expect(verdict({ ...asked, lists: [first, list(ca)] })).toBe('good');
  });

  it('of the issuer without any scope serve every distribution point', () => {
    const partial = clientWith('CN=partial', ca, [{ ...point, reasons: compromise }]);
    expect(verdict({ leaf: partial, issuer: ca, lists: [list(ca)] })).toBe('good');
  });

  it('that have no reason in common with their distribution point say nothing, but revoke', () => {
    const odd = clientWith('CN=odd', ca, [{ ...point, reasons: compromise }]);
    expect(verdict({ leaf: odd, issuer: ca, lists: [some(rest)] })).toBe('undetermined: noSource');
    const entries = [entryFor(odd)];
    expect(verdict({ leaf: odd, issuer: ca, lists: [some(rest, { entries })] })).toBe('revoked: unspecified');
  });
});

describe('lists that are not for a certificate', () => {
  const point = { distributionPoint: [{ uri: 'http://a.test/1' }] };

  it.each<[string, ListOptions]>([
    ['another distribution point', { scope: { distributionPoint: [{ uri: 'http://a.test/2' }] } }],
    ['authorities', { scope: { onlyContainsCACerts: true } }],
    ['attribute certificates', { scope: { onlyContainsAttributeCerts: true } }],
  ])('say nothing of it: %s', (_, options) => {
    const user = clientWith('CN=user', ca, [point]);
    expect(verdict({ leaf: user, issuer: ca, lists: [list(ca, options)] })).toBe('undetermined: noSource');
    expect(verdict({ leaf: user, issuer: ca, lists: [list(ca, { ...options, entries: [entryFor(user)] })] })).toBe(
      'undetermined: noSource',
    );
  });

  it('say nothing of a version 1 certificate where they are limited to users', () => {
    const old = version1('CN=old', { by: ca });
    const lists = [list(ca, { scope: { onlyContainsUserCerts: true } })];
    expect(verdict({ leaf: old, issuer: ca, lists })).toBe('undetermined: noSource');
    expect(verdict({ leaf: old, issuer: ca, lists: [...lists, list(ca)] })).toBe('good');
  });

  it('are not looked for beyond 64 distribution points', () => {
    const points = Array.from({ length: 65 }, (_, index) => ({
      distributionPoint: [{ uri: `http://a.test/${index}` }],
    }));
    const user = clientWith('CN=many', ca, points);
    const scope = (index: number) => ({ distributionPoint: [{ uri: `http://a.test/${index}` }] });
    expect(verdict({ leaf: user, issuer: ca, lists: [list(ca, { scope: scope(63) })] })).toBe('good');
    expect(verdict({ leaf: user, issuer: ca, lists: [list(ca, { scope: scope(64) })] })).toBe('undetermined: noSource');
  });
});

describe('several lists of one scope', () => {
  it.each<[ListOptions, ListOptions]>([
    [{ number: 2 }, { number: 1 }],
    [{ number: 1, thisUpdate: at(-0.5) }, { number: 1 }],
    [{ number: 1, thisUpdate: at(-0.5) }, { number: 2 }],
  ])('answer as the newest of them, case %#', (newer, older) => {
    const [revoking, clean] = [list(ca, { ...newer, entries: [entryFor(leaf)] }), list(ca, older)];
    expect(verdict({ ...asking, lists: [revoking, clean] })).toBe('revoked: unspecified');
    expect(verdict({ ...asking, lists: [clean, revoking] })).toBe('revoked: unspecified');
  });

  it('answer as the newest of them when their numbers are missing', () => {
    const lists = [
      list(ca, { number: null }),
      list(ca, { number: null, thisUpdate: at(-0.5), entries: [entryFor(leaf)] }),
    ];
    expect(verdict({ ...asking, lists, policy: { profile: 'interoperable' } })).toBe('revoked: unspecified');
  });
});

describe('indirect lists', () => {
  const lister = authority('CN=Lists,O=Acme');
  const point = { cRLIssuer: [{ directoryName: lister.name }] };
  const user = clientWith('CN=user', ca, [point], { forge: { serialNumber: 0x77 } });
  const asked = { leaf: user, issuer: ca, crlIssuers: [lister] };
  const scope = { indirectCRL: true };
  const named = [{ directoryName: ca.name }];

  it('speak of certificates of other issuers', () => {
    expect(verdict({ ...asked, lists: [list(lister, { scope })] })).toBe('good');
    const entries = [{ serialNumber: 1, certificateIssuer: named }, entryFor(user, { reason: 'superseded' })];
    expect(verdict({ ...asked, lists: [list(lister, { scope, entries })] })).toBe('revoked: superseded');
  });

  it('do not confuse them with their own', () => {
    const entries = [entryFor(user), { serialNumber: 1, certificateIssuer: named }];
    expect(verdict({ ...asked, lists: [list(lister, { scope, entries })] })).toBe('good');
  });

  it('must say that they are indirect', () => {
    expect(verdict({ ...asked, lists: [list(lister)] })).toBe('undetermined: noSource');
  });

  it('must be signed by who was verified', () => {
    expect(verdict({ ...asked, crlIssuers: [], lists: [list(lister, { scope })] })).toBe('undetermined: malformed');
  });

  it('must be named by the certificate', () => {
    const other = clientWith('CN=user', ca, []);
    expect(verdict({ ...asked, leaf: other, lists: [list(lister, { scope })] })).toBe('undetermined: noSource');
  });

  it('of the issuer itself speak of its own certificates', () => {
    const entries = [
      { serialNumber: 0x1234 },
      { serialNumber: 1, certificateIssuer: [{ directoryName: lister.name }] },
    ];
    expect(verdict({ ...asking, lists: [list(ca, { scope, entries })] })).toBe('revoked: unspecified');
    expect(verdict({ ...asking, lists: [list(ca, { scope, entries: entries.toReversed() })] })).toBe('good');
  });

  it('are where an issuer leaves every reason, so that its own list revokes but does not vouch', () => {
    expect(verdict({ ...asked, lists: [list(ca)] })).toBe('undetermined: noSource');
    expect(verdict({ ...asked, lists: [list(ca, { entries: [entryFor(user)] })] })).toBe('revoked: unspecified');
    const both = clientWith('CN=both', ca, [point, { distributionPoint: [{ uri: 'http://a.test/1' }] }]);
    expect(verdict({ ...asked, leaf: both, lists: [list(ca)] })).toBe('good');
    const partly = { distributionPoint: [{ uri: 'http://a.test/1' }], reasons: ['keyCompromise'] as const };
    const split = clientWith('CN=split', ca, [point, partly]);
    expect(verdict({ ...asked, leaf: split, lists: [list(ca)] })).toBe('good');
  });
});

describe('delta CRLs', () => {
  const complete = (options: ListOptions = {}) => list(ca, { number: 4, ...options });
  const delta = (options: ListOptions = {}) => list(ca, { number: 5, base: 4, ...options });
  const hold = { entries: [entryFor(leaf, { reason: 'certificateHold' })] };
  const removal = { entries: [entryFor(leaf, { reason: 'removeFromCRL' })] };
  const revocation = { entries: [entryFor(leaf, { reason: 'keyCompromise' })] };

  it.each<[string, ListOptions, ListOptions]>([
    ['good', {}, {}],
    ['revoked: keyCompromise', revocation, {}],
    ['revoked: keyCompromise', {}, revocation],
    ['good', hold, removal],
    ['revoked: keyCompromise', hold, revocation],
    ['good', {}, removal],
    ['revoked: certificateHold', {}, hold],
  ])('change what the complete list says: %s, case %#', (expected, ofComplete, ofDelta) => {
    expect(verdict({ ...asking, lists: [complete(ofComplete), delta(ofDelta)] })).toBe(expected);
    expect(verdict({ ...asking, lists: [delta(ofDelta), complete(ofComplete)] })).toBe(expected);
  });

  it('say nothing without a complete list', () => {
    expect(verdict({ ...asking, lists: [delta()] })).toBe('undetermined: noSource');
    expect(verdict({ ...asking, lists: [delta(revocation)] })).toBe('undetermined: noSource');
  });

  it('keep a complete list current whose own time is over', () => {
    const lists = [complete({ nextUpdate: at(-0.5) }), delta({ nextUpdate: at(1) })];
    expect(ask({ ...asking, lists })).toMatchObject({ status: 'good', validUntilMs: at(1).getTime() - 1 });
    expect(verdict({ ...asking, lists, nowMs: at(1).getTime() })).toBe('undetermined: stale');
  });

  it('do not help a complete list that is of the future', () => {
    expect(verdict({ ...asking, lists: [complete({ thisUpdate: at(1) }), delta()] })).toBe('undetermined: stale');
    expect(verdict({ ...asking, lists: [complete({ thisUpdate: at(0) }), delta()] })).toBe('good');
  });

  it('that are of the future leave the answer to what was issued, but for whom they name', () => {
    const future = { number: 6, thisUpdate: at(1) };
    expect(verdict({ ...asking, lists: [complete(), delta(future)] })).toBe('good');
    expect(verdict({ ...asking, lists: [complete(), delta(), delta(future)] })).toBe('good');
    for (const lists of [[complete()], [complete(), delta()]]) {
      const named = verdict({ ...asking, lists: [...lists, delta({ ...future, ...revocation })] });
      expect(named).toBe('revoked: keyCompromise');
    }
  });

  it('that are of the future lift no hold', () => {
    expect(verdict({ ...asking, lists: [complete(hold), delta({ thisUpdate: at(1), ...removal })] })).toBe(
      'revoked: certificateHold',
    );
  });

  it('whose time is over leave it to an older one that is current', () => {
    const lists = [complete(), delta({ number: 6, nextUpdate: at(-0.5) }), delta()];
    expect(verdict({ ...asking, lists })).toBe('good');
  });

  it('end the time of the answer when they end', () => {
    const lists = [complete(), delta({ nextUpdate: at(1) })];
    expect(ask({ ...asking, lists })).toMatchObject({ status: 'good', validUntilMs: at(1).getTime() - 1 });
    expect(verdict({ ...asking, lists, nowMs: at(1).getTime() })).toBe('undetermined: stale');
  });

  it('whose time is over do not lift a hold, but still revoke', () => {
    const over = { nextUpdate: at(-0.5) };
    expect(verdict({ ...asking, lists: [complete(hold), delta({ ...removal, ...over })] })).toBe('undetermined: stale');
    expect(verdict({ ...asking, lists: [complete(), delta({ ...revocation, ...over })] })).toBe(
      'revoked: keyCompromise',
    );
    expect(verdict({ ...asking, lists: [complete(), delta({ ...hold, ...over })] })).toBe('undetermined: stale');
  });

  it('whose time is over do not hide what the complete list says', () => {
    const over = { nextUpdate: at(-0.5) };
    expect(verdict({ ...asking, lists: [complete(revocation), delta({ ...hold, ...over })] })).toBe(
      'revoked: keyCompromise',
    );
    expect(verdict({ ...asking, lists: [complete(revocation), delta({ ...removal, ...over })] })).toBe(
      'revoked: keyCompromise',
    );
  });

  it('that a complete list is too old for leave it not current', () => {
    expect(verdict({ ...asking, lists: [complete(), delta({ number: 6, base: 5 })] })).toBe('undetermined: stale');
    expect(verdict({ ...asking, lists: [complete(), delta({ number: 6, base: 5 }), delta()] })).toBe('good');
    const lists = [complete(), delta({ number: 6, base: 5, ...revocation }), delta()];
    expect(verdict({ ...asking, lists })).toBe('revoked: keyCompromise');
  });

  it('before the one that can be combined are not asked', () => {
    const lists = [complete(), delta({ number: 6, base: 4 }), delta({ number: 5, base: 4, ...hold })];
    expect(verdict({ ...asking, lists })).toBe('good');
  });

  it('are not needed for a complete list that is newer', () => {
    const old = { nextUpdate: at(-0.5) };
    expect(verdict({ ...asking, lists: [complete({ number: 5 }), delta({ ...hold, ...old })] })).toBe('good');
    expect(verdict({ ...asking, lists: [complete({ number: 6 }), delta(hold)] })).toBe('good');
  });

  it('of another scope are not for a complete list', () => {
    const scope = { onlyContainsUserCerts: true };
    expect(verdict({ ...asking, lists: [complete(), delta({ scope, ...revocation })] })).toBe('good');
    expect(verdict({ ...asking, lists: [complete({ scope }), delta({ scope, ...revocation })] })).toBe(
      'revoked: keyCompromise',
    );
  });

  it('must be signed with the key of the complete list', () => {
    const impostor = { name: ca.name, keyPair: keyOf('impostor') };
    const keyIdentifier = ca.certificate.subjectKeyIdentifier ?? null;
    const forged = list(impostor, { number: 5, base: 4, keyIdentifier, ...removal });
    expect(verdict({ ...asking, lists: [complete(hold), forged] })).toBe('revoked: certificateHold');
    const second = authority(ca.name, { keyPair: keyOf('impostor') });
    expect(verdict({ ...asking, crlIssuers: [second], lists: [complete(hold), forged] })).toBe(
      'revoked: certificateHold',
    );
  });

  it('breaking the profile make the answer unusable, but revoke', () => {
    const extensions = [extension.freshestCrl([[{ uri: 'http://a.test/delta' }]])];
    expect(verdict({ ...asking, lists: [complete(), delta({ extensions })] })).toBe('undetermined: malformed');
    expect(verdict({ ...asking, lists: [complete(), delta({ extensions, ...revocation })] })).toBe(
      'revoked: keyCompromise',
    );
    expect(
      verdict({ ...asking, lists: [complete(), delta({ extensions })], policy: { profile: 'interoperable' } }),
    ).toBe('good');
  });
});

describe('the answer', () => {
  it('is the same for lists that were read from other octets', () => {
    const octets = listDer(ca, { entries: [entryFor(leaf)] });
    expect(verdict({ ...asking, lists: [readList(Uint8Array.from([0, ...octets]).subarray(1))] })).toBe(
      'revoked: unspecified',
    );
  });

  it('never counts as good after nextUpdate, whatever else there is', () => {
    const lists = [list(ca), list(ca, { number: 9, base: 1 }), list(ca, { number: 7, thisUpdate: at(-2) })];
    expect(verdict({ ...asking, lists, nowMs: now + 2 * day })).toBe('undetermined: stale');
  });
});
