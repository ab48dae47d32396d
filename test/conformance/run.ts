import { performance } from 'node:perf_hooks';
import { bounded, caseMilliseconds } from './bounded.ts';
import { actualOf, type ConformanceCase, type Profile, type Verdict } from './case.ts';
import type { Divergence } from './divergences.ts';

export type Kind = 'agree' | 'divergence' | 'false accept' | 'false reject' | 'not yet';

/** One case under one profile. */
export interface Result {
  readonly case: ConformanceCase;
  readonly profile: Profile;
  readonly kind: Kind;
  readonly milliseconds: number;
  /** Under `not yet`: what is missing. Otherwise what core answered. */
  readonly actual: string;
}

/** Runs cases under one profile; a divergence counts only when the answer is the very one that it names. */
export function* runCases(
  cases: readonly ConformanceCase[],
  profile: Profile,
  divergences: ReadonlyMap<string, Divergence>,
): Generator<Result> {
  for (const conformanceCase of cases) {
    const { expected, id, corpus, notYet } = conformanceCase;
    if (notYet !== undefined) {
      yield { case: conformanceCase, profile, kind: 'not yet', milliseconds: 0, actual: notYet };
      continue;
    }
    let [verdict, milliseconds] = timed(conformanceCase, profile);
    // The pause of a garbage collection is not the case's: what seems slow is timed once more.
    if (milliseconds > 20 && verdict !== tookTooLong) {
      const [again, shorter] = timed(conformanceCase, profile);
      [verdict, milliseconds] = [again, Math.min(milliseconds, shorter)];
    }
    const actual = actualOf(verdict);
    const divergence = divergences.get(divergenceKey(corpus, id, profile));
    yield { case: conformanceCase, profile, kind: kindOf(expected, verdict, divergence), milliseconds, actual };
  }
}

function timed(conformanceCase: ConformanceCase, profile: Profile): [verdict: Verdict, milliseconds: number] {
  const started = performance.now();
  const verdict = bounded(() => conformanceCase.judge(profile)) ?? tookTooLong;
  return [verdict, performance.now() - started];
}

const tookTooLong: Verdict = { accepted: false, why: `no answer in ${caseMilliseconds} ms`, account: undefined };

function kindOf(expected: ConformanceCase['expected'], verdict: Verdict, divergence: Divergence | undefined): Kind {
  // A case that has to be stopped proves nothing, least of all that core refuses it.
  if (verdict === tookTooLong) return expected === 'accept' ? 'false reject' : 'false accept';
  const agrees = verdict.accepted === (expected === 'accept');
  if (agrees) return 'agree';
  if (divergence?.expected === expected && divergence.actual === actualOf(verdict)) return 'divergence';
  return verdict.accepted ? 'false accept' : 'false reject';
}

export function divergenceKey(corpus: string, id: string, profile: Profile): string {
  return `${corpus} ${profile} ${id}`;
}
