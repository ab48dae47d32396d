import { assemble } from './authenticator.ts';
import { PeercertFailure } from './error.ts';
import { pickOptions, refuseUnknownKeys } from './option-keys.ts';
import { compileOptions, type MtlsOptions } from './options.ts';
import type { SignaturePolicyOptions } from './path/signature-policy.ts';
import type { TrustOptions, TrustStore } from './path/trust-store.ts';
import type { Rule } from './policy/rules.ts';
import type { Reason } from './reasons.ts';
import type { RequestFacts } from './source/facts.ts';
import { fromTls } from './source/tls-socket.ts';
import { type ProxyCertificate, proxyCertificateBrand } from './source/trusted-proxies.ts';

export interface ProxyCertificateOptions extends SignaturePolicyOptions {
  /** Who issues the certificates of the proxies: rarely the authority of the clients. */
  readonly trust: TrustOptions | TrustStore;
  /** Which certificates are those of the proxies: `subjectCn('gateway')`. */
  readonly identity: Rule;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
  /** How the certificate of the proxy is judged: that of `mtls()` is for those of clients. Default `'interoperable'`. */
  readonly profile?: 'interoperable' | 'strict';
}

const keys = [
  'trust',
  'identity',
  'clock',
  'profile',
  'dangerouslyAllowAlgorithms',
  'dangerouslyAllowRsaBits',
] as const satisfies readonly (keyof ProxyCertificateOptions)[];

/**
 * For `trustedProxies`, where the hop from the proxy to this server is itself mutual TLS: a peer is the proxy when its
 * own certificate passes the whole line, up to these anchors and this rule, on every request. Such a peer is never taken
 * for a client. Throws TypeError unless both options are given, and for an authority that has expired; where it expires later,
 * requests of the proxies are a 500 for the operator.
 */
export function proxyCertificate(options: ProxyCertificateOptions): ProxyCertificate {
  refuseUnknownKeys(options, keys, 'proxyCertificate()');
  const { trust, identity } = options;
  if (trust === undefined || identity === undefined) {
    throw new TypeError(
      "proxyCertificate() needs trust and identity: { trust: { anchors }, identity: subjectCn('gateway') }",
    );
  }
  const own = compileOptions({ source: fromTls(), ...(pickOptions(options, keys) as MtlsOptions) });
  const { authenticate } = assemble(own, 'proxies');
  return Object.freeze({
    [proxyCertificateBrand]: (facts: RequestFacts): boolean => {
      const decision = authenticate(facts);
      // No function of the operator takes part, so there is never anything to wait for.
      if (decision instanceof Promise) return false;
      if (decision.outcome === 'deny') requireAnchor(decision.reason);
      return decision.outcome === 'allow';
    },
  });
}

/** A proxy whose authority has ended is no stranger, and its clients are not the ones to hear that they have no certificate. */
function requireAnchor({ code, detail }: Reason): void {
  if (code !== 'trust_anchor_expired' && code !== 'trust_anchor_not_yet_valid') return;
  const when = 'notAfter' in detail ? `ended at ${detail.notAfter.toISOString()}` : 'is not valid yet';
  throw new PeercertFailure(
    'setup',
    `proxyCertificate(): the authority of the proxies is not valid now: ${detail.subject} ${when}: put its new certificate into trust.anchors, and look at the clock of this machine`,
  );
}
