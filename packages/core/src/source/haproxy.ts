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
import type { Source } from './presented.ts';

/** `verify: false` and `used: false` together: HAProxy forwards no verdict. That leaves Peercert to verify. */
export type HaproxyOptions = HeaderSourceOptions &
  (
    | (VerifiedByPeercert & {
        readonly headers?: {
          readonly certificate?: string;
          readonly chain?: string | false;
          readonly verify?: string | false;
          readonly used?: string | false;
        };
      })
    | (VerifiedByProxy & {
        readonly headers?: {
          readonly certificate?: string;
          readonly chain?: string | false;
          readonly verify?: string;
          readonly used?: string;
        };
      })
  );

/**
 * HAProxy with `ssl_c_der,base64` in `X-SSL-Client-Cert`, `ssl_c_chain_der,base64` in `X-SSL-Client-Chain`,
 * `ssl_c_verify` in `X-SSL-Client-Verify` and `ssl_c_used` in `X-SSL-Client-Used`. Both verdicts are asked for: `0` of
 * `ssl_c_verify` says that all is well also when there is no certificate. On a resumed session the chain is empty.
 */
export function fromHaproxy(options: HaproxyOptions): Source {
  const where = 'fromHaproxy()';
  refuseUnknownKeys(options, [...sourceKeys, 'headers'], where);
  const verifiedBy = compileVerifier(options, 'either', where);
  const names = {
    certificate: 'X-SSL-Client-Cert',
    chain: 'X-SSL-Client-Chain',
    verify: 'X-SSL-Client-Verify',
    used: 'X-SSL-Client-Used',
  };
  const optional = verifiedBy === 'peercert' ? (['chain', 'verify', 'used'] as const) : (['chain'] as const);
  const { certificate, chain, verify, used } = compileHeaderNames(names, options.headers, optional, where);
  if ((verify === undefined) !== (used === undefined)) {
    throw new TypeError(
      `${where}: headers.verify and headers.used go together: ssl_c_verify is 0 also without a certificate, so forward ssl_c_used too`,
    );
  }
  return createCertificateSource({
    name: 'haproxy',
    where,
    options,
    verifiedBy,
    certificate: { header: certificate as string, form: 'base64', absent: [''] },
    chain: chain === undefined ? [] : [{ header: chain, form: 'base64-concatenated', absent: [''] }],
    setUp: setUpOf(
      [certificate, 'ssl_c_der,base64'],
      [chain, 'ssl_c_chain_der,base64'],
      [verify, 'ssl_c_verify'],
      [used, 'ssl_c_used'],
    ),
    verdict:
      verify === undefined || used === undefined
        ? []
        : [
            { header: used, verified: ['1'], absent: ['0'] },
            { header: verify, verified: ['0'], absent: [] },
          ],
  });
}

const setUpOf = (...lines: readonly (readonly [header: string | undefined, fetch: string])[]): string =>
  lines
    .flatMap(([header, fetch]) => (header === undefined ? [] : [`http-request set-header ${header} %[${fetch}]`]))
    .join('; ');
