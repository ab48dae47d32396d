import { type FSWatcher, lstatSync, readlinkSync, statSync, watch } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';

/**
 * The directories on which it depends what a path leads to: the one that holds the file, and each that holds a symbolic
 * link on the way to it, be it a link to the file, to its directory, or further up. With each the names in it that count.
 * A part that is missing ends the way in the directory that lacks it, in which it may appear.
 */
export type Whereabouts = ReadonlyMap<string, ReadonlySet<string>>;

/** As many links as Linux follows (path_resolution(7)): what has more, a loop above all, leads nowhere. */
const mostLinks = 40;

/** Throws nothing: where a part cannot be looked at, the way ends. */
export function whereaboutsOf(paths: readonly string[]): Whereabouts {
  const found = new Map<string, Set<string>>();
  for (const path of paths) {
    for (const [directory, name] of wayTo(path)) {
      const names = found.get(directory) ?? new Set<string>();
      found.set(directory, names.add(name));
    }
  }
  return found;
}

type Step = readonly [directory: string, name: string];

/** As the system resolves it (path_resolution(7)). The last step is the file, or what is missing. */
function wayTo(path: string): readonly Step[] {
  const steps: Step[] = [];
  let { directory, parts } = beginningOf(resolve(path), '');
  let links = 0;
  for (let name = parts.shift(); name !== undefined; name = parts.shift()) {
    if (name === '..') {
      directory = dirname(directory);
      continue;
    }
    const here = join(directory, name);
    const part = lookAt(here);
    if (part.kind !== 'directory' || parts.length === 0) steps.push([directory, name]);
    if (part.kind === 'missing') break;
    if (part.kind === 'directory') {
      directory = here;
      continue;
    }
    links += 1;
    if (links > mostLinks) break;
    const led = beginningOf(part.target, directory);
    directory = led.directory;
    parts = [...led.parts, ...parts];
  }
  return steps;
}

/** Where the way of a path begins, and its parts from there. A relative one, which is that of a link, begins beside it. */
function beginningOf(path: string, beside: string): { directory: string; parts: string[] } {
  const { root } = parse(path);
  const parts = path.slice(root.length).split(process.platform === 'win32' ? /[\\/]/ : '/');
  return { directory: root === '' ? beside : root, parts: parts.filter((part) => part !== '' && part !== '.') };
}

type Part =
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory' }
  | { readonly kind: 'missing' };

/** A file counts as a directory: nothing comes behind it, or all of that is missing. */
function lookAt(path: string): Part {
  try {
    return lstatSync(path).isSymbolicLink() ? { kind: 'link', target: readlinkSync(path) } : { kind: 'directory' };
  } catch {
    return { kind: 'missing' };
  }
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
}

/**
 * Watches them. Where the system cannot watch one (there are limits), whoever looks from time to time has to notice.
 * `onEvent` hears of the names that count, not of what else happens in a busy directory.
 */
export class WatchedDirectories {
  readonly #paths: readonly string[];
  readonly #onEvent: () => void;
  readonly #watched: Map<string, Watched> = new Map();
  #whereabouts: Whereabouts = new Map();

  constructor(paths: readonly string[], onEvent: () => void) {
    this.#paths = paths;
    this.#onEvent = onEvent;
    this.renew();
  }

  /** Watches what the paths lead to now. */
  renew(): void {
    this.#whereabouts = whereaboutsOf(this.#paths);
    for (const [directory, { identity }] of this.#watched) {
      if (!this.#whereabouts.has(directory) || identityOf(directory) !== identity) this.#drop(directory);
    }
    for (const directory of this.#whereabouts.keys()) if (!this.#watched.has(directory)) this.#watch(directory);
  }

  close(): void {
    for (const directory of [...this.#watched.keys()]) this.#drop(directory);
  }

  #watch(directory: string): void {
    try {
      const identity = identityOf(directory);
      const watcher = watch(directory, { persistent: false }, (_, name) => this.#hear(directory, name));
      watcher.on('error', () => this.#drop(directory));
      this.#watched.set(directory, { watcher, identity });
    } catch {
      // Gone, or one watcher too many.
    }
  }

  /** Without a name it may be anything; with that of the directory it is the directory itself. */
  #hear(directory: string, name: string | null): void {
    const names = this.#whereabouts.get(directory);
    if (name === null || name === basename(directory) || isAmong(name, names)) this.#onEvent();
  }

  #drop(directory: string): void {
    this.#watched.get(directory)?.watcher.close();
    this.#watched.delete(directory);
  }
}

/** As loosely as any file system compares names: one event too many costs a look. */
function isAmong(name: string, names: ReadonlySet<string> | undefined): boolean {
  const wanted = name.normalize().toLowerCase();
  for (const one of names ?? []) if (one.normalize().toLowerCase() === wanted) return true;
  return false;
}

function identityOf(directory: string): string {
  try {
    const { dev, ino } = statSync(directory, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return '';
  }
}
