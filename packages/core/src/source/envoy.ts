import { hash } from 'node:crypto';
import { refuseUnknownKeys } from '../option-keys.ts';
import type { Outcome } from '../reasons.ts';
import { certificateForms, type Decoded, utf8Text } from './certificate-text.ts';
import { presentName } from './forwarded-name.ts';
import {
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  sourceKeys,
  type VerifiedByPeercert,
  type VerifiedByProxy,
  verdictOf,
} from './header-options.ts';
import type { HeaderRule } from './header-rules.ts';
import { createHeaderSource } from './header-source.ts';
import type { Presented, Source } from './presented.ts';
import { malformed } from './proxy-verdict.ts';
import { parseXfcc, type XfccElement } from './xfcc.ts';

/** `forwards: 'names'`: Envoy is configured without `cert`, as Istio is by default; the subject alone is taken. */
export type EnvoyOptions = HeaderSourceOptions & {
  /**
   * The trusted Envoys that the request passed, each adding one element at the end: the client is in the element of the
   * first of them. Default 1.
   */
  readonly hops?: number;
  /**
   * What the first trusted Envoy does with elements that a client sends (`forward_client_cert_details`). `'sanitized'`,
   * the default: it removes them (SANITIZE_SET), so that further elements are refused. `'appended'`: it keeps them
   * (APPEND_FORWARD), so that whatever stands before the last `hops` elements is ignored.
   */
  readonly clientElements?: 'sanitized' | 'appended';
  readonly headers?: { readonly forwarded?: string };
} & ((VerifiedByPeercert & { readonly forwards?: 'certificate' }) | (VerifiedByProxy & { readonly forwards: 'names' }));

/**
 * Envoy, Istio, Contour and Azure Container Apps: `x-forwarded-client-cert` in its text format. Taken are `Cert` and
 * `Chain`, which must belong to `Hash`, because Envoy leaves `URI` unescaped and a certificate could carry pairs of its
 * own in it. Envoy tells no verdict, so Peercert verifies. Of elements with names only, `Subject` is taken.
 */
export function fromEnvoy(options: EnvoyOptions): Source {
  const where = 'fromEnvoy()';
  refuseUnknownKeys(options, [...sourceKeys, 'hops', 'clientElements', 'forwards', 'headers'], where);
  const { hops = 1, clientElements = 'sanitized', forwards = 'certificate' } = options;
  if (!Number.isInteger(hops) || hops < 1 || hops > 20) {
    throw new TypeError(`${where}: hops must be a whole number from 1 to 20: the trusted proxies on the way`);
  }
  if (clientElements !== 'sanitized' && clientElements !== 'appended') {
    throw new TypeError(`${where}: clientElements must be 'sanitized' or 'appended'`);
  }
  if (forwards !== 'certificate' && forwards !== 'names') {
    throw new TypeError(`${where}: forwards must be 'certificate' or 'names'`);
  }
  const verifiedBy = compileVerifier(options, forwards === 'names' ? 'proxy' : 'peercert', where);
  const names = compileHeaderNames({ forwarded: 'X-Forwarded-Client-Cert' }, options.headers, [], where);
  const spelt = names.forwarded as string;
  const header = spelt.toLowerCase();
  const setUp =
    forwards === 'names'
      ? 'forward_client_cert_details: SANITIZE_SET with set_current_client_cert_details: { subject: true }'
      : 'forward_client_cert_details: SANITIZE_SET with set_current_client_cert_details: { cert: true }, or chain: true';
  const refused = (rule: HeaderRule, value?: string): Outcome<never> => ({
    ok: false,
    reason: malformed(header, rule, { setUp, value }),
  });
  const name = forwards === 'names' ? 'envoy-names' : 'envoy';

  return createHeaderSource({
    name,
    where,
    options,
    verifiedBy,
    headers: [{ name: header }],
    vary: [spelt],
    setUp,
    read([text]): Outcome<Presented> | undefined {
      if (text === undefined) return undefined;
      const parsed = text === '' ? ({ ok: false, rule: 'empty' } as const) : parseXfcc(text);
      if (!parsed.ok) return refused(parsed.rule, text);
      const surplus = parsed.value.length - hops;
      const element = parsed.value[surplus];
      if (element === undefined || (surplus > 0 && clientElements === 'sanitized')) return refused('xfcc_elements');
      if (forwards === 'names') return subjectOf(element);
      const decoded = certificatesOf(element);
      return decoded.ok
        ? { ok: true, value: { source: name, certificates: decoded.value, verdict: verdictOf(verifiedBy) } }
        : refused(decoded.rule);
    },
  });

  function subjectOf({ hash: thumbprint, subject = '', issuer = '' }: XfccElement): Outcome<Presented> {
    if (subject === '') return refused('xfcc_certificate_missing');
    if (!isHash(thumbprint)) return refused('xfcc_hash');
    const [subjectText, issuerText] = [utf8Text(subject), utf8Text(issuer)];
    if (subjectText === undefined || issuerText === undefined) return refused('characters');
    return {
      ok: true,
      value: presentName(name, {
        subject: { text: subjectText, header },
        issuer: issuerText === '' ? undefined : { text: issuerText, header },
        serialNumber: undefined,
      }),
    };
  }
}

/** The certificates of one element: a pure function of it. */
export function certificatesOf({ cert = '', chain = '', hash: thumbprint }: XfccElement): Decoded {
  if (cert === '' && chain === '') return { ok: false, rule: 'xfcc_certificate_missing' };
  const decodedCert = cert === '' ? undefined : certificateForms['pem-escaped'](cert);
  const decodedChain = chain === '' ? undefined : certificateForms['pem-escaped-list'](chain);
  if (decodedCert?.ok === false) return decodedCert;
  if (decodedChain?.ok === false) return decodedChain;
  const certificates = decodedChain?.value ?? decodedCert?.value ?? [];
  const [leaf] = certificates;
  const [own = leaf] = decodedCert?.value ?? [];
  if (leaf === undefined || own === undefined) return { ok: false, rule: 'xfcc_certificate_missing' };
  if (Buffer.compare(leaf, own) !== 0) return { ok: false, rule: 'xfcc_chain' };
  if (!isHash(thumbprint) || hash('sha256', leaf, 'hex') !== thumbprint.toLowerCase()) {
    return { ok: false, rule: 'xfcc_hash' };
  }
  return { ok: true, value: certificates };
}

function isHash(text: string | undefined): text is string {
  return text !== undefined && /^[0-9A-Fa-f]{64}$/.test(text);
}
