import { shown } from './option-keys.ts';

/**
 * Paths that need no certificate. Whoever compares paths must not read one differently from the router behind, so
 * nothing is normalized: a request is excluded only if its raw target is in origin form (RFC 9112 section 3.2.1), its
 * path is spelt in a way that leaves nothing to interpret, and it equals an entry byte for byte or lies under an entry
 * that ends in `/`. What could be read in two ways is not excluded, and so has to authenticate.
 *
 * The query, from the first `?` on, is not path: no router looks there, so it may hold anything but `#`, which no
 * request target has.
 */
export type ExcludedPaths = (rawTarget: string) => boolean;

// The characters that RFC 3986 section 3.3 allows in a path, without `%` and `;`: every other one, `\` and tabs among
// them, is dropped, folded or split upon by some URL reader.
const plainPath = /^(?:\/[\w\-.~!$&'()*+,=:@]+)*\/?$/;
const dotSegment = /\/\.{1,2}(?:\/|$)/;

/**
 * Compiles the option `exclude`. Throws TypeError for an empty list, and for an entry that no request could match or
 * that would exclude every path.
 */
export function compileExcludedPaths(entries: readonly string[]): ExcludedPaths {
  if (!Array.isArray(entries)) {
    throw new TypeError(`exclude: expected a list of paths such as ['/healthz', '/public/'], got ${shown(entries)}`);
  }
  if (entries.length === 0) {
    throw new TypeError('exclude: an empty list excludes nothing; leave the option out or name a path');
  }
  const exact = new Set(Array.from(entries, checkedEntry));
  const under = [...exact].filter((entry) => entry.endsWith('/'));
  return (rawTarget) => {
    const query = rawTarget.indexOf('?');
    const path = query === -1 ? rawTarget : rawTarget.slice(0, query);
    if (!exact.has(path) && !under.some((entry) => path.startsWith(entry))) return false;
    return isPlainPath(path) && !rawTarget.includes('#');
  };
}

function isPlainPath(path: string): boolean {
  return plainPath.test(path) && !dotSegment.test(path);
}

function checkedEntry(entry: unknown, index: number): string {
  const where = `exclude[${index}]`;
  if (typeof entry !== 'string' || !entry.startsWith('/')) {
    throw new TypeError(`${where}: ${shown(entry)} is not a path: write it as requests do, such as '/healthz'`);
  }
  if (entry === '/') {
    throw new TypeError(`${where}: '/' excludes every path; mount mtls() only where it is needed instead`);
  }
  if (entry.includes('*')) {
    throw new TypeError(
      `${where}: ${shown(entry)}: there are no wildcards; end the entry in '/' for all paths under it`,
    );
  }
  if (!isPlainPath(entry)) {
    throw new TypeError(
      `${where}: no request matches ${shown(entry)}: write the path alone, without query, '%', '\\', ';', '#', '//', dot segments or characters beyond ASCII`,
    );
  }
  return entry;
}
