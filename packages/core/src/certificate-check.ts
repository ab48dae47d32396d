import { PathCache, type Refusal, type RememberedPath } from './cache.ts';
import { parseChain } from './certificate/chain.ts';
import type { MaybePromise } from './decision.ts';
import type { CompiledOptions } from './options.ts';
import { delegatePath } from './path/delegated-path.ts';
import { explainHiddenIntermediates, warnOfHiddenIntermediates } from './path/hidden-intermediates.ts';
import type { TrustSnapshot } from './path/trust-store.ts';
import type { VerifiedPath } from './path/verified-path.ts';
import { verifyPath } from './path/verify-path.ts';
import type { Outcome } from './reasons.ts';
import { type BudgetedFor, budgetOf } from './request-budget.ts';
import { type CheckedPath, checkRevocation, type RevocationPolicy } from './revocation/checked-path.ts';
import type { RequestFacts } from './source/facts.ts';
import type { PresentedCertificates } from './source/presented.ts';

/** The middle of the line: certificates that were presented become a checked path, read, verified and checked. */
export type CertificateCheck = (
  presented: PresentedCertificates,
  trust: TrustSnapshot,
  request: RequestFacts,
  nowMs: number,
) => MaybePromise<Outcome<CheckedPath>>;

/** Remembers what it did: a path is verified once under one trust, and asked about anew when something newer is known. */
export function createCertificateCheck(options: CompiledOptions, subject: BudgetedFor = 'clients'): CertificateCheck {
  const cache = new PathCache(options.limits);
  const { path: settings, revocation } = options;

  function check(remembered: RememberedPath, trust: TrustSnapshot, nowMs: number): MaybePromise<Outcome<CheckedPath>> {
    const policy: RevocationPolicy =
      revocation === undefined ? { mode: 'off' } : { mode: 'on', checker: revocation, trust, settings, nowMs };
    const remember = (outcome: Outcome<CheckedPath>): Outcome<CheckedPath> => {
      // What was only let through is asked about again with the next request.
      remembered.checked = outcome.ok && outcome.value.isDetermined ? outcome.value : undefined;
      return outcome;
    };
    const outcome = checkRevocation(remembered.path, policy);
    return outcome instanceof Promise ? outcome.then(remember) : remember(outcome);
  }

  function readAndVerify(
    presented: PresentedCertificates,
    trust: TrustSnapshot,
    request: RequestFacts,
    nowMs: number,
  ): Outcome<VerifiedPath> {
    const chain = parseChain(presented.certificates, options.limits, (der) => trust.memory.recall(der));
    // What cannot be read never will be.
    if (!chain.ok) return remembered(presented, trust, { ...chain, changesAtMs: Number.POSITIVE_INFINITY }, nowMs);
    const { leaf, others } = chain.value;
    if (presented.verdict.by === 'proxy') return delegatePath(leaf, options.path, nowMs);
    if (presented.handshake !== undefined) warnOfHiddenIntermediates(presented.handshake, trust);
    const budget = budgetOf(request, options.limits, subject);
    const hasWholeBudget = budget.isUntouched;
    const path = verifyPath(leaf, others, trust, options.path, nowMs, budget);
    if (path.ok) return path;
    // Another request may know more, if this one had spent its budget elsewhere.
    if (!hasWholeBudget && path.reason.code === 'path_budget_exceeded') return path;
    const isHidden = path.reason.code === 'issuer_unknown' && presented.handshake?.mayHideIntermediates === true;
    return remembered(
      presented,
      trust,
      isHidden ? { ...path, reason: explainHiddenIntermediates(path.reason) } : path,
      nowMs,
    );
  }

  function remembered(
    presented: PresentedCertificates,
    trust: TrustSnapshot,
    refusal: Refusal,
    nowMs: number,
  ): Refusal {
    cache.refuse(presented, trust, refusal, nowMs);
    return refusal;
  }

  /** What is remembered of the certificates, as far as it still counts; the rest of the way anew. */
  return function checkCertificates(
    presented: PresentedCertificates,
    trust: TrustSnapshot,
    request: RequestFacts,
    nowMs: number,
  ): MaybePromise<Outcome<CheckedPath>> {
    const known = cache.get(presented, trust, nowMs);
    if (known === undefined) {
      const path = cache.refusalOf(presented, trust, nowMs) ?? readAndVerify(presented, trust, request, nowMs);
      return path.ok ? check(cache.set(presented, trust, path.value, nowMs), trust, nowMs) : path;
    }
    const { checked } = known;
    if (checked !== undefined && (revocation === undefined || revocation.isCurrent(checked, nowMs))) {
      return { ok: true, value: checked };
    }
    return check(known, trust, nowMs);
  };
}
