import type { Certificate } from '../certificate/model.ts';
import { sameBytes } from './certificate-index.ts';

/**
 * Whether a certificate names the key of an issuer as that of its own (RFC 5280 4.2.1.1, 4.2.1.2): 2 it does, 1 one of them does
 * not say, 0 it names another. A hint for the order in which issuers are tried, no more (RFC 4158 section 3.5.12).
 */
export function keyMatch(child: Certificate, issuer: Certificate): 0 | 1 | 2 {
  const wanted = child.authorityKeyIdentifier?.keyIdentifier;
  const offered = issuer.subjectKeyIdentifier;
  return wanted === undefined || offered === undefined ? 1 : sameBytes(wanted, offered) ? 2 : 0;
}
