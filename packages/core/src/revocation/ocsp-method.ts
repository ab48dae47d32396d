import type { Certificate } from '../certificate/model.ts';
import type { MaybePromise } from '../decision.ts';
import { type Endpoint, endpointOf, readFetchUrl } from './endpoint.ts';
import type { Fetcher } from './fetcher.ts';
import type { CertIdHash } from './ocsp/cert-id.ts';
import { checkOcspResponse, type OcspVerdict } from './ocsp/check-response.ts';
import { createOcspNonce, encodeOcspRequest, ocspGetUrl } from './ocsp/request.ts';
import { maximumResponseBytes } from './ocsp/response.ts';
import type { OcspSettings } from './ocsp/settings.ts';
import type { Finding, RevocationMethod, StatusQuestion } from './question.ts';
import { RefreshSchedule } from './refresh-schedule.ts';
import { type SourceFailure, SourceRecord, type SourceSurroundings } from './source-record.ts';
import type { RevocationSourceStatus } from './source-status.ts';
import { type CertificateStatus, type UndeterminedKind, undetermined } from './status.ts';

export interface OcspMethodSettings {
  /** Asked about every certificate, in this order, before those that the certificate names. */
  readonly responders: readonly URL[];
  /** Of responders that certificates name; `undefined`: they are not asked. */
  readonly hosts: ReadonlySet<Endpoint> | undefined;
  readonly method: 'get' | 'post';
  readonly hash: CertIdHash;
  readonly nonce: 'off' | 'optional' | 'required';
  readonly refreshMs: number;
  /** Answers that are remembered. */
  readonly capacity: number;
  readonly answers: Omit<OcspSettings, keyof OcspPolicy>;
}

/** Which signatures count, as for certificates. */
export type OcspPolicy = Pick<OcspSettings, 'allowedWeakAlgorithms' | 'minimumRsaBits'>;

/** Responders that are remembered. An authority has one or two. */
const mostResponders = 256;
/** No authority in honest use names more for one certificate. */
const mostUrls = 4;

/** What was learnt of one certificate, and when to ask again. */
interface Answer {
  readonly schedule: RefreshSchedule;
  /** The last one that was usable; failures never take its place. */
  verdict: OcspVerdict | undefined;
  /** The responder that gave it. */
  responder: Responder | undefined;
  /** A clock that is set back must not revive it before it was given. */
  fromMs: number;
  failureKind: UndeterminedKind;
  underWay: Promise<void> | undefined;
}

interface Responder {
  readonly url: URL;
  /** Of connections: a responder that cannot be reached is not asked about the next certificate at once. */
  readonly schedule: RefreshSchedule;
  readonly record: SourceRecord;
}

/** The status of certificates by OCSP (RFC 6960). One request about a certificate at a time, however many wait for it. */
export class OcspMethod implements RevocationMethod {
  readonly #settings: OcspMethodSettings;
  readonly #answerSettings: OcspSettings;
  readonly #fetcher: Fetcher;
  readonly #surroundings: SourceSurroundings & { readonly onChange: () => void };
  readonly #delegateStatus: KnownStatus;
  readonly #answers: Map<string, Answer> = new Map();
  readonly #responders: Map<string, Responder> = new Map();

  /** @param delegateStatus What the lists that are there say of a responder's own certificate. Default: nothing. */
  constructor(
    settings: OcspMethodSettings,
    policy: OcspPolicy,
    fetcher: Fetcher,
    surroundings: SourceSurroundings & { readonly onChange: () => void },
    delegateStatus: KnownStatus = () => undetermined('noSource'),
  ) {
    this.#settings = settings;
    const { allowedWeakAlgorithms, minimumRsaBits } = policy;
    this.#answerSettings = { ...settings.answers, allowedWeakAlgorithms, minimumRsaBits };
    this.#fetcher = fetcher;
    this.#surroundings = surroundings;
    this.#delegateStatus = delegateStatus;
    for (const url of settings.responders) this.#responderAt(url);
  }

  statusOf(question: StatusQuestion): MaybePromise<Finding> {
    const { nowMs } = question;
    const urls = this.#urlsFor(question.certificate);
    if (urls.length === 0) return noSource;
    const answer = this.#answerFor(question);
    const known = currentStatus(answer, nowMs);
    const flight = this.#ask(question, answer, urls);
    if (known !== undefined || flight === undefined) return findingOf(answer, known ?? lastStatus(answer));
    return flight.then(() => {
      const late = this.#surroundings.clock();
      return findingOf(answer, currentStatus(answer, Math.max(late, nowMs)) ?? lastStatus(answer));
    });
  }

  status(nowMs: number): readonly RevocationSourceStatus[] {
    const answers = [...this.#answers.values()];
    return [...this.#responders.values()].map(({ record, schedule }) => {
      const entries = answers.filter((answer) => answer.responder?.record === record).length;
      return record.status(nowMs, schedule.retryAtMs, entries);
    });
  }

  /** The responders of the options, then those that the certificate names (RFC 5280 4.2.2.1). */
  #urlsFor({ authorityInfoAccess = [] }: Certificate): readonly URL[] {
    const { hosts, responders } = this.#settings;
    if (hosts === undefined) return responders;
    const named = authorityInfoAccess.flatMap(({ accessLocation, accessMethod }) => {
      if (accessMethod !== ocspAccess || accessLocation.kind !== 'uniformResourceIdentifier') return [];
      const url = readFetchUrl(accessLocation.value);
      return url !== undefined && hosts.has(endpointOf(url)) ? url : [];
    });
    return [...responders, ...named.slice(0, mostUrls)];
  }

  #answerFor({ certificate, issuer }: StatusQuestion): Answer {
    const key = `${certificate.thumbprint} ${issuer.spkiSha256}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size >= this.#settings.capacity) this.#forgetOne();
    const answer: Answer = {
      schedule: new RefreshSchedule({ refreshMs: this.#settings.refreshMs }),
      verdict: undefined,
      responder: undefined,
      fromMs: Number.NEGATIVE_INFINITY,
      failureKind: 'unreachable',
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

  /** What is under way, or begins because it is due; `undefined` when there is nothing to wait for. */
  #ask(question: StatusQuestion, answer: Answer, urls: readonly URL[]): Promise<void> | undefined {
    const { nowMs } = question;
    if (answer.underWay !== undefined) return answer.underWay;
    if (answer.verdict !== undefined && nowMs < answer.fromMs) answer.schedule.demand();
    if (!answer.schedule.isDue(nowMs)) return undefined;
    const responders = urls.map((url) => this.#responderAt(url)).filter(({ schedule }) => schedule.isDue(nowMs));
    if (responders.length === 0) {
      answer.failureKind = 'unreachable';
      return undefined;
    }
    const flight = this.#askEach(question, answer, responders).finally(() => {
      answer.underWay = undefined;
    });
    // Whoever waits for it hears of a bug in it; where nobody waits, it must not end the process.
    flight.catch(() => undefined);
    answer.underWay = flight;
    return flight;
  }

  async #askEach(question: StatusQuestion, answer: Answer, responders: readonly Responder[]): Promise<void> {
    const kinds = new Set<UndeterminedKind>();
    for (const responder of responders) {
      const verdict = await this.#askOne(question, responder);
      const nowMs = this.#surroundings.clock();
      if (verdict?.currentUntilMs !== undefined && verdict.status.status !== 'undetermined') {
        const before = answer.verdict?.status.status;
        Object.assign(answer, { verdict, responder, fromMs: Math.min(nowMs, question.nowMs) });
        answer.schedule.succeeded(nowMs, verdict.currentUntilMs);
        if (before !== undefined && before !== verdict.status.status) this.#surroundings.onChange();
        return;
      }
      kinds.add(verdict?.status.status === 'undetermined' ? verdict.status.kind : 'unreachable');
    }
    answer.schedule.failed(this.#surroundings.clock());
    answer.failureKind = failureKinds.find((kind) => kinds.has(kind)) ?? 'unreachable';
  }

  /** `undefined`: it could not be reached. */
  async #askOne(question: StatusQuestion, responder: Responder): Promise<OcspVerdict | undefined> {
    const { certificate, client, issuer } = question;
    const { hash, method, nonce: nonceMode } = this.#settings;
    const nonce = nonceMode === 'off' ? {} : { nonce: createOcspNonce() };
    const request = encodeOcspRequest(certificate, issuer, { hash, ...nonce });
    const getUrl = method === 'get' && nonceMode === 'off' ? ocspGetUrl(responder.url.href, request) : undefined;
    const accepted = { Accept: 'application/ocsp-response' };
    const result = await this.#fetcher.fetch({
      hosts: new Set([endpointOf(responder.url)]),
      maximumBytes: maximumResponseBytes,
      client,
      ...(getUrl === undefined
        ? { url: responder.url, body: request, headers: { ...accepted, 'Content-Type': 'application/ocsp-request' } }
        : { url: new URL(getUrl), headers: accepted }),
    });
    const nowMs = this.#surroundings.clock();
    if (!result.ok) {
      // A client that asks for too much is no fault of the responder.
      if (result.problem !== 'fetch_busy') responder.schedule.failed(nowMs);
      this.#failed(responder, { kind: 'unreachable', problem: result.problem, detail: result.detail });
      return undefined;
    }
    responder.schedule.reset();
    const verdict = await checkOcspResponse(
      result.body,
      { certificate, issuer, ...nonce },
      nowMs,
      this.#answerSettings,
      (delegate, itsIssuer) => this.#delegateStatus(delegate, itsIssuer, nowMs),
    );
    if (verdict.status.status === 'undetermined') {
      this.#failed(responder, { kind: verdict.status.kind, problem: verdict.rule ?? 'ocsp_status_unknown' });
    } else {
      const isBack = responder.record.failure !== undefined;
      responder.record.updated({ entries: 0, nextUpdateMs: verdict.currentUntilMs }, isBack);
    }
    return verdict;
  }

  #failed({ record, schedule }: Responder, failure: SourceFailure): void {
    record.failed(failure, schedule.retryAtMs);
  }

  #responderAt(url: URL): Responder {
    const known = this.#responders.get(url.href);
    if (known !== undefined) return known;
    const [oldest] = this.#responders.keys();
    if (oldest !== undefined && this.#responders.size >= mostResponders) this.#responders.delete(oldest);
    const responder: Responder = {
      url,
      schedule: new RefreshSchedule({ refreshMs: 0 }),
      record: new SourceRecord(`ocsp ${url.href}`, this.#surroundings),
    };
    this.#responders.set(url.href, responder);
    return responder;
  }
}

/** What is known of the certificate of a delegate, without asking anybody. */
export type KnownStatus = (
  delegate: Certificate,
  issuer: Certificate,
  nowMs: number,
) => MaybePromise<CertificateStatus>;

/** id-ad-ocsp (RFC 5280 4.2.2.1). */
const ocspAccess = '1.3.6.1.5.5.7.48.1';

/** The more it looks like an attack, the earlier. */
const failureKinds: readonly UndeterminedKind[] = ['unknown', 'malformed', 'stale', 'unreachable'];

const noSource: Finding = {
  status: undetermined('noSource'),
  recheckAtMs: Number.POSITIVE_INFINITY,
  retryAtMs: undefined,
};

/** What the last usable answer says, as long as it is current. */
function currentStatus({ fromMs, verdict }: Answer, nowMs: number): CertificateStatus | undefined {
  const untilMs = verdict?.currentUntilMs;
  return untilMs !== undefined && nowMs >= fromMs && nowMs <= untilMs ? verdict?.status : undefined;
}

/**
 * What is left when nothing current can be had. A certificate that was revoked stays so: only a hold can end
 * (RFC 5280 5.3.1), and only an answer that is current ends it.
 */
function lastStatus({ failureKind, verdict }: Answer): CertificateStatus {
  const status = verdict?.status;
  const isFinal = status?.status === 'revoked' && status.revocationReason !== 'certificateHold';
  return isFinal ? status : undetermined(failureKind);
}

function findingOf({ schedule }: Answer, status: CertificateStatus): Finding {
  return { status, recheckAtMs: schedule.nextAtMs, retryAtMs: schedule.retryAtMs };
}
