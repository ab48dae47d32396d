// Everything that a handler can reach from what it was handed, and all the harm that it can do there.
import { KeyObject, X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { types } from 'node:util';

/** What belongs to the language or to Node: others rely on it, too, and it is not ours to freeze. */
const builtIn = new Set<unknown>(
  [
    Object,
    Array,
    Date,
    Set,
    Map,
    Error,
    Function,
    Buffer,
    Uint8Array,
    Promise,
    RegExp,
    X509Certificate,
    Object.getPrototypeOf(Uint8Array),
  ].flatMap((type) => [type, (type as { prototype: object }).prototype]),
);

/** Visits a value and all that can be read from it: properties, those of prototypes, and what getters answer. */
export function visit(value: unknown, see: (found: object) => void, seen: Set<unknown> = new Set()): void {
  if (typeof value !== 'object' || value === null || builtIn.has(value) || seen.has(value)) return;
  if (value instanceof Socket || value instanceof KeyObject) return;
  seen.add(value);
  for (let owner: object | null = value; owner !== null && !builtIn.has(owner); owner = Object.getPrototypeOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) {
      if (types.isTypedArray(owner)) break;
      let held: unknown;
      try {
        held = Reflect.get(owner, key, value);
      } catch {
        // A getter of a prototype that was reached by itself.
        continue;
      }
      visit(held, see, seen);
    }
    if (owner !== value) visit(owner, see, seen);
  }
  if (types.isSet(value) || types.isMap(value)) for (const held of [...value].flat()) visit(held, see, seen);
  see(value);
}

/** Changes what can be changed of one object, frozen or not. */
export function spoil(found: object): void {
  const attempts: readonly (() => unknown)[] = [
    () => types.isTypedArray(found) && new Uint8Array(found.buffer, found.byteOffset, found.byteLength).fill(0x41),
    () => found instanceof Date && Date.prototype.setTime.call(found, 0),
    () => found instanceof Set && Set.prototype.clear.call(found),
    () => found instanceof Set && Set.prototype.add.call(found, 'admin'),
    () => found instanceof Map && Map.prototype.clear.call(found),
    () => Array.isArray(found) && Array.prototype.fill.call(found, 'admin'),
    () => Array.isArray(found) && Array.prototype.push.call(found, 'admin'),
    () => Object.setPrototypeOf(found, { roles: new Set(['admin']) }),
    ...Reflect.ownKeys(found).flatMap((key) => [
      () => Reflect.set(found, key, 'admin'),
      () => Reflect.defineProperty(found, key, { value: 'admin' }),
      () => Reflect.deleteProperty(found, key),
    ]),
    () => Reflect.defineProperty(found, 'spoilt', { value: true }),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch {
      // What refuses is what we want.
    }
  }
}

/** All that can be read from a value, as text. */
export function portrait(value: unknown, depth = 12): unknown {
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (types.isTypedArray(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  if (types.isDate(value)) return value.toISOString();
  if (value instanceof KeyObject || depth === 0) return value.constructor.name;
  if (types.isSet(value) || Array.isArray(value)) return [...value].map((held) => portrait(held, depth - 1));
  const told: Record<string, unknown> = {};
  for (let owner: object | null = value; owner !== null && !builtIn.has(owner); owner = Object.getPrototypeOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) {
      if (key !== 'constructor') told[String(key)] ??= portrait(Reflect.get(owner, key, value), depth - 1);
    }
  }
  return told;
}
