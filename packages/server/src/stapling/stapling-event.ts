import type { FetchProblem, OcspRule } from '@peercert/core';

/** What happens to the OCSP answers about the server's own certificates. */
export type StaplingEvent =
  /** An answer came and is stapled from now on. */
  | (OfCertificate & {
      readonly type: 'staple_updated';
      readonly responder: string;
      readonly validUntil: Date;
    })
  /** A responder gave nothing that can be stapled. It is asked again. */
  | (OfCertificate & {
      readonly type: 'staple_failed';
      readonly responder: string;
      readonly problem: FetchProblem | OcspRule;
      /** An address, an HTTP status, an error code of Node; empty when the problem says it all. */
      readonly detail: string;
      readonly nextAttempt: Date;
      /** Of the answer that is stapled meanwhile. `undefined`: none is. */
      readonly validUntil: Date | undefined;
    })
  /** Nobody can be asked about this certificate. */
  | (OfCertificate & {
      readonly type: 'staple_impossible';
      readonly cause: 'no_responder' | 'no_issuer';
      readonly hint: string;
    })
  /** The authority says that the server's own certificate is revoked: clients that ask refuse it. Nothing is stapled. */
  | (OfCertificate & {
      readonly type: 'server_certificate_revoked';
      readonly responder: string;
      readonly revocationDate: Date | undefined;
    });

/** Which certificate an event is about. */
export interface OfCertificate {
  /** RFC 4514 text. */
  readonly subject: string;
  /** `x5t#S256` (RFC 8705). */
  readonly thumbprint: string;
  /** RFC 7633: clients refuse this certificate without a staple. */
  readonly mustStaple: boolean;
}
