import type { Certificate, Name } from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import type { SignaturePolicy } from '../../path/signature.ts';
import type { Crl } from './crl.ts';
import { isSignedBy } from './signature.ts';

/** Who may have signed a list. */
export interface SignerQuestion {
  /** An issuer of the verified path; it counts when it has the name of the list's issuer. */
  readonly issuer?: Certificate;
  /** Other certificates with this subject that may sign lists. */
  readonly crlIssuers: (name: Name) => readonly Certificate[];
  readonly policy: SignaturePolicy;
}

/**
 * RFC 5280 6.3.3 (f) and (g): the certificate whose key signed the list. Of several with one name, those with the key
 * identifier that the list gives are tried first.
 */
export function findSigner(
  crl: Crl,
  { issuer, crlIssuers, policy }: SignerQuestion,
): MaybePromise<Certificate | undefined> {
  const others = crlIssuers(crl.issuer);
  const named = (issuer === undefined ? others : [issuer, ...others]).filter(
    (candidate) => candidate.subject.canonical === crl.issuer.canonical && maySignLists(candidate),
  );
  const wanted = crl.authorityKeyIdentifier?.keyIdentifier;
  const isWanted = ({ subjectKeyIdentifier: offered }: Certificate): boolean =>
    wanted === undefined || offered === undefined || Buffer.compare(wanted, offered) === 0;
  return firstSigner(crl, [...named.filter(isWanted), ...named.filter((one) => !isWanted(one))], policy);
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
  return isSigned instanceof Promise ? isSigned.then(next) : next(isSigned);
}
