import { systemClock } from './clock.ts';
import type { Decision } from './decision.ts';
import { compileExcludedPaths } from './excluded-path.ts';
import { compileLimits, type Limits } from './limits.ts';
import { requireListsConsulted } from './lists-among-anchors.ts';
import { oneOf, pickOptions, refuseUnknownKeys } from './option-keys.ts';
import type { WeakAlgorithm } from './path/algorithms.ts';
import type { PathSettings } from './path/settings.ts';
import { isTrustByName, type TrustByName } from './path/trust-by-name.ts';
import type { TrustEvent } from './path/trust-event.ts';
import {
  createTrustStore,
  isTrustStore,
  type TrustOptions,
  type TrustStore,
  type TrustStoreSettings,
} from './path/trust-store.ts';
import { compilePathSettings } from './path-options.ts';
import type { ExpiryEvent } from './policy/expiry.ts';
import { closePolicy, compilePolicy, type Policy, type PolicyOptions, policyOptionKeys } from './policy/policy.ts';
import type { PolicyFileEvent } from './policy/policy-file.ts';
import type { RevocationChecker } from './revocation/checker.ts';
import { type DenyList, type DenyListIndex, readDenyListOption } from './revocation/deny-list.ts';
import { checkerOf, openRevocation, type Revocation } from './revocation/revocation.ts';
import type { RevocationOptions } from './revocation/revocation-options.ts';
import type { RevocationEvent } from './revocation/source-status.ts';
import { compileForwardingRules, type ForwardingRules } from './source/forwarding.ts';
import type { Source } from './source/presented.ts';
import { fromTls } from './source/tls-socket.ts';

/** The options of `mtls()`. Validated, copied and frozen once; a wrong one is a TypeError that names the fix. */
export interface MtlsOptions extends PolicyOptions {
  /** Where certificates come from, asked in this order. Default: `fromTls()`, the connection itself. */
  readonly source?: Source | readonly Source[];
  /**
   * Who may issue client certificates: certificates, files that are followed, what `createTrustStore` makes, or
   * `createTrustByName`. Default on a direct connection: the TLS server's own `ca`.
   */
  readonly trust?: TrustOptions | TrustStore | TrustByName;
  /**
   * What to consult on whether certificates were revoked; to share it between instances, or to look at it, what
   * `createRevocation` makes. Default `'off'`, which every decision states.
   */
  readonly revocation?: 'off' | RevocationOptions | Revocation;
  /** Certificates that are denied whatever their authority says, on the next request: what `createDenyList` makes. */
  readonly denyList?: DenyList;
  /** `'strict'`: RFC 5280 to the letter. Default `'interoperable'`: the same, but for a table of tolerances. */
  readonly profile?: 'interoperable' | 'strict';
  /** `'required'`: the certificate must name clientAuth. Default `'optional'`: an absent extension does not restrict. */
  readonly extendedKeyUsage?: 'required' | 'optional';
  /** Certificate policies (RFC 5280 6.1.1 (c) to (g)). */
  readonly certificatePolicies?: CertificatePolicyOptions;
  /** `'optional'`: a request without a certificate goes on as anonymous; a bad one is refused. Default `'required'`. */
  readonly presence?: 'required' | 'optional';
  /** `'report-only'`: a request that would be refused goes on with `client: null`. Default `'enforce'`. */
  readonly enforcement?: 'enforce' | 'report-only';
  /** Raw request paths without authentication: exact, or everything below one that ends in `/`. */
  readonly exclude?: readonly string[];
  /** `'throw'`: denials go to the framework's error handler. Default `'respond'`: problem+json (RFC 9457). */
  readonly denials?: 'respond' | 'throw';
  /** The `WWW-Authenticate` value of a 401. Default `ClientCertificate`. */
  readonly challenge?: string;
  /** Whose idea of the client's address the address rules use. Default `'derived'`: Peercert's own. */
  readonly clientAddress?: 'derived' | 'framework';
  /**
   * Hears of every decision. It may observe; when it throws, the request is a 500. A promise is not waited for: when it
   * rejects, the decision stands, and the process has a warning.
   */
  readonly onDecision?: (event: DecisionEvent) => void;
  /**
   * Hears of everything else worth knowing: certificates that expire within 30 days, sources of revocation information
   * that were updated or failed, files that were taken anew or cannot be. What it throws about the latter is ignored. A
   * promise is not waited for: when it rejects, the process has a warning.
   */
  readonly onEvent?: (event: PeercertEvent) => void;
  /** Milliseconds since the epoch; where it answers anything else, the request is a 500. Default `Date.now`. */
  readonly clock?: () => number;
  readonly limits?: Partial<Limits>;
  /** Signature algorithms that are refused for good reason, allowed by name. */
  readonly dangerouslyAllowAlgorithms?: readonly WeakAlgorithm[];
  /** The smallest RSA modulus in bits, from 1,024. Default 2,048. */
  readonly dangerouslyAllowRsaBits?: number;
}

export interface CertificatePolicyOptions {
  /** Object identifiers of the policies that are acceptable here. Default: any. */
  readonly accepted?: readonly string[];
  /** `'explicit'`: the path must be valid for an acceptable policy. Default `'implicit'`. */
  readonly require?: 'explicit' | 'implicit';
  /** Default `'allow'`. */
  readonly mapping?: 'allow' | 'inhibit';
  /** Default `'allow'`. */
  readonly anyPolicy?: 'allow' | 'inhibit';
}

export interface DecisionEvent {
  readonly decision: Decision;
  /** `false`: report-only; the request went on. */
  readonly enforced: boolean;
  /** `'guard'` when `requireRole` or `requireClient` refused a client that `mtls()` had let in. */
  readonly by: 'mtls' | 'guard';
  readonly clientAddress: string | undefined;
  /** The request target, as it came but for characters that would deceive whoever reads a log: those are `\u2028`. */
  readonly requestTarget: string;
}

export type PeercertEvent = ExpiryEvent | RevocationEvent | TrustEvent | PolicyFileEvent;

/** Options as the line uses them. */
export interface CompiledOptions {
  readonly sources: readonly Source[];
  readonly forwarding: ForwardingRules;
  readonly trust: TrustStore | TrustByName | undefined;
  readonly path: PathSettings;
  readonly revocation: RevocationChecker | undefined;
  readonly denyList: DenyListIndex | undefined;
  readonly policy: Policy;
  readonly presence: 'required' | 'optional';
  readonly enforcement: 'enforce' | 'report-only';
  readonly isExcluded: (requestTarget: string) => boolean;
  readonly denials: 'respond' | 'throw';
  readonly challenge: string;
  readonly clientAddress: 'derived' | 'framework';
  readonly onDecision: ((event: DecisionEvent) => void) | undefined;
  readonly onEvent: ((event: PeercertEvent) => void) | undefined;
  readonly clock: () => number;
  readonly limits: Limits;
}

const optionKeys: readonly string[] = [
  'source',
  'trust',
  'revocation',
  'denyList',
  'profile',
  'extendedKeyUsage',
  'certificatePolicies',
  'presence',
  'enforcement',
  'exclude',
  'denials',
  'challenge',
  'clientAddress',
  'onDecision',
  'onEvent',
  'clock',
  'limits',
  'dangerouslyAllowAlgorithms',
  'dangerouslyAllowRsaBits',
  ...policyOptionKeys,
];

/** Throws TypeError for every option that is unknown, of the wrong kind, or without effect. */
export function compileOptions(options: MtlsOptions = {}): CompiledOptions {
  refuseUnknownKeys(options, optionKeys, 'mtls()');
  const limits = compileLimits(options.limits);
  const sources = compileSources(options.source);
  const onEvent = functionOr(options, 'onEvent');
  const path = compilePathSettings(options, limits);
  const clock = functionOr(options, 'clock') ?? systemClock;
  const compiled = {
    sources,
    forwarding: compileForwardingRules(sources),
    path,
    // There without a value, either is rather a rule that got lost on its way than a wish to let everybody in.
    denyList: 'denyList' in options ? readDenyListOption(options.denyList) : undefined,
    presence: oneOf(options, 'presence', ['required', 'optional']),
    enforcement: oneOf(options, 'enforcement', ['enforce', 'report-only']),
    isExcluded: options.exclude === undefined ? (): boolean => false : compileExcludedPaths(options.exclude),
    denials: oneOf(options, 'denials', ['respond', 'throw']),
    challenge: compileChallenge(options.challenge),
    clientAddress: oneOf(options, 'clientAddress', ['derived', 'framework']),
    onDecision: functionOr(options, 'onDecision'),
    onEvent,
    clock,
    limits,
  };
  // Last, because they may open files and connections; what was opened is closed when a later option is wrong.
  const policy = compilePolicy(pickOptions(options, policyOptionKeys), limits, onEvent);
  let trust: CompiledOptions['trust'];
  try {
    trust = compileTrust(options.trust, sources, { clock, onEvent });
    const surroundings = { clock, onEvent, path, trust: (isTrustByName(trust) ? trust.default : trust)?.current };
    const revocation = compileRevocation(options, sources, surroundings);
    try {
      requireListsConsulted(trust, revocation);
    } catch (error) {
      if (revocation !== options.revocation) revocation?.close();
      throw error;
    }
    return Object.freeze({ ...compiled, policy, trust, revocation: checkerOf(revocation) });
  } catch (error) {
    closePolicy(policy);
    if (trust !== options.trust) trust?.close();
    throw error;
  }
}

function compileRevocation(
  options: MtlsOptions,
  sources: readonly Source[],
  surroundings: Parameters<typeof openRevocation>[1],
): Revocation | undefined {
  const revocation: unknown = 'revocation' in options ? options.revocation : 'off';
  if (revocation === 'off') return undefined;
  if (sources.every(({ verifiedBy }) => verifiedBy === 'proxy')) {
    throw new TypeError(
      "mtls(): revocation cannot be checked where every source says dangerouslyVerifiedBy: 'proxy', because the issuers are not known: give trust instead",
    );
  }
  if (typeof revocation !== 'object' || revocation === null) {
    throw new TypeError("revocation must be 'off', an object with options, or what createRevocation() makes");
  }
  return checkerOf(revocation) === undefined
    ? openRevocation(revocation as RevocationOptions, surroundings)
    : (revocation as Revocation);
}

function compileSources(source: MtlsOptions['source'] = fromTls()): readonly Source[] {
  const sources: readonly Source[] = Array.isArray(source) ? [...source] : [source];
  if (sources.length === 0) throw new TypeError('mtls(): source is an empty list; leave it out for fromTls()');
  for (const candidate of sources) {
    if (typeof candidate?.present !== 'function' || typeof candidate.name !== 'string') {
      throw new TypeError('mtls(): source must be made by a source function such as fromTls()');
    }
  }
  return Object.freeze(sources);
}

function compileTrust(
  trust: MtlsOptions['trust'],
  sources: readonly Source[],
  settings: TrustStoreSettings,
): TrustStore | TrustByName | undefined {
  const forwards = sources.find(({ verifiedBy }) => verifiedBy === 'peercert');
  if (trust === undefined) {
    if (forwards === undefined) return undefined;
    throw new TypeError(
      `mtls(): the source '${forwards.name}' leaves the verification to Peercert: add trust: { anchors: fromFile('ca.pem') }`,
    );
  }
  if (sources.every(({ verifiedBy }) => verifiedBy === 'proxy')) {
    throw new TypeError(
      "mtls(): trust has no effect where every source says dangerouslyVerifiedBy: 'proxy'; leave one out",
    );
  }
  if (typeof trust !== 'object' || trust === null) {
    throw new TypeError("mtls(): trust must be an object: trust: { anchors: fromFile('ca.pem') }");
  }
  if (isTrustByName(trust)) {
    const other = sources.find(({ of }) => of !== 'connection');
    if (other === undefined) return trust;
    throw new TypeError(
      `mtls(): trust by server name counts for clients that are connected directly, and the source '${other.name}' forwards what others presented: give trust: { anchors }`,
    );
  }
  return isTrustStore(trust) ? trust : createTrustStore(trust, settings);
}

function compileChallenge(challenge = 'ClientCertificate'): string {
  // A header value of visible ASCII (RFC 9110 5.5), beginning with an auth-scheme token (11.1).
  if (typeof challenge !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+( [\x20-\x7e]+)?$/.test(challenge)) {
    throw new TypeError("mtls(): challenge must be an HTTP authentication scheme such as 'ClientCertificate'");
  }
  return challenge;
}

function functionOr<K extends 'onDecision' | 'onEvent' | 'clock'>(options: MtlsOptions, key: K): MtlsOptions[K] {
  const value: unknown = options[key];
  if (value !== undefined && typeof value !== 'function') throw new TypeError(`${key} must be a function`);
  return options[key];
}
