import type { Certificate, GeneralName, Name } from '../certificate/model.ts';
import type { RevocationStatus } from '../revocation/checked-path.ts';

/** Who the client is: what `req.mtls.client` holds. Immutable. */
export interface ClientIdentity {
  /** The SPIFFE ID, else the only CN, else the thumbprint; the option `identify` overrides it. */
  readonly id: string;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** The subject's CN if it has exactly one. */
  readonly commonName: string | undefined;
  /** Every OU of the subject, in order. */
  readonly organizationalUnits: readonly string[];
  readonly emails: readonly string[];
  readonly sans: readonly GeneralName[];
  /** Upper-case hex. Means nothing without the issuer. */
  readonly serialNumber: string | undefined;
  /** SHA-256 of the certificate in base64url: `x5t#S256` (RFC 8705). */
  readonly thumbprint: string | undefined;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  readonly roles: ReadonlySet<string>;
  /** The source that presented the certificate: `tls`, `nginx`... */
  readonly source: string;
  readonly verifiedBy: 'peercert' | 'node' | 'proxy';
  readonly revocation: RevocationStatus;
  /** `null` when a proxy asserted a bare name without a certificate. */
  readonly certificate: Certificate | null;
  /** The leaf first; the trust anchor last when it is known. */
  readonly path: readonly Certificate[];
}

/** A distinguished name that prints as RFC 4514 text. */
export type DistinguishedName = Name;
