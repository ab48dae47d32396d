import { isTrustStore, refuseUnknownKeys, shown, type TrustOptions, type TrustStore } from '@peercert/core';
import type { ServerIdentityOptions } from '../identity/server-identity.ts';
import { readServerName } from './server-names.ts';

export interface NameOptions extends Partial<ServerIdentityOptions> {
  /** Default: that of the endpoint. A client of one trust is nobody under another. */
  readonly trust?: TrustOptions | TrustStore;
}

/** Stands for whatever has no name of its own. */
export const defaultName = 'default';

/** Throws TypeError for what is no name, for a name that is there twice, and for one that says nothing. */
export function compileNames(names: unknown = {}): ReadonlyMap<string, NameOptions> {
  if (typeof names !== 'object' || names === null || Array.isArray(names)) {
    throw new TypeError("names must be an object: names: { 'api.example.com': { certificate, key } }");
  }
  const compiled = new Map<string, NameOptions>();
  for (const [given, options] of Object.entries(names as Record<string, NameOptions>)) {
    const name = readServerName(given);
    const where = `names[${shown(given)}]`;
    refuseUnknownKeys(options, ['certificate', 'key', 'passphrase', 'trust'], where);
    if (name === defaultName) {
      throw new TypeError(`${where} stands for whatever has no name: write its options beside names`);
    }
    if (compiled.has(name)) throw new TypeError(`${where} is there twice: names do not differ by case`);
    if (Object.keys(options).length === 0) {
      throw new TypeError(`${where} says nothing: give it certificate and key, or trust, or leave it out`);
    }
    if ((options.certificate === undefined) !== (options.key === undefined)) {
      throw new TypeError(`${where} needs both certificate and key, or neither`);
    }
    if ('trust' in options && options.trust === undefined) {
      throw new TypeError(`${where}.trust is undefined: leave it out for the trust of the endpoint`);
    }
    compiled.set(name, options);
  }
  return compiled;
}

/** Under `default`, and under each name that has its own. */
export function identitiesByName(
  { certificate, key, passphrase }: ServerIdentityOptions,
  names: ReadonlyMap<string, NameOptions>,
): ReadonlyMap<string, ServerIdentityOptions> {
  const all = new Map<string, ServerIdentityOptions>([[defaultName, { certificate, key, passphrase }]]);
  for (const [name, options] of names) {
    if (options.certificate !== undefined && options.key !== undefined) {
      all.set(name, { certificate: options.certificate, key: options.key, passphrase: options.passphrase });
    }
  }
  return all;
}

/** A name without its own has the trust of the endpoint, also where a wildcard beside it has another. */
export function trustByName(
  trust: TrustOptions | TrustStore,
  names: ReadonlyMap<string, NameOptions>,
): ReadonlyMap<string, TrustOptions | TrustStore> {
  const own = [...names.values()].some((options) => options.trust !== undefined);
  return new Map(own ? [...names].map(([name, options]) => [name, options.trust ?? trust]) : []);
}

/**
 * Where only the client's own certificate is shown, the intermediates must be known: a worker that resumes the session of
 * another has never seen them, and Node 24 shows none of a chain that it was told enough to verify.
 */
export function requireIntermediates(
  why: string,
  trust: TrustOptions | TrustStore,
  names: ReadonlyMap<string, NameOptions>,
): void {
  const all = [['', trust] as const, ...[...names].map(([name, own]) => [`names['${name}'].`, own.trust] as const)];
  for (const [where, one] of all) {
    if (one === undefined || isTrustStore(one) || one.intermediates !== undefined) continue;
    throw new TypeError(
      `${why} needs ${where}trust.intermediates, because it can leave the client's own certificate alone to see: ` +
        'give them, or [] where the anchors issue clients themselves',
    );
  }
}
