import { createFileWatcher, type FileContents, type FileWatcher } from '@peercert/core';
import { checkBegun } from '../identity/identity-checks.ts';
import {
  identityFiles,
  readServerIdentity,
  type ServerIdentity,
  type ServerIdentityOptions,
} from '../identity/server-identity.ts';

/** A server's certificate and key as their files are now, or as they were when they last belonged together. */
export interface WatchedIdentity {
  readonly current: ServerIdentity;
  /** Milliseconds since the epoch. */
  readonly loadedAtMs: number;
  readonly files: readonly string[];
  /** What is wrong with the files now; `undefined`: they are what `current` holds, or half of a change. */
  readonly failure: Error | undefined;
  /** Looks now. Settles when whatever changed was taken or refused. */
  check(): Promise<void>;
  close(): void;
}

export interface IdentityListener {
  readonly clock: () => number;
  /** What stands before the names of the options in messages. */
  readonly where: string;
  /** Throws TypeError for an identity that cannot be used here. */
  readonly check: (identity: ServerIdentity) => void;
  /** Another identity is in place. */
  readonly onReplaced: (identity: ServerIdentity) => void;
  /** The files cannot be read, or do not belong together, for as long as that. One trouble is told once. */
  readonly onFailure: (error: Error) => void;
  /** A renewal writes the certificate and its key one after the other: that long, half of it is no failure. Default 2,000. */
  readonly patienceMilliseconds?: number;
}

/** A certificate that is refused because it is not yet valid need not change to become so. */
const retryMilliseconds = 30_000;

/**
 * Reads certificate and key, and again whenever one of their files changes. They are taken together or not at all: a new
 * certificate whose key is still the old one is half of a change, and the other half is waited for: two seconds without a
 * word, and after that it is told and still taken when it comes. Throws what `readServerIdentity` throws at the start.
 */
export function watchIdentity(options: ServerIdentityOptions, listener: IdentityListener): WatchedIdentity {
  const { check, clock, onFailure, onReplaced, patienceMilliseconds = 2_000, where } = listener;
  const files = identityFiles(options);
  let current: ServerIdentity | undefined;
  let loadedAtMs = clock();
  /** What was told of contents that cannot be used. */
  let refusal: Error | undefined;
  let retry: NodeJS.Timeout | undefined;
  let told: { readonly as: string; readonly error: Error } | undefined;

  function take(contents: FileContents): void {
    clearTimeout(retry);
    const isFirst = current === undefined;
    try {
      const next = readServerIdentity(options, { clock, contents, where });
      check(next);
      if (current !== undefined) checkBegun(next, current, where, clock());
      current = next;
    } catch (error) {
      if (!isFirst) retry = setTimeout(() => takeAgain(contents), retryMilliseconds).unref();
      throw error;
    }
    refusal = undefined;
    loadedAtMs = clock();
    if (!isFirst) onReplaced(current);
  }

  function takeAgain(contents: FileContents): void {
    try {
      take(contents);
    } catch (error) {
      // It was told already, be it in other words.
      refusal &&= error as Error;
    }
  }

  if (files.length === 0) take(new Map());
  const watcher = files.length === 0 ? undefined : startWatcher();

  function startWatcher(): FileWatcher {
    try {
      return createFileWatcher({ paths: files, onChange: take, onError: tell, patienceMilliseconds });
    } catch (error) {
      throw error instanceof TypeError ? error : new TypeError(explained(error as Error).message, { cause: error });
    }
  }

  function tell(error: Error): void {
    if (error instanceof TypeError) refusal = error;
    told = { as: error.message, error: explained(error) };
    onFailure(told.error);
  }

  /** The watcher has the words of Node for a file that it cannot read: they name no option and no remedy. */
  function explained(error: Error): Error {
    if (error instanceof TypeError) return error;
    try {
      readServerIdentity(options, { clock, where });
    } catch (found) {
      if (!(found instanceof TypeError)) return found as Error;
    }
    return error;
  }

  return Object.freeze({
    files,
    get current(): ServerIdentity {
      return current as ServerIdentity;
    },
    get loadedAtMs(): number {
      return loadedAtMs;
    },
    get failure(): Error | undefined {
      // The watcher knows of files that cannot be read, and of refusals only until they are tried again.
      const trouble = watcher?.trouble;
      if (trouble === undefined || trouble instanceof TypeError) return refusal;
      return trouble.message === told?.as ? told.error : trouble;
    },
    check: async (): Promise<void> => watcher?.check(),
    close(): void {
      clearTimeout(retry);
      watcher?.close();
    },
  });
}
