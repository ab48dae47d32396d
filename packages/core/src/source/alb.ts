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

/** The `mode` of the listener's mutual authentication; one source is pinned to one. */
export type AlbOptions = HeaderSourceOptions &
  (
    | {
        readonly mode: 'verify';
        readonly headers?: {
          readonly leaf?: string;
          readonly subject?: string;
          readonly issuer?: string;
          readonly serialNumber?: string;
          readonly validity?: string;
        };
      }
    | { readonly mode: 'passthrough'; readonly headers?: { readonly certificate?: string } }
  ) &
  (VerifiedByPeercert | (VerifiedByProxy & { readonly mode: 'verify' }));

const verifyNames = {
  leaf: 'X-Amzn-Mtls-Clientcert-Leaf',
  subject: 'X-Amzn-Mtls-Clientcert-Subject',
  issuer: 'X-Amzn-Mtls-Clientcert-Issuer',
  serialNumber: 'X-Amzn-Mtls-Clientcert-Serial-Number',
  validity: 'X-Amzn-Mtls-Clientcert-Validity',
};
const passthroughNames = { certificate: 'X-Amzn-Mtls-Clientcert' };

/**
 * AWS Application Load Balancer with mutual TLS. In mode `verify` it checks the certificate against its trust store and
 * forwards the leaf alone: give `trust.intermediates` the rest. In mode `passthrough` it checks nothing and forwards the
 * whole chain. AWS does not document that a listener removes copies which a client sends, so the headers of the other
 * mode are removed from everybody; those of this one are only as good as the listener's own configuration.
 */
export function fromAlb(options: AlbOptions): Source {
  const where = 'fromAlb()';
  refuseUnknownKeys(options, [...sourceKeys, 'mode', 'headers'], where);
  const { mode } = options;
  if (mode !== 'verify' && mode !== 'passthrough') {
    throw new TypeError(`${where}: mode must be 'verify' or 'passthrough', as the listener has it`);
  }
  const verifiedBy = compileVerifier(options, mode === 'verify' ? 'either' : 'peercert', where);
  if (mode === 'passthrough') {
    const { certificate } = compileHeaderNames(passthroughNames, options.headers, [], where);
    return createCertificateSource({
      name: 'alb-passthrough',
      where,
      options,
      verifiedBy,
      certificate: { header: certificate as string, form: 'pem-escaped-list' },
      foreign: Object.values(verifyNames),
      setUp: 'a listener with mutual authentication in mode passthrough',
    });
  }
  const { leaf, ...others } = compileHeaderNames(verifyNames, options.headers, [], where);
  return createCertificateSource({
    name: 'alb-verify',
    where,
    options,
    verifiedBy,
    certificate: { header: leaf as string, form: 'pem-escaped' },
    companions: Object.values(others).filter((header) => header !== undefined),
    foreign: Object.values(passthroughNames),
    setUp: 'a listener with mutual authentication in mode verify',
  });
}
