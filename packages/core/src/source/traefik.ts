import { refuseUnknownKeys } from '../option-keys.ts';
import { createCertificateSource } from './forwarded-certificate.ts';
import {
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  sourceKeys,
  type VerifiedByPeercert,
} from './header-options.ts';
import { traefikCertificates } from './other-spellings.ts';
import type { Source } from './presented.ts';

export type TraefikOptions = HeaderSourceOptions &
  VerifiedByPeercert & { readonly headers?: { readonly certificate?: string; readonly info?: string } };

export const traefikHeaders: { readonly certificate: string; readonly info: string } = {
  certificate: 'X-Forwarded-Tls-Client-Cert',
  info: 'X-Forwarded-Tls-Client-Cert-Info',
};

/**
 * Traefik with the middleware passTLSClientCert and `pem: true`: base64 of every certificate that the client sent, in the
 * encoding of forms before 2.9.4. It tells no verdict, so Peercert verifies. Traefik does not remove the header of a client without a certificate
 * when its entry point trusts the address that the request came from.
 */
export function fromTraefik(options: TraefikOptions): Source {
  const where = 'fromTraefik()';
  refuseUnknownKeys(options, [...sourceKeys, 'headers'], where);
  const verifiedBy = compileVerifier(options, 'peercert', where);
  const { certificate, info } = compileHeaderNames(traefikHeaders, options.headers, [], where);
  return createCertificateSource({
    name: 'traefik',
    where,
    options,
    verifiedBy,
    certificate: { header: certificate as string, form: traefikCertificates },
    alsoReserved: [info as string],
    setUp: 'the middleware passTLSClientCert with pem: true, on a router whose clientAuthType asks for certificates',
  });
}
