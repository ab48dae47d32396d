import type { VerifiedPath } from '../path/verified-path.ts';

declare const checked: unique symbol;

/** A verified path whose revocation status was asked for as the options say; `mode: 'off'` is stated, never implied. */
export interface CheckedPath {
  /** @internal Only `checkRevocation` makes checked paths. */
  readonly [checked]: true;
  readonly path: VerifiedPath;
  readonly revocation: RevocationStatus;
  /** Milliseconds since the epoch until which this result may be remembered: every notAfter and every nextUpdate. */
  readonly validUntilMs: number;
}

export type RevocationStatus =
  /** Revocation is not checked, by choice of the operator. */
  { readonly mode: 'off' };

/** What was asked for in the options, compiled. */
export type RevocationPolicy = { readonly mode: 'off' };

/** RFC 5280 section 6.3, RFC 6960: whether any certificate of the path was revoked. */
export function checkRevocation(path: VerifiedPath, _policy: RevocationPolicy): CheckedPath {
  return { path, revocation: { mode: 'off' }, validUntilMs: path.validUntilMs } as CheckedPath;
}
