import { Buffer } from 'node:buffer';
import type { Certificate } from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import type { SignaturePolicy } from '../../path/signature.ts';
import type { Crl } from './crl.ts';
import { isSignedBy } from './signature.ts';

/**
 * RFC 5280 6.3.3 (f) and (g): of these certificates the one whose key signed the list. It must have the name of the list's
 * issuer and be allowed to sign lists; of several, those with the key identifier that the list gives are tried first.
 */
export function findSigner(
  crl: Crl,
  certificates: readonly Certificate[],
  policy: SignaturePolicy,
): MaybePromise<Certificate | undefined> {
  const candidates = certificates.filter((one) => isNamedBy(crl, one) && maySignLists(one));
  const byIdentifier = candidates.filter((one) => hasKeyIdentifierOf(crl, one));
  return firstSigner(crl, [...byIdentifier, ...candidates.filter((one) => !byIdentifier.includes(one))], policy);
}

/** Whether this certificate would have to be the signer's, as far as name and key identifier say. */
export function isExpectedSigner(crl: Crl, certificate: Certificate): boolean {
  return isNamedBy(crl, certificate) && hasKeyIdentifierOf(crl, certificate);
}

function isNamedBy({ issuer }: Crl, { subject }: Certificate): boolean {
  return subject.canonical === issuer.canonical;
}

function hasKeyIdentifierOf({ authorityKeyIdentifier }: Crl, { subjectKeyIdentifier: offered }: Certificate): boolean {
  const wanted = authorityKeyIdentifier?.keyIdentifier;
  return wanted === undefined || offered === undefined || Buffer.compare(wanted, offered) === 0;
}

/** (f) "If a key usage extension is present in the CRL issuer's certificate, verify that the cRLSign bit is set." */
function maySignLists({ keyUsage }: Certificate): boolean {
  return keyUsage === undefined || keyUsage.has('cRLSign');
}

function firstSigner(
  crl: Crl,
  [candidate, ...others]: readonly Certificate[],
  policy: SignaturePolicy,
): MaybePromise<Certificate | undefined> {
  if (candidate === undefined) return undefined;
  const isSigned = isSignedBy(crl, candidate, policy);
  const next = (answer: boolean): MaybePromise<Certificate | undefined> =>
    answer ? candidate : firstSigner(crl, others, policy);
  return typeof isSigned === 'boolean' ? next(isSigned) : isSigned.then(next);
}
