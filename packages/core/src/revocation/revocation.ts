import { systemClock } from '../clock.ts';
import { defaultLimits } from '../limits.ts';
import { observer } from '../observer.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { defaultPathSettings, type PathSettings } from '../path/settings.ts';
import { compileSignaturePolicy, type SignaturePolicyOptions } from '../path/signature-policy.ts';
import type { TrustSnapshot } from '../path/trust-store.ts';
import { RevocationChecker } from './checker.ts';
import { CrlMethod } from './crl-method.ts';
import { createFetcher } from './fetcher.ts';
import { knownRevocations, scopeUnder } from './known-revocations.ts';
import { type KnownStatus, OcspMethod } from './ocsp-method.ts';
import type { RevocationMethod } from './question.ts';
import { compileRevocationOptions, type RevocationOptions } from './revocation-options.ts';
import type { RevocationEvent, RevocationSourceStatus } from './source-status.ts';
import { undetermined } from './status.ts';

/** Revocation checking with its lists, answers and connections. One can serve any number of instances. */
export interface Revocation {
  /** @internal Only `createRevocation` makes these. */
  readonly [revocationBrand]: RevocationChecker;
  /** How each source is doing. */
  status(): readonly RevocationSourceStatus[];
  /** Settles when every list of the options was read or tried once: a good moment to begin to listen. */
  ready(): Promise<void>;
  /** Looks at every file and asks every URL again; those that failed just now keep to their pause. */
  refresh(): Promise<void>;
  /** Ends timers, watchers and requests under way. What is known by then stays in use within its own validity. */
  close(): void;
}

/** Shared by every copy of this package. */
const revocationBrand: unique symbol = Symbol.for('peercert.revocation') as never;

export interface RevocationSurroundings extends SignaturePolicyOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
  /** Hears of sources that were updated or failed, and of whoever was let through undetermined. */
  readonly onEvent?: (event: RevocationEvent) => void;
  /** Default `'interoperable'`. Of this, as of the others, and what an instance says that it is given to, the stricter counts. */
  readonly profile?: 'interoperable' | 'strict';
}

/**
 * Revocation checking that is shared, watched or closed: `const revocation = createRevocation({ ... })`, then
 * `mtls({ revocation })` as often as needed. Throws TypeError for every wrong option, for a file that cannot be read, and
 * for nothing to consult.
 */
export function createRevocation(options: RevocationOptions, surroundings: RevocationSurroundings = {}): Revocation {
  refuseUnknownKeys(
    surroundings,
    ['clock', 'onEvent', 'profile', 'dangerouslyAllowAlgorithms', 'dangerouslyAllowRsaBits'],
    'createRevocation()',
  );
  const { clock = systemClock, onEvent, profile = 'interoperable' } = surroundings;
  if (profile !== 'interoperable' && profile !== 'strict') {
    throw new TypeError(`createRevocation(): profile must be 'interoperable' or 'strict', got ${shown(profile)}`);
  }
  const path = {
    ...defaultPathSettings,
    profile,
    ...compileSignaturePolicy(surroundings, 'createRevocation(): '),
    limits: defaultLimits,
  };
  return openRevocation(options, { clock, onEvent, path, trust: undefined });
}

/** Revocation checking by the settings of one instance. */
export function openRevocation(
  options: RevocationOptions,
  surroundings: {
    readonly clock: () => number;
    readonly onEvent: ((event: RevocationEvent) => void) | undefined;
    readonly path: PathSettings;
    readonly trust: TrustSnapshot | undefined;
  },
): Revocation {
  const settings = compileRevocationOptions(options);
  const { clock, path, trust } = surroundings;
  const onEvent = surroundings.onEvent && observer(surroundings.onEvent);
  const tell = (event: RevocationEvent): void => {
    try {
      onEvent?.(event);
    } catch {
      // Nobody asked in whose request it could be a failure, and what is known of revocation must not depend on it.
    }
  };
  const fetcher = createFetcher(settings.fetch);
  const common = { clock, tell, onChange: (): void => checker.changed() };
  const crl = settings.crls && new CrlMethod(settings.crls, path, fetcher, { ...common, trust });
  const known = knownRevocations;
  /** Of certificates that are in no path: delegates, and issuers of lists. */
  const statusBeside: KnownStatus = (certificate, issuer, anchor, nowMs, strictness) => {
    const under = scopeUnder(anchor);
    const status = crl?.knownStatus(certificate, issuer, nowMs, strictness) ?? undetermined('noSource');
    return status instanceof Promise
      ? status.then((late) => known.weigh(under, certificate, issuer, late))
      : known.weigh(under, certificate, issuer, status);
  };
  const ocsp = settings.ocsp && new OcspMethod(settings.ocsp, path, fetcher, common, statusBeside);
  const byName = { crl, ocsp };
  const checker = new RevocationChecker({
    methods: settings.methods.map((name) => byName[name] as RevocationMethod),
    scope: settings.scope,
    on: settings.on,
    tell,
    onTrust: (snapshot) => crl?.trusting(snapshot),
    path,
    crlIssuers: (anchor, asking, nowMs) => ({
      configured: settings.crls?.issuers,
      settings: asking,
      isRevoked: (certificate, issuer) => {
        const status = statusBeside(certificate, issuer, anchor, nowMs, asking);
        return status instanceof Promise
          ? status.then((late) => late.status === 'revoked')
          : status.status === 'revoked';
      },
    }),
    known,
    listSources: [...(settings.crls?.inline ?? []), ...(settings.crls?.files ?? [])],
  });
  return Object.freeze({
    [revocationBrand]: checker,
    status: () => [...(crl?.status(clock()) ?? []), ...(ocsp?.status(clock()) ?? [])],
    ready: async () => crl?.ready(),
    refresh: async () => crl?.refresh(clock()),
    close: (): void => {
      crl?.close();
      fetcher.close();
    },
  });
}

/** What `createRevocation` made, of any copy of this package. */
export function checkerOf(value: unknown): RevocationChecker | undefined {
  return typeof value === 'object' && value !== null ? (value as Partial<Revocation>)[revocationBrand] : undefined;
}
