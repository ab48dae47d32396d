// Stryker's runner for vitest loads every test anew for each mutant, which takes seconds where the tests take
// milliseconds. This one keeps a worker with the tests loaded and switches mutants on and off in it.
//
// What is remembered from one run to the next could hide a mutant or blame the wrong one. So a test that failed is run
// once more without the mutant, and where that does not pass, as wherever a mutant survives, a new worker has the last word.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cwd, env, pid } from 'node:process';
import { BroadcastChannel } from 'node:worker_threads';
import { createVitest } from 'vitest/node';

/** Where the instrumented sources look for the mutant that is switched on. */
const instrumentation = '__stryker__';

class ResidentRunner {
  #vitest;
  #channel;
  #running;
  #hear;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    env.NODE_ENV = 'test';
    env.VITEST = '1';
    this.#vitest = await createVitest('test', {
      config: 'test/mutation/vitest.config.ts',
      coverage: { enabled: false },
      reporters: [{}],
      watch: false,
      onConsoleLog: () => false,
    });
    const name = `mutation ${pid}`;
    this.#vitest.provide('strykerNamespace', instrumentation);
    this.#vitest.provide('channel', name);
    this.#vitest.provide('testFiles', testFiles());
    this.#vitest.provide('durations', []);
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear?.(data);
  }

  async dryRun() {
    const errorMessage = await this.#load();
    if (errorMessage !== undefined) return { status: 'error', errorMessage };
    const { reports, coverage } = await this.#ask({});
    this.#vitest.provide(
      'durations',
      reports.map(({ id, timeSpentMs }) => [id, timeSpentMs]),
    );
    const tests = reports.map(testResult);
    return { status: 'complete', tests, mutantCoverage: coverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, sandboxFileName, mutantActivation }) {
    const isLasting = mutantActivation === 'static';
    const first = ownTests(sandboxFileName);
    const question = { mutant: activeMutant.id, tests: testFilter, hitLimit, first, isLasting };
    if (this.#running !== undefined && !isLasting) {
      const answer = await this.#ask(question);
      const result = mutantResult(answer, hitLimit);
      if (result.status === 'killed' ? answer.isClean : result.status === 'timeout') return result;
    }
    return this.#runAnew(question);
  }

  async #runAnew(question) {
    const failure = await this.#load(question.isLasting ? question.mutant : undefined);
    if (failure !== undefined) {
      await this.#end();
      return { status: 'killed', killedBy: ['loads'], failureMessage: failure, nrOfTests: 1 };
    }
    const answer = await this.#ask(question);
    if (question.isLasting) await this.#end();
    return mutantResult(answer, question.hitLimit);
  }

  /** Starts a new worker. Returns why the tests cannot be loaded in it. */
  async #load(mutant) {
    await this.#end();
    this.#vitest.provide('mutantWhileLoading', mutant);
    this.#vitest.state.filesMap.clear();
    this.#vitest.state.errorsSet.clear();
    const heard = this.#next();
    this.#running = this.#vitest.start();
    const ended = this.#running.then(() => ({ ready: { failure: errorsOf(this.#vitest) } }));
    const first = await Promise.race([heard, ended]);
    return first.ready.failure ?? (first.ready.tests === 0 ? 'no tests' : undefined);
  }

  async #ask(question) {
    const heard = this.#next();
    this.#channel.postMessage(question);
    return (await heard).answer;
  }

  #next() {
    return new Promise((resolve) => {
      this.#hear = resolve;
    });
  }

  async #end() {
    if (this.#running === undefined) return;
    this.#channel.postMessage('end');
    await this.#running;
    this.#running = undefined;
  }

  async dispose() {
    await this.#end();
    this.#channel?.close();
    await this.#vitest?.close();
  }
}

function errorsOf({ state }) {
  return [...state.errorsSet].map(({ message }) => message).join('; ') || 'The worker ended';
}

function mutantResult({ reports, hitCount }, hitLimit) {
  if (hitLimit !== undefined && hitCount > hitLimit) return { status: 'timeout', reason: 'Hit limit reached' };
  const killers = reports.filter(({ failure }) => failure !== undefined);
  if (killers.length === 0) return { status: 'survived', nrOfTests: reports.length };
  return {
    status: 'killed',
    killedBy: killers.map(({ id }) => id),
    failureMessage: killers[0].failure,
    nrOfTests: reports.length,
  };
}

function testResult({ id, timeSpentMs, failure }) {
  return failure === undefined
    ? { id, name: id, timeSpentMs, status: 0 }
    : { id, name: id, timeSpentMs, status: 1, failureMessage: failure };
}

/** Short ones first. */
function testFiles() {
  const sizes = env.PEERCERT_MUTATION_TESTS.split(',').flatMap((place) => {
    const folder = join(cwd(), 'packages/core/test', place.replace('/*', ''));
    return readdirSync(folder, { recursive: !place.endsWith('/*') })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => [join(folder, name), statSync(join(folder, name)).size]);
  });
  return sizes.sort(([, a], [, b]) => a - b).map(([file]) => file);
}

function ownTests(file) {
  return file.replace(/\/src\/(.*)\.ts$/, '/test/$1.test.ts');
}

const createRunner = () => new ResidentRunner();
createRunner.inject = [];

export const strykerPlugins = [{ kind: 'TestRunner', name: 'resident', factory: createRunner }];
