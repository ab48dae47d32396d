import { accessSync, type BigIntStats, constants, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CreateIntake, digestOf, readFiles, readFilesSync, wholeIntake } from './file-reading.ts';
import { FileTrouble } from './file-trouble.ts';
import { NotYetUsable } from './not-yet-usable.ts';
import { shown } from './option-keys.ts';
import { WatchedDirectories } from './watched-directories.ts';

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
  /**
   * A file cannot be read, or what was read cannot be used, and that has lasted for `patienceMilliseconds`. One trouble is
   * told once, until it is another or over.
   */
  readonly onError: (error: Error) => void;
  /** Time without further events before files are read. Default 50. */
  readonly quietMilliseconds?: number;
  /** How often files are looked at where no event told of a change: network file systems tell of none. Default 5,000. */
  readonly pollMilliseconds?: number;
  /** How long a trouble has to last before it is told; `check()` does not wait. Default 0. */
  readonly patienceMilliseconds?: number;
}

export interface FileWatcher {
  /**
   * What is wrong with the files as they were last seen; `undefined`: what `onChange` took is what they hold, or it is not
   * told yet.
   */
  readonly trouble: Error | undefined;
  /** Settles when what the files held at the start was handed over. */
  readonly first: Promise<void>;
  /** Looks now. Settles when whatever changed was handed over, and what is wrong was told. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Watches files by their directories, so that it sees in-place writes, renames over a file, and the swap of a symbolic
 * link anywhere on the way (`..data` of Kubernetes, `current` of a release); and looks at them from time to time, for what no event tells of. It never
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
  const { onChange, paths, patienceMilliseconds = 0, pollMilliseconds = 5_000, quietMilliseconds = 50 } = options;
  const stats = paths.map((path) => statSync(path, { bigint: true }));
  let seen: readonly string[] = stats.map(identityOf);
  let last: string | undefined;
  /** What `onChange` threw about the contents that it heard of last. */
  let refusal: { readonly error: unknown } | undefined;
  // A write within one tick of the file system's clock leaves no trace in its times: a changed file is read twice.
  let isSettled = false;
  let isClosed = false;
  let quiet: NodeJS.Timeout | undefined;
  const trouble = new FileTrouble(patienceMilliseconds, (error) => {
    if (!isClosed) options.onError(error);
  });

  const first = stats.reduce((size, one) => size + Number(one.size), 0) > largestAtOnce ? takeLater() : takeAtOnce();
  let running: Promise<void> = first;
  const directories = new WatchedDirectories(paths, soon);
  const poll = setInterval(() => void lookNext(), pollMilliseconds).unref();

  /** What `onChange` throws at once goes to the caller. */
  function takeAtOnce(): Promise<void> {
    const { contents, digest } = readFilesSync(paths, intakeOf);
    last = digest;
    return take(onChange(contents)).catch(meet);
  }

  function takeLater(): Promise<void> {
    for (const path of paths) accessSync(path, constants.R_OK);
    seen = [];
    return Promise.resolve().then(lookUntilTaken).catch(meet);
  }

  /** Files that change while they are read are read again: whoever waits for the first contents gets some. */
  async function lookUntilTaken(): Promise<void> {
    while (last === undefined && !isClosed) await look();
  }

  function soon(): void {
    clearTimeout(quiet);
    if (!isClosed) quiet = setTimeout(() => void lookNext(), quietMilliseconds).unref();
  }

  /** One look at a time. */
  function lookNext(): Promise<void> {
    running = running.then(look).catch(meet);
    return running;
  }

  async function check(): Promise<void> {
    await lookNext();
    trouble.tellNow();
  }

  async function look(): Promise<void> {
    if (isClosed) return;
    directories.renew();
    const found = await identitiesOf(paths);
    const isChanged = !isEqual(found, seen);
    // What is refused because its time has not come is tried at each look: no change of a file tells of that.
    const isAwaited = refusal?.error instanceof NotYetUsable;
    if (!isChanged && isSettled && !isAwaited) return over();
    // What looks as it did most often is what it was: for that it need not be taken in.
    if (!isChanged && !isAwaited && (await digestOf(paths)) === last) {
      isSettled = true;
      return over();
    }
    const { contents, digest } = await readFiles(paths, intakeOf);
    if (!isEqual(await identitiesOf(paths), found)) return soon();
    seen = found;
    isSettled = !isChanged;
    if (isClosed || (digest === last && !isAwaited)) return over();
    if (digest !== last) trouble.expectNews();
    last = digest;
    await take((async () => onChange(contents))());
  }

  async function take(taken: void | Promise<void>): Promise<void> {
    try {
      await taken;
    } catch (error) {
      refusal = { error };
      throw error;
    }
    refusal = undefined;
    over();
  }

  /** The files can be read: nothing is left but what is wrong with their contents. */
  function over(): void {
    if (refusal === undefined) trouble.over();
    else trouble.meet(refusal.error);
  }

  function meet(error: unknown): void {
    trouble.meet(error);
    // Nobody hears of it any more.
    if (isClosed) trouble.close();
  }

  return Object.freeze({
    get trouble(): Error | undefined {
      return trouble.told;
    },
    first,
    check,
    close: (): void => {
      isClosed = true;
      clearTimeout(quiet);
      clearInterval(poll);
      trouble.close();
      directories.close();
    },
  });
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
