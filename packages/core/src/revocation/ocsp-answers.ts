import { keyOf } from './known-revocations.ts';
import { unlessOlder } from './ocsp/answer-order.ts';
import { type OcspVerdict, refused } from './ocsp/check-response.ts';
import type { StatusQuestion } from './question.ts';
import { RefreshSchedule } from './refresh-schedule.ts';
import type { SourceRecord } from './source-record.ts';
import {
  type CertificateStatus,
  compareTimes,
  isFinal,
  type StatusTimes,
  type UndeterminedKind,
  undetermined,
} from './status.ts';
import { strictnessText } from './strictness.ts';
import { because, type RevocationTrouble } from './trouble.ts';

/** What was learnt of one certificate, and when to ask again. */
export interface Answer {
  readonly schedule: RefreshSchedule;
  /** The newest one that was usable; failures never take its place. */
  verdict: OcspVerdict | undefined;
  /** The responder that gave it. */
  giver: SourceRecord | undefined;
  /** A clock that is set back must not revive it before it was given. */
  fromMs: number;
  /** The last responder that said it does not know the certificate, and when. */
  unknown: { readonly url: string; readonly said: StatusTimes } | undefined;
  failureKind: UndeterminedKind;
  /** Of the last failure. */
  trouble: RevocationTrouble | undefined;
  underWay: Promise<void> | undefined;
}

/** The answers of responders, each about one certificate; a bounded number of them. */
export class OcspAnswers {
  readonly #settings: { readonly capacity: number; readonly refreshMs: number };
  readonly #answers: Map<string, Answer> = new Map();

  constructor(settings: { readonly capacity: number; readonly refreshMs: number }) {
    this.#settings = settings;
  }

  get all(): readonly Answer[] {
    return [...this.#answers.values()];
  }

  find(question: StatusQuestion): Answer | undefined {
    return this.#answers.get(answerKey(question));
  }

  /** The one that is there, or an empty one from now on. */
  entryFor(question: StatusQuestion): Answer {
    const key = answerKey(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const { capacity, refreshMs } = this.#settings;
    if (this.#answers.size >= capacity) this.#forgetOne();
    const answer: Answer = {
      schedule: new RefreshSchedule({ refreshMs }),
      verdict: undefined,
      giver: undefined,
      fromMs: Number.NEGATIVE_INFINITY,
      unknown: undefined,
      failureKind: 'unreachable',
      trouble: undefined,
      underWay: undefined,
    };
    this.#answers.set(key, answer);
    return answer;
  }

  /** The oldest, but rather one that is not needed to keep a revoked client out while its responder is down. */
  #forgetOne(): void {
    let forgotten: string | undefined;
    for (const [key, { verdict }] of this.#answers) {
      forgotten ??= key;
      if (verdict?.status.status === 'revoked') continue;
      forgotten = key;
      break;
    }
    if (forgotten !== undefined) this.#answers.delete(forgotten);
  }
}

/**
 * By everything that an answer is judged by: one that was produced before the certificate is refused, and one whose
 * signature is too weak, or whose form not strict enough, for whoever asks. Not by the anchor: each is signed with the issuer's key, or that of a delegate which it named, whoever else certified that key.
 */
function answerKey({ certificate, issuer, strictness }: StatusQuestion): string {
  return `${keyOf(certificate, issuer)} ${certificate.notBeforeMs} ${strictnessText(strictness)}`;
}

/** What an answer comes to beside those that came before it: nothing, if something later was said. */
export function inOrder(found: OcspVerdict, answer: Answer, url: string): OcspVerdict {
  const { said, status } = found;
  if (said === undefined) return found;
  const { unknown, verdict } = answer;
  // Another responder may know what this one does not, however old its answers are.
  const isOlder = unknown?.url === url && compareTimes(said, unknown.said) < 0;
  if (status.status === 'undetermined') {
    if (!isOlder) answer.unknown = { url, said };
    return found;
  }
  // A responder that makes its answers in advance keeps the thisUpdate of its data, which may be before the certificate came
  // into them. What it signs after it said unknown is no answer of before that.
  const isSignedLater = (said.producedAtMs ?? 0) > (unknown?.said.producedAtMs ?? Number.POSITIVE_INFINITY);
  const isShownAgain = isOlder && !isSignedLater && status.status === 'good';
  return isShownAgain ? refused('ocsp_not_newer') : unlessOlder(found, verdict);
}

/** What the newest usable answer says, as long as it is current. */
export function currentStatus({ fromMs, verdict }: Answer, nowMs: number): CertificateStatus | undefined {
  const untilMs = verdict?.currentUntilMs;
  return untilMs !== undefined && nowMs >= fromMs && nowMs <= untilMs ? verdict?.status : undefined;
}

/**
 * What is left when nothing current can be had. A certificate that was revoked stays so: only a hold can end
 * (RFC 5280 5.3.1), and only an answer that is current ends it.
 */
export function lastStatus({ failureKind, trouble, verdict }: Answer): CertificateStatus {
  const status = verdict?.status;
  return status?.status === 'revoked' && isFinal(status) ? status : because(undetermined(failureKind), trouble);
}
