import type { FileSource } from '../file-watcher.ts';
import { shown } from '../option-keys.ts';
import { type Followed, followFile, type PolicyFile, type PolicyFileSettings } from './policy-file.ts';
import { compileRoleMapping, type RoleMapping } from './roles.ts';

/** Shared by every copy of this package. */
const roleStoreBrand: unique symbol = Symbol.for('peercert.role-store') as never;

/** Roles of a file, for the option `roles` of any number of instances. */
export interface RoleStore extends PolicyFile {
  /** @internal Only `createRoleStore` makes these. */
  readonly [roleStoreBrand]: Followed<RoleMapping>;
}

/**
 * Follows a file with what the option `roles` takes as data, in JSON: `{ "Administrators": "admin" }` by OU, or a list of
 * rules, whose `issuer` is a name or PEM text and whose `anchor` is PEM text. Throws TypeError when it cannot be read, is no
 * JSON or no mapping, or has a key twice, naming the file and the position.
 */
export function createRoleStore(file: FileSource, settings: PolicyFileSettings = {}): RoleStore {
  return followFile<RoleMapping, RoleStore>({
    option: 'roles',
    where: 'createRoleStore()',
    file,
    settings,
    read: readRoles,
    brand: roleStoreBrand,
  });
}

/** What `createRoleStore` made, of any copy of this package. */
export function rolesOf(value: unknown): Followed<RoleMapping> | undefined {
  return typeof value === 'object' && value !== null ? (value as Partial<RoleStore>)[roleStoreBrand] : undefined;
}

function readRoles(text: string): { readonly value: RoleMapping; readonly entries: number } {
  const given = parseJson(text);
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`expected { "Administrators": "admin" } or a list of rules, got ${shown(given)}`);
  }
  refuseRepeatedKeys(text);
  return { value: compileRoleMapping(given as never), entries: Object.keys(given).length };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Where the text ends too early, V8 names no position.
    const [, position = String(text.length)] = /at position (\d+)/.exec((error as Error).message) ?? [];
    throw new TypeError(`${placeOf(text, Number(position))}: no JSON (RFC 8259)`);
  }
}

/** Of two equal keys `JSON.parse` drops the first without a word (RFC 8259 section 4). The text is JSON. */
function refuseRepeatedKeys(text: string): void {
  const open: Set<string>[] = [];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string;
      if (open.at(-1)?.has(key)) throw new TypeError(`${placeOf(text, index)}: the key ${shown(key)} is there twice`);
      open.at(-1)?.add(key);
    }
  }
}

function placeOf(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`;
}
