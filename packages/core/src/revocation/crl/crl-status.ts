import { hash } from 'node:crypto';
import type { Certificate, Name } from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import type { SignaturePolicy } from '../../path/signature.ts';
import { type ListPlace, saidBy } from '../said-later.ts';
import type { CertificateStatus } from '../status.ts';
import type { ListProblem } from '../trouble.ts';
import type { Crl } from './crl.ts';
import { canCombine, deltasAfter } from './delta.ts';
import type { CrlEntry } from './entries.ts';
import { type ListTrouble, undeterminedBy } from './list-trouble.ts';
import {
  allReasons,
  assumedPoint,
  coversHold,
  crlIssuersOf,
  interimReasons,
  isInScope,
  type ReasonsMask,
} from './scope.ts';
import { findSigner } from './signer.ts';

/** What is asked of every list, beside its form. */
export interface CrlPolicy extends SignaturePolicy {
  /** `'strict'` refuses what `deviations.ts` lists. */
  readonly profile: 'strict' | 'interoperable';
  /** The longest accepted age of thisUpdate in milliseconds. Default: as long as nextUpdate says, which must be there then. */
  readonly maximumAgeMs?: number | undefined;
  /** How far the clock of an authority may be ahead of ours, in milliseconds. Default 0. */
  readonly clockToleranceMs?: number | undefined;
}

/** A question to a set of lists: RFC 5280 6.3.1. */
export interface CrlQuestion {
  readonly certificate: Certificate;
  /** The certificate that vouches for it in its verified path. */
  readonly issuer: Certificate;
  readonly nowMs: number;
  /** Every list, complete or delta, that names this issuer. */
  readonly crlsBy: (issuer: Name) => readonly Crl[];
  /**
   * 6.3.3 (f): other certificates with this subject whose path was verified up to the trust anchor of the certificate in
   * question, and that may sign lists: an authority's key for lists alone, its key before a change, the issuer of an
   * indirect CRL. Whether they are revoked themselves is asked before they are given here.
   */
  readonly crlIssuers: (name: Name) => MaybePromise<readonly Certificate[]>;
  /** Hears who signed a list. */
  readonly onSigner?: (crl: Crl, signer: Certificate) => void;
  /** Where a list came from, for the log. */
  readonly sourceOf?: (crl: Crl) => string | undefined;
  readonly policy: CrlPolicy;
}

/**
 * Whether a list is of a moment that has not come (thisUpdate). It answers for nobody until then; but whom it names is
 * revoked at once. The issuer has signed that already, and an authority whose clock is wrong did not sign less: to let a
 * client in whom its authority has told of, until a clock agrees, would be the one answer that nobody wants. The other way
 * round nothing is lost, for nobody is let in by such a list.
 */
export function isOfFuture({ thisUpdateMs }: Crl, nowMs: number, { clockToleranceMs = 0 }: CrlPolicy): boolean {
  return thisUpdateMs > nowMs + clockToleranceMs;
}

/**
 * RFC 5280 6.3.3. The lists are taken from what is there: obtaining them, which is step (a), is done elsewhere. Answers at
 * once unless the signature of a large list was never checked with the key in question.
 *
 * It differs in two things, both of which refuse more (docs/decisions/0008): a list in scope that is not needed any more
 * still counts with whom it revokes, so that it is no matter which one comes first; and removeFromCRL takes back a hold alone.
 */
export function crlStatus(question: CrlQuestion): MaybePromise<CertificateStatus> {
  const { issuer, crlIssuers, onSigner, policy } = question;
  const uses = usableLists(question);
  const signers = new Map<Crl, Certificate | undefined>();
  const waiting: Promise<void>[] = [];
  const note = (crl: Crl, signer: Certificate | undefined): void => {
    signers.set(crl, signer);
    if (signer !== undefined) onSigner?.(crl, signer);
  };
  for (const crl of new Set(uses.flatMap((use) => [use.crl, ...use.deltas]))) {
    const others = crlIssuers(crl.issuer);
    const signer =
      others instanceof Promise
        ? others.then((late) => findSigner(crl, [issuer, ...late], policy))
        : findSigner(crl, [issuer, ...others], policy);
    if (signer instanceof Promise) waiting.push(signer.then((found) => note(crl, found)));
    else note(crl, signer);
  }
  const answer = (): CertificateStatus => determine(question, uses, signers);
  return waiting.length === 0 ? answer() : Promise.all(waiting).then(answer);
}

/** One pass of the loop: a list under a distribution point. */
interface ListUse {
  readonly crl: Crl;
  /** The delta CRLs issued after it, the newest first. */
  readonly deltas: readonly Crl[];
  /** The interim reasons mask. Empty: an entry of the list revokes, its silence says nothing. */
  readonly reasons: ReasonsMask;
  /** Of a moment that has not come: its entries revoke, its silence says nothing. */
  readonly isEarly: boolean;
}

/** No authority in honest use names more; each costs a comparison with every list of its issuer. */
const mostPoints = 64;

/**
 * "For each distribution point (DP) in the certificate's CRL distribution points extension, for each corresponding CRL in
 * the local CRL cache", and afterwards "any available CRLs not specified in a distribution point but issued by the
 * certificate issuer".
 */
function usableLists({ certificate, crlsBy, nowMs, policy }: CrlQuestion): readonly ListUse[] {
  const points = certificate.crlDistributionPoints?.slice(0, mostPoints) ?? [];
  // 4.2.1.13: "If the certificate issuer is also the CRL issuer, then conforming CAs MUST omit the cRLIssuer field". An
  // issuer that leaves every reason to others does not vouch for its certificate by a list of its own.
  const isLeftToOthers = points.length > 0 && points.every(({ cRLIssuer }) => cRLIssuer !== undefined);
  const assumed = assumedPoint(certificate);
  return [...points, assumed].flatMap((point) =>
    crlIssuersOf(point, certificate).flatMap((name) => {
      const early = crlsBy(name).filter((crl) => isOfFuture(crl, nowMs, policy));
      const issued = early.length === 0 ? crlsBy(name) : crlsBy(name).filter((crl) => !early.includes(crl));
      const reasonsOf = (crl: Crl): ReasonsMask =>
        point === assumed && isLeftToOthers ? 0 : interimReasons(crl, point);
      const ready = issued
        .filter((crl) => !crl.isDelta && isInScope(crl, point, certificate))
        .sort(newestFirst)
        .map((crl) => ({ crl, deltas: deltasAfter(crl, issued), reasons: reasonsOf(crl), isEarly: false }));
      const ahead = early
        .filter((crl) => isInScope(crl, point, certificate))
        .map((crl) => ({ crl, deltas: [], reasons: crl.isDelta ? 0 : reasonsOf(crl), isEarly: true }));
      return [...ready, ...ahead];
    }),
  );
}

/** Of several lists for one scope the newest answers, so that nobody gains by showing an old one again. */
export function newestFirst(one: Crl, other: Crl): number {
  const later = other.thisUpdateMs - one.thisUpdateMs;
  return later !== 0 ? later : Number((other.crlNumber ?? 0n) - (one.crlNumber ?? 0n));
}

function determine(
  question: CrlQuestion,
  uses: readonly ListUse[],
  signers: ReadonlyMap<Crl, Certificate | undefined>,
): CertificateStatus {
  let reasons: ReasonsMask = 0;
  let thisUpdateMs = Number.POSITIVE_INFINITY;
  let validUntilMs = Number.POSITIVE_INFINITY;
  const places: ListPlace[] = [];
  const problems: ListTrouble[] = [];
  const read = new Set<Crl>();
  const revokedBy = ({ entry, place }: { readonly entry: CrlEntry; readonly place: ListPlace }): CertificateStatus =>
    saidBy([place], {
      status: 'revoked',
      source: 'crl',
      thisUpdateMs: place.thisUpdateMs,
      revocationDate: entry.revocationDate,
      revocationReason: entry.reason,
    });
  for (const use of uses) {
    // (e) "Verify that interim_reasons_mask includes one or more reasons that are not included in the reasons_mask."
    const isNeeded = reasons !== allReasons && (use.reasons === 0 || (use.reasons & ~reasons) !== 0);
    if (!isNeeded && read.has(use.crl)) continue;
    read.add(use.crl);
    const found = use.isEarly ? consultEarly(question, use, signers) : consult(question, use, signers);
    if ('problem' in found) {
      if (isNeeded) problems.push(found);
    } else if ('entry' in found) {
      // A hold may have been lifted since.
      if (!isNeeded && !isLasting(found.entry) && isLifted(found.place, places)) continue;
      return revokedBy(found);
    } else if (isNeeded) {
      // (l) "Set the reasons_mask variable to the union of reasons_mask and interim_reasons_mask."
      reasons |= use.reasons;
      places.push(found.place);
      thisUpdateMs = Math.min(thisUpdateMs, found.place.thisUpdateMs);
      validUntilMs = Math.min(validUntilMs, found.validUntilMs);
    }
  }
  // A list that is not current may be newer than the one that is: what it tells of a hold has not ended by the older one.
  const held = problems.find(({ hold }) => hold !== undefined && !isLifted(hold.place, places))?.hold;
  if (reasons === allReasons && held !== undefined) return revokedBy(held);
  return reasons === allReasons
    ? saidBy(places, { status: 'good', source: 'crl', thisUpdateMs, validUntilMs })
    : undeterminedBy(question, problems, read);
}

/** An entry that no later list takes back (RFC 5280 5.3.1). */
function isLasting({ reason }: CrlEntry): boolean {
  return reason !== 'certificateHold' && reason !== 'removeFromCRL';
}

/** Whether those that would tell of a hold were issued after a list that does, and are silent. */
function isLifted({ thisUpdateMs }: ListPlace, places: readonly ListPlace[]): boolean {
  const telling = places.filter((place) => place.coversHold);
  return telling.length > 0 && telling.every((place) => place.thisUpdateMs > thisUpdateMs);
}

/** What a list says, and which one in its line it is. */
type Consulted = { readonly place: ListPlace } & ({ readonly entry: CrlEntry } | { readonly validUntilMs: number });

/** What a list of the future says: whom it names is revoked. That is said now, whatever moment it was meant to be of. */
function consultEarly(
  { certificate, nowMs }: CrlQuestion,
  { crl }: ListUse,
  signers: ReadonlyMap<Crl, Certificate | undefined>,
): Consulted | ListTrouble {
  const signer = signers.get(crl);
  if (signer === undefined) return { crl, kind: 'malformed', problem: 'crl_signer_unknown' };
  const entry = crl.entryFor(certificate);
  if (entry === undefined || entry.reason === 'removeFromCRL') {
    return { crl, kind: 'stale', problem: 'crl_this_update_in_future' };
  }
  return { entry, place: { ...placeOf(crl, crl, signer), thisUpdateMs: nowMs, isEarly: true } };
}

/** Steps (a) and (f) to (k) for one list with its delta CRL: an entry that revokes, none, or why it cannot be said. */
function consult(
  { certificate, nowMs, policy }: CrlQuestion,
  { crl, deltas }: ListUse,
  signers: ReadonlyMap<Crl, Certificate | undefined>,
): Consulted | ListTrouble {
  const signer = signers.get(crl);
  if (signer === undefined) return { crl, kind: 'malformed', problem: 'crl_signer_unknown' };
  // (h) "validate the signature on the delta CRL using the public key validated in step (f)."
  const newer = deltas.filter((one) => signers.get(one)?.spkiSha256 === signer.spkiSha256);
  const delta = newer.find((one) => canCombine(crl, one) && currentUntilMs(one, nowMs, policy) !== undefined);
  // (a) A complete CRL whose time is over still serves with a delta CRL that is current. And one after which delta CRLs
  // are known to have been issued is not current without such a one: it may lack what they told.
  const decisive = delta ?? (newer.length === 0 ? crl : undefined);
  const untilMs = decisive && currentUntilMs(decisive, nowMs, policy);
  const consulted = delta === undefined ? [...newer, crl] : [...newer.slice(0, newer.indexOf(delta) + 1), crl];
  const entries = consulted.flatMap((one) => one.entryFor(certificate) ?? []);
  const place = placeOf(crl, consulted[0] ?? crl, signer);
  if (untilMs === undefined) {
    // 3.3: "An entry MUST NOT be removed from the CRL until it appears on one regularly scheduled CRL issued beyond the
    // revoked certificate's validity period." So an old list still revokes, but for a hold, which alone can end.
    const lasting = entries.find(isLasting);
    if (lasting !== undefined) return { entry: lasting, place };
    const [entry] = entries;
    const hold = entry?.reason === 'certificateHold' ? { entry, place } : undefined;
    const problem = decisive ? whyNotCurrent(crl, nowMs, policy) : 'crl_delta_missing';
    return { crl, kind: 'stale', problem, ...(hold && { hold }) };
  }
  // (i) The delta CRL first, and (j) "If (cert_status is UNREVOKED), then search for the certificate on the complete CRL."
  // Only a hold is taken back (5.3.1), so that any other entry counts before whatever the delta CRL says.
  const entry = entries.find(isLasting) ?? entries[0];
  // (k) "If (cert_status is removeFromCRL), then set cert_status to UNREVOKED."
  if (entry !== undefined && entry.reason !== 'removeFromCRL') return { entry, place };
  const deviating = consulted.find((one) => isRefused(one, policy));
  if (deviating !== undefined) return { crl: deviating, kind: 'malformed', problem: 'crl_not_strict' };
  return { validUntilMs: untilMs, place };
}

/** Complete lists of one scope and their delta CRLs share their numbers (5.2.3). */
function placeOf(complete: Crl, { crlNumber, thisUpdateMs }: Crl, { spkiSha256 }: Certificate): ListPlace {
  const line = `${spkiSha256} ${scopeHash(complete)}`;
  return { line, number: crlNumber, thisUpdateMs, coversHold: coversHold(complete) };
}

/** As long as every other, and computed once for each list: issuers name themselves and their points as they like. */
function scopeHash(crl: Crl): string {
  const known = scopeHashes.get(crl);
  if (known !== undefined) return known;
  const scope = hash('sha256', crl.scopeDer, 'base64');
  const made = hash('sha256', `${scope} ${crl.issuer.canonical}`, 'base64');
  scopeHashes.set(crl, made);
  return made;
}

const scopeHashes: WeakMap<Crl, string> = new WeakMap();

/** The last moment at which a list is current, or `undefined` when it is not current now. */
function currentUntilMs(crl: Crl, nowMs: number, policy: CrlPolicy): number | undefined {
  const { maximumAgeMs } = policy;
  const { nextUpdateMs, thisUpdateMs } = crl;
  if (nextUpdateMs === undefined && maximumAgeMs === undefined) return undefined;
  // (a)(1)(ii): "verify that the current time is before the next update value".
  const nextUpdateUntilMs = nextUpdateMs === undefined ? Number.POSITIVE_INFINITY : nextUpdateMs - 1;
  const untilMs = Math.min(nextUpdateUntilMs, thisUpdateMs + (maximumAgeMs ?? Number.POSITIVE_INFINITY));
  return !isOfFuture(crl, nowMs, policy) && nowMs <= untilMs ? untilMs : undefined;
}

/** Why a list is not current, although it is not of the future; `undefined`: it is. */
export function staleness(crl: Crl, nowMs: number, policy: CrlPolicy): ListProblem | undefined {
  return currentUntilMs(crl, nowMs, policy) === undefined ? whyNotCurrent(crl, nowMs, policy) : undefined;
}

/** Of a list that is not current, and that was issued already. */
function whyNotCurrent({ nextUpdateMs }: Crl, nowMs: number, { maximumAgeMs }: CrlPolicy): ListProblem {
  if (nextUpdateMs === undefined && maximumAgeMs === undefined) return 'crl_next_update_missing';
  return nextUpdateMs !== undefined && nowMs >= nextUpdateMs ? 'crl_next_update_past' : 'crl_too_old';
}

/** Section 5, as far as it binds the issuer alone: such a list says nothing by its silence. */
export function isRefused({ deviations }: Crl, { profile }: CrlPolicy): boolean {
  return profile === 'strict' && deviations.length > 0;
}
