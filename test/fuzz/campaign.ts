import { performance } from 'node:perf_hooks';
import type { Coverage } from './coverage.ts';
import { Random } from './random.ts';
import { Finding, largest } from './target.ts';
import type { AnyTarget } from './targets.ts';

/** How long a target is fuzzed: whichever comes first. */
export interface Extent {
  readonly milliseconds: number;
  readonly runs: number;
}

export interface Account {
  readonly target: string;
  readonly runs: number;
  readonly accepted: number;
  /** Inputs kept because they came to an outcome never seen before, seeds among them, or reached new blocks of core. */
  readonly corpus: readonly string[];
  /** How many inputs others were asked about. */
  readonly compared: number;
  readonly findings: readonly Found[];
  readonly slowest: { readonly milliseconds: number; readonly input: string };
  readonly seconds: number;
  /** Blocks of core that ran. */
  readonly blocks: number;
}

/** The first input with a cause, and how often the cause came up. */
export interface Found {
  readonly message: string;
  readonly input: string;
  times: number;
}

/** No input may hold the event loop for longer than `slow`. A loaded machine may: only `tooSlow` is a finding. */
export const slow = 50;
const tooSlow = 500;

/** Inputs between two questions for coverage: few while there is much to find. */
const smallestBatch = 16;
const largestBatch = 1024;
/** Inputs kept. Past that, a new one takes the place of any but the newest. */
const corpusLimit = 4_000;
const differentFindings = 50;
/** The share of the time that goes to other implementations. */
const comparedShare = 0.25;

/** Fuzzes one target: mutates what was interesting before, and keeps what turns out to be. */
export class Campaign {
  readonly #target: AnyTarget;
  readonly #coverage: Coverage;
  readonly #random: Random;
  /** Another one for the samples, whose number depends on the machine: the inputs must not. */
  readonly #sampling: Random;
  readonly #corpus: unknown[] = [];
  readonly #outcomes = new Set<string>();
  readonly #findings = new Map<string, Found>();
  readonly #wanted: unknown[] = [];
  #runs = 0;
  #accepted = 0;
  #compared = 0;
  #comparedMs = 0;
  #slowest: { milliseconds: number; input: unknown } = { milliseconds: 0, input: undefined };

  constructor(target: AnyTarget, coverage: Coverage, random: Random) {
    this.#target = target;
    this.#coverage = coverage;
    this.#random = random;
    this.#sampling = new Random(random.next());
  }

  /** `more`: printed inputs to begin with, beside the seeds of the target. */
  async run(more: readonly string[], { milliseconds, runs }: Extent): Promise<Account> {
    const started = performance.now();
    this.#coverage.forget();
    const seeds = [...this.#target.seeds, ...more.map((line) => this.#target.parse(line))];
    this.#runSeeds(seeds);
    if (this.#coverage.blocks === 0) throw new Error(`${this.#target.name} reaches nothing of core that is measured`);
    let size = smallestBatch;
    while (this.#runs < runs && performance.now() - started < milliseconds) {
      const length = Math.min(size, runs - this.#runs);
      const isNew = this.#runBatch(Array.from({ length }, () => this.#next(seeds)));
      size = isNew ? Math.max(smallestBatch, size >> 1) : Math.min(largestBatch, size << 1);
      await this.#compare(performance.now() - started);
    }
    const { milliseconds: slowest, input } = this.#slowest;
    return {
      target: this.#target.name,
      runs: this.#runs,
      accepted: this.#accepted,
      corpus: this.#corpus.map((one) => this.#target.print(one)),
      compared: this.#compared,
      findings: [...this.#findings.values()],
      slowest: { milliseconds: slowest, input: input === undefined ? '' : this.#target.print(input) },
      blocks: this.#coverage.blocks,
      seconds: (performance.now() - started) / 1000,
    };
  }

  /** What seeds reach is known by all of them together: which one it was would cost more than it is worth. */
  #runSeeds(seeds: readonly unknown[]): void {
    this.#runs += seeds.length;
    for (const seed of seeds) this.#judge(seed);
    this.#coverage.see(this.#coverage.take());
  }

  /** From the corpus, the newest half of it twice as often; or, once in four times, a seed. */
  #next(seeds: readonly unknown[]): unknown {
    const random = this.#random;
    const { length } = this.#corpus;
    const newest = random.oneIn(3) ? Math.floor(length / 2) : 0;
    const base =
      length === 0 || random.oneIn(4) ? random.pick(seeds) : this.#corpus[newest + random.below(length - newest)];
    const input = this.#target.mutate(base, random, () =>
      random.pick(length === 0 || random.oneIn(2) ? seeds : this.#corpus),
    );
    return this.#target.size(input) > largest ? base : input;
  }

  /** Answers whether there was something new. */
  #runBatch(inputs: readonly unknown[]): boolean {
    this.#runs += inputs.length;
    for (const input of inputs) this.#judge(input);
    const fresh = this.#coverage.take();
    if (fresh.length === 0) return false;
    this.#attribute(inputs, fresh);
    // What only a judge reached, or only the first time, has no input of its own.
    this.#coverage.see(fresh);
    return true;
  }

  #judge(input: unknown): void {
    const outcome = this.#execute(input);
    if (outcome === undefined) return;
    if (outcome.includes('accepted')) this.#accepted += 1;
    if (this.#target.compared?.isWanted(outcome)) this.#want(input);
    if (this.#outcomes.has(outcome)) return;
    this.#outcomes.add(outcome);
    this.#keep(input);
  }

  /** Finds which of the inputs reached these blocks, by halving. */
  #attribute(inputs: readonly unknown[], blocks: readonly string[]): void {
    if (inputs.length === 1) {
      this.#coverage.see(blocks);
      this.#keep(inputs[0]);
      return;
    }
    const middle = inputs.length >> 1;
    const first = this.#reached(inputs.slice(0, middle));
    if (first.length > 0) this.#attribute(inputs.slice(0, middle), first);
    // Each question costs milliseconds: the second half has none when the first one explains everything.
    if (blocks.every((block) => first.includes(block))) return;
    const second = this.#reached(inputs.slice(middle));
    if (second.length > 0) this.#attribute(inputs.slice(middle), second);
  }

  #reached(inputs: readonly unknown[]): readonly string[] {
    for (const input of inputs) this.#rerun(input);
    return this.#coverage.take();
  }

  #rerun(input: unknown): void {
    try {
      this.#target.run(input);
    } catch {
      // It was found the first time.
    }
  }

  #keep(input: unknown): void {
    if (this.#corpus.length < corpusLimit) this.#corpus.push(input);
    else {
      this.#corpus.splice(this.#random.below(corpusLimit), 1);
      this.#corpus.push(input);
    }
  }

  /** A sample of what is accepted, for others to judge. */
  #want(input: unknown): void {
    if (this.#wanted.length < 64) this.#wanted.push(input);
    else this.#wanted[this.#sampling.below(64)] = input;
  }

  #execute(input: unknown): string | undefined {
    try {
      const started = performance.now();
      const result = this.#target.run(input);
      this.#time(input, performance.now() - started);
      return this.#target.judge(input, result);
    } catch (error) {
      this.#found(asFinding(error), input);
      return undefined;
    }
  }

  #found(finding: Finding, input: unknown): void {
    const known = this.#findings.get(finding.key);
    if (known !== undefined) known.times += 1;
    else if (this.#findings.size < differentFindings) {
      const printed = this.#target.print(input);
      this.#findings.set(finding.key, { message: finding.message, input: printed, times: 1 });
      console.log(`  ${this.#target.name}: ${finding.message}\n    ${printed}`);
    }
  }

  /** The least of four, in processor time or on the clock: most of what is slow once is the machine's doing. */
  #time(input: unknown, once: number): void {
    let milliseconds = once;
    for (let again = 0; again < 3 && milliseconds > Math.max(2, this.#slowest.milliseconds); again++) {
      const started = performance.now();
      const before = process.cpuUsage();
      this.#target.run(input);
      const { user, system } = process.cpuUsage(before);
      milliseconds = Math.min(milliseconds, performance.now() - started, (user + system) / 1000);
    }
    if (milliseconds <= this.#slowest.milliseconds) return;
    this.#slowest = { milliseconds, input };
    if (milliseconds > tooSlow) throw new Finding('slow', `${milliseconds.toFixed(0)} ms`);
  }

  async #compare(elapsed: number): Promise<void> {
    const { compared } = this.#target;
    while (compared !== undefined && this.#wanted.length > 0 && this.#comparedMs < elapsed * comparedShare) {
      const started = performance.now();
      const input = this.#wanted.shift();
      for (const finding of await compared.ask(input)) this.#found(finding, input);
      this.#compared += 1;
      this.#comparedMs += performance.now() - started;
    }
  }
}

/** Core never throws for what it is given: any exception is a finding, known by where it comes from. */
function asFinding(error: unknown): Finding {
  if (error instanceof Finding) return error;
  const { name, message, stack } = error as Error;
  const place =
    /\n\s+at .*/
      .exec(stack ?? '')?.[0]
      .trim()
      .replace(/\(.*\//, '(') ?? '';
  return new Finding(`exception: ${name} ${place}`, message);
}
