import { refuseUnknownKeys } from '../option-keys.ts';
import { createCertificateSource } from './forwarded-certificate.ts';
import {
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  sourceKeys,
  type VerifiedByPeercert,
} from './header-options.ts';
import type { Source } from './presented.ts';

export type CaddyOptions = HeaderSourceOptions &
  VerifiedByPeercert & { readonly headers?: { readonly certificate?: string } };

/**
 * Caddy with `header_up X-SSL-Client-Cert {http.request.tls.client.certificate_der_base64}`. It tells no verdict, so
 * Peercert verifies. Without a certificate Caddy fills in nothing, or writes the name of the placeholder itself: both are
 * refused, because a header that is always there hides that it was not meant. Before `header_up`, match
 * `{http.request.tls.client.certificate_der_base64}` against `^MI`; a fingerprint is there without a certificate, too.
 */
export function fromCaddy(options: CaddyOptions): Source {
  const where = 'fromCaddy()';
  refuseUnknownKeys(options, [...sourceKeys, 'headers'], where);
  const verifiedBy = compileVerifier(options, 'peercert', where);
  const { certificate } = compileHeaderNames({ certificate: 'X-SSL-Client-Cert' }, options.headers, [], where);
  return createCertificateSource({
    name: 'caddy',
    where,
    options,
    verifiedBy,
    certificate: { header: certificate as string, form: 'base64', placeholder: /^\{/ },
    setUp: `header_up ${certificate} {http.request.tls.client.certificate_der_base64}, for requests with a certificate alone`,
  });
}
