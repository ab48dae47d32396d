import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../../src/certificate/model.ts';
import type { MaybePromise } from '../../../src/decision.ts';
import { defaultLimits } from '../../../src/limits.ts';
import { defaultPathSettings, type PathSettings } from '../../../src/path/settings.ts';
import type { TrustSnapshot } from '../../../src/path/trust-store.ts';
import type { VerifiedPath } from '../../../src/path/verified-path.ts';
import type { CheckedPath } from '../../../src/revocation/checked-path.ts';
import { type CheckerSettings, nameRefusal, RevocationChecker } from '../../../src/revocation/checker.ts';
import { KnownRevocations } from '../../../src/revocation/known-revocations.ts';
import type { Finding, RevocationMethod } from '../../../src/revocation/question.ts';
import { type UndeterminedKind, undetermined } from '../../../src/revocation/status.ts';
import { authority, client, now, trusting, verify } from '../../path/certificates.ts';

const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
const leaf = client('CN=leaf', { by: issuing });
const trust = trusting(root, { intermediates: [issuing] });
const path = verifiedPath();
const { validUntilMs } = path;

function verifiedPath(): VerifiedPath {
  const verified = verify(leaf, [], trust);
  if (!verified.ok) throw new Error('no path');
  return verified.value;
}

const never = Number.POSITIVE_INFINITY;
const good = (untilMs: number = never, recheckAtMs: number = never): Finding => ({
  status: { status: 'good', source: 'crl', thisUpdateMs: now, validUntilMs: untilMs },
  recheckAtMs,
  retryAtMs: undefined,
});
const open = (kind: UndeterminedKind, retryAtMs?: number, recheckAtMs: number = never): Finding => ({
  status: undetermined(kind),
  recheckAtMs,
  retryAtMs,
});

/** A method that finds this of every certificate, and has nothing at hand. */
const asking = (statusOf: RevocationMethod['statusOf']): RevocationMethod => ({
  statusOf,
  statusAtHand: () => undetermined('noSource'),
});
const finding = (found: MaybePromise<Finding>): RevocationMethod => asking(() => found);

const deny = { noSource: 'deny', unreachable: 'deny', stale: 'deny', malformed: 'deny', unknown: 'deny' } as const;
const allow = {
  noSource: 'allow',
  unreachable: 'allow',
  stale: 'allow',
  malformed: 'allow',
  unknown: 'allow',
} as const;

const settings: PathSettings = { ...defaultPathSettings, limits: defaultLimits };

function checkerOf(methods: readonly RevocationMethod[], changes: Partial<CheckerSettings> = {}): RevocationChecker {
  const nothing = (): void => undefined;
  const crlIssuers: CheckerSettings['crlIssuers'] = () => ({
    configured: undefined,
    settings,
    isRevoked: () => false,
  });
  return new RevocationChecker({
    methods,
    scope: 'leaf',
    on: deny,
    path: settings,
    crlIssuers,
    onTrust: nothing,
    tell: nothing,
    known: new KnownRevocations(10),
    ...changes,
  });
}

async function checked(methods: readonly RevocationMethod[], changes?: Partial<CheckerSettings>): Promise<CheckedPath> {
  const outcome = await checkerOf(methods, changes).check(path, trust, settings, now);
  if (!outcome.ok) throw new Error(outcome.reason.code);
  return outcome.value;
}

/** The code of the refusal with its kind, and after how many seconds to come again. */
async function refusal(...methods: readonly RevocationMethod[]): Promise<string> {
  const outcome = await checkerOf(methods).check(path, trust, settings, now);
  if (outcome.ok) return 'allowed';
  const { detail } = outcome.reason;
  return 'kind' in detail && 'retryAfterSeconds' in detail
    ? `${detail.kind}, ${detail.retryAfterSeconds} s`
    : outcome.reason.code;
}

describe('a path that was checked', () => {
  it('is determined, and counts as long as the path and every status do', async () => {
    expect(await checked([finding(good())])).toMatchObject({ isDetermined: true, validUntilMs });
    expect(await checked([finding(good(now + 5))])).toMatchObject({ validUntilMs: now + 5 });
  });

  it('is to be checked again as soon as anything newer may be fetched', async () => {
    const byCertificate = asking(({ certificate }) =>
      good(never, certificate === leaf.certificate ? now + 7 : now + 9),
    );
    expect(await checked([byCertificate], { scope: 'path' })).toMatchObject({ recheckAtMs: now + 7 });
    const both = [finding(open('stale', now + 3, now + 2)), finding(good(never, now + 8))];
    expect(await checked(both)).toMatchObject({ recheckAtMs: now + 2 });
  });

  it('is not determined where a status was let through', async () => {
    expect(await checked([finding(open('stale'))], { on: allow })).toMatchObject({ isDetermined: false });
  });

  it('is current until it is to be checked again, its validity ends, or something new is known', async () => {
    const checker = checkerOf([finding(good(now + 50, now + 20))]);
    const outcome = await checker.check(path, trust, settings, now);
    if (!outcome.ok) throw new Error(outcome.reason.code);
    const { value } = outcome;
    expect(checker.isCurrent(value, now + 19)).toBe(true);
    expect(checker.isCurrent(value, now + 20)).toBe(false);
    const lasting = { ...value, recheckAtMs: never };
    expect(checker.isCurrent(lasting, now + 50)).toBe(true);
    expect(checker.isCurrent(lasting, now + 51)).toBe(false);
    checker.changed();
    expect(checker.isCurrent(value, now)).toBe(false);
    checker.changed();
    expect(checker.isCurrent({ ...value, revision: value.revision + 2 }, now)).toBe(true);
  });

  it('belongs to what was known when the check began', async () => {
    let answer: (found: Finding) => void = () => undefined;
    const checker = checkerOf([finding(new Promise((resolve) => (answer = resolve)))]);
    const pending = checker.check(path, trust, settings, now);
    checker.changed();
    answer(good());
    const outcome = await pending;
    expect(outcome.ok && checker.isCurrent(outcome.value, now)).toBe(false);
  });

  it('is said at once where every method answers at once, and waits where one does not', async () => {
    expect(checkerOf([finding(good())]).check(path, trust, settings, now)).not.toBeInstanceOf(Promise);
    const late = asking(({ certificate }) => (certificate === leaf.certificate ? Promise.resolve(good()) : good()));
    const pending = checkerOf([late], { scope: 'path' }).check(path, trust, settings, now);
    expect(pending).toBeInstanceOf(Promise);
    expect(await pending).toMatchObject({ ok: true, value: { revocation: { certificates: [{}, {}] } } });
  });
});

describe('the anchors that are trusted', () => {
  it('are told of whenever they are others', () => {
    const heard: TrustSnapshot[] = [];
    const checker = checkerOf([finding(good())], { onTrust: (snapshot) => heard.push(snapshot) });
    const other = trusting(root);
    for (const snapshot of [trust, trust, other, other, trust]) void checker.check(path, snapshot, settings, now);
    expect(heard).toEqual([trust, other, trust]);
    expect(heard[1]).toBe(other);
  });
});

describe('a question to the methods', () => {
  it('is about each certificate with its issuer, on behalf of the leaf', () => {
    const asked: unknown[] = [];
    const method = asking(({ certificate, issuer, client: behalf }) => {
      asked.push([nameOf(certificate), nameOf(issuer), behalf]);
      return good();
    });
    void checkerOf([method], { scope: 'path' }).check(path, trust, settings, now);
    const { thumbprint } = leaf.certificate;
    expect(asked).toEqual([
      ['CN=leaf', 'CN=Issuing', thumbprint],
      ['CN=Issuing', 'CN=Root', thumbprint],
    ]);
  });

  it('that none of them is there to answer is without a source', async () => {
    expect(await refusal()).toBe('noSource, 60 s');
  });

  it('of which none has a source is without one', async () => {
    expect(await refusal(finding(open('noSource')), finding(open('noSource')))).toBe('noSource, 60 s');
  });

  it.each<[UndeterminedKind, UndeterminedKind, string]>([
    ['unknown', 'noSource', 'certificate_status_unknown'],
    ['noSource', 'unknown', 'certificate_status_unknown'],
    ['unknown', 'malformed', 'certificate_status_unknown'],
    ['stale', 'malformed', 'malformed, 60 s'],
    ['unreachable', 'stale', 'stale, 60 s'],
    ['noSource', 'unreachable', 'unreachable, 60 s'],
  ])('that one finds %s and another %s comes to %s', async (one, other, said) => {
    expect(await refusal(finding(open(one)), finding(open(other)))).toBe(said);
    expect(await refusal(finding(open(other)), finding(open(one)))).toBe(said);
  });
});

function nameOf({ subject }: Certificate): string {
  return subject.toString();
}

describe('a refusal because nothing is known', () => {
  it.each<[string, number | undefined]>([
    ['stale, 60 s', undefined],
    ['stale, 60 s', never],
    ['stale, 1 s', now - 10_000],
    ['stale, 1 s', now],
    ['stale, 1 s', now + 1],
    ['stale, 7 s', now + 6_001],
    ['stale, 300 s', now + 300_000],
    ['stale, 300 s', now + 900_000],
  ])('says %s after which to come again, case %#', async (said, retryAtMs) => {
    expect(await refusal(finding(open('stale', retryAtMs)))).toBe(said);
  });

  it('says when the first of several methods may know more', async () => {
    const [soon, late, unknown] = [now + 5_000, now + 9_000, undefined];
    const said = (one: number | undefined, other: number | undefined): Promise<string> =>
      refusal(finding(open('stale', one)), finding(open('stale', other)));
    expect(await said(soon, late)).toBe('stale, 5 s');
    expect(await said(late, soon)).toBe('stale, 5 s');
    expect(await said(unknown, late)).toBe('stale, 9 s');
    expect(await said(late, unknown)).toBe('stale, 9 s');
    expect(await said(unknown, unknown)).toBe('stale, 60 s');
  });

  it('of a bare name says that nothing can be asked', () => {
    expect(nameRefusal(checkerOf([]))).toMatchObject({
      code: 'revocation_unavailable',
      detail: { index: 0, kind: 'noSource', retryAfterSeconds: 60 },
    });
    expect(nameRefusal(checkerOf([], { on: allow }))).toBeUndefined();
  });
});
