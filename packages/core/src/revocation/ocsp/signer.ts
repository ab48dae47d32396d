import { hash } from 'node:crypto';
import { parseCertificate } from '../../certificate/certificate.ts';
import { isOfEncoding } from '../../certificate/deviations.ts';
import type { Certificate } from '../../certificate/model.ts';
import { Budget } from '../../path/budget.ts';
import { criticalExtensionRefusal, isValidAt, profileRefusal } from '../../path/checks.ts';
import { signatureRefusal } from '../../path/signature.ts';
import type { BasicOcspResponse, ResponderId } from './response.ts';
import type { OcspRule } from './rules.ts';
import type { OcspSettings } from './settings.ts';
import { responseSignatureRefusal } from './signature.ts';

/**
 * Who signed an answer, and whether that one may (RFC 6960 4.2.2.2). "The key used to sign the response MUST belong to":
 * the CA who issued the certificate in question, or a responder "who holds a specially marked certificate issued directly
 * by the CA". No other authority of the path or below it may, and no responder is trusted for itself.
 *
 * The keyUsage of the issuer is not asked for digitalSignature: 4.2.1.3 of RFC 5280 forbids a key without keyCertSign or
 * cRLSign to verify certificates or CRLs, and nothing else; most private authorities answer with a key that has these two.
 */
export type Signer =
  | { readonly ok: true; readonly delegate: Certificate | undefined }
  | { readonly ok: false; readonly rule: OcspRule };

/**
 * Weighted signature checks for one answer: a P-256 verification is 1. The issuer's key and that of one delegate, P-521
 * both, cost 30 for each of three checks; the rest is room for a second delegate of the same name.
 */
const signatures = 150;

export function findSigner(
  response: BasicOcspResponse,
  issuer: Certificate,
  nowMs: number,
  settings: OcspSettings,
): Signer {
  const budget = new Budget({ signatures, failedSignatures: signatures, steps: 0, comparisons: 0 });
  let refusal: OcspRule | undefined;
  let unread: OcspRule | undefined;
  if (isResponder(response.responderId, issuer)) {
    refusal = responseSignatureRefusal(response, issuer, settings, budget);
    if (refusal === undefined) return { ok: true, delegate: undefined };
  }
  for (const der of response.certificates) {
    const parsed = parseCertificate(der);
    if (!parsed.ok) unread ??= 'ocsp_delegate_malformed';
    if (!parsed.ok || !isResponder(response.responderId, parsed.value)) continue;
    const delegate = parsed.value;
    // Answers often enclose the issuer's own certificate, which was tried.
    if (Buffer.compare(delegate.publicKey.der, issuer.publicKey.der) === 0) continue;
    const rule =
      delegateRefusal(delegate, issuer, nowMs, settings, budget) ??
      responseSignatureRefusal(response, delegate, settings, budget);
    if (rule === undefined) return { ok: true, delegate };
    refusal = rule;
  }
  return { ok: false, rule: refusal ?? unread ?? 'ocsp_signer_not_found' };
}

/** RFC 6960 4.2.1: `KeyHash ::= OCTET STRING -- SHA-1 hash of responder's public key`. */
function isResponder(id: ResponderId, { subject, publicKey }: Certificate): boolean {
  return id.kind === 'byName'
    ? id.name.canonical === subject.canonical
    : Buffer.compare(id.keyHash, hash('sha1', publicKey.key, 'buffer')) === 0;
}

/** The strict profile is for the certificates of a path. Of a delegate's content RFC 6960 asks nothing. */
const interoperable = { profile: 'interoperable' } as const;

const ocspSigning = '1.3.6.1.5.5.7.3.9';

/**
 * 4.2.2.2: the delegate's certificate, which was "issued directly by the CA that is identified in the request", and is
 * valid by itself (RFC 5280 6.1). Name constraints and policies of the issuer do not bind it: its name identifies nobody.
 */
function delegateRefusal(
  delegate: Certificate,
  issuer: Certificate,
  nowMs: number,
  settings: OcspSettings,
  budget: Budget,
): OcspRule | undefined {
  if (delegate.issuer.canonical !== issuer.subject.canonical) return 'ocsp_delegate_issuer';
  // anyExtendedKeyUsage does not do: the "authorization to sign" is "the inclusion of id-kp-OCSPSigning".
  if (!delegate.extendedKeyUsage?.includes(ocspSigning)) return 'ocsp_delegate_purpose';
  if (delegate.basicConstraints?.cA === true) return 'ocsp_delegate_is_authority';
  if (!allowsAnswers(delegate)) return 'ocsp_delegate_key_usage';
  if (profileRefusal(delegate, 0, interoperable) !== undefined) return 'ocsp_delegate_malformed';
  if (settings.profile === 'strict' && delegate.deviations.some(isOfEncoding)) return 'ocsp_delegate_malformed';
  if (criticalExtensionRefusal(delegate, 0) !== undefined) return 'ocsp_delegate_critical_extension';
  if (!isValidAt(delegate, nowMs)) return 'ocsp_delegate_expired';
  switch (signatureRefusal(delegate, issuer, 0, settings, budget)?.code) {
    case undefined:
      return undefined;
    case 'algorithm_forbidden':
      return 'ocsp_algorithm_forbidden';
    case 'key_too_weak':
      return 'ocsp_key_too_weak';
    default:
      return budget.exhausted === undefined ? 'ocsp_delegate_signature' : 'ocsp_signature_budget';
  }
}

/** RFC 5280 4.2.1.12, of id-kp-OCSPSigning: "digitalSignature and/or nonRepudiation". */
function allowsAnswers({ keyUsage }: Certificate): boolean {
  return keyUsage === undefined || keyUsage.has('digitalSignature') || keyUsage.has('contentCommitment');
}
