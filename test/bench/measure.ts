/**
 * Durations measured in turns: one batch of each subject after the other, many rounds, medians. A machine that is
 * slower for a while is slower for all. The first subject is measured twice under two names; what the two differ by is
 * the noise of the run, printed beside each ratio.
 */
export interface Subject {
  readonly name: string;
  /** What has to be there before a batch and is no part of it. */
  readonly prepare?: () => void;
  /** One batch. Answers how many operations it did. */
  readonly batch: () => number | Promise<number>;
}

export interface Measured {
  readonly name: string;
  /** Median microseconds an operation. */
  readonly us: number;
}

export interface Comparison {
  readonly subjects: readonly Measured[];
  /** How far the baseline was from itself: `|1 - A/A|`. */
  readonly spread: number;
}

/** A server runs for days: what is measured is code that the compiler has seen. */
const warmUpRounds = 20;

/** The first subject is the baseline. */
export async function compare(subjects: readonly [Subject, ...Subject[]], rounds = 31): Promise<Comparison> {
  const all = [subjects[0], ...subjects];
  const times: number[][] = all.map(() => []);
  for (let round = 0; round < warmUpRounds; round += 1) {
    for (const { batch, prepare } of all) {
      prepare?.();
      await batch();
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, subject] of all.entries()) {
      subject.prepare?.();
      const start = process.hrtime.bigint();
      const operations = await subject.batch();
      times[index]?.push(Number(process.hrtime.bigint() - start) / 1000 / operations);
    }
  }
  const [again = 0, baseline = 1, ...others] = times.map(median);
  return {
    subjects: [baseline, ...others].map((us, index) => ({ name: (subjects[index] as Subject).name, us })),
    spread: Math.abs(1 - again / baseline),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** `count` calls as one batch. */
export function repeat(count: number, operation: (index: number) => void): () => number {
  return () => {
    for (let index = 0; index < count; index += 1) operation(index);
    return count;
  };
}
