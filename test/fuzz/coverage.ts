import { Session } from 'node:inspector';

/**
 * Which blocks of core ran, from V8's own precise coverage. Functions that were compiled before it starts are counted
 * whole, so it has to start before core is loaded.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Blocks of core that ran, each known by its file and extent. */
  get blocks(): number {
    return this.#seen.size;
  }

  /** The blocks that ran since the last question, and never before one that was marked as seen. */
  take(): readonly string[] {
    const { result } = this.#post('Profiler.takePreciseCoverage') as { result: readonly ScriptCoverage[] };
    const fresh: string[] = [];
    for (const { url, functions } of result) {
      const at = url.indexOf(coreFolder);
      if (at === -1) continue;
      const file = url.slice(at + coreFolder.length);
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          const block = `${file}:${startOffset}:${endOffset}`;
          if (count > 0 && !this.#seen.has(block)) fresh.push(block);
        }
      }
    }
    return fresh;
  }

  /** For another target, everything is new again. */
  forget(): void {
    this.#seen.clear();
    this.take();
  }

  see(blocks: readonly string[]): void {
    for (const block of blocks) this.#seen.add(block);
  }

  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    let failure: Error | null = null;
    // The inspector answers a session of the same thread before `post` returns.
    this.#session.post(method, parameters, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure !== null) throw failure as Error;
    return answer;
  }
}

const coreFolder = 'packages/core/dist/';

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
  }[];
}
