import { refuseUnknownKeys } from '../option-keys.ts';
import { createCertificateSource } from './forwarded-certificate.ts';
import {
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  sourceKeys,
  type VerifiedByPeercert,
  type VerifiedByProxy,
} from './header-options.ts';
import { nginxPem } from './other-spellings.ts';
import type { Source } from './presented.ts';

/** `headers.verify: false`: the proxy forwards no verdict. That leaves Peercert to verify. */
export type NginxOptions = HeaderSourceOptions &
  (
    | (VerifiedByPeercert & { readonly headers?: { readonly certificate?: string; readonly verify?: string | false } })
    | (VerifiedByProxy & { readonly headers?: { readonly certificate?: string; readonly verify?: string } })
  );

/**
 * nginx with `proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert` and `X-SSL-Client-Verify $ssl_client_verify`
 * (ngx_http_ssl_module). nginx forwards the leaf alone: give `trust.intermediates` the rest. `SUCCESS` is asked for, also
 * where Peercert verifies: under `optional_no_ca` nginx forwards certificates that it could not verify.
 */
export function fromNginx(options: NginxOptions): Source {
  return fromEscapedPem(options, 'nginx', 'fromNginx()', {
    certificate: 'X-SSL-Client-Cert',
    verify: 'X-SSL-Client-Verify',
  });
}

/** ingress-nginx, and Traefik in its place: `ssl-client-cert` and `ssl-client-verify`, otherwise as `fromNginx`. */
export function fromIngressNginx(options: NginxOptions): Source {
  const names = { certificate: 'ssl-client-cert', verify: 'ssl-client-verify' };
  return fromEscapedPem(options, 'ingress-nginx', 'fromIngressNginx()', names, [
    'ssl-client-subject-dn',
    'ssl-client-issuer-dn',
  ]);
}

function fromEscapedPem(
  options: NginxOptions,
  name: string,
  where: string,
  names: { readonly certificate: string; readonly verify: string },
  alsoReserved: readonly string[] = [],
): Source {
  refuseUnknownKeys(options, [...sourceKeys, 'headers'], where);
  const verifiedBy = compileVerifier(options, 'either', where);
  const { certificate, verify } = compileHeaderNames(
    names,
    options.headers,
    verifiedBy === 'peercert' ? ['verify'] : [],
    where,
  );
  return createCertificateSource({
    name,
    where,
    options,
    verifiedBy,
    certificate: { header: certificate as string, form: nginxPem, absent: [''] },
    verdict: verify === undefined ? [] : [{ header: verify, verified: ['SUCCESS'], absent: ['NONE'] }],
    alsoReserved,
    setUp:
      name === 'nginx'
        ? `proxy_set_header ${certificate} $ssl_client_escaped_cert;${verify === undefined ? '' : ` proxy_set_header ${verify} $ssl_client_verify;`}`
        : 'the annotation nginx.ingress.kubernetes.io/auth-tls-pass-certificate-to-upstream: "true" on the host',
  });
}
