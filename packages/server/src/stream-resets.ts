import type { Http2SecureServer, Http2Session, ServerHttp2Stream } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { endSession } from './session-end.ts';

/** Streams of a connection that may end by a reset in one go, and each second after that. */
const burst = 200;
const perSecond = 33;

/** RFC 9113 section 7: ENHANCE_YOUR_CALM is what a peer gets whose behavior may be generating excessive load. */
const enhanceYourCalm = 0xb;

/**
 * A client of HTTP/2 may take each request back as soon as it has sent it, or send a frame that makes the server reset the
 * stream (CVE-2023-44487, CVE-2025-8671). Then no limit on requests at once holds it, and each of them has had its turn of
 * the application. Node counts as well, but lets the first thousand pass, and on Node 20 goes on with the connection. Whose
 * fault a reset was cannot be told, so all count; those of an application that resets hundreds of streams by itself, too.
 */
export function limitResets(server: HttpsServer | Http2SecureServer, clock: () => number): void {
  server.on('session', (session: Http2Session) => {
    const allowance = new Allowance(clock);
    session.on('stream', (stream: ServerHttp2Stream) => {
      stream.once('close', () => {
        if (stream.rstCode !== 0 && !allowance.take()) endSession(session, enhanceYourCalm);
      });
    });
  });
}

/** A bucket of tokens. */
class Allowance {
  readonly #clock: () => number;
  #left: number = burst;
  #atMs: number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#atMs = clock();
  }

  take(): boolean {
    const nowMs = this.#clock();
    // A clock that is set back gives nothing and takes nothing.
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(burst, this.#left + (passedMs / 1_000) * perSecond);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
