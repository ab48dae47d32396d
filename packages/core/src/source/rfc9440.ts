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

export type Rfc9440Options = HeaderSourceOptions &
  VerifiedByPeercert & { readonly headers?: { readonly certificate?: string; readonly chain?: string } };

/**
 * `Client-Cert` and `Client-Cert-Chain` (RFC 9440), which carry no verdict: the presence of the header says no more than
 * that the client has the key. Peercert verifies.
 */
export function fromRfc9440(options: Rfc9440Options): Source {
  const where = 'fromRfc9440()';
  refuseUnknownKeys(options, [...sourceKeys, 'headers'], where);
  const verifiedBy = compileVerifier(options, 'peercert', where);
  const names = { certificate: 'Client-Cert', chain: 'Client-Cert-Chain' };
  const { certificate, chain } = compileHeaderNames(names, options.headers, [], where);
  return createCertificateSource({
    name: 'rfc9440',
    where,
    options,
    verifiedBy,
    certificate: { header: certificate as string, form: 'byte-sequence' },
    chain: [{ header: chain as string, form: 'byte-sequence-list' }],
    setUp: `${certificate}: a byte sequence of RFC 9440, base64 of the DER between colons`,
  });
}
