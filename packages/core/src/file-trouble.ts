import { isError } from './realm.ts';
/**
 * What is wrong with watched files. It is told, and counts, once it has lasted for a while: files that belong together
 * rarely change in one moment, and half of a change is no failure. One trouble is told once, until it is another or over.
 */
export class FileTrouble {
  readonly #patienceMilliseconds: number;
  readonly #tell: (error: Error) => void;
  /** As it is now, told or not. */
  #present: Error | undefined;
  #told: Error | undefined;
  #isOldNews = false;
  #wait: NodeJS.Timeout | undefined;

  constructor(patienceMilliseconds: number, tell: (error: Error) => void) {
    this.#patienceMilliseconds = patienceMilliseconds;
    this.#tell = tell;
  }

  /** What was told and is not over. */
  get told(): Error | undefined {
    return this.#told;
  }

  meet(error: unknown): void {
    this.#present = isError(error) ? error : new Error(String(error));
    if (this.#isKnown(this.#present)) this.#stopWaiting();
    else if (this.#patienceMilliseconds === 0) this.tellNow();
    // However often it changes meanwhile, the files were in trouble all the time.
    else this.#wait ??= setTimeout(() => this.tellNow(), this.#patienceMilliseconds).unref();
  }

  /** Whoever asks for an answer now gets the one that there is. */
  tellNow(): void {
    this.#stopWaiting();
    const present = this.#present;
    if (present === undefined) return;
    const isKnown = this.#isKnown(present);
    this.#told = present;
    this.#isOldNews = false;
    if (!isKnown) this.#tell(present);
  }

  /** The files hold something else now: what is wrong with that is news, even in the same words. */
  expectNews(): void {
    this.#isOldNews = true;
  }

  over(): void {
    this.#stopWaiting();
    this.#present = undefined;
    this.#told = undefined;
  }

  close(): void {
    this.#stopWaiting();
  }

  #isKnown({ message }: Error): boolean {
    return !this.#isOldNews && message === this.#told?.message;
  }

  #stopWaiting(): void {
    clearTimeout(this.#wait);
    this.#wait = undefined;
  }
}
