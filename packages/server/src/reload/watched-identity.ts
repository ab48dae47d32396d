import { createFileWatcher, type FileContents } from '@peercert/core';
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
  /** What is wrong with the files now; `undefined`: they are what `current` holds. */
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
  /** The files cannot be read, or do not belong together. One trouble is told once. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Reads certificate and key, and again whenever one of their files changes. They are taken together or not at all: a new
 * certificate whose key is still the old one is half of a change, and the other half is waited for. Throws what
 * `readServerIdentity` throws at the start.
 */
export function watchIdentity(options: ServerIdentityOptions, listener: IdentityListener): WatchedIdentity {
  const { check, clock, onFailure, onReplaced, where } = listener;
  const files = identityFiles(options);
  let current: ServerIdentity | undefined;
  let loadedAtMs = clock();

  function take(contents: FileContents): void {
    const isFirst = current === undefined;
    const next = readServerIdentity(options, { clock, contents, where });
    check(next);
    current = next;
    loadedAtMs = clock();
    if (!isFirst) onReplaced(current);
  }

  if (files.length === 0) take(new Map());
  const watcher =
    files.length === 0 ? undefined : createFileWatcher({ paths: files, onChange: take, onError: onFailure });

  return Object.freeze({
    files,
    get current(): ServerIdentity {
      return current as ServerIdentity;
    },
    get loadedAtMs(): number {
      return loadedAtMs;
    },
    get failure(): Error | undefined {
      return watcher?.trouble;
    },
    check: async (): Promise<void> => watcher?.check(),
    close: (): void => watcher?.close(),
  });
}
