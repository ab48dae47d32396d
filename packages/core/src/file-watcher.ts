import { accessSync, type BigIntStats, constants, type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type CreateIntake, digestOf, readFiles, readFilesSync, wholeIntake } from './file-reading.ts';
import { shown } from './option-keys.ts';

export type { FileIntake } from './file-reading.ts';

/** A file whose content is taken now and whenever it changes. Made by `fromFile`. */
export interface FileSource {
  /** @internal */
  readonly [fileBrand]: true;
  /** Absolute. */
  readonly path: string;
}

/** Shared by every copy of this package. */
const fileBrand: unique symbol = Symbol.for('peercert.file') as never;

/** Names a file in options. It is read at construction, and again when it changes. Throws TypeError for what is no path. */
export function fromFile(path: string): FileSource {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError(`fromFile(): expected the path of a file, got ${shown(path)}`);
  }
  return Object.freeze({ [fileBrand]: true as const, path: resolve(path) });
}

/** Recognises a file source from any copy of this package. */
export function isFileSource(value: unknown): value is FileSource {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, fileBrand);
}

/** The contents of all watched files at one moment, by the path that was given. */
export type FileContents<Content = Uint8Array> = ReadonlyMap<string, Content>;

export interface FileWatcherOptions<Content = Uint8Array> {
  /** Files that belong together, such as a certificate and its key. */
  readonly paths: readonly string[];
  /**
   * Hears of the contents at once, when the watcher is made, and then of new ones only. When it throws or rejects later,
   * they were half-written or wrong: `onError` hears of it, and the next change is tried again. It keeps what it has
   * until it has something better.
   */
  readonly onChange: (contents: FileContents<Content>) => void | Promise<void>;
  /** A file cannot be read, or what was read cannot be used. One trouble is told once, until it is another or over. */
  readonly onError: (error: Error) => void;
  /** Time without further events before files are read. Default 50. */
  readonly quietMilliseconds?: number;
  /** How often files are looked at where no event told of a change: network file systems tell of none. Default 5,000. */
  readonly pollMilliseconds?: number;
}

export interface FileWatcher {
  /** What is wrong with the files as they were last seen; `undefined`: what `onChange` took is what they hold. */
  readonly trouble: Error | undefined;
  /** Settles when what the files held at the start was handed over. */
  readonly first: Promise<void>;
  /** Looks now. Settles when whatever changed was handed over. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Watches files by their directories, so that it sees in-place writes, renames over a file, and the swap of a symbolic
 * link further up (`..data` of Kubernetes); and looks at them from time to time, for what no event tells of. It never
 * keeps the process alive. Throws the error of Node when a file cannot be read at the start, and what `onChange` throws
 * then.
 */
export function createFileWatcher(options: FileWatcherOptions): FileWatcher {
  return watchByIntake(options, { intakeOf: wholeIntake, largestAtOnce: Number.POSITIVE_INFINITY });
}

/** How files are read that may be large. */
export interface LargeFileSettings<Content> {
  readonly intakeOf: CreateIntake<Content>;
  /** Files of more octets in all are not read at construction but after it, bit by bit. */
  readonly largestAtOnce: number;
}

/** @internal The same for files of which something else is kept than their octets. */
export function watchByIntake<Content>(
  options: FileWatcherOptions<Content>,
  { intakeOf, largestAtOnce }: LargeFileSettings<Content>,
): FileWatcher {
  const { onChange, paths, pollMilliseconds = 5_000, quietMilliseconds = 50 } = options;
  const stats = paths.map((path) => statSync(path, { bigint: true }));
  let seen: readonly string[] = stats.map(identityOf);
  let last: string | undefined;
  let trouble: Error | undefined;
  /** What `onChange` threw about the contents that it heard of last. */
  let refusal: Error | undefined;
  // A write within one tick of the file system's clock leaves no trace in its times: a changed file is read twice.
  let isSettled = false;
  let isClosed = false;
  let quiet: NodeJS.Timeout | undefined;

  const first = stats.reduce((size, one) => size + Number(one.size), 0) > largestAtOnce ? takeLater() : takeAtOnce();
  let running: Promise<void> = first;
  const directories = new WatchedDirectories(paths, soon);
  const poll = setInterval(() => void check(), pollMilliseconds).unref();

  /** What `onChange` throws at once goes to the caller. */
  function takeAtOnce(): Promise<void> {
    const { contents, digest } = readFilesSync(paths, intakeOf);
    last = digest;
    return take(onChange(contents)).catch(tell);
  }

  function takeLater(): Promise<void> {
    for (const path of paths) accessSync(path, constants.R_OK);
    seen = [];
    return Promise.resolve().then(lookUntilTaken).catch(tell);
  }

  /** Files that change while they are read are read again: whoever waits for the first contents gets some. */
  async function lookUntilTaken(): Promise<void> {
    while (last === undefined && !isClosed) await look();
  }

  function soon(): void {
    clearTimeout(quiet);
    if (!isClosed) quiet = setTimeout(() => void check(), quietMilliseconds).unref();
  }

  /** One look at a time. */
  async function check(): Promise<void> {
    running = running.then(look).catch(tell);
    await running;
  }

  async function look(): Promise<void> {
    if (isClosed) return;
    directories.renew();
    const found = await identitiesOf(paths);
    const isChanged = !isEqual(found, seen);
    if (!isChanged && isSettled) return over();
    // What looks as it did most often is what it was: for that it need not be taken in.
    if (!isChanged && (await digestOf(paths)) === last) {
      isSettled = true;
      return over();
    }
    const { contents, digest } = await readFiles(paths, intakeOf);
    if (!isEqual(await identitiesOf(paths), found)) return soon();
    seen = found;
    isSettled = !isChanged;
    // The same refusal of other contents is news.
    trouble = undefined;
    if (isClosed || digest === last) return over();
    last = digest;
    await take((async () => onChange(contents))());
  }

  async function take(taken: void | Promise<void>): Promise<void> {
    try {
      await taken;
      refusal = undefined;
    } catch (error) {
      refusal = asError(error);
      throw refusal;
    }
  }

  /** The files can be read: nothing is left but what is wrong with their contents. */
  function over(): void {
    trouble = refusal;
  }

  function tell(error: unknown): void {
    const told = asError(error);
    const isKnown = told.message === trouble?.message;
    trouble = told;
    if (!isClosed && !isKnown) options.onError(told);
  }

  return Object.freeze({
    get trouble(): Error | undefined {
      return trouble;
    },
    first,
    check,
    close: (): void => {
      isClosed = true;
      clearTimeout(quiet);
      clearInterval(poll);
      directories.close();
    },
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * The directories that the paths name, and those that they lead to through symbolic links. Where the system cannot watch
 * one (there are limits), polling is left.
 */
class WatchedDirectories {
  readonly #paths: readonly string[];
  readonly #onEvent: () => void;
  readonly #watchers: Map<string, { readonly watcher: FSWatcher; readonly identity: string }> = new Map();

  constructor(paths: readonly string[], onEvent: () => void) {
    this.#paths = paths;
    this.#onEvent = onEvent;
    this.renew();
  }

  /** Watches what the paths lead to now. */
  renew(): void {
    const wanted = new Set(this.#paths.flatMap(directoriesOf));
    for (const [directory, { identity }] of this.#watchers) {
      if (!wanted.has(directory) || directoryIdentity(directory) !== identity) this.#drop(directory);
    }
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#watch(directory);
  }

  close(): void {
    for (const directory of [...this.#watchers.keys()]) this.#drop(directory);
  }

  #watch(directory: string): void {
    try {
      const identity = directoryIdentity(directory);
      const watcher = watch(directory, { persistent: false }, this.#onEvent);
      watcher.on('error', () => this.#drop(directory));
      this.#watchers.set(directory, { watcher, identity });
    } catch {
      // Gone, or one watcher too many.
    }
  }

  #drop(directory: string): void {
    this.#watchers.get(directory)?.watcher.close();
    this.#watchers.delete(directory);
  }
}

function directoriesOf(path: string): readonly string[] {
  try {
    return [dirname(path), dirname(realpathSync(path))];
  } catch {
    return [dirname(path)];
  }
}

function directoryIdentity(directory: string): string {
  try {
    const { dev, ino } = statSync(directory, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return '';
  }
}

/** Differs whenever another file stands at the path, or its content was written. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

async function identitiesOf(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map(async (path) => identityOf(await stat(path, { bigint: true }))));
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.every((text, index) => text === other[index]);
}
