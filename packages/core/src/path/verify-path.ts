import type { Certificate } from '../certificate/model.ts';
import type { Reason } from '../reasons.ts';
import { Budget } from './budget.ts';
import { CertificateIndex } from './certificate-index.ts';
import { PathSearch } from './search.ts';
import type { PathSettings } from './settings.ts';
import type { TrustSnapshot } from './trust-store.ts';
import type { VerifiedPath } from './verified-path.ts';

/** Of a refusal also until when it holds, in milliseconds since the epoch, as far as it depends on the time. */
export type PathOutcome =
  | { readonly ok: true; readonly value: VerifiedPath }
  | { readonly ok: false; readonly reason: Reason; readonly changesAtMs: number };

/**
 * Builds a path from the leaf to a trust anchor and validates it (RFC 4158, RFC 5280 section 6.1). `others` are what
 * came with the leaf: any number, in any order, needed or not. Never throws for what they contain.
 *
 * @param budget what the request may still spend. Default: all of `settings.limits`
 */
export function verifyPath(
  leaf: Certificate,
  others: readonly Certificate[],
  trust: TrustSnapshot,
  settings: PathSettings,
  nowMs: number,
  budget: Budget = new Budget(settings.limits),
): PathOutcome {
  const search = new PathSearch(new CertificateIndex(others), trust, settings, nowMs, budget);
  const found = search.run(leaf);
  if (!found.ok) return { ...found, changesAtMs: search.changesAtMs };
  const { path, policies } = found.value;
  if (path.length > 1) trust.leaves.remember(leaf, path[1] as Certificate);
  for (let index = 1; index < path.length - 1; index += 1) {
    trust.memory.remember(path[index] as Certificate, path[index + 1] as Certificate);
  }
  const anchor = path[path.length - 1] as Certificate;
  return {
    ok: true,
    value: {
      verifiedBy: 'peercert',
      certificates: path.length === 1 ? path : path.slice(0, -1),
      anchor: { certificate: anchor, name: anchor.subject },
      authoritiesConstrainedPolicies: policies.authoritiesConstrainedPolicies,
      userConstrainedPolicies: policies.userConstrainedPolicies,
      validUntilMs: earliestNotAfterMs(path) + 999,
      cost: search.budget.cost,
    } as VerifiedPath,
  };
}

function earliestNotAfterMs(path: readonly Certificate[]): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { notAfterMs } of path) earliest = Math.min(earliest, notAfterMs);
  return earliest;
}
