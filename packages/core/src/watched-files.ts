import { createFileWatcher, type FileContents, type FileWatcher } from './file-watcher.ts';
import { NotYetUsable } from './not-yet-usable.ts';
import { pathOf, unreadableWords } from './unreadable-file.ts';

export interface WatchedFilesOptions {
  /** What a file is for: begins the message of a TypeError. */
  readonly optionOf: (path: string | undefined) => string;
  /** Files that are read together. None: they are taken once, and that is all. */
  readonly paths: readonly string[];
  /**
   * Takes the contents, at once the first time, and whenever they change. Throws or rejects with a TypeError that names
   * the file for what cannot be used, and then keeps what it has.
   */
  readonly take: (contents: FileContents) => void | Promise<void>;
  /** The files cannot be read or used any more. One trouble is told once, until it is another or over. */
  readonly onFailure: (failure: FileFailure) => void;
}

/** Why files could not be taken. */
export interface FileFailure {
  /** `'file_not_yet_valid'`: nothing in it counts yet. It is taken by itself when it does. */
  readonly problem: 'file_unreadable' | 'file_malformed' | 'file_not_yet_valid';
  /** For the log; it names the file. */
  readonly detail: string;
}

/** Files of an option that are read at construction, and again whenever they change. */
export interface WatchedFiles {
  /** What is wrong with them as they are now; `undefined`: what was taken last is what they hold. */
  readonly failure: FileFailure | undefined;
  /** Looks now. Rejects with a TypeError when they cannot be read or used. */
  reload(): Promise<void>;
  close(): void;
}

/** Throws TypeError when a file cannot be read or used at the start. */
export function watchFiles(options: WatchedFilesOptions): WatchedFiles {
  const { onFailure, optionOf, paths, take } = options;
  if (paths.length === 0) {
    void take(new Map());
    return notWatched;
  }
  const failureOf = (error: Error): FileFailure => {
    if (error instanceof NotYetUsable) return { problem: 'file_not_yet_valid', detail: error.message };
    if (error instanceof TypeError) return { problem: 'file_malformed', detail: error.message };
    const path = pathOf(error) ?? (paths.length === 1 ? paths[0] : undefined);
    const words = path === undefined ? undefined : unreadableWords(error);
    return {
      problem: 'file_unreadable',
      detail: `${optionOf(path)}: ${words === undefined ? `${error.message} (${paths.join(', ')})` : `the file ${path} ${words}`}`,
    };
  };
  const refusalOf = ({ detail }: FileFailure): TypeError => new TypeError(detail);
  let watcher: FileWatcher;
  try {
    watcher = createFileWatcher({ paths, onChange: take, onError: (error) => onFailure(failureOf(error)) });
  } catch (error) {
    throw refusalOf(failureOf(error as Error));
  }
  return Object.freeze({
    get failure(): FileFailure | undefined {
      return watcher.trouble && failureOf(watcher.trouble);
    },
    async reload(): Promise<void> {
      await watcher.check();
      if (watcher.trouble !== undefined) throw refusalOf(failureOf(watcher.trouble));
    },
    close: (): void => watcher.close(),
  });
}

const notWatched: WatchedFiles = Object.freeze({
  failure: undefined,
  reload: async (): Promise<void> => undefined,
  close: (): void => undefined,
});
