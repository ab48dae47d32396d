import { refuseUnknownKeys } from '../option-keys.ts';
import { createCertificateSource } from './forwarded-certificate.ts';
import {
  checkHeaderName,
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  refuseSameNames,
  sourceKeys,
  type VerifiedByPeercert,
  type VerifiedByProxy,
} from './header-options.ts';
import type { Source } from './presented.ts';

interface ApacheHeaders {
  readonly certificate?: string;
  /** The headers with `%{SSL_CLIENT_CERT_CHAIN_0}s`, `%{SSL_CLIENT_CERT_CHAIN_1}s`... Default: none. */
  readonly chain?: readonly string[];
}

/** `headers.verify: false`: Apache forwards no verdict. That leaves Peercert to verify. */
export type ApacheOptions = HeaderSourceOptions & {
  /** `'escaped'`: `%{escape:%{SSL_CLIENT_CERT}}`. Default `'folded'`: `%{SSL_CLIENT_CERT}s`, with spaces for line ends. */
  readonly encoding?: 'folded' | 'escaped';
} & (
    | (VerifiedByPeercert & { readonly headers?: ApacheHeaders & { readonly verify?: string | false } })
    | (VerifiedByProxy & { readonly headers?: ApacheHeaders & { readonly verify?: string } })
  );

/**
 * Apache with `RequestHeader set X-SSL-Client-Cert "%{SSL_CLIENT_CERT}s"` and `X-SSL-Client-Verify
 * "%{SSL_CLIENT_VERIFY}s"` (mod_headers, mod_ssl). `(null)` is how it writes that there is none; `GENEROUS` is how it says
 * that it let a certificate through unverified, and is refused.
 */
export function fromApache(options: ApacheOptions): Source {
  const where = 'fromApache()';
  refuseUnknownKeys(options, [...sourceKeys, 'headers', 'encoding'], where);
  const verifiedBy = compileVerifier(options, 'either', where);
  const { encoding = 'folded', headers: { chain = [], ...given } = {} } = options;
  if (encoding !== 'folded' && encoding !== 'escaped') {
    throw new TypeError(`${where}: encoding must be 'folded' or 'escaped'`);
  }
  const names = { certificate: 'X-SSL-Client-Cert', verify: 'X-SSL-Client-Verify' };
  const optional = verifiedBy === 'peercert' ? (['verify'] as const) : [];
  const { certificate, verify } = compileHeaderNames(names, given, optional, where);
  if (!Array.isArray(chain)) throw new TypeError(`${where}: headers.chain must be a list of header names`);
  const chainNames = chain.map((header, index) => checkHeaderName(header, `${where}: headers.chain[${index}]`));
  refuseSameNames([certificate as string, ...(verify === undefined ? [] : [verify]), ...chainNames], where);
  const form = encoding === 'folded' ? 'pem-folded' : 'pem-escaped';
  const absent = ['(null)', ''];
  return createCertificateSource({
    name: 'apache',
    where,
    options,
    verifiedBy,
    certificate: { header: certificate as string, form, absent },
    chain: chainNames.map((header) => ({ header, form, absent })),
    setUp: [
      `RequestHeader set ${certificate} "${encoding === 'folded' ? '%{SSL_CLIENT_CERT}s' : 'expr=%{escape:%{SSL_CLIENT_CERT}}'}"`,
      ...(verify === undefined ? [] : [`RequestHeader set ${verify} "%{SSL_CLIENT_VERIFY}s"`]),
    ].join('; '),
    verdict: verify === undefined ? [] : [{ header: verify, verified: ['SUCCESS'], absent: ['NONE', '(null)'] }],
  });
}
