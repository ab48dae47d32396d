import {
  type Certificate,
  checkOcspResponse,
  defaultOcspSettings,
  encodeOcspRequest,
  endpointOf,
  type Fetcher,
  type FetchResult,
  logText,
  maximumResponseBytes,
  type OcspVerdict,
  ocspGetUrl,
  RefreshSchedule,
  unlessOlder,
  weighStatus,
} from '@peercert/core';
import { nameOf } from '../identity/certificate-chain.ts';
import type { OfCertificate, StaplingEvent } from './stapling-event.ts';

export interface StapleSurroundings {
  readonly clock: () => number;
  readonly fetcher: Fetcher;
  readonly refreshMs: number;
  readonly random?: (() => number) | undefined;
  /** Never throws. */
  readonly tell: (event: StaplingEvent) => void;
}

/** An answer that was checked: nothing else is ever stapled. */
interface Answer {
  readonly bytes: Buffer;
  /** A clock that is set back must not revive it before it was given. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The moment of which it was said: by a client whose clock is right it may be refused before. */
  readonly saidMs: number;
}

/** The OCSP answer about one certificate of the server's own: kept within its validity, renewed well before its end. */
export class Staple {
  readonly about: OfCertificate;
  readonly #certificate: Certificate;
  readonly #issuer: Certificate;
  readonly #responders: readonly URL[];
  readonly #surroundings: StapleSurroundings;
  readonly #schedule: RefreshSchedule;
  #answer: Answer | undefined;
  /** The one before it, until its moment has come. */
  #before: Answer | undefined;
  /** The newest that was usable. */
  #verdict: OcspVerdict | undefined;
  #underWay: Promise<void> | undefined;

  /** @param responders Asked in this order, until one gives what can be stapled. */
  constructor(
    certificate: Certificate,
    issuer: Certificate,
    responders: readonly URL[],
    surroundings: StapleSurroundings,
  ) {
    this.about = aboutOf(certificate);
    this.#certificate = certificate;
    this.#issuer = issuer;
    this.#responders = responders;
    this.#surroundings = surroundings;
    const { random, refreshMs } = surroundings;
    this.#schedule = new RefreshSchedule({ refreshMs, ...(random && { random }) });
  }

  /** The DER of an answer that is valid now, or `null`. */
  at(nowMs: number): Buffer | null {
    const answer = this.#answer;
    if (!isCurrent(answer, nowMs)) return null;
    return nowMs < answer.saidMs && isCurrent(this.#before, nowMs) ? this.#before.bytes : answer.bytes;
  }

  /** The last moment of the answer that is stapled now. */
  validUntil(nowMs: number): Date | undefined {
    return this.at(nowMs) === null || this.#answer === undefined ? undefined : new Date(this.#answer.untilMs);
  }

  get nextAtMs(): number {
    return this.#schedule.nextAtMs;
  }

  /** Asks if it is time to. Settles when what is under way has ended, well or not. */
  async refresh(): Promise<void> {
    const nowMs = this.#surroundings.clock();
    if (this.#answer !== undefined && nowMs < this.#answer.fromMs) this.#schedule.demand();
    if (this.#underWay === undefined && this.#schedule.isDue(nowMs)) {
      this.#underWay = this.#askEach().finally(() => {
        this.#underWay = undefined;
      });
    }
    await this.#underWay;
  }

  async #askEach(): Promise<void> {
    const failures: (() => void)[] = [];
    for (const responder of this.#responders) {
      const result = await this.#ask(responder);
      const nowMs = this.#surroundings.clock();
      const verdict = result.ok ? this.#judge(result.body, nowMs) : undefined;
      if (result.ok && verdict?.currentUntilMs !== undefined && verdict.status.status !== 'undetermined') {
        this.#take(result.body, verdict, verdict.currentUntilMs, responder, nowMs);
        return;
      }
      failures.push(() => this.#tellFailure(responder, result, verdict));
    }
    this.#schedule.failed(this.#surroundings.clock());
    // When it is asked again is known by now.
    for (const tell of failures) tell();
  }

  /** By GET where it is short, so that caches on the way can answer (RFC 5019 section 5), and without a nonce for them. */
  #ask(responder: URL): Promise<FetchResult> {
    const request = encodeOcspRequest(this.#certificate, this.#issuer);
    const getUrl = ocspGetUrl(responder.href, request);
    const accepted = { Accept: 'application/ocsp-response' };
    return this.#surroundings.fetcher.fetch({
      hosts: new Set([endpointOf(responder)]),
      maximumBytes: maximumResponseBytes,
      ...(getUrl === undefined
        ? { url: responder, body: request, headers: { ...accepted, 'Content-Type': 'application/ocsp-request' } }
        : { url: new URL(getUrl), headers: accepted }),
    });
  }

  /**
   * As strictly as a client that is shown it, and against what was said before: that the certificate is good is not shown
   * against better knowledge, whoever shows an old answer to us.
   */
  #judge(body: Uint8Array, nowMs: number): OcspVerdict {
    const question = { certificate: this.#certificate, issuer: this.#issuer };
    const verdict = unlessOlder(checkOcspResponse(body, question, nowMs, defaultOcspSettings), this.#verdict);
    const { status } = verdict;
    if (status.status === 'undetermined') return verdict;
    return { ...verdict, status: weighStatus(this.#certificate, this.#issuer, status) };
  }

  #take(body: Uint8Array, verdict: OcspVerdict, untilMs: number, responder: URL, nowMs: number): void {
    this.#verdict = verdict;
    this.#schedule.succeeded(nowMs, untilMs);
    const { status } = verdict;
    const { tell } = this.#surroundings;
    const who = { ...this.about, responder: responder.href };
    if (status.status === 'revoked') {
      this.#answer = undefined;
      this.#before = undefined;
      tell({ type: 'server_certificate_revoked', ...who, revocationDate: status.revocationDate });
    } else {
      const { producedAtMs = 0, thisUpdateMs = 0 } = verdict.said ?? {};
      if (isCurrent(this.#answer, nowMs) && nowMs >= this.#answer.saidMs) this.#before = this.#answer;
      const saidMs = Math.max(thisUpdateMs, producedAtMs);
      this.#answer = { bytes: Buffer.from(body), fromMs: nowMs, untilMs, saidMs };
      tell({ type: 'staple_updated', ...who, validUntil: new Date(untilMs) });
    }
  }

  #tellFailure(responder: URL, result: FetchResult, verdict: OcspVerdict | undefined): void {
    const { clock, tell } = this.#surroundings;
    tell({
      type: 'staple_failed',
      ...this.about,
      responder: responder.href,
      problem: result.ok ? (verdict?.rule ?? 'ocsp_status_unknown') : result.problem,
      detail: result.ok ? '' : logText(result.detail),
      nextAttempt: new Date(this.#schedule.nextAtMs),
      validUntil: this.validUntil(clock()),
    });
  }
}

function isCurrent(answer: Answer | undefined, nowMs: number): answer is Answer {
  return answer !== undefined && nowMs >= answer.fromMs && nowMs <= answer.untilMs;
}

/** id-pe-tlsfeature (RFC 7633 section 6). The only feature that authorities put in it is status_request. */
const tlsFeature = '1.3.6.1.5.5.7.1.24';

/** How events name a certificate. */
export function aboutOf(certificate: Certificate): OfCertificate {
  const { extensions, thumbprint } = certificate;
  return Object.freeze({
    subject: nameOf(certificate),
    thumbprint,
    mustStaple: extensions.some(({ oid }) => oid === tlsFeature),
  });
}
