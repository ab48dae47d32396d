import {
  type Certificate,
  type CertificateStatus,
  type Crl,
  type CrlPolicy,
  crlStatus,
  parseCertificate,
  parseCrl,
  type VerifiedPath,
} from '@peercert/core';
import type { ConformanceCase, Profile, Verdict } from './case.ts';

/** A case of BoringSSL's pki/testdata/crl_unittest: one list about one certificate. */
interface CrlCase {
  readonly id: string;
  readonly crlB64: string;
  readonly certB64: string;
  readonly issuerB64: string;
  /** Another certificate of the same authority, before or after a change of its key. */
  readonly issuer2B64: string | null;
  /** Seconds, as all times. */
  readonly verifyTime: number;
  readonly maxAgeSeconds: number;
  readonly expected: 'GOOD' | 'REVOKED' | 'UNKNOWN';
}

export function crlCases(corpus: string, { cases }: { readonly cases: readonly CrlCase[] }): ConformanceCase[] {
  return cases.map((crl) => ({
    corpus,
    id: crl.id,
    namespace: 'boringssl',
    expected: crl.expected === 'GOOD' ? 'accept' : 'reject',
    judge: (profile) => judge(crl, profile),
  }));
}

function judge(crl: CrlCase, profile: Profile): Verdict {
  const certificate = certificateOf(crl.certB64);
  const issuers = [crl.issuerB64, ...(crl.issuer2B64 === null ? [] : [crl.issuer2B64])].map(certificateOf);
  const list = read(Buffer.from(crl.crlB64, 'base64'));
  if (typeof list === 'string') return { accepted: false, why: list, account: list };
  const status = settled(
    crlStatus({
      certificate,
      issuer: issuers[0] as Certificate,
      nowMs: crl.verifyTime * 1000,
      crlsBy: () => [list],
      crlIssuers: () => issuers,
      // The corpus signs with RSA keys of 1,024 bits.
      policy: { ...policyOf(profile), minimumRsaBits: 1024, maximumAgeMs: crl.maxAgeSeconds * 1000 },
    }),
  );
  if (status.status === 'good') return { accepted: true, account: status };
  // An operator may let pass what is undetermined: only revoked is revoked.
  if (crl.expected === 'REVOKED' && status.status !== 'revoked') return { accepted: true, account: status };
  return { accepted: false, why: whyOf(status, list), account: status };
}

/** A list that only the strict profile refuses is told by the first deviation from it. */
function whyOf(status: Exclude<CertificateStatus, { status: 'good' }>, list: Crl): string {
  if (status.status === 'revoked') return 'revoked';
  return status.kind === 'malformed' ? (list.deviations[0] ?? 'malformed') : status.kind;
}

/** Why a path is refused by the lists that come with a case, every certificate of it asked about; without lists, nothing. */
export function crlRefusal(
  pems: readonly string[],
  { anchor, certificates }: VerifiedPath,
  nowMs: number,
  profile: Profile,
): Verdict | undefined {
  if (pems.length === 0) return undefined;
  const lists = pems.map((pem) => read(Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')));
  const usable = lists.filter((list) => typeof list !== 'string');
  const path = [...certificates, ...(anchor === undefined ? [] : [anchor.certificate])];
  for (const [index, certificate] of certificates.entries()) {
    const status = settled(
      crlStatus({
        certificate,
        issuer: path[index + 1] ?? certificate,
        nowMs,
        crlsBy: ({ canonical }) => usable.filter(({ issuer }) => issuer.canonical === canonical),
        crlIssuers: () => path,
        policy: policyOf(profile),
      }),
    );
    if (status.status === 'revoked') return { accepted: false, why: 'revoked', account: status };
    if (status.status !== 'good') return { accepted: false, why: status.kind, account: { status, lists } };
  }
  return undefined;
}

function policyOf(profile: Profile): CrlPolicy {
  return { profile, allowedWeakAlgorithms: new Set(), minimumRsaBits: 2048 };
}

function read(der: Uint8Array): Crl | string {
  const parsed = settled(parseCrl(der));
  return parsed.ok ? parsed.value : parsed.rule;
}

/** The lists of the corpora are small: what is asked of them is answered at once. */
function settled<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new Error('a list of the corpus is too large to be answered at once');
  return value;
}

function certificateOf(base64: string): Certificate {
  const parsed = parseCertificate(Buffer.from(base64, 'base64'));
  if (!parsed.ok) throw new Error(`a certificate of the corpus cannot be read: ${JSON.stringify(parsed.reason)}`);
  return parsed.value;
}
