import { createVerify, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import type { Certificate } from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import { keyRefusal, type SignatureAlgorithm, signatureAlgorithm } from '../../path/algorithms.ts';
import { loadPublicKey } from '../../path/public-key.ts';
import type { SignaturePolicy } from '../../path/signature.ts';
import { isKeyFor, isVerified, paddedKey } from '../../path/verification.ts';
import type { Crl } from './crl.ts';
import { runInSlices, type Sliced } from './slices.ts';

/** Octets hashed in one slice: about a millisecond. */
const sliceOctets = 1_048_576;

/** Answers already computed, by the SHA-256 of the signer's SubjectPublicKeyInfo: the arithmetic, not the policy. */
const answers: WeakMap<Crl, Map<string, MaybePromise<boolean>>> = new WeakMap();

/** Different keys of one name for which one list is checked. More than that many are an attack. */
const mostKeys = 16;

/**
 * RFC 5280 6.3.3 (g): the list was signed with the key of this certificate. A large list is hashed in slices, or outside
 * the event loop where its algorithm cannot be computed in parts; the answer is remembered with the list.
 */
export function isSignedBy(crl: Crl, signer: Certificate, policy: SignaturePolicy): MaybePromise<boolean> {
  const algorithm = signatureAlgorithm(crl.signatureAlgorithm);
  if (algorithm === undefined || (algorithm.weak && !policy.allowedWeakAlgorithms.has(algorithm.name))) return false;
  if (keyRefusal(signer, policy.minimumRsaBits) !== undefined) return false;
  const { publicKey, spkiSha256 } = signer;
  if (!isKeyFor(algorithm, publicKey)) return false;

  const known = answers.get(crl) ?? new Map<string, MaybePromise<boolean>>();
  answers.set(crl, known);
  const answer = known.get(spkiSha256);
  if (answer !== undefined) return answer;
  const key = loadPublicKey(publicKey);
  if (key === undefined || known.size >= mostKeys) return false;
  const computed = compute(crl, algorithm, key);
  known.set(spkiSha256, computed);
  if (typeof computed === 'boolean') return computed;
  return computed.then((isSigned) => {
    known.set(spkiSha256, isSigned);
    return isSigned;
  });
}

function compute(crl: Crl, algorithm: SignatureAlgorithm, key: KeyObject): MaybePromise<boolean> {
  const { hash } = algorithm;
  if (crl.tbsDer.length <= sliceOctets) return isVerified(algorithm, crl.tbsDer, key, crl.signature);
  return hash === undefined
    ? verifyElsewhere(crl, key)
    : runInSlices(verifyInSlices(crl, hash, paddedKey(algorithm, key)));
}

function* verifyInSlices({ tbsDer, signature }: Crl, hash: string, key: VerifyKeyObjectInput): Sliced<boolean> {
  const verifier = createVerify(hash);
  for (let at = 0; at < tbsDer.length; at += sliceOctets) {
    if (at > 0) yield;
    verifier.update(tbsDer.subarray(at, at + sliceOctets));
  }
  try {
    return verifier.verify(key, signature);
  } catch {
    // OpenSSL throws on some keys and signatures instead of answering no.
    return false;
  }
}

/** Ed25519 (RFC 8032 5.1.6) goes over the message twice, so it cannot be computed in parts. */
function verifyElsewhere({ tbsDer, signature }: Crl, key: KeyObject): Promise<boolean> {
  return new Promise((resolve) => {
    verify(null, tbsDer, key, signature, (error, isSigned) => resolve(error === null && isSigned));
  });
}
