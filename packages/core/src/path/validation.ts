import type { Certificate } from '../certificate/model.ts';
import { type Reason, reason } from '../reasons.ts';
import type { Budget } from './budget.ts';
import { isSameName } from './certificate-index.ts';
import {
  about,
  clientKeyRefusal,
  clientPurposeRefusal,
  criticalExtensionRefusal,
  leafKeyUsageRefusal,
  validityRefusal,
} from './checks.ts';
import { createNameConstraintState } from './name-constraints.ts';
import { createPolicyValidation, type PolicySets, type PolicyValidation } from './policy-tree.ts';
import type { PathSettings } from './settings.ts';

/** What the validation of one path asks of the search, which knows each certificate and each signature once. */
export interface Examined {
  /** Why this certificate may not be an issuer, whatever the path: steps (a)(2) and (k), (n), (o) of 6.1. */
  issuerRefusal(certificate: Certificate, index: number): Reason | undefined;
  /** What the certificate profile of section 4 asks for, for the leaf: of issuers it is part of `issuerRefusal`. */
  profileRefusal(certificate: Certificate, index: number): Reason | undefined;
  /** Step (a)(1) of 6.1.3. */
  signatureRefusal(certificate: Certificate, issuer: Certificate, index: number): Reason | undefined;
}

export type Validation =
  | { readonly ok: true; readonly policies: PolicySets }
  | { readonly ok: false; readonly reason: Reason };

/**
 * RFC 5280 section 6.1 for one path: `path` is the leaf first and the trust anchor last, or a leaf that is itself the
 * anchor, alone. The trust anchor is given as a certificate, and what that certificate says is enforced (RFC 5937):
 * name constraints, path length and purposes, though not its own signature. Whether it is valid now is asked by whoever
 * found the path.
 *
 * Step (a)(3), revocation, is the next stage of the line. Certificates are numbered as in the RFC: 1 is the one that
 * the anchor issued, n the leaf; `index` in reasons counts from the leaf.
 */
export function validatePath(
  path: readonly Certificate[],
  settings: PathSettings,
  nowMs: number,
  budget: Budget,
  examined: Examined,
): Validation {
  // The anchor is not one of the n certificates; a leaf that is itself the anchor is the only one.
  const n = Math.max(1, path.length - 1);
  const policies = createPolicyValidation({
    initialPolicySet: settings.initialPolicySet,
    initialExplicitPolicy: settings.initialExplicitPolicy,
    initialPolicyMappingInhibit: settings.initialPolicyMappingInhibit,
    initialAnyPolicyInhibit: settings.initialAnyPolicyInhibit,
    pathLength: n,
    nodeLimit: settings.limits.policies - budget.policies,
  });
  const validation = walkPath(path, n, settings, nowMs, budget, examined, policies);
  budget.countPolicies(policies.nodes);
  return validation;
}

function walkPath(
  path: readonly Certificate[],
  n: number,
  settings: PathSettings,
  nowMs: number,
  budget: Budget,
  examined: Examined,
  policies: PolicyValidation,
): Validation {
  const leaf = path[0] as Certificate;
  const anchor = path[path.length - 1] as Certificate;

  // 6.1.2 Initialization.
  const nameConstraints = createNameConstraintState();
  let maxPathLength = n;
  if (anchor !== leaf) {
    const refusal = examined.issuerRefusal(anchor, n);
    if (refusal !== undefined) return { ok: false, reason: refusal };
    if (anchor.nameConstraints !== undefined) nameConstraints.restrict(anchor.nameConstraints);
    maxPathLength = Math.min(n, anchor.basicConstraints?.pathLenConstraint ?? n);
  }

  for (let index = n - 1; index >= 0; index -= 1) {
    const certificate = path[index] as Certificate;
    const issuer = path[index + 1];

    // 6.1.3 Basic Certificate Processing.
    // (a)(1) signature, (a)(2) validity, (a)(4) name chaining
    const refusal =
      (issuer && examined.signatureRefusal(certificate, issuer, index)) ??
      (index === 0 ? validityRefusal(certificate, nowMs) : undefined) ??
      (issuer && nameChainingRefusal(certificate, issuer, index));
    if (refusal !== undefined) return { ok: false, reason: refusal };

    // (b), (c) permitted and excluded subtrees, unless self-issued and not the final certificate
    if (index === 0 || !certificate.isSelfIssued) {
      const violation = nameConstraints.violation(certificate, budget);
      if (violation?.kind === 'budget') return exceeded('comparisons', settings, budget);
      if (violation !== undefined) {
        return {
          ok: false,
          reason: reason('name_constraint_violated', {
            ...about(certificate, index),
            name: violation.name,
            problem: violation.problem,
            constraint: violation.constraint,
          }),
        };
      }
    }

    // (d), (e), (f) policies
    const processed = policies.processCertificate(certificate, n - index);
    if (processed !== 'ok') return policyRefusal(processed, certificate, index, settings, budget);

    if (index === 0) continue;

    // 6.1.4 Preparation for Certificate i+1. (k), (n), (o) come with issuerRefusal.
    const authority = examined.issuerRefusal(certificate, index);
    if (authority !== undefined) return { ok: false, reason: authority };
    // (a), (b), (h), (i), (j)
    const prepared = policies.prepareForNext(certificate);
    if (prepared !== 'ok') return policyRefusal(prepared, certificate, index, settings, budget);
    // (g)
    if (certificate.nameConstraints !== undefined) nameConstraints.restrict(certificate.nameConstraints);
    // (l), (m)
    if (!certificate.isSelfIssued) {
      if (maxPathLength <= 0) return tooLong(certificate, index, 0);
      maxPathLength -= 1;
    }
    maxPathLength = Math.min(maxPathLength, certificate.basicConstraints?.pathLenConstraint ?? maxPathLength);
  }

  // 6.1.5 Wrap-Up Procedure.
  const refusal =
    criticalExtensionRefusal(leaf, 0) ??
    examined.profileRefusal(leaf, 0) ??
    clientKeyRefusal(leaf, settings) ??
    leafKeyUsageRefusal(leaf, settings) ??
    clientPurposeRefusal(leaf, settings);
  if (refusal !== undefined) return { ok: false, reason: refusal };
  const wrapped = policies.wrapUp(leaf);
  if (wrapped !== 'ok') return policyRefusal(wrapped, leaf, 0, settings, budget);
  return { ok: true, policies: policies.result() };
}

/** 6.1.3 (a)(4). */
function nameChainingRefusal(certificate: Certificate, issuer: Certificate, index: number): Reason | undefined {
  return isSameName(certificate.issuer, issuer.subject)
    ? undefined
    : reason('issuer_unknown', { ...about(certificate, index), issuer: certificate.issuer.toString() });
}

function policyRefusal(
  outcome: 'policy_constraint_violated' | 'budget',
  certificate: Certificate,
  index: number,
  settings: PathSettings,
  budget: Budget,
): Validation {
  return outcome === 'budget'
    ? exceeded('policies', settings, budget)
    : { ok: false, reason: reason('policy_constraint_violated', about(certificate, index)) };
}

function tooLong(certificate: Certificate, index: number, limit: number): Validation {
  return { ok: false, reason: reason('path_length_exceeded', { ...about(certificate, index), limit }) };
}

function exceeded(kind: 'comparisons' | 'policies', { limits }: PathSettings, budget: Budget): Validation {
  budget.exhaust(kind);
  return { ok: false, reason: reason('path_budget_exceeded', { budget: kind, limit: limits[kind] }) };
}
