import { constants, createVerify, type KeyObject, verify } from 'node:crypto';
import type { Certificate } from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import { keyRefusal, type SignatureAlgorithm, signatureAlgorithm } from '../../path/algorithms.ts';
import { loadPublicKey } from '../../path/public-key.ts';
import type { SignaturePolicy } from '../../path/signature.ts';
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
  const isPssKey = publicKey.keyType === 'rsa-pss';
  if ((isPssKey ? 'rsa' : publicKey.keyType) !== algorithm.keyType || (isPssKey && !algorithm.pss)) return false;

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

function compute(crl: Crl, { hash, pss }: SignatureAlgorithm, key: KeyObject): MaybePromise<boolean> {
  if (hash === undefined) return verifyWhole(crl, key);
  const options = pss
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key };
  return runInSlices(verifyInSlices(crl, hash, options));
}

function* verifyInSlices(
  { tbsDer, signature }: Crl,
  hash: string,
  key: Parameters<ReturnType<typeof createVerify>['verify']>[0],
): Sliced<boolean> {
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
function verifyWhole({ tbsDer, signature }: Crl, key: KeyObject): MaybePromise<boolean> {
  if (tbsDer.length <= sliceOctets) {
    try {
      return verify(null, tbsDer, key, signature);
    } catch {
      return false;
    }
  }
  return new Promise((resolve) => {
    verify(null, tbsDer, key, signature, (error, isSigned) => resolve(error === null && isSigned));
  });
}
