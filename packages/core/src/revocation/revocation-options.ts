import { isUint8Array } from 'node:util/types';
import { compileAddressRanges } from '../address-range.ts';
import { isPathText, unsetText } from '../encoding/option-text.ts';
import { type FileSource, isFileSource } from '../file-watcher.ts';
import { defaultLimits } from '../limits.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { CertificateIndex } from '../path/certificate-index.ts';
import { type CertificateInput, readCertificates } from '../path/certificate-input.ts';
import { refuseBrokenList } from './broken-list.ts';
import type { CrlSettings } from './crl-method.ts';
import { readHostsOption, readUrlOption } from './endpoint.ts';
import { readFetchCa } from './fetch-authorities.ts';
import type { FetcherSettings } from './fetcher.ts';
import { defaultOcspSettings } from './ocsp/settings.ts';
import type { OcspMethodSettings } from './ocsp-method.ts';
import type { UndeterminedKind } from './status.ts';

/** The option `revocation`. There is no default for what to consult: whatever is on must have a source. */
export interface RevocationOptions {
  /** Which methods, in this order. The first one that determines a status is the last that is asked. */
  readonly methods: readonly ('crl' | 'ocsp')[];
  /** `'leaf'`: the client's certificate alone. Default `'path'`: every certificate below the trust anchor. */
  readonly scope?: 'leaf' | 'path';
  readonly crls?: CrlOptions;
  readonly ocsp?: OcspOptions;
  /** What follows when a status cannot be determined, for each cause. Default: always `'deny'`. */
  readonly on?: Partial<Readonly<Record<UndeterminedKind, 'deny' | 'allow'>>>;
  readonly fetch?: FetchOptions;
}

/** A list as PEM text or DER bytes, a file that is watched, or a URL that is refreshed. */
export type CrlSourceOption = string | Uint8Array | FileSource | { readonly url: string };

export interface CrlOptions {
  readonly sources?: readonly CrlSourceOption[];
  /** Follows the distribution points of certificates, to these hosts only: `['crl.example.com:80']`. */
  readonly distributionPoints?: { readonly hosts: readonly string[] };
  /** Certificates of issuers of lists that are in no path: of indirect CRLs, or an authority's key for lists alone. */
  readonly issuers?: CertificateInput;
  /** Longest time between two fetches of a list, in seconds; nextUpdate may ask for less. Default 3,600. */
  readonly refreshSeconds?: number;
  /** Longest accepted age of a list since thisUpdate, in seconds. Default: as long as nextUpdate says. */
  readonly maximumAgeSeconds?: number;
  /** How far the clock of an authority may be ahead, in seconds. Default 60. */
  readonly clockToleranceSeconds?: number;
  /** Largest list that is fetched. Default 134,217,728. */
  readonly maximumBytes?: number;
}

export interface OcspOptions {
  /** URLs of responders that are asked about every certificate, in this order. */
  readonly responders?: string | readonly string[];
  /** Asks the responders that certificates name, at these hosts only: `['ocsp.example.com:80']`. */
  readonly aia?: { readonly hosts: readonly string[] };
  /** Default `'post'`. `'get'` can be answered by caches on the way. */
  readonly method?: 'post' | 'get';
  /** Of the certificate's identifier. Default `'sha1'`, which every responder knows (RFC 6960 4.3). */
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** `'required'`: an answer without the nonce that was sent is refused. Default `'off'`: answers can be shared. */
  readonly nonce?: 'off' | 'optional' | 'required';
  /** A responder whose own certificate cannot be checked and does not say that it need not be. Default `'accept'`. */
  readonly uncheckedDelegate?: 'accept' | 'refuse';
  /** Longest time for which an answer is used without asking again, in seconds. Default 3,600. */
  readonly refreshSeconds?: number;
  /** Longest accepted age of an answer since thisUpdate, in seconds. Default: as long as nextUpdate says. */
  readonly maximumAgeSeconds?: number;
  /** How far the clock of a responder may be ahead, in seconds. Default 60. */
  readonly clockToleranceSeconds?: number;
}

export interface FetchOptions {
  /** For one request as a whole, in milliseconds. Default 5,000. */
  readonly timeoutMilliseconds?: number;
  /** Connections at a time. Default 32. */
  readonly concurrency?: number;
  /** Requests on behalf of one client at a time. Default 4. */
  readonly concurrencyPerClient?: number;
  /** Special-purpose addresses that names may resolve to: `['10.0.0.0/8']`. Default: none. */
  readonly addresses?: readonly string[];
  /** PEM: whose https servers are believed. Default: those that Node believes. */
  readonly ca?: string;
}

/** Options as the room uses them. */
export interface RevocationSettings {
  readonly methods: readonly ('crl' | 'ocsp')[];
  readonly scope: 'leaf' | 'path';
  readonly crls: CrlSettings | undefined;
  readonly ocsp: OcspMethodSettings | undefined;
  readonly on: Readonly<Record<UndeterminedKind, 'deny' | 'allow'>>;
  readonly fetch: FetcherSettings;
}

const kinds: readonly UndeterminedKind[] = ['noSource', 'unreachable', 'stale', 'malformed', 'unknown'];

/** Throws TypeError for every option that is unknown, of the wrong kind, or without effect, and for nothing to consult. */
export function compileRevocationOptions(options: RevocationOptions): RevocationSettings {
  refuseUnknownKeys(options, ['methods', 'scope', 'crls', 'ocsp', 'on', 'fetch'], 'revocation');
  const methods = readMethods(options.methods);
  for (const [method, key] of [
    ['crl', 'crls'],
    ['ocsp', 'ocsp'],
  ] as const) {
    if (methods.includes(method) === (options[key] !== undefined)) continue;
    throw new TypeError(
      methods.includes(method)
        ? `revocation: the method '${method}' has nothing to consult: give it ${key}: ${examples[key]}`
        : `revocation: ${key} has no effect, because methods does not name '${method}'`,
    );
  }
  const { on = {} } = options;
  refuseUnknownKeys(on, kinds, 'revocation.on');
  return Object.freeze({
    methods,
    scope: choice(options.scope, ['path', 'leaf'], 'revocation.scope'),
    crls: options.crls && compileCrls(options.crls),
    ocsp: options.ocsp && compileOcsp(options.ocsp),
    on: Object.freeze(
      Object.fromEntries(kinds.map((kind) => [kind, choice(on[kind], ['deny', 'allow'], `revocation.on.${kind}`)])),
    ) as RevocationSettings['on'],
    fetch: compileFetch(options.fetch),
  });
}

const examples = {
  crls: "{ sources: [fromFile('ca.crl')] }, or { distributionPoints: { hosts: ['crl.example.com:80'] } }",
  ocsp: "{ responders: 'http://ocsp.example.com/' }, or { aia: { hosts: ['ocsp.example.com:80'] } }",
};

function readMethods(methods: unknown): RevocationSettings['methods'] {
  const isGood =
    Array.isArray(methods) &&
    methods.length > 0 &&
    new Set(methods).size === methods.length &&
    methods.every((method) => method === 'crl' || method === 'ocsp');
  if (isGood) return Object.freeze([...(methods as RevocationSettings['methods'])]);
  throw new TypeError("revocation.methods must be a list of 'crl' and 'ocsp', each at most once: methods: ['crl']");
}

function compileCrls(options: CrlOptions): CrlSettings {
  const where = 'revocation.crls';
  refuseUnknownKeys(
    options,
    [
      'sources',
      'distributionPoints',
      'issuers',
      'refreshSeconds',
      'maximumAgeSeconds',
      'clockToleranceSeconds',
      'maximumBytes',
    ],
    where,
  );
  const { distributionPoints, issuers, sources } = options;
  if (sources === undefined && distributionPoints === undefined) {
    throw new TypeError(`${where} names nothing to consult: give it ${examples.crls}`);
  }
  if (sources !== undefined && (!Array.isArray(sources) || sources.length === 0)) {
    throw new TypeError(
      `${where}.sources must be a list of lists, such as [fromFile('ca.crl')], got ${shown(sources)}`,
    );
  }
  if (distributionPoints !== undefined) refuseUnknownKeys(distributionPoints, ['hosts'], `${where}.distributionPoints`);
  const read = (sources ?? []).map((source, index) => readSource(source, `${where}.sources[${index}]`));
  return Object.freeze({
    inline: read.flatMap(({ inline }) => inline ?? []),
    files: read.flatMap(({ file }) => file ?? []),
    urls: read.flatMap(({ url }) => url ?? []),
    hosts: distributionPoints && readHostsOption(distributionPoints.hosts, `${where}.distributionPoints.hosts`),
    issuers: new CertificateIndex(issuers === undefined ? [] : readCertificates(issuers, `${where}.issuers`)),
    refreshMs: number(options.refreshSeconds, 3_600, 1, `${where}.refreshSeconds`) * 1000,
    maximumAgeMs: number(options.maximumAgeSeconds, Number.POSITIVE_INFINITY, 1, `${where}.maximumAgeSeconds`) * 1000,
    clockToleranceMs: number(options.clockToleranceSeconds, 60, 0, `${where}.clockToleranceSeconds`) * 1000,
    maximumBytes: number(options.maximumBytes, 134_217_728, 1, `${where}.maximumBytes`),
  });
}

interface ReadSource {
  readonly inline?: string | Uint8Array;
  readonly file?: FileSource;
  readonly url?: URL;
}

function readSource(source: unknown, where: string): ReadSource {
  if (isFileSource(source)) return { file: source };
  if (typeof source === 'string') refuseNoContent(source, where);
  if (isUint8Array(source) || typeof source === 'string') {
    refuseBrokenList(source, where);
    return { inline: source };
  }
  if (typeof source === 'object' && source !== null && 'url' in source) {
    refuseUnknownKeys(source, ['url'], where);
    return { url: readUrlOption(source.url, `${where}.url`) };
  }
  throw new TypeError(
    `${where}: expected PEM text, DER bytes, fromFile('ca.crl') or { url: 'http://...' }, got ${shown(source)}`,
  );
}

/** Throws TypeError for what is left of a variable, and for a path or URL that is no content. */
function refuseNoContent(text: string, where: string): void {
  const unset = unsetText(text);
  if (unset !== undefined) throw new TypeError(`${where} ${unset}`);
  if (/^https?:\/\/[^\r\n]*$/i.test(text.trim())) {
    throw new TypeError(`${where} is a URL: write { url: ${shown(text.trim())} }`);
  }
  if (isPathText(text)) {
    throw new TypeError(
      `${where} is the text ${shown(text)} and no PEM: for the file of this name write fromFile(${shown(text)})`,
    );
  }
}

function compileOcsp(options: OcspOptions): OcspMethodSettings {
  const where = 'revocation.ocsp';
  refuseUnknownKeys(
    options,
    [
      'responders',
      'aia',
      'method',
      'hash',
      'nonce',
      'uncheckedDelegate',
      'refreshSeconds',
      'maximumAgeSeconds',
      'clockToleranceSeconds',
    ],
    where,
  );
  const { aia, responders } = options;
  if (responders === undefined && aia === undefined) {
    throw new TypeError(`${where} names nothing to consult: give it ${examples.ocsp}`);
  }
  const urls: readonly unknown[] =
    responders === undefined ? [] : Array.isArray(responders) ? responders : [responders];
  if (responders !== undefined && urls.length === 0) {
    throw new TypeError(`${where}.responders is an empty list: name a responder, or leave it out`);
  }
  if (aia !== undefined) refuseUnknownKeys(aia, ['hosts'], `${where}.aia`);
  const nonce = choice(options.nonce, ['off', 'optional', 'required'], `${where}.nonce`);
  const method = choice(options.method, ['post', 'get'], `${where}.method`);
  if (nonce !== 'off' && method === 'get') {
    throw new TypeError(`${where}: a nonce makes every answer unlike the others, so that method: 'get' has no effect`);
  }
  return Object.freeze({
    responders: urls.map((url, index) => readUrlOption(url, `${where}.responders[${index}]`)),
    hosts: aia && readHostsOption(aia.hosts, `${where}.aia.hosts`),
    method,
    hash: choice(options.hash, ['sha1', 'sha256', 'sha384', 'sha512'], `${where}.hash`),
    nonce,
    refreshMs: number(options.refreshSeconds, 3_600, 1, `${where}.refreshSeconds`) * 1000,
    capacity: defaultLimits.rememberedPaths,
    answers: {
      clockToleranceSeconds: number(options.clockToleranceSeconds, 60, 0, `${where}.clockToleranceSeconds`),
      maxAgeSeconds: number(options.maximumAgeSeconds, Number.POSITIVE_INFINITY, 1, `${where}.maximumAgeSeconds`),
      lifetimeSeconds: defaultOcspSettings.lifetimeSeconds,
      nonceAbsence: nonce === 'optional' ? ('accept' as const) : ('refuse' as const),
      uncheckedDelegate: choice(options.uncheckedDelegate, ['accept', 'refuse'], `${where}.uncheckedDelegate`),
    },
  });
}

function compileFetch(options: FetchOptions = {}): FetcherSettings {
  const where = 'revocation.fetch';
  refuseUnknownKeys(options, ['timeoutMilliseconds', 'concurrency', 'concurrencyPerClient', 'addresses', 'ca'], where);
  const { addresses, ca } = options;
  return Object.freeze({
    timeoutMilliseconds: number(options.timeoutMilliseconds, 5_000, 1, `${where}.timeoutMilliseconds`),
    concurrency: number(options.concurrency, 32, 1, `${where}.concurrency`),
    concurrencyPerClient: number(options.concurrencyPerClient, 4, 1, `${where}.concurrencyPerClient`),
    waiting: 10_000,
    addresses: addresses && compileAddressRanges(addresses, `${where}.addresses`),
    ca: ca === undefined ? undefined : readFetchCa(ca, `${where}.ca`),
  });
}

function choice<C extends string>(value: unknown, choices: readonly C[], where: string): C {
  const chosen = value === undefined ? choices[0] : value;
  if (choices.includes(chosen as C)) return chosen as C;
  throw new TypeError(`${where} must be ${choices.map((one) => `'${one}'`).join(' or ')}, got ${shown(value)}`);
}

/** A timer cannot wait longer than this many milliseconds, and nobody means to. */
const largest = 2_147_483_647;

function number(value: unknown, byDefault: number, least: number, where: string): number {
  if (value === undefined) return byDefault;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= largest) return value;
  throw new TypeError(`${where} must be a whole number from ${least} on, got ${shown(value)}`);
}
