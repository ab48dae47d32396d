import type { Certificate } from '../certificate/model.ts';
import { type Outcome, type Reason, reason } from '../reasons.ts';
import {
  about,
  clientKeyRefusal,
  clientPurposeRefusal,
  criticalExtensionRefusal,
  leafKeyUsageRefusal,
  profileRefusal,
  validityRefusal,
} from './checks.ts';
import type { PathSettings } from './settings.ts';
import type { VerifiedPath } from './verified-path.ts';

/**
 * The path of a leaf whose issuer a proxy verified, whose word the operator chose to take. Everything that the leaf
 * alone can be asked is asked here all the same; who was trusted is not known, so rules on anchors never match.
 */
export function delegatePath(leaf: Certificate, settings: PathSettings, nowMs: number): Outcome<VerifiedPath> {
  const refusal =
    validityRefusal(leaf, nowMs) ??
    criticalExtensionRefusal(leaf, 0) ??
    profileRefusal(leaf, 0, settings) ??
    clientKeyRefusal(leaf, settings) ??
    leafKeyUsageRefusal(leaf, settings) ??
    clientPurposeRefusal(leaf, settings) ??
    explicitPolicyRefusal(leaf, settings);
  if (refusal !== undefined) return { ok: false, reason: refusal };
  return {
    ok: true,
    value: {
      verifiedBy: 'proxy',
      certificates: [leaf],
      anchor: undefined,
      authoritiesConstrainedPolicies: new Set<string>(),
      userConstrainedPolicies: new Set<string>(),
      validUntilMs: leaf.notAfterMs + 999,
      cost: { signatures: 0, steps: 0, comparisons: 0 },
    } as unknown as VerifiedPath,
  };
}

/** 6.1.1 (f): where the path must be valid for a policy, a path that nobody showed is valid for none. */
function explicitPolicyRefusal(leaf: Certificate, settings: PathSettings): Reason | undefined {
  return settings.initialExplicitPolicy ? reason('policy_constraint_violated', about(leaf, 0)) : undefined;
}
