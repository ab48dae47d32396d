import type { MaybePromise } from '../decision.ts';
import type { PathSettings } from '../path/settings.ts';
import type { TrustSnapshot } from '../path/trust-store.ts';
import type { VerifiedPath } from '../path/verified-path.ts';
import type { Outcome } from '../reasons.ts';
import type { RevocationChecker } from './checker.ts';
import type { CertificateStatus } from './status.ts';

declare const checked: unique symbol;

/** A verified path whose revocation status was asked for as the options say; `mode: 'off'` is stated, never implied. */
export interface CheckedPath {
  /** @internal Only `checkRevocation` makes checked paths. */
  readonly [checked]: true;
  readonly path: VerifiedPath;
  readonly revocation: RevocationStatus;
  /** Milliseconds since the epoch until which this result counts: every notAfter and every nextUpdate. */
  readonly validUntilMs: number;
  /** From when on it is to be asked for again although it still counts, so that something newer is fetched meanwhile. */
  readonly recheckAtMs: number;
  /** What was known when it was made: a later revision may say otherwise. */
  readonly revision: number;
  /** `false`: let through although its status could not be determined. Never remembered. */
  readonly isDetermined: boolean;
}

export type RevocationStatus =
  /** Revocation is not checked, by choice of the operator; or a proxy asserts a name that nothing could be asked of. */
  | { readonly mode: 'off' }
  | {
      /** Which certificates were asked about: the leaf, or every one below the trust anchor. */
      readonly mode: 'leaf' | 'path';
      /** What was found of each, the leaf first. An undetermined one was let through by `revocation.on`. */
      readonly certificates: readonly CertificateStatus[];
    };

/** What was asked for in the options, compiled. */
export type RevocationPolicy =
  | { readonly mode: 'off' }
  | {
      readonly mode: 'on';
      readonly checker: RevocationChecker;
      readonly trust: TrustSnapshot;
      /** Of the instance that asks, which may be another's than those of the checker. */
      readonly settings: PathSettings;
      readonly nowMs: number;
    };

const off: RevocationStatus = Object.freeze({ mode: 'off' });

/**
 * RFC 5280 section 6.3, RFC 6960: whether any certificate of the path was revoked. Answers at once where everything that
 * is needed is at hand.
 */
export function checkRevocation(path: VerifiedPath, policy: RevocationPolicy): MaybePromise<Outcome<CheckedPath>> {
  return policy.mode === 'on'
    ? policy.checker.check(path, policy.trust, policy.settings, policy.nowMs)
    : { ok: true, value: uncheckedPath(path) };
}

/** The path as it is, where revocation is off. */
function uncheckedPath(path: VerifiedPath): CheckedPath {
  return {
    path,
    revocation: off,
    validUntilMs: path.validUntilMs,
    recheckAtMs: Number.POSITIVE_INFINITY,
    revision: 0,
    isDetermined: true,
  } as CheckedPath;
}
