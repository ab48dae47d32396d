import type { Certificate, Extension } from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import { type CertificateStatus, isFinal, type RevokedStatus, type StatusTimes, undetermined } from '../status.ts';
import { matchesCertId, matchesOctetsOf, type OcspSubject } from './cert-id.ts';
import { currentUntilMs, freshnessRefusal, productionRefusal } from './freshness.ts';
import { nonceOid, nonceRefusal } from './nonce.ts';
import { type BasicOcspResponse, type OcspErrorStatus, parseOcspResponse } from './response.ts';
import { type OcspRule, ocspRules } from './rules.ts';
import type { OcspSettings } from './settings.ts';
import { findSigner } from './signer.ts';
import type { SingleResponse } from './single-response.ts';

/** What was asked, and who may answer. */
export interface OcspQuestion {
  /** The certificate whose status is asked for. */
  readonly certificate: OcspSubject;
  /** Its issuer: the next certificate of its verified path, or the trust anchor. Nothing here verifies it. */
  readonly issuer: Certificate;
  /** What the request had, if any. */
  readonly nonce?: Uint8Array;
}

/** What an answer came to. */
export interface OcspVerdict {
  readonly status: CertificateStatus;
  /** Why the status is undetermined, for the log; `undefined` when it is not. */
  readonly rule: OcspRule | undefined;
  /**
   * Milliseconds since the epoch: the last moment at which this verdict may be given again without asking, of a revoked
   * or unknown certificate too. `undefined` when the answer was refused.
   */
  readonly currentUntilMs: number | undefined;
  /** When this was said, by which a newer answer is told from an older one. `undefined` when the answer was refused. */
  readonly said: StatusTimes | undefined;
  /** Who signed it for the issuer, where it matters whether that one is revoked itself. */
  readonly delegate?: Certificate;
}

/** Asks for the status of a delegate's own certificate, of CRLs for example. */
export type DelegateStatus = (delegate: Certificate, issuer: Certificate) => MaybePromise<CertificateStatus>;

/**
 * The status of a certificate by an OCSP response (RFC 6960 3.2). What the response says is looked at only after its
 * signature and its signer's authority. No octets make it throw.
 *
 * @param delegateStatus Asked only of a delegate without id-pkix-ocsp-nocheck, whose answer is usable otherwise.
 */
export function checkOcspResponse(
  response: Uint8Array,
  question: OcspQuestion,
  nowMs: number,
  settings: OcspSettings,
): OcspVerdict;
export function checkOcspResponse(
  response: Uint8Array,
  question: OcspQuestion,
  nowMs: number,
  settings: OcspSettings,
  delegateStatus: DelegateStatus | undefined,
): MaybePromise<OcspVerdict>;
export function checkOcspResponse(
  response: Uint8Array,
  question: OcspQuestion,
  nowMs: number,
  settings: OcspSettings,
  delegateStatus?: DelegateStatus,
): MaybePromise<OcspVerdict> {
  const parsed = parseOcspResponse(response);
  if (!parsed.ok) return refused(parsed.rule);
  if (parsed.value.status !== 'successful') return refused(errorRules[parsed.value.status]);
  const { basic } = parsed.value;
  const [deviation] = basic.deviations;
  if (deviation !== undefined && settings.profile === 'strict') return refused(deviation);
  const { issuer } = question;
  const signer = findSigner(basic, issuer, nowMs, settings);
  if (!signer.ok) return refused(signer.rule);
  const { delegate } = signer;
  const verdict = judgeResponse(basic, question, nowMs, settings, delegate);
  if (verdict.currentUntilMs === undefined || delegate === undefined || !needsCheck(delegate)) return verdict;
  const judge = (own: CertificateStatus | undefined): OcspVerdict => {
    const rule = delegateStatusRefusal(own, settings);
    return rule === undefined ? { ...verdict, delegate } : refused(rule);
  };
  const own = delegateStatus?.(delegate, issuer);
  return own instanceof Promise ? own.then(judge) : judge(own);
}

/** RFC 6960 2.3. */
const errorRules: Readonly<Record<OcspErrorStatus, OcspRule>> = {
  malformedRequest: 'ocsp_status_malformed_request',
  internalError: 'ocsp_status_internal_error',
  tryLater: 'ocsp_status_try_later',
  sigRequired: 'ocsp_status_signature_required',
  unauthorized: 'ocsp_status_unauthorized',
};

function judgeResponse(
  basic: BasicOcspResponse,
  question: OcspQuestion,
  nowMs: number,
  settings: OcspSettings,
  delegate: Certificate | undefined,
): OcspVerdict {
  if (hasUnknownCritical(basic.extensions, responseExtensions)) return refused('ocsp_critical_extension');
  const nonce = nonceRefusal(basic.extensions, question.nonce, settings.nonceAbsence);
  if (nonce !== undefined) return refused(nonce);
  const production = productionRefusal(basic.producedAtMs, question.certificate, nowMs, settings);
  if (production === 'ocsp_produced_before_certificate') return refused(production);
  return judgeSingles(basic, question, nowMs, settings, { delegate, production });
}

/** Of the whole answer: the nonce, and id-pkix-ocsp-extended-revoke (4.4.8): what was never issued may be revoked, too. */
const responseExtensions: ReadonlySet<string> = new Set([nonceOid, '1.3.6.1.5.5.7.48.1.9']);

/** About one certificate, and none changes its status. */
const singleExtensions: ReadonlySet<string> = new Set([
  '1.3.6.1.5.5.7.48.1.3', // id-pkix-ocsp-crl, 4.4.2: the CRL that the responder looked at
  '1.3.6.1.5.5.7.48.1.6', // id-pkix-ocsp-archive-cutoff, 4.4.4: for how long it remembers
  '1.3.6.1.4.1.11129.2.4.5', // RFC 6962 3.3: signed certificate timestamps
]);

/** 4.4: "Unrecognized extensions MUST be ignored (unless they have the critical flag set and are not understood)". */
function hasUnknownCritical(extensions: readonly Extension[], known: ReadonlySet<string>): boolean {
  return extensions.some(({ critical, oid }) => critical && !known.has(oid));
}

/**
 * Among answers about other certificates (RFC 5019 2.2.1) there may be several about this one: the strictest of the
 * current ones counts, and where none is current the first says why. One of a moment that has not come says nothing, but
 * for a revocation: the responder has signed that already, and nobody is let in by it (as `isOfFuture` of lists).
 */
function judgeSingles(
  { producedAtMs, responses }: BasicOcspResponse,
  { certificate, issuer }: OcspQuestion,
  nowMs: number,
  settings: OcspSettings,
  { delegate, production }: { readonly delegate: Certificate | undefined; readonly production: OcspRule | undefined },
): OcspVerdict {
  const matching = responses.filter(({ certId, certStatus }) =>
    (certStatus.kind === 'revoked' ? matchesOctetsOf : matchesCertId)(certId, certificate, issuer),
  );
  const [first] = matching;
  if (first === undefined) return refused('ocsp_other_certificate');
  // One that is not understood could change what any of them means.
  if (matching.some(({ extensions }) => hasUnknownCritical(extensions, singleExtensions))) {
    return refused('ocsp_critical_extension');
  }
  const refusalOf = (single: SingleResponse): OcspRule | undefined => {
    const refusal = freshnessRefusal(single, nowMs, settings);
    return refusal === undefined ? production : refusal;
  };
  const current = matching.filter((single) => refusalOf(single) === undefined);
  const early = matching.filter((single) => {
    const refusal = refusalOf(single);
    return single.certStatus.kind === 'revoked' && refusal !== undefined && ofFuture.has(refusal);
  });
  const refusal = production ?? refusalOf(first);
  if (current.length + early.length === 0 && refusal !== undefined) return refused(refusal);
  // An authority to answer that has ended vouches for nothing any more.
  const delegatedUntilMs = delegate === undefined ? Number.POSITIVE_INFINITY : delegate.notAfterMs + 999;
  const untilMs = Math.min(delegatedUntilMs, ...[...current, ...early].map((one) => currentUntilMs(one, settings)));
  // What is heard of the future is said now, so that a later answer can end a hold.
  const heard = early.map((single) => ({ ...single, thisUpdateMs: Math.min(single.thisUpdateMs, nowMs) }));
  return verdictOf([...heard, ...current], untilMs, early.length > 0 ? Math.min(producedAtMs, nowMs) : producedAtMs);
}

const ofFuture: ReadonlySet<OcspRule> = new Set(['ocsp_this_update_in_future', 'ocsp_produced_in_future']);

/** Revoked before unknown before good, and for good before on hold. What is not revoked is as old as the oldest of it. */
function verdictOf(singles: readonly SingleResponse[], untilMs: number, producedAtMs: number): OcspVerdict {
  const revocations = singles.flatMap((single) => revocationIn(single, producedAtMs));
  const revoked = revocations.find(isFinal) ?? revocations[0];
  const thisUpdateMs = revoked?.thisUpdateMs ?? Math.min(...singles.map((single) => single.thisUpdateMs));
  const common = { rule: undefined, currentUntilMs: untilMs, said: { thisUpdateMs, producedAtMs } };
  if (revoked !== undefined) return { ...common, status: revoked };
  if (singles.some(({ certStatus }) => certStatus.kind === 'unknown')) {
    return { ...common, status: undetermined('unknown'), rule: 'ocsp_status_unknown' };
  }
  return {
    ...common,
    status: { status: 'good', source: 'ocsp', thisUpdateMs, producedAtMs, validUntilMs: untilMs },
  };
}

function revocationIn({ certStatus, thisUpdateMs }: SingleResponse, producedAtMs: number): readonly RevokedStatus[] {
  if (certStatus.kind !== 'revoked') return [];
  const { reason, revocationTimeMs } = certStatus;
  return [
    {
      status: 'revoked',
      source: 'ocsp',
      thisUpdateMs,
      producedAtMs,
      revocationDate: new Date(revocationTimeMs),
      revocationReason: reason,
    },
  ];
}

const noCheck = '1.3.6.1.5.5.7.48.1.5';

/** 4.2.2.2.1: with id-pkix-ocsp-nocheck the issuer says that nobody need ask for the status of its delegate. */
function needsCheck({ extensions }: Certificate): boolean {
  return extensions.every(({ oid }) => oid !== noCheck);
}

function delegateStatusRefusal(
  own: CertificateStatus | undefined,
  { uncheckedDelegate }: OcspSettings,
): OcspRule | undefined {
  switch (own?.status) {
    case 'good':
      return undefined;
    case 'revoked':
      return 'ocsp_delegate_revoked';
    case 'undetermined':
    case undefined:
      return uncheckedDelegate === 'accept' ? undefined : 'ocsp_delegate_unchecked';
  }
}

/** What an answer comes to that breaks a rule. */
export function refused(rule: OcspRule): OcspVerdict {
  return { status: undetermined(ocspRules[rule].kind), rule, currentUntilMs: undefined, said: undefined };
}
