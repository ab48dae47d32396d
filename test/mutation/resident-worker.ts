import { BroadcastChannel } from 'node:worker_threads';
import { inject, type RunnerTestCase, type RunnerTestFile, type RunnerTestSuite, TestRunner } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the instrumented sources look for the mutant that is switched on. */
    readonly strykerNamespace: string;
    /** By which questions and answers go. */
    readonly channel: string;
    readonly testFiles: readonly string[];
    /** Of tests by their id, in milliseconds, as far as they are known. */
    readonly durations: readonly (readonly [id: string, ms: number])[];
    /** One that is there while the modules are loaded. */
    readonly mutantWhileLoading: string | undefined;
  }
}

/** What Stryker's instrumentation looks at. */
interface Instrumentation {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: unknown;
}

/** Which mutant to switch on, and the tests to run until one fails. Without a mutant: all of them, and what they reach. */
export interface Question {
  readonly mutant?: string;
  readonly hitLimit?: number;
  /** Ids. Default: every test. */
  readonly tests?: readonly string[];
  /** The test file that is run first. */
  readonly first?: string;
  /** The mutant was there when the modules were loaded and stays. */
  readonly isLasting?: boolean;
}

export interface TestReport {
  readonly id: string;
  readonly timeSpentMs: number;
  readonly failure: string | undefined;
}

export interface Answer {
  readonly reports: readonly TestReport[];
  readonly coverage?: unknown;
  readonly hitCount?: number;
  /** The failed test passes again with the mutant switched off. */
  readonly isClean?: boolean;
}

type Hook = (...args: unknown[]) => unknown;

/** What `onTestFinished` leaves on a test. */
type WithHooks = RunnerTestCase & { readonly onFinished?: Hook[] };

/** Keeps the loaded tests, and runs them again and again: to load them takes longer by far. */
// biome-ignore lint/style/noDefaultExport: vitest takes the default export of a runner.
export default class ResidentWorker extends TestRunner {
  readonly #stryker: Instrumentation = { activeMutant: inject('mutantWhileLoading') };
  #tests: Map<RunnerTestCase, string> = new Map();
  /** In milliseconds, by id. */
  readonly #durations: Map<string, number> = new Map(inject('durations'));

  onBeforeCollect(): void {
    Object.assign(globalThis, { [inject('strykerNamespace')]: this.#stryker });
  }

  async onBeforeRunFiles([file]: RunnerTestFile[]): Promise<void> {
    if (file === undefined) return;
    this.#tests = new Map(testsWithIds(file));
    await this.onBeforeRunSuite(file);
    const channel = new BroadcastChannel(inject('channel'));
    const load = file.result?.errors?.[0]?.message;
    await new Promise<void>((resolve) => {
      channel.onmessage = async (event) => {
        const question = (event as { data: Question | 'end' }).data;
        if (question === 'end') return resolve();
        channel.postMessage({ answer: await this.#answer(question) });
      };
      channel.postMessage({ ready: { failure: load, tests: this.#tests.size } });
    });
    channel.close();
    file.mode = 'skip';
    for (const task of file.tasks) task.mode = 'skip';
  }

  async #answer({ mutant, hitLimit, tests, first, isLasting }: Question): Promise<Answer> {
    const stryker = this.#stryker;
    const chosen = new Set([...this.#tests].flatMap(([test, id]) => ((tests?.includes(id) ?? true) ? [test] : [])));
    if (mutant === undefined) {
      const reports = await this.#run(chosen, first, false);
      return { reports, coverage: stryker.mutantCoverage };
    }
    stryker.activeMutant = mutant;
    stryker.hitCount = 0;
    stryker.hitLimit = hitLimit;
    const reports = await this.#run(chosen, first, true);
    const { hitCount = 0 } = stryker;
    stryker.hitLimit = undefined;
    stryker.hitCount = undefined;
    if (isLasting) return { reports, hitCount };
    stryker.activeMutant = undefined;
    const failed = reports.at(-1);
    if (failed?.failure === undefined) return { reports, hitCount };
    const again = new Set([...chosen].filter((test) => this.#idOf(test) === failed.id));
    const [repeated] = await this.#run(again, first, true);
    return { reports, hitCount, isClean: repeated?.failure === undefined };
  }

  /** One report for each test that was run, those of the file `first` and what is done soonest first. */
  async #run(
    chosen: ReadonlySet<RunnerTestCase>,
    first: string | undefined,
    untilFailure: boolean,
  ): Promise<readonly TestReport[]> {
    const reports: TestReport[] = [];
    const isOver = (): boolean => untilFailure && reports.at(-1)?.failure !== undefined;
    const units = [...new Set([...chosen].map(unitOf))]
      .map((unit) => {
        const tests = unit.type === 'suite' ? testsOf(unit) : [unit];
        const isFirst = tests.some((test) => suitesOf(test)[1]?.name === first);
        return {
          unit,
          rank: isFirst ? 0 : 1,
          ms: tests.reduce((sum, test) => sum + (this.#durations.get(this.#idOf(test)) ?? 0), 0),
        };
      })
      .sort((a, b) => a.rank - b.rank || a.ms - b.ms);
    for (const { unit } of units) {
      if (isOver()) break;
      if (unit.type === 'suite') await this.#runSuite(unit, chosen, reports, isOver);
      else reports.push(await this.#runTest(unit));
    }
    return reports;
  }

  async #runSuite(
    suite: RunnerTestSuite,
    chosen: ReadonlySet<RunnerTestCase>,
    reports: TestReport[],
    isOver: () => boolean,
  ): Promise<void> {
    const mine = testsOf(suite).filter((test) => chosen.has(test));
    if (mine.length === 0 || isOver()) return;
    const { beforeAll, afterAll } = TestRunner.getSuiteHooks(suite);
    const cleanups: unknown[] = [];
    const hooksFailed = async (hooks: readonly unknown[]): Promise<boolean> => {
      try {
        for (const hook of hooks) cleanups.push(await (hook as Hook)({}, suite));
        return false;
      } catch (error) {
        for (const test of mine) reports.push(this.#report(test, 0, error));
        return true;
      }
    };
    if (!(await hooksFailed(beforeAll))) {
      for (const task of suite.tasks) {
        if (isOver()) break;
        if (task.type === 'suite') await this.#runSuite(task, chosen, reports, isOver);
        else if (chosen.has(task)) reports.push(await this.#runTest(task));
      }
    }
    const undo = cleanups.splice(0).filter((cleanup) => typeof cleanup === 'function');
    await hooksFailed([...afterAll, ...undo]);
  }

  async #runTest(test: RunnerTestCase): Promise<TestReport> {
    const stryker = this.#stryker;
    const start = performance.now();
    const suites = suitesOf(test);
    let failure: unknown;
    const attempt = async (work: () => unknown): Promise<unknown> => {
      try {
        return await work();
      } catch (error) {
        failure ??= error ?? 'nothing was thrown';
        return undefined;
      }
    };
    const cleanups: unknown[] = [];
    test.result = { state: 'run', startTime: 0 };
    if (stryker.activeMutant === undefined) stryker.currentTestId = this.#idOf(test);
    await attempt(async () => {
      await this.onBeforeRunTask(test);
      this.onBeforeTryTask(test);
      for (const suite of suites) {
        for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) {
          cleanups.push(await (hook as Hook)(test.context, suite));
        }
      }
      await TestRunner.getTestFn(test)();
      this.onAfterTryTask(test);
    });
    for (const suite of [...suites].reverse()) {
      for (const hook of TestRunner.getSuiteHooks(suite).afterEach) {
        await attempt(() => (hook as Hook)(test.context, suite));
      }
    }
    for (const cleanup of cleanups) if (typeof cleanup === 'function') await attempt(() => cleanup());
    const { onFinished = [] } = test as WithHooks;
    for (const hook of onFinished.reverse()) await attempt(() => hook(test.context));
    Object.assign(test, { onFinished: undefined, onFailed: undefined });
    stryker.currentTestId = undefined;
    const timeSpentMs = performance.now() - start;
    if (failure === undefined) this.#durations.set(this.#idOf(test), timeSpentMs);
    return this.#report(test, timeSpentMs, failure);
  }

  #idOf(test: RunnerTestCase): string {
    return this.#tests.get(test) ?? '';
  }

  #report(test: RunnerTestCase, timeSpentMs: number, failure: unknown): TestReport {
    const text = failure instanceof Error ? failure.message : JSON.stringify(failure);
    return { id: this.#idOf(test), timeSpentMs, failure: text };
  }
}

/** Ids that are the same wherever the same tests are loaded: a title may hold what was made at random. */
function* testsWithIds(file: RunnerTestFile): Generator<[RunnerTestCase, string]> {
  for (const suite of file.tasks) {
    for (const [index, test] of testsOf({ ...file, tasks: [suite] }).entries()) yield [test, `${suite.name} ${index}`];
  }
}

function testsOf(suite: RunnerTestSuite): RunnerTestCase[] {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task) : [task]));
}

/** A test by itself, or the suite around it that is set up for all of its tests together. */
function unitOf(test: RunnerTestCase): RunnerTestCase | RunnerTestSuite {
  const isSetUp = (suite: RunnerTestSuite): boolean => {
    const { beforeAll, afterAll } = TestRunner.getSuiteHooks(suite);
    return beforeAll.length + afterAll.length > 0;
  };
  return suitesOf(test).slice(1).find(isSetUp) ?? test;
}

/** From the file inwards. */
function suitesOf({ suite, file }: RunnerTestCase): RunnerTestSuite[] {
  const suites: RunnerTestSuite[] = [];
  for (let at = suite; at !== undefined; at = at.suite) suites.unshift(at);
  return [file, ...suites.filter((one) => one !== file)];
}
