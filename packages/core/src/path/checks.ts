import { deviatingDetail } from '../certificate/malformed-detail.ts';
import type { Certificate, Extension } from '../certificate/model.ts';
import { type AboutCertificate, type Reason, reason } from '../reasons.ts';
import { keyRefusal } from './algorithms.ts';
import type { PathSettings } from './settings.ts';
import { isTolerated, toleranceOf } from './tolerances.ts';

/**
 * The checks of RFC 5280 6.1 that look at one certificate alone, one function a step. Each answers why not, or
 * `undefined`. `index` is the certificate's place in the path, the leaf being 0.
 */

/** 6.1.3 (a)(2), of the leaf: the validity includes the current time; both ends included, to the second (4.1.2.5). */
export function validityRefusal(leaf: Certificate, nowMs: number): Reason | undefined {
  const { notAfter, notBefore } = leaf;
  if (nowMs < leaf.notBeforeMs) return reason('certificate_not_yet_valid', { ...about(leaf, 0), notBefore });
  return hasEnded(leaf, nowMs) ? reason('certificate_expired', { ...about(leaf, 0), notAfter }) : undefined;
}

/**
 * The same of an intermediate, with codes of its own: whoever reads that the certificate of the client has expired renews
 * what is in order.
 */
export function intermediateValidityRefusal(
  certificate: Certificate,
  index: number,
  nowMs: number,
  isPresented: boolean,
): Reason | undefined {
  const detail = { ...about(certificate, index), from: isPresented ? 'client' : 'service' } as const;
  const { notAfter, notBefore } = certificate;
  if (nowMs < certificate.notBeforeMs) return reason('intermediate_not_yet_valid', { ...detail, notBefore });
  return hasEnded(certificate, nowMs) ? reason('intermediate_expired', { ...detail, notAfter }) : undefined;
}

/** Whether the validity includes the current time. */
export function isValidAt(certificate: Certificate, nowMs: number): boolean {
  return nowMs >= certificate.notBeforeMs && !hasEnded(certificate, nowMs);
}

/** The last second of a validity is part of it. */
export function hasEnded({ notAfterMs }: Certificate, nowMs: number): boolean {
  return nowMs >= notAfterMs + 1000;
}

/** The files of an operator are looked at every five seconds, and an operator needs some more to change them. */
const retryAfterSeconds = 60;

/**
 * The same of the trust anchor that a path ends at, which RFC 5280 leaves open: the client has its certificate from whom
 * it should have it, and only the operator of this service can put another anchor in place.
 */
export function anchorValidityRefusal(anchor: Certificate, index: number, nowMs: number): Reason | undefined {
  const { notAfter, notBefore } = anchor;
  if (hasEnded(anchor, nowMs)) {
    return reason('trust_anchor_expired', { ...about(anchor, index), notAfter, retryAfterSeconds });
  }
  return nowMs < anchor.notBeforeMs
    ? reason('trust_anchor_not_yet_valid', { ...about(anchor, index), notBefore, retryAfterSeconds })
    : undefined;
}

/**
 * 6.1.4 (k): basicConstraints with cA in a version 3 certificate. Version 1 and 2 certificates cannot say that they are
 * authorities, and being listed as an anchor does not say it for them: the operator may have listed one client.
 */
export function authorityRefusal(certificate: Certificate, index: number): Reason | undefined {
  return certificate.version === 3 && certificate.basicConstraints?.cA === true
    ? undefined
    : reason('issuer_not_ca', about(certificate, index));
}

/** 6.1.4 (n): a keyUsage extension of an authority asserts keyCertSign. */
export function certSigningRefusal(certificate: Certificate, index: number): Reason | undefined {
  return certificate.keyUsage === undefined || certificate.keyUsage.has('keyCertSign')
    ? undefined
    : reason('key_usage_forbids', { ...about(certificate, index), required: 'keyCertSign' });
}

/** The key of the leaf itself, which signs the handshake: as strong as those that sign certificates. */
export function clientKeyRefusal(
  certificate: Certificate,
  { minimumRsaBits }: Pick<PathSettings, 'minimumRsaBits'>,
): Reason | undefined {
  const refusal = keyRefusal(certificate, minimumRsaBits);
  if (refusal === undefined) return undefined;
  const { algorithm, bits, code } = refusal;
  return code === 'key_too_weak'
    ? reason('key_too_weak', { ...about(certificate, 0), algorithm, bits })
    : reason('algorithm_forbidden', { ...about(certificate, 0), algorithm });
}

/** 4.2.1.3: a keyUsage extension of the leaf allows what the settings ask for. 6.1 itself does not look at it. */
export function leafKeyUsageRefusal(
  certificate: Certificate,
  { keyUsage: wanted }: Pick<PathSettings, 'keyUsage'>,
): Reason | undefined {
  const { keyUsage } = certificate;
  const first = wanted[0];
  return first === undefined || keyUsage === undefined || wanted.some((use) => keyUsage.has(use))
    ? undefined
    : reason('key_usage_forbids', { ...about(certificate, 0), required: first });
}

const anyExtendedKeyUsage = '2.5.29.37.0';

/** 4.2.1.12, of an authority: where it limits its purposes, the ones asked for must be among them. */
export function authorityPurposeRefusal(
  certificate: Certificate,
  index: number,
  { purposes }: Pick<PathSettings, 'purposes'>,
): Reason | undefined {
  const usages = certificate.extendedKeyUsage;
  if (usages === undefined || usages.includes(anyExtendedKeyUsage)) return undefined;
  const missing = purposes.find((purpose) => !usages.includes(purpose));
  return missing === undefined
    ? undefined
    : reason('extended_key_usage_missing', { ...about(certificate, index), required: missing });
}

/** 4.2.1.12, of the leaf: absence does not restrict, unless the settings require the purpose to be named. */
export function clientPurposeRefusal(
  certificate: Certificate,
  settings: Pick<PathSettings, 'purposes' | 'extendedKeyUsage'>,
): Reason | undefined {
  if (settings.extendedKeyUsage === 'optional') return authorityPurposeRefusal(certificate, 0, settings);
  const missing = settings.purposes.find((purpose) => !certificate.extendedKeyUsage?.includes(purpose));
  return missing === undefined
    ? undefined
    : reason('extended_key_usage_missing', { ...about(certificate, 0), required: missing });
}

/** The extensions that path validation processes: any other that is critical refuses the path. */
const processed: ReadonlySet<string> = new Set([
  '2.5.29.15', // keyUsage
  '2.5.29.17', // subjectAltName
  '2.5.29.19', // basicConstraints
  '2.5.29.30', // nameConstraints
  '2.5.29.31', // cRLDistributionPoints
  '2.5.29.33', // policyMappings
  '2.5.29.36', // policyConstraints
  '2.5.29.37', // extKeyUsage
  '2.5.29.54', // inhibitAnyPolicy
]);

/** 6.1.4 (o) and 6.1.5 (f): a critical extension that is not processed refuses the path. */
export function criticalExtensionRefusal(certificate: Certificate, index: number): Reason | undefined {
  const { extensions } = certificate;
  // By index: the list is frozen, over which V8 takes ten times as long to iterate or to search.
  for (let at = 0; at < extensions.length; at += 1) {
    const { critical, oid } = extensions[at] as Extension;
    if (critical && !isProcessed(oid, certificate)) {
      return reason('critical_extension_unsupported', { ...about(certificate, index), oid });
    }
  }
  return undefined;
}

/** 4.2.1.4: of a critical certificatePolicies extension the optional qualifiers must be understood as well. */
function isProcessed(oid: string, certificate: Certificate): boolean {
  if (oid !== policiesOid) return processed.has(oid);
  return certificate.certificatePolicies?.every(({ qualifierIds }) => qualifierIds.every(isDisplayOnly)) ?? true;
}

const policiesOid = '2.5.29.32';

/** id-qt-cps and id-qt-unotice: for people to read, so that there is nothing to process. */
const isDisplayOnly = (oid: string): boolean => oid === '1.3.6.1.5.5.7.2.1' || oid === '1.3.6.1.5.5.7.2.2';

/**
 * Section 4: what the certificate profile asks for beyond its encoding, less what the chosen profile tolerates.
 * `isSelfSigned` tells of a certificate without authorityKeyIdentifier whether its own key made its signature, which is
 * the exception of 4.2.1.1; its names do not tell.
 */
export function profileRefusal(
  certificate: Certificate,
  index: number,
  { profile }: Pick<PathSettings, 'profile'>,
  isSelfSigned: (certificate: Certificate) => boolean = () => false,
): Reason | undefined {
  const { deviations } = certificate;
  if (deviations.length === 0) return undefined;
  const rule = deviations.find((deviation) => {
    if (profile === 'interoperable' && isTolerated(deviation)) return false;
    return deviation !== 'authority_key_identifier_missing' || !isSelfSigned(certificate);
  });
  if (rule === undefined) return undefined;
  const detail = deviatingDetail(certificate.der, index, rule);
  const tolerance = toleranceOf(rule);
  if (tolerance === undefined) return reason('certificate_malformed', detail);
  return reason('certificate_malformed', {
    ...detail,
    remedy: `The interoperable profile takes it. ${tolerance.because}`,
  });
}

/** Which certificate a reason speaks of, for the log. */
export function about(certificate: Certificate, index: number): AboutCertificate {
  return { index, subject: certificate.subject.toString() };
}
