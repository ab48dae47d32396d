import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { type Candidate, RootedIntermediates } from '../../src/path/rooted.ts';
import { reason } from '../../src/reasons.ts';
import { authority, client, keyOf, settingsWith, trusting, verify } from './certificates.ts';

const refused = reason('signature_invalid', { index: 0, subject: '' });

/** Intermediates by number; of each those that have its issuer's name, and whether the signature is theirs. Number 0 is the anchor. */
type Issuers = ReadonlyMap<number, readonly { readonly by: number; readonly isSigned: boolean }[]>;

function surveyOf(issuers: Issuers, steps = Number.POSITIVE_INFINITY) {
  const known = new Map<number, Certificate>();
  const numbers = new Map<Certificate, number>();
  const certificate = (number: number): Certificate => {
    const made = known.get(number) ?? ({ number } as unknown as Certificate);
    known.set(number, made);
    numbers.set(made, number);
    return made;
  };
  const keysUsed: number[] = [];
  let left = steps;
  const rooted = new RootedIntermediates({
    issuersOf: (child): readonly Candidate[] =>
      (issuers.get(numbers.get(child) as number) ?? []).map(({ by }) => ({
        certificate: certificate(by),
        isAnchor: by === 0,
      })),
    spendStep: () => {
      left -= 1;
      return left >= 0;
    },
    refusalOf: () => undefined,
    signatureRefusalOf: (child, issuer) => {
      const by = numbers.get(issuer) as number;
      keysUsed.push(by);
      const found = issuers.get(numbers.get(child) as number)?.find((one) => one.by === by);
      return found?.isSigned === true ? undefined : refused;
    },
  });
  return { has: (number: number) => rooted.has(certificate(number), 1), keysUsed };
}

/** What is rooted, worked out until nothing is added any more. */
function fixedPoint(issuers: Issuers): ReadonlySet<number> {
  const rooted = new Set([0]);
  for (let size = 0; size !== rooted.size; ) {
    size = rooted.size;
    for (const [number, all] of issuers) {
      if (all.some(({ by, isSigned }) => isSigned && rooted.has(by))) rooted.add(number);
    }
  }
  return rooted;
}

const graph: fc.Arbitrary<Issuers> = fc
  .array(
    fc.uniqueArray(fc.record({ by: fc.integer({ min: 0, max: 7 }), isSigned: fc.boolean() }), {
      selector: ({ by }) => by,
      maxLength: 4,
    }),
    { minLength: 7, maxLength: 7 },
  )
  .map((all) => new Map(all.map((issuers, index) => [index + 1, issuers])));

describe('what an anchor vouches for', () => {
  it('is found in whatever order it is asked about, also where authorities certify each other in circles', () => {
    fc.assert(
      fc.property(graph, fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7]), (issuers, order) => {
        const { has, keysUsed } = surveyOf(issuers);
        const expected = fixedPoint(issuers);
        for (const number of order) expect(has(number)).toBe(expected.has(number));
        // Never a key that nobody vouches for.
        for (const by of keysUsed) expect(expected.has(by)).toBe(true);
      }),
    );
  });

  it('is nothing once the budget is exhausted', () => {
    const issuers: Issuers = new Map([
      [1, [{ by: 2, isSigned: true }]],
      [2, [{ by: 0, isSigned: true }]],
    ]);
    expect(surveyOf(issuers, 2).has(1)).toBe(true);
    const { has, keysUsed } = surveyOf(issuers, 1);
    expect(has(1)).toBe(false);
    expect(keysUsed).toEqual([]);
  });
});

describe('an authority that changed its key', () => {
  // RFC 4210 section 4.4: the new key is certified by the old one, and the old one by the new.
  const rollover = (kind: 'P-384' | 'P-521') => {
    const oldKey = keyOf('old', kind);
    const newKey = keyOf('new', kind);
    const old = authority('CN=Root', { keyPair: oldKey });
    return {
      old,
      newWithOld: authority('CN=Root', { keyPair: newKey, by: { name: 'CN=Root', keyPair: oldKey } }),
      oldWithNew: authority('CN=Root', { keyPair: oldKey, by: { name: 'CN=Root', keyPair: newKey } }),
      sub: authority('CN=Sub', { by: { name: 'CN=Root', keyPair: newKey } }),
    };
  };

  it.each(['P-384', 'P-521'] as const)('is followed by the keys that are named, without a failed check: %s', (kind) => {
    const { newWithOld, old, oldWithNew, sub } = rollover(kind);
    const leaf = client('CN=x', { by: sub });
    const spare = { limits: limits({ failedSignatures: 0.1, signatures: 61 }) };
    for (const others of [
      [sub, newWithOld, oldWithNew],
      [oldWithNew, newWithOld, sub],
    ]) {
      expect(verify(leaf, others, trusting(old), spare).ok).toBe(true);
    }
  });

  it('is found where no key is named, at the cost of a few failed checks', () => {
    const anchors = ['one', 'two', 'three'].map((owner) => authority('CN=Same', { keyPair: keyOf(owner, 'P-521') }));
    const leaf = client('CN=x', {
      by: { name: 'CN=Same', keyPair: keyOf('three', 'P-521') },
      without: ['2.5.29.35'],
    });
    expect(verify(leaf, [], trusting(anchors)).ok).toBe(true);
  });
});

describe('certificates that a stranger made', () => {
  const root = authority('CN=Root');
  const signatures = 1e-9;

  it('cost no signature check at all, however well they certify each other, whatever their keys', () => {
    const own = ['CN=A', 'CN=B', 'CN=C'].flatMap((name) =>
      ['CN=A', 'CN=B', 'CN=C'].map((by) =>
        authority(name, { keyPair: keyOf(name, 'P-521'), by: { name: by, keyPair: keyOf(by, 'P-521') } }),
      ),
    );
    const leaf = client('CN=x', { by: { name: 'CN=A', keyPair: keyOf('CN=A', 'P-521') } });
    const outcome = verify(leaf, own, trusting(root), { limits: limits({ signatures }) });
    expect(outcome).toMatchObject({ ok: false, reason: { code: 'issuer_unknown' } });
  });

  it('cost one check each by the key whose name they forged, and few of them', () => {
    const forged = Array.from({ length: 19 }, (_, serialNumber) =>
      authority('CN=Forged', { by: { name: 'CN=Root', keyPair: keyOf('stranger') }, forge: { serialNumber } }),
    );
    const leaf = client('CN=x', { by: { name: 'CN=Forged', keyPair: keyOf('CN=Forged') } });
    expect(
      verify(leaf, forged, trusting(root), { limits: limits({ signatures: 19, failedSignatures: 19 }) }),
    ).toMatchObject({
      reason: { code: 'signature_invalid' },
    });
    expect(verify(leaf, forged, trusting(root), { limits: limits({ failedSignatures: 3 }) })).toMatchObject({
      reason: { code: 'path_budget_exceeded', detail: { budget: 'failedSignatures', limit: 3 } },
    });
    // Of a key that costs nine times as much, a few.
    const costly = authority('CN=Root', { keyPair: keyOf('CN=Root', 'P-384') });
    expect(verify(leaf, forged, trusting(costly), { limits: limits({ signatures: 36 }) })).toMatchObject({
      reason: { code: 'path_budget_exceeded', detail: { budget: 'failedSignatures', limit: 24 } },
    });
  });

  it('do not use up what an honest path needs', () => {
    const issuing = authority('CN=Issuing', { by: root });
    const forged = authority('CN=Issuing', { by: { name: 'CN=Root', keyPair: keyOf('stranger') } });
    expect(verify(client('CN=x', { by: issuing }), [forged, issuing], trusting(root)).ok).toBe(true);
  });
});

function limits(changes: object): ReturnType<typeof settingsWith>['limits'] {
  return { ...settingsWith({}).limits, ...changes };
}
