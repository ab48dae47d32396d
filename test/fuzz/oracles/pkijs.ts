import { Worker } from 'node:worker_threads';
import type { PkijsQuestion } from './pkijs-worker.ts';

/** Longer than any honest chain takes; pkijs needs minutes for some cross-certified ones. */
const milliseconds = 10_000;

/** Asks pkijs. A path: `undefined` when it verifies. A certificate: its serial number in hex. `'no answer'`: it took too long. */
export class Pkijs {
  #worker: Worker | undefined;

  ask(question: PkijsQuestion): Promise<string | undefined> {
    this.#worker ??= new Worker(new URL('./pkijs-worker.js', import.meta.url));
    const worker = this.#worker;
    return new Promise((resolve) => {
      const finish = (answer: string | undefined): void => {
        clearTimeout(timer);
        worker.off('message', finish);
        worker.off('error', fail);
        resolve(answer);
      };
      const giveUp = (answer: string): void => {
        this.#worker = undefined;
        finish(answer);
        void worker.terminate();
      };
      const fail = (error: unknown): void => giveUp(`exception: ${String(error)}`);
      const timer = setTimeout(() => giveUp('no answer'), milliseconds);
      worker.on('message', finish);
      worker.on('error', fail);
      worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}
