import type { Certificate } from '../certificate/model.ts';
import { type Reason, reason } from '../reasons.ts';
import { signatureName } from './algorithm-names.ts';
import { keyRefusal, signatureAlgorithm, signatureWeight, weakAlgorithms } from './algorithms.ts';
import { Budget } from './budget.ts';
import { about } from './checks.ts';
import { loadPublicKey } from './public-key.ts';
import { isKeyFor, isVerified } from './verification.ts';

/** Which algorithms and keys may vouch for a certificate. */
export interface SignaturePolicy {
  readonly allowedWeakAlgorithms: ReadonlySet<string>;
  readonly minimumRsaBits: number;
}

/**
 * RFC 5280 6.1.3 (a)(1): the certificate was signed with the working public key. Answers why not, or `undefined`. When
 * the budget does not allow the check the caller sees `budget.exhausted`, and the answer is a refusal too.
 *
 * @param verifiedBefore This very signature was verified with this very key. It spares the arithmetic alone: trust can be
 * shared by instances of which only one allows a weak algorithm or a short key.
 */
export function signatureRefusal(
  certificate: Certificate,
  issuer: Certificate,
  index: number,
  policy: SignaturePolicy,
  budget: Budget,
  verifiedBefore: boolean = false,
): Reason | undefined {
  const algorithm = signatureAlgorithm(certificate.signatureAlgorithm);
  if (algorithm === undefined || (algorithm.weak && !policy.allowedWeakAlgorithms.has(algorithm.name))) {
    const name = algorithm?.name ?? signatureName(certificate.signatureAlgorithm);
    return reason('algorithm_forbidden', { ...about(certificate, index), algorithm: name });
  }
  const refusal = keyRefusal(issuer, policy.minimumRsaBits);
  if (refusal?.code === 'algorithm_forbidden') {
    return reason('algorithm_forbidden', { ...about(issuer, index + 1), algorithm: refusal.algorithm });
  }
  if (refusal !== undefined) {
    return reason('key_too_weak', {
      ...about(issuer, index + 1),
      algorithm: refusal.algorithm,
      bits: refusal.bits,
    });
  }
  if (verifiedBefore) return undefined;

  const { publicKey } = issuer;
  if (!isKeyFor(algorithm, publicKey)) return reason('signature_invalid', about(certificate, index));
  const key = loadPublicKey(publicKey);
  if (key === undefined) return reason('signature_invalid', about(certificate, index));
  if (!budget.spendSignature(signatureWeight(publicKey))) return reason('signature_invalid', about(certificate, index));
  if (isVerified(algorithm, certificate.tbsDer, key, certificate.signature)) return undefined;
  budget.countFailedSignature(signatureWeight(publicKey));
  return reason('signature_invalid', about(certificate, index));
}

const selfSigned: WeakMap<Certificate, boolean> = new WeakMap();

/**
 * RFC 5280 4.2.1.1: "The signature on a self-signed certificate is generated with the private key associated with the
 * certificate's subject public key." It says nothing of trust, and no budget counts it: ask it of trust anchors only.
 */
export function isSelfSigned(certificate: Certificate): boolean {
  let answer = selfSigned.get(certificate);
  if (answer === undefined) {
    const budget = new Budget({ signatures: Number.POSITIVE_INFINITY, failedSignatures: 0, steps: 0, comparisons: 0 });
    const policy = { allowedWeakAlgorithms: new Set(weakAlgorithms), minimumRsaBits: 0 };
    answer = signatureRefusal(certificate, certificate, 0, policy, budget) === undefined;
    selfSigned.set(certificate, answer);
  }
  return answer;
}
