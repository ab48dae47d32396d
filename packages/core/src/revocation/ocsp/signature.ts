import type { Certificate } from '../../certificate/model.ts';
import { keyRefusal, signatureAlgorithm, signatureWeight } from '../../path/algorithms.ts';
import type { Budget } from '../../path/budget.ts';
import { loadPublicKey } from '../../path/public-key.ts';
import type { SignaturePolicy } from '../../path/signature.ts';
import { isKeyFor, isVerified } from '../../path/verification.ts';
import type { BasicOcspResponse } from './response.ts';
import type { OcspRule } from './rules.ts';

/**
 * RFC 6960 3.2 (2): "The signature on the response is valid", by an algorithm and a key that could vouch for a
 * certificate as well.
 */
export function responseSignatureRefusal(
  { signatureAlgorithm: identifier, signature, tbsDer }: BasicOcspResponse,
  signer: Certificate,
  policy: SignaturePolicy,
  budget: Budget,
): OcspRule | undefined {
  const algorithm = signatureAlgorithm(identifier);
  if (algorithm === undefined || (algorithm.weak && !policy.allowedWeakAlgorithms.has(algorithm.name))) {
    return 'ocsp_algorithm_forbidden';
  }
  const refusal = keyRefusal(signer, policy.minimumRsaBits);
  if (refusal !== undefined) return `ocsp_${refusal.code}`;
  const { publicKey } = signer;
  if (!isKeyFor(algorithm, publicKey)) return 'ocsp_signature_invalid';
  const key = loadPublicKey(publicKey);
  if (key === undefined) return 'ocsp_signature_invalid';
  if (!budget.spendSignature(signatureWeight(publicKey))) return 'ocsp_signature_budget';
  return isVerified(algorithm, tbsDer, key, signature) ? undefined : 'ocsp_signature_invalid';
}
