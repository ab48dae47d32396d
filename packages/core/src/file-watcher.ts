import { createHash } from 'node:crypto';
import { type BigIntStats, type FSWatcher, readFileSync, realpathSync, statSync, watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { shown } from './option-keys.ts';

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
export type FileContents = ReadonlyMap<string, Uint8Array>;

export interface FileWatcherOptions {
  /** Files that belong together, such as a certificate and its key. */
  readonly paths: readonly string[];
  /**
   * Hears of the contents at once, when the watcher is made, and then of new ones only. When it throws or rejects later,
   * they were half-written or wrong: `onError` hears of it, and the next change is tried again. It keeps what it has
   * until it has something better.
   */
  readonly onChange: (contents: FileContents) => void | Promise<void>;
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
  const { onChange, paths, pollMilliseconds = 5_000, quietMilliseconds = 50 } = options;
  let seen: readonly string[] = paths.map((path) => identityOf(statSync(path, { bigint: true })));
  const first: FileContents = new Map(paths.map((path) => [path, readFileSync(path)]));
  let last: string | undefined;
  let trouble: Error | undefined;
  /** What `onChange` threw about the contents that it heard of last. */
  let refusal: Error | undefined;
  // A write within one tick of the file system's clock leaves no trace in its times: a changed file is read twice.
  let isSettled = false;
  let isClosed = false;
  let quiet: NodeJS.Timeout | undefined;

  // What `onChange` throws at once goes to the caller.
  let running: Promise<unknown> = Promise.all([take(onChange(first)), remember(first)]).catch(tell);
  const directories = new WatchedDirectories(paths, soon);
  const poll = setInterval(() => void check(), pollMilliseconds).unref();

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
    const contents = await readAll(paths);
    if (!isEqual(await identitiesOf(paths), found)) return soon();
    seen = found;
    isSettled = !isChanged;
    // The same refusal of other contents is news.
    trouble = undefined;
    const before = last;
    await remember(contents);
    if (isClosed || last === before) return over();
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

  /** By its digest: large contents belong to whoever took them. */
  async function remember(contents: FileContents): Promise<void> {
    last = await digestOf(contents);
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

/** Octets read or hashed at a time, so that a large file does not hold up others. */
const sliceBytes = 1_048_576;

async function digestOf(contents: FileContents): Promise<string> {
  const hash = createHash('sha256');
  for (const bytes of contents.values()) {
    hash.update(`${bytes.length} `);
    for (let at = 0; at < bytes.length; at += sliceBytes) {
      if (at > 0) await setImmediate();
      hash.update(bytes.subarray(at, at + sliceBytes));
    }
  }
  return hash.digest('base64');
}

async function readAll(paths: readonly string[]): Promise<FileContents> {
  const contents = new Map<string, Uint8Array>();
  for (const path of paths) contents.set(path, await readOne(path));
  return contents;
}

/** The file as long as it was when it was opened; a file that grows meanwhile is read again. */
async function readOne(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafeSlow(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, Math.min(sliceBytes, size - length), length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}
