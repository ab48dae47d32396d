import { decodeText } from '../encoding/text-octets.ts';
import { type FileSource, isFileSource } from '../file-watcher.ts';
import { observer } from '../observer.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { type FileFailure, watchFiles } from '../watched-files.ts';

/** What a file of the policy tells of itself. */
export type PolicyFileEvent =
  /** What it says now counts. */
  | (OfPolicyFile & {
      readonly type: 'policy_updated';
      /** Pins, or OUs that give roles. */
      readonly entries: number;
    })
  /** It cannot be read or used: what it said before still counts. */
  | (OfPolicyFile & FileFailure & { readonly type: 'policy_failed' });

interface OfPolicyFile {
  readonly option: 'pins' | 'roles';
  /** Absolute. */
  readonly file: string;
}

/** A part of the policy that is read from a file, and read again when that changes. */
export interface PolicyFile {
  /** Absolute. */
  readonly file: string;
  /** Why it cannot be taken as it is now; `undefined`: it is what counts. */
  readonly failure: FileFailure | undefined;
  /** Reads it now. Rejects with a TypeError when it cannot be read or used: then what it said before still counts. */
  reload(): Promise<void>;
  /** Calls the listener with each event from now on, what it throws is ignored. Answers how to end that. */
  subscribe(listener: (event: PolicyFileEvent) => void): () => void;
  /** Follows the file no more. What it said last counts. */
  close(): void;
}

export interface PolicyFileSettings {
  /** Hears of new contents, and of such that cannot be used. */
  readonly onEvent?: ((event: PolicyFileEvent) => void) | undefined;
}

/** What the contents of a file come to. */
export interface Followed<T> {
  readonly current: T;
  /** Grows with every change. */
  readonly version: number;
}

export interface FollowedOption<T> {
  readonly option: 'pins' | 'roles';
  /** Which function of the operator asked for it: begins the message of a TypeError. */
  readonly where: string;
  readonly file: FileSource;
  readonly settings: PolicyFileSettings;
  /** Throws TypeError for contents that are wrong. */
  readonly read: (text: string) => { readonly value: T; readonly entries: number };
  /** The property under which this package finds what the contents come to. */
  readonly brand: symbol;
}

/** Throws TypeError when the file cannot be read or used at the start. `Store` has `brand` besides. */
export function followFile<T, Store extends PolicyFile>(followed: FollowedOption<T>): Store {
  const { brand, file, option, read, settings, where } = followed;
  if (!isFileSource(file)) throw new TypeError(`${where}: expected fromFile('...'), got ${shown(file)}`);
  const { path } = file;
  refuseUnknownKeys(settings, ['onEvent'], where);
  const { onEvent } = settings;
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw new TypeError(`${where}: onEvent must be a function, got ${shown(onEvent)}`);
  }
  const listeners = new Set<(event: PolicyFileEvent) => void>();
  const tell = (event: PolicyFileEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch {
        // What counts must not depend on who hears of it.
      }
    }
  };
  let current: T | undefined;
  let version = 0;
  const files = watchFiles({
    optionOf: () => option,
    paths: [path],
    take: (contents) => {
      const { entries, value } = readFile(option, path, contents.get(path) as Uint8Array, read);
      current = value;
      version += 1;
      tell({ type: 'policy_updated', option, file: path, entries });
    },
    onFailure: (failure) => tell({ type: 'policy_failed', option, file: path, ...failure }),
  });
  const subscribe = (listener: (event: PolicyFileEvent) => void): (() => void) => {
    const heard = observer(listener);
    listeners.add(heard);
    return () => void listeners.delete(heard);
  };
  if (onEvent !== undefined) subscribe(onEvent);
  const contents: Followed<T> = Object.freeze({
    get current(): T {
      return current as T;
    },
    get version(): number {
      return version;
    },
  });
  return Object.freeze({
    [brand]: contents,
    file: path,
    get failure(): FileFailure | undefined {
      return files.failure;
    },
    reload: () => files.reload(),
    subscribe,
    close: () => files.close(),
  }) as PolicyFile as Store;
}

function readFile<T>(option: string, path: string, bytes: Uint8Array, read: (text: string) => T): T {
  const where = `${option}: the file ${path}`;
  if (bytes.length === 0) throw new TypeError(`${where} is empty`);
  const text = decodeText(bytes);
  if (text === undefined) throw new TypeError(`${where} is neither UTF-8 nor UTF-16 with a byte order mark`);
  try {
    return read(text);
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${where}: ${error.message}`) : error;
  }
}
