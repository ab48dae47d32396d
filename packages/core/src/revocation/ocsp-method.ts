import type { Certificate } from '../certificate/model.ts';
import type { MaybePromise } from '../decision.ts';
import { type Endpoint, endpointOf, readFetchUrl } from './endpoint.ts';
import type { Fetcher } from './fetcher.ts';
import type { CertIdHash } from './ocsp/cert-id.ts';
import { checkOcspResponse, type OcspVerdict } from './ocsp/check-response.ts';
import { createOcspNonce, encodeOcspRequest, ocspGetUrl } from './ocsp/request.ts';
import { maximumResponseBytes } from './ocsp/response.ts';
import { type OcspRule, ocspRules } from './ocsp/rules.ts';
import type { OcspSettings } from './ocsp/settings.ts';
import { type Answer, currentStatus, inOrder, lastStatus, OcspAnswers } from './ocsp-answers.ts';
import type { Finding, RevocationMethod, StatusQuestion } from './question.ts';
import { RefreshSchedule } from './refresh-schedule.ts';
import { type SourceFailure, SourceRecord, type SourceSurroundings } from './source-record.ts';
import type { RevocationSourceStatus } from './source-status.ts';
import { type CertificateStatus, type UndeterminedKind, undetermined } from './status.ts';
import { type Strictness, stricterOf } from './strictness.ts';
import { type RevocationTrouble, sourceTrouble } from './trouble.ts';

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
export type OcspPolicy = Pick<OcspSettings, 'allowedWeakAlgorithms' | 'minimumRsaBits' | 'profile'>;

/** Responders that are remembered. An authority has one or two. */
const mostResponders = 256;
/** No authority in honest use names more for one certificate. */
const mostUrls = 4;

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
  readonly #answers: OcspAnswers;
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
    const { allowedWeakAlgorithms, minimumRsaBits, profile } = policy;
    this.#answerSettings = { ...settings.answers, allowedWeakAlgorithms, minimumRsaBits, profile };
    this.#fetcher = fetcher;
    this.#surroundings = surroundings;
    this.#delegateStatus = delegateStatus;
    this.#answers = new OcspAnswers(settings);
    for (const url of settings.responders) this.#responderAt(url);
  }

  statusOf(question: StatusQuestion): MaybePromise<Finding> {
    const urls = this.#urlsFor(question.certificate);
    if (urls.length === 0) return noSource;
    const answer = this.#answers.entryFor(question);
    const find = (): MaybePromise<Finding> => this.#find(question, answer, urls);
    const judged = this.#judgeSigner(question, answer);
    return judged instanceof Promise ? judged.then(find) : find();
  }

  #find(question: StatusQuestion, answer: Answer, urls: readonly URL[]): MaybePromise<Finding> {
    const { nowMs } = question;
    const known = currentStatus(answer, nowMs);
    const flight = this.#ask(question, answer, urls);
    if (known !== undefined || flight === undefined) return findingOf(answer, known ?? lastStatus(answer));
    return flight.then(() => {
      const late = this.#surroundings.clock();
      return findingOf(answer, currentStatus(answer, Math.max(late, nowMs)) ?? lastStatus(answer));
    });
  }

  status(nowMs: number): readonly RevocationSourceStatus[] {
    const { all } = this.#answers;
    return [...this.#responders.values()].map(({ record, schedule }) => {
      const entries = all.filter(({ giver }) => giver === record).length;
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

  /** The newest answer, as far as it is of use still. */
  statusAtHand(question: StatusQuestion): MaybePromise<CertificateStatus> {
    const answer = this.#answers.find(question);
    if (answer === undefined) return undetermined('noSource');
    const find = (): CertificateStatus => currentStatus(answer, question.nowMs) ?? lastStatus(answer);
    const judged = this.#judgeSigner(question, answer);
    return judged instanceof Promise ? judged.then(find) : find();
  }

  /**
   * The authority to answer ends when the delegate is revoked (RFC 6960 4.2.2.2.1), and with it whatever the delegate said: who
   * has its key can say good of everybody, and until a nextUpdate of years.
   */
  #judgeSigner({ anchor, issuer, nowMs, strictness }: StatusQuestion, answer: Answer): MaybePromise<void> {
    const delegate = answer.verdict?.delegate;
    if (delegate === undefined) return undefined;
    const judge = ({ status }: CertificateStatus): void => {
      if (status !== 'revoked' || answer.verdict?.delegate !== delegate) return;
      answer.verdict = undefined;
      answer.failureKind = 'malformed';
      answer.schedule.demand();
    };
    const own = this.#delegateStatus(delegate, issuer, anchor, nowMs, strictness);
    return own instanceof Promise ? own.then(judge) : judge(own);
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
      answer.trouble = urls.flatMap((url) => failureOf(this.#responderAt(url)) ?? []).at(0);
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
    const troubles = new Map<UndeterminedKind, RevocationTrouble | undefined>();
    for (const responder of responders) {
      const verdict = await this.#askOne(question, responder, answer);
      const nowMs = this.#surroundings.clock();
      if (verdict?.currentUntilMs !== undefined && verdict.status.status !== 'undetermined') {
        const before = answer.verdict?.status.status;
        Object.assign(answer, { verdict, giver: responder.record, fromMs: Math.min(nowMs, question.nowMs) });
        answer.schedule.succeeded(nowMs, verdict.currentUntilMs);
        if (before !== undefined && before !== verdict.status.status) this.#surroundings.onChange();
        return;
      }
      const kind = verdict?.status.status === 'undetermined' ? verdict.status.kind : 'unreachable';
      if (!troubles.has(kind)) troubles.set(kind, failureOf(responder));
    }
    answer.schedule.failed(this.#surroundings.clock());
    answer.failureKind = failureKinds.find((kind) => troubles.has(kind)) ?? 'unreachable';
    answer.trouble = troubles.get(answer.failureKind);
  }

  /** `undefined`: it could not be reached. */
  async #askOne(question: StatusQuestion, responder: Responder, answer: Answer): Promise<OcspVerdict | undefined> {
    const { anchor, certificate, client, issuer, strictness } = question;
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
    const found = await checkOcspResponse(
      result.body,
      { certificate, issuer, ...nonce },
      nowMs,
      this.#settingsFor(strictness),
      (delegate, itsIssuer) => this.#delegateStatus(delegate, itsIssuer, anchor, nowMs, strictness),
    );
    const verdict = inOrder(found, answer, responder.url.href);
    if (verdict.status.status === 'undetermined') {
      this.#failed(responder, { kind: verdict.status.kind, problem: verdict.rule ?? 'ocsp_status_unknown' });
    } else {
      const isBack = responder.record.failure !== undefined;
      responder.record.updated({ entries: 0, nextUpdateMs: verdict.currentUntilMs }, isBack);
    }
    return verdict;
  }

  #settingsFor(strictness: Strictness): OcspSettings {
    return stricterOf(this.#answerSettings, strictness);
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

/** What is known of the certificate of a delegate under a trust anchor, without asking anybody. */
export type KnownStatus = (
  delegate: Certificate,
  issuer: Certificate,
  anchor: Certificate,
  nowMs: number,
  strictness: Strictness,
) => MaybePromise<CertificateStatus>;

/** id-ad-ocsp (RFC 5280 4.2.2.1). */
const ocspAccess = '1.3.6.1.5.5.7.48.1';

/** The more it looks like an attack, the earlier. */
const failureKinds: readonly UndeterminedKind[] = ['unknown', 'malformed', 'stale', 'unreachable'];

/** Why the last question to a responder failed. */
function failureOf({ record: { failure, source } }: Responder): RevocationTrouble | undefined {
  if (failure === undefined) return undefined;
  const { detail = '', problem } = failure;
  const explanation = problem in ocspRules ? ocspRules[problem as OcspRule].explanation : detail;
  return sourceTrouble(problem, explanation, source);
}

const noSource: Finding = {
  status: undetermined('noSource'),
  recheckAtMs: Number.POSITIVE_INFINITY,
  retryAtMs: undefined,
};

function findingOf({ schedule }: Answer, status: CertificateStatus): Finding {
  return { status, recheckAtMs: schedule.nextAtMs, retryAtMs: schedule.retryAtMs };
}
