import {
  type Certificate,
  checkOcspResponse,
  defaultOcspSettings,
  type OcspRule,
  type OcspSettings,
  type OcspSubject,
  type OcspVerdict,
  parseCertificate,
  parseOcspResponse,
} from '@peercert/core';
import type { ConformanceCase, Profile, Verdict } from './case.ts';
import { answer } from './path-question.ts';

/** A case of BoringSSL's pki/testdata/ocsp_unittest: one answer about one certificate. */
interface BoringSslCase {
  readonly suite: 'boringssl';
  readonly id: string;
  /** Seconds, as all times. */
  readonly verifyTime: number;
  readonly maxAgeSeconds: number;
  readonly expectedRevocation: 'GOOD' | 'REVOKED' | 'UNKNOWN';
  readonly expectedResponseStatus: string;
  readonly responseB64: string;
  readonly issuerB64: string;
  readonly certB64: string;
}

/** A case of OpenSSL's test/ocsp-tests: whether an answer is signed by who may, about no certificate in particular. */
interface OpenSslCase {
  readonly suite: 'openssl';
  readonly id: string;
  readonly verifyTime: number;
  readonly expectedVerifyOk: boolean;
  readonly responseB64: string;
  readonly trustedPem: string;
  readonly untrustedPem: string;
}

export function ocspCases(
  corpus: string,
  file: { readonly cases: readonly (BoringSslCase | OpenSslCase)[] },
): ConformanceCase[] {
  return file.cases.map((ocsp) =>
    ocsp.suite === 'boringssl'
      ? {
          corpus,
          id: ocsp.id,
          namespace: ocsp.suite,
          expected: ocsp.expectedRevocation === 'GOOD' ? 'accept' : 'reject',
          judge: () => judgeStatus(ocsp),
        }
      : {
          corpus,
          id: ocsp.id,
          namespace: ocsp.suite,
          expected: ocsp.expectedVerifyOk ? 'accept' : 'reject',
          judge: (profile) => judgeSigner(ocsp, profile),
        },
  );
}

/** Both suites sign with SHA-1, and one with RSA keys of 1,024 bits. */
const weak = {
  allowedWeakAlgorithms: new Set(['sha1WithRSAEncryption', 'ecdsa-with-SHA1']),
  minimumRsaBits: 1024,
} as const;

const settings: OcspSettings = { ...defaultOcspSettings, ...weak };

/** Accepted: what counts as good, and whatever is not refused for the cause that the case is about. */
function judgeStatus(ocsp: BoringSslCase): Verdict {
  const { maxAgeSeconds, expectedRevocation, expectedResponseStatus } = ocsp;
  const verdict = checkOcspResponse(
    Buffer.from(ocsp.responseB64, 'base64'),
    { certificate: certificate(ocsp.certB64), issuer: certificate(ocsp.issuerB64) },
    ocsp.verifyTime * 1000,
    { ...settings, maxAgeSeconds, lifetimeSeconds: maxAgeSeconds },
  );
  const { status, rule } = verdict;
  if (status.status === 'good') return { accepted: true, account: verdict };
  if (expectedRevocation === 'REVOKED') return revokedVerdict(verdict);
  if (expectedRevocation === 'GOOD') return { accepted: false, why: rule ?? status.status, account: verdict };
  // A refusal for another cause proves nothing of the one in question.
  const isTheCause = rule !== undefined && causes[expectedResponseStatus]?.includes(rule) === true;
  return isTheCause ? { accepted: false, why: rule, account: verdict } : { accepted: true, account: verdict };
}

/** An operator may let pass what is undetermined: only revoked is revoked. */
function revokedVerdict(verdict: OcspVerdict): Verdict {
  return verdict.status.status === 'revoked'
    ? { accepted: false, why: 'revoked', account: verdict }
    : { accepted: true, account: verdict };
}

/** What BoringSSL says of the answer as a whole; signatures it checks afterwards, when the answer is `PROVIDED`. */
const causes: Readonly<Record<string, readonly OcspRule[]>> = {
  ERROR_RESPONSE: [
    'ocsp_status_malformed_request',
    'ocsp_status_internal_error',
    'ocsp_status_try_later',
    'ocsp_status_signature_required',
    'ocsp_status_unauthorized',
  ],
  PARSE_RESPONSE_ERROR: ['ocsp_response_type', 'ocsp_response_status', 'ocsp_response_bytes', 'ocsp_version'],
  NO_MATCHING_RESPONSE: ['ocsp_other_certificate'],
  INVALID_DATE: ['ocsp_too_old', 'ocsp_next_update_past', 'ocsp_this_update_in_future', 'ocsp_update_order'],
  BAD_PRODUCED_AT: ['ocsp_produced_before_certificate', 'ocsp_produced_in_future'],
  UNHANDLED_CRITICAL_EXTENSION: ['ocsp_critical_extension'],
  PROVIDED: [
    'ocsp_status_unknown',
    'ocsp_signature_invalid',
    'ocsp_signer_not_found',
    'ocsp_delegate_purpose',
    'ocsp_delegate_issuer',
    'ocsp_delegate_signature',
  ],
};

/**
 * OpenSSL looks for the issuer among all certificates and builds a path from the signer to a trusted one. It compares no
 * time of the answer, which is judged at the moment when it was produced; the path, at the time of the case.
 */
function judgeSigner(ocsp: OpenSslCase, profile: Profile): Verdict {
  const der = Buffer.from(ocsp.responseB64, 'base64');
  const parsed = parseOcspResponse(der);
  if (!parsed.ok) return { accepted: false, why: parsed.rule, account: parsed };
  if (parsed.value.status !== 'successful') return { accepted: false, why: parsed.value.status, account: parsed };
  const { producedAtMs, responses } = parsed.value.basic;
  const serialNumber = responses[0]?.certId.serialNumber ?? '';
  let refusal: Verdict | undefined;
  for (const pem of new Set([...blocks(ocsp.trustedPem), ...blocks(ocsp.untrustedPem)])) {
    const trusted = trustRefusal(ocsp, pem, profile);
    const issuer = certificate(base64Of(pem));
    const subject: OcspSubject = { serialNumber, issuer: issuer.subject, notBeforeMs: Number.NEGATIVE_INFINITY };
    const verdict = checkOcspResponse(der, { certificate: subject, issuer }, producedAtMs, { ...settings, profile });
    const isSigned = verdict.currentUntilMs !== undefined;
    if (isSigned && trusted === undefined) return { accepted: true, account: verdict };
    refusal ??= isSigned ? trusted : { accepted: false, why: verdict.rule ?? '', account: verdict };
  }
  return refusal ?? { accepted: false, why: 'no issuer', account: undefined };
}

/** Why the issuer is not trusted: the case lists the trusted ones, whatever they are, and may list others on the way. */
function trustRefusal(ocsp: OpenSslCase, pem: string, profile: Profile): Verdict | undefined {
  const anchors = blocks(ocsp.trustedPem);
  if (anchors.includes(pem)) return undefined;
  const verdict = answer({
    presented: [pem, ...blocks(ocsp.untrustedPem)],
    anchors,
    timeMs: ocsp.verifyTime * 1000,
    settings: { ...weak, profile, purposes: [] },
  });
  return verdict.accepted ? undefined : verdict;
}

function blocks(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function base64Of(pem: string): string {
  return pem.replace(/-----[^-]+-----/g, '');
}

function certificate(base64: string): Certificate {
  const parsed = parseCertificate(Buffer.from(base64, 'base64'));
  if (!parsed.ok) throw new Error(`a certificate of the corpus cannot be read: ${JSON.stringify(parsed.reason)}`);
  return parsed.value;
}
