import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { normalizedHostName } from '../source/host-name.ts';
import type { TrustEvent } from './trust-event.ts';
import { createTrustStore, isTrustStore, type TrustOptions, type TrustStore } from './trust-store.ts';

/** Shared by every copy of this package. */
const trustByNameBrand: unique symbol = Symbol.for('peercert.trust-by-name') as never;

export interface TrustByNameOptions {
  /**
   * The trust of connections that ask for no name, or for one that is not listed. Default: none, requests on them are
   * `misdirected_request`.
   */
  readonly default?: TrustOptions | TrustStore;
  /**
   * By server name: `api.example.com`, or `*.example.com` for every name with one label more. A full name comes before
   * a wildcard. Names that share one object here share their trust set: a request for one may come on a connection for
   * the other.
   */
  readonly names: Readonly<Record<string, TrustOptions | TrustStore>>;
}

export interface TrustByNameSettings {
  /** Hears of new generations, of files that cannot be used, and of certificates that end, each with its name. */
  readonly onEvent?: ((event: TrustEvent) => void) | undefined;
  /** Milliseconds since the epoch, for what has ended. Default `Date.now`. */
  readonly clock?: (() => number) | undefined;
}

/** Which authorities count, by the server name that the client asks for in its handshake (SNI, RFC 6066 section 3). */
export interface TrustByName {
  /** @internal */
  readonly [trustByNameBrand]: true;
  readonly default: TrustStore | undefined;
  /** In lower case, wildcards as they were given. */
  readonly names: ReadonlyMap<string, TrustStore>;
  /**
   * The store of a server name; `undefined`: the client asked for none, or for something that is no name. Answers
   * `undefined` where neither a name nor the default applies.
   */
  storeFor(serverName: string | undefined): TrustStore | undefined;
  /** Reads the files of every store now. Rejects with the TypeError of the first that cannot be used. */
  reload(): Promise<void>;
  /** Calls the listener with the events of every store, as those do. Answers how to end that. */
  subscribe(listener: (event: TrustEvent) => void): () => void;
  /** Closes the stores that it made of options; those that were given belong to whoever made them. */
  close(): void;
}

/** Throws TypeError for no name at all, for what is no DNS name, and for what a trust store refuses. */
export function createTrustByName(options: TrustByNameOptions, settings: TrustByNameSettings = {}): TrustByName {
  const where = 'createTrustByName()';
  refuseUnknownKeys(options, ['default', 'names'], where);
  refuseUnknownKeys(settings, ['onEvent', 'clock'], where);
  const { clock, onEvent } = settings;
  for (const [name, value] of Object.entries({ clock, onEvent })) {
    if (value === undefined || typeof value === 'function') continue;
    throw new TypeError(`${where}: ${name} must be a function, got ${shown(value)}`);
  }
  const given = readNames(options.names, where);
  const own = new Map<object, TrustStore>();
  const close = (): void => {
    for (const store of own.values()) store.close();
  };
  const storeOf = (trust: unknown, place: string): TrustStore => {
    if (typeof trust !== 'object' || trust === null) {
      throw new TypeError(`${where}: ${place} must be an object: { anchors: fromFile('ca.pem') }, got ${shown(trust)}`);
    }
    if (isTrustStore(trust)) return trust;
    const store = own.get(trust) ?? madeFor(place, () => createTrustStore(trust as TrustOptions, { clock }));
    own.set(trust, store);
    return store;
  };
  const names = new Map<string, TrustStore>();
  let byDefault: TrustStore | undefined;
  try {
    for (const [name, trust] of given) names.set(name, storeOf(trust, `names[${shown(name)}]`));
    byDefault = 'default' in options ? storeOf(options.default, 'default') : undefined;
  } catch (error) {
    close();
    throw error;
  }
  const all: readonly (readonly [string, TrustStore])[] = [
    ...names,
    ...(byDefault === undefined ? [] : [['default', byDefault] as const]),
  ];
  const subscribe = (listener: (event: TrustEvent) => void): (() => void) => {
    const ends = all.map(([name, store]) => store.subscribe((event) => listener({ ...event, name })));
    return () => {
      for (const end of ends) end();
    };
  };
  if (onEvent !== undefined) subscribe(onEvent);
  return Object.freeze({
    [trustByNameBrand]: true as const,
    default: byDefault,
    names,
    storeFor(serverName: string | undefined): TrustStore | undefined {
      const name = serverName === undefined ? undefined : normalizedHostName(serverName);
      if (name === undefined) return byDefault;
      return names.get(name) ?? names.get(`*${name.slice(name.indexOf('.'))}`) ?? byDefault;
    },
    async reload(): Promise<void> {
      const outcomes = await Promise.allSettled([...new Set(all.map(([, store]) => store))].map((one) => one.reload()));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    subscribe,
    close,
  });
}

/** Recognises what `createTrustByName` made, of any copy of this package. */
export function isTrustByName(value: unknown): value is TrustByName {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, trustByNameBrand);
}

function readNames(names: unknown, where: string): readonly (readonly [string, unknown])[] {
  refuseUnusable(names, where);
  const entries = Object.entries(names as object).map(([given, trust]) => {
    const isWildcard = given.startsWith('*.');
    const name = normalizedHostName(isWildcard ? given.slice(2) : given);
    if (name === undefined) {
      throw new TypeError(
        `${where}: ${shown(given)} is no server name: write 'api.example.com', or '*.example.com' for all with one label more`,
      );
    }
    return [isWildcard ? `*.${name}` : name, trust] as const;
  });
  const repeated = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index);
  if (repeated !== undefined) throw new TypeError(`${where}: ${shown(repeated[0])} is listed twice`);
  return entries;
}

function refuseUnusable(names: unknown, where: string): void {
  if (typeof names !== 'object' || names === null || Array.isArray(names) || Object.keys(names).length === 0) {
    throw new TypeError(
      `${where} needs names: { 'api.example.com': { anchors: fromFile('ca.pem') } }; for one trust set give mtls() trust: { anchors }`,
    );
  }
}

function madeFor(place: string, create: () => TrustStore): TrustStore {
  try {
    return create();
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`${place}: ${error.message}`);
    throw error;
  }
}
