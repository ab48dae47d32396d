import {
  isTrustByName,
  type MtlsOptions,
  refuseUnknownKeys,
  shown,
  systemClock,
  type TrustOptions,
  type TrustStore,
} from '@peercert/core';
import type { ConnectionOptions } from './connection/connection-options.ts';
import { compileConnectionOptions } from './connection/connection-rules.ts';
import type { EndpointEvent } from './events.ts';
import { compileHsts, type HstsOptions } from './hsts.ts';
import type { ServerIdentityOptions } from './identity/server-identity.ts';
import {
  compileNames,
  identitiesByName,
  type NameOptions,
  requireIntermediates,
  trustByName,
} from './names/name-options.ts';
import { type TlsProfileName, tlsProfiles } from './profiles.ts';
import type { ReloadSignal } from './reload/reload-signal.ts';
import { compileSessions, type SessionOptions, type Sessions } from './sessions/session-options.ts';
import type { StaplingOptions } from './stapling/stapling-options.ts';
import { compileTimeouts, type TimeoutOptions, type Timeouts } from './timeouts.ts';
import type { HandshakeMode } from './tls-options.ts';

/** One object for the TLS server and for `mtls()`: what it says once, neither can see otherwise. */
export interface EndpointOptions extends Omit<MtlsOptions, 'trust' | 'onEvent'>, ServerIdentityOptions {
  /** Who may issue client certificates. Files are followed. */
  readonly trust: TrustOptions | TrustStore;
  /** Names that clients ask for (SNI), each with what differs from the rest: `'api.example.com'`, `'*.example.com'`. */
  readonly names?: Readonly<Record<string, NameOptions>>;
  /** Mozilla's Server Side TLS 6.0. Default `'intermediate'`: TLS 1.2 and 1.3. `'modern'`: TLS 1.3 alone. */
  readonly tlsProfile?: TlsProfileName;
  /** What the handshake does about clients' certificates before `mtls()` decides. Default `'ask'`. */
  readonly handshake?: HandshakeMode;
  /** Addresses, PROXY protocol and the number of handshakes, before the handshake. */
  readonly connection?: ConnectionOptions;
  readonly timeouts?: TimeoutOptions;
  readonly sessions?: SessionOptions;
  /** Most octets of a request's header, from 16,384 to 1,048,576. Default 32,768: room for a certificate in a header. */
  readonly maxHeaderBytes?: number;
  /**
   * Most requests under way at once on one connection of HTTP/2, from 1 to 10,000. Default 100, the least that RFC 9113 section
   * 6.5.2 recommends. Node sets no limit, and each of them takes memory and a turn of the application.
   */
  readonly maxConcurrentStreams?: number;
  /** Strict-Transport-Security on every response. Default: none. */
  readonly hsts?: HstsOptions;
  /** OCSP answers about the server's own certificates. Default: none are stapled. */
  readonly stapling?: StaplingOptions;
  /**
   * A signal at which every file is read again. Default: none, because a process that listens for `SIGHUP` outlives the
   * terminal it was started from; files that change are noticed without it.
   */
  readonly reloadSignal?: ReloadSignal;
  /** Hears of everything but decisions. What it throws is ignored. */
  readonly onEvent?: (event: EndpointEvent) => void;
}

/** The options of the endpoint itself, compiled. */
export interface EndpointSettings {
  readonly identities: ReadonlyMap<string, ServerIdentityOptions>;
  readonly trust: TrustOptions | TrustStore;
  /** Of every name, those without their own included; empty when no name has one. */
  readonly trustByName: ReadonlyMap<string, TrustOptions | TrustStore>;
  readonly tlsProfile: TlsProfileName;
  readonly handshake: HandshakeMode;
  readonly connection: ConnectionOptions;
  readonly timeouts: Timeouts;
  readonly handshakeMilliseconds: number;
  readonly sessions: Sessions;
  readonly maxHeaderBytes: number;
  readonly maxConcurrentStreams: number;
  /** The value of the header. */
  readonly hsts: string | undefined;
  readonly stapling: StaplingOptions | undefined;
  readonly reloadSignal: ReloadSignal | undefined;
  readonly clock: () => number;
  readonly tell: (event: EndpointEvent) => void;
  /** As `mtls()` takes them, but for `trust`, `revocation` and `onEvent`. */
  readonly mtls: MtlsOptions;
}

const ownKeys = {
  certificate: true,
  key: true,
  passphrase: true,
  trust: true,
  names: true,
  tlsProfile: true,
  handshake: true,
  connection: true,
  timeouts: true,
  sessions: true,
  maxHeaderBytes: true,
  maxConcurrentStreams: true,
  hsts: true,
  stapling: true,
  reloadSignal: true,
  onEvent: true,
} as const satisfies Record<Exclude<keyof EndpointOptions, keyof MtlsOptions> | 'trust' | 'onEvent', true>;

/** The compiler tells when core has another option. */
const mtlsKeys = {
  source: true,
  revocation: true,
  denyList: true,
  profile: true,
  extendedKeyUsage: true,
  certificatePolicies: true,
  presence: true,
  enforcement: true,
  exclude: true,
  denials: true,
  challenge: true,
  clientAddress: true,
  onDecision: true,
  clock: true,
  limits: true,
  dangerouslyAllowAlgorithms: true,
  dangerouslyAllowRsaBits: true,
  pins: true,
  addresses: true,
  identity: true,
  identify: true,
  roles: true,
  defaultRoles: true,
  check: true,
} as const satisfies Record<Exclude<keyof MtlsOptions, 'trust' | 'onEvent'>, true>;

/** Throws TypeError for every option that is unknown, of the wrong kind, or contradicts another. */
export function compileEndpointOptions(options: EndpointOptions): EndpointSettings {
  refuseNamesOfNode(options);
  refuseUnknownKeys(options, Object.keys({ ...ownKeys, ...mtlsKeys }), 'createEndpoint()');
  refuseTlsProfileAsProfile(options.profile);
  const { clock = systemClock, onEvent } = options;
  for (const [name, value] of Object.entries({ clock, onEvent })) {
    if (value !== undefined && typeof value !== 'function') throw new TypeError(`${name} must be a function`);
  }
  const names = compileNames(options.names);
  const handshake = compileHandshake(options);
  const sessions = compileSessions(options.sessions);
  const trust = compileTrust(options.trust);
  if (sessions.sharedSecret !== undefined) requireIntermediates('sessions.sharedSecret', trust, names);
  if (handshake !== 'ask') requireIntermediates(`handshake: '${handshake}'`, trust, names);
  const tlsProfile = oneOf('tlsProfile', options.tlsProfile, Object.keys(tlsProfiles) as TlsProfileName[]);
  const byName = trustByName(trust, names);
  if (sessions.sharedSecret !== undefined && byName.size > 0) requireNamesOfSessions(tlsProfile);
  return Object.freeze({
    identities: identitiesByName(options, names),
    trust,
    trustByName: byName,
    tlsProfile,
    handshake,
    timeouts: compileTimeouts(options.timeouts),
    connection: checkConnection(options.connection),
    handshakeMilliseconds: 1_000 * (options.connection?.handshakes?.seconds ?? 30),
    sessions,
    maxHeaderBytes: wholeNumber('maxHeaderBytes', options.maxHeaderBytes ?? 32_768, 16_384, 1_048_576),
    maxConcurrentStreams: wholeNumber('maxConcurrentStreams', options.maxConcurrentStreams ?? 100, 1, 10_000),
    hsts: options.hsts === undefined ? undefined : compileHsts(options.hsts),
    stapling: options.stapling,
    reloadSignal:
      options.reloadSignal === undefined ? undefined : oneOf('reloadSignal', options.reloadSignal, ['SIGHUP']),
    clock,
    tell: (event: EndpointEvent): void => {
      try {
        onEvent?.(event);
      } catch {
        // Whoever watches must not decide whether a reload or a handshake goes on.
      }
    },
    mtls: Object.freeze(Object.fromEntries(Object.entries(options).filter(([key]) => key in mtlsKeys))),
  });
}

/** What servers of Node call it: too far from the names here for a guess by letters. */
const namesOfNode: Readonly<Record<string, string>> = {
  ca: "trust: { anchors: fromFile('clients.pem') }",
  cert: "certificate: fromFile('tls.crt')",
  requestCert: "handshake: 'ask', or leave it out, because that is the default",
  rejectUnauthorized: "handshake: 'refuse' for true, and leave it out for false",
  minVersion: "tlsProfile: 'modern' for TLS 1.3 alone, and leave it out for 1.2 and 1.3",
  SNICallback: "names: { 'api.example.com': { certificate, key } }",
};

function refuseNamesOfNode(options: object): void {
  for (const [name, instead] of Object.entries(namesOfNode)) {
    if (typeof options !== 'object' || options === null || !Object.hasOwn(options, name)) continue;
    throw new TypeError(`createEndpoint(): ${name} is an option of Node's servers: write ${instead}`);
  }
}

function refuseTlsProfileAsProfile(profile: unknown): void {
  if (typeof profile === 'string' && Object.hasOwn(tlsProfiles, profile)) {
    throw new TypeError(`profile is how client certificates are validated: write tlsProfile: '${profile}'`);
  }
}

function compileTrust(trust: unknown): TrustOptions | TrustStore {
  // Checked here because mtls() alone would take the server's own `ca` in its place.
  if (typeof trust !== 'object' || trust === null) {
    throw new TypeError("createEndpoint() needs trust: write trust: { anchors: fromFile('clients.pem') }");
  }
  if (isTrustByName(trust)) {
    throw new TypeError(
      "trust by name belongs to the names: write names: { 'api.example.com': { trust: { anchors } } }",
    );
  }
  return trust as TrustOptions | TrustStore;
}

function compileHandshake({ enforcement, exclude, handshake, presence }: EndpointOptions): HandshakeMode {
  const mode = oneOf('handshake', handshake, ['ask', 'name', 'refuse']);
  if (mode === 'refuse' && (presence === 'optional' || enforcement === 'report-only' || exclude !== undefined)) {
    throw new TypeError(
      "handshake: 'refuse' lets nobody in without a certificate that Node accepts, so that presence: 'optional', " +
        "enforcement: 'report-only' and exclude have no effect: leave one of them out",
    );
  }
  return mode;
}

/** Of a session of TLS 1.2 only the process that made it knows the name: in any other its requests would all be a 421. */
function requireNamesOfSessions(tlsProfile: TlsProfileName): void {
  if (tlsProfiles[tlsProfile].minVersion === 'TLSv1.3') return;
  throw new TypeError(
    'sessions.sharedSecret with trust by name would have requests refused, because a resumed session of TLS 1.2 does not ' +
      "tell its name: write tlsProfile: 'modern', or leave sessions.sharedSecret out",
  );
}

/** Each server compiles them for itself: none should be created only to learn that they are wrong. */
function checkConnection(connection: ConnectionOptions = {}): ConnectionOptions {
  compileConnectionOptions(connection);
  return connection;
}

function wholeNumber(option: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TypeError(`${option} must be a whole number from ${least} to ${most}, got ${shown(value)}`);
}

/** The first choice is the default. */
function oneOf<C extends string>(option: string, value: unknown, choices: readonly [C, ...C[]] | readonly C[]): C {
  const [first] = choices;
  const chosen = value === undefined ? first : choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw new TypeError(`${option} must be ${choices.map((choice) => `'${choice}'`).join(' or ')}, got ${shown(value)}`);
}
