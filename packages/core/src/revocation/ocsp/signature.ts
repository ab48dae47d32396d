import { constants, verify } from 'node:crypto';
import type { Certificate } from '../../certificate/model.ts';
import { keyRefusal, signatureAlgorithm, signatureWeight } from '../../path/algorithms.ts';
import type { Budget } from '../../path/budget.ts';
import { loadPublicKey } from '../../path/public-key.ts';
import type { SignaturePolicy } from '../../path/signature.ts';
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
  const isPssKey = publicKey.keyType === 'rsa-pss';
  if (algorithm.keyType !== (isPssKey ? 'rsa' : publicKey.keyType) || (isPssKey && !algorithm.pss)) {
    return 'ocsp_signature_invalid';
  }
  const key = loadPublicKey(publicKey);
  if (key === undefined) return 'ocsp_signature_invalid';
  if (!budget.spendSignature(signatureWeight(publicKey))) return 'ocsp_signature_budget';
  const options = algorithm.pss
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : key;
  try {
    return verify(algorithm.hash, tbsDer, options, signature) ? undefined : 'ocsp_signature_invalid';
  } catch {
    // OpenSSL throws on some keys and signatures instead of answering no.
    return 'ocsp_signature_invalid';
  }
}
