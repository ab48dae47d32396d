import type { Duplex } from 'node:stream';
import {
  type ClientCertificateError,
  type ClientIdentity,
  createGate,
  type Guard,
  isClientCertificateError,
  logText,
  type MaybePromise,
  type MtlsOptions,
  PeercertFailure,
  type Reason,
  type RequestFacts,
  shown,
  stateOf,
} from '@peercert/core';
import type { Channel } from './channel.ts';
import { withLastingSources } from './lasting-source.ts';
import type { LiveSocket, Registry, Verdict } from './live-sockets.ts';

/** What is decided about. */
export interface Subject {
  /** The request of an upgrade, the socket of a connection without HTTP. */
  readonly request: object;
  /** Where the result is left: there, or on the request of a framework. */
  readonly holder: object;
  readonly facts: RequestFacts;
}

/** The line of one set of options, for connections that outlive what began them. */
export interface Admission {
  /** Decides for the first time, guards included. `undefined`: it may begin. Throws or rejects where the answer is a 500. */
  admit(subject: Subject, guards: readonly Guard[]): MaybePromise<ClientCertificateError | undefined>;
  /** Sees to it that the connection ends when its client would be refused by now. */
  follow(subject: Subject, guards: readonly Guard[], channel: Channel, socket: Duplex): Followed;
}

/** A connection that is decided again and again. */
export interface Followed extends LiveSocket {
  /** What else its client must pass, from now on. */
  demand(guards: readonly Guard[]): void;
}

/** Throws TypeError for every wrong option. */
export function createAdmission(options: MtlsOptions, registry: Registry): Admission {
  const gate = createGate(withLastingSources(options));
  function decideAnew(
    subject: Subject,
    guards: readonly Guard[],
    before: ClientIdentity | null,
  ): MaybePromise<Verdict> {
    const { facts, holder, request } = subject;
    const conclude = (denial: ClientCertificateError | undefined): Verdict => {
      if (denial !== undefined) return { outcome: 'deny', reason: denial.reason };
      const { client, decision } = stateOf(holder, request).mtls;
      if (decision.outcome === 'anonymous' && before !== null) return { outcome: 'deny', reason: noCertificate };
      if (client !== null && client.thumbprint !== before?.thumbprint) {
        return { outcome: 'deny', reason: anotherCertificate };
      }
      const refused = refusalOf(guards, subject);
      if (refused !== undefined) return { outcome: 'deny', reason: refused.reason };
      // Nobody is known, so nothing can expire; a denial under report-only was told, and need not be told again.
      return { outcome: client === null ? 'ignore' : 'allow' };
    };
    const denial = gate.readmit(request, facts, holder);
    return denial instanceof Promise ? denial.then(conclude) : conclude(denial);
  }

  return Object.freeze({
    admit(subject: Subject, guards: readonly Guard[]) {
      // Not when it is made: who shares the options with a framework may never get an upgrade.
      if (gate.clientAddress === 'framework') {
        throw new PeercertFailure(
          'setup',
          "clientAddress: 'framework' needs a framework, which never sees upgrades and connections without HTTP: leave it out",
        );
      }
      const { facts, holder, request } = subject;
      const denial = gate.admit(request, facts, holder);
      return denial instanceof Promise
        ? denial.then((late) => late ?? refusalOf(guards, subject))
        : (denial ?? refusalOf(guards, subject));
    },

    follow({ request, holder, facts }: Subject, guards: readonly Guard[], channel: Channel, socket: Duplex) {
      const { client, clientAddress } = stateOf(holder, request).mtls;
      // The request may be changed by whoever handles it, and its headers with it.
      const lasting: Subject = {
        request,
        holder,
        facts: { ...facts, rawHeaders: [...facts.rawHeaders], trailers: [] },
      };
      let demanded = guards;
      const followed: Followed = {
        id: client === null ? undefined : logText(client.id),
        thumbprint: client?.thumbprint,
        clientAddress,
        requestTarget: logText(facts.requestTarget),
        // Its last second is part of the validity (RFC 5280 section 4.1.2.5).
        validUntilMs: (client?.notAfter?.getTime() ?? Number.POSITIVE_INFINITY) + 999,
        channel,
        decide: () => decideAnew(lasting, demanded, client),
        demand(more) {
          demanded = [...demanded, ...more];
        },
      };
      // One that is gone would never say that it goes.
      if (!socket.destroyed) {
        socket.once('close', () => registry.remove(followed));
        registry.add(followed);
      }
      return followed;
    },
  });
}

/** A renegotiation (TLS 1.2) made another client of the connection, whom nobody admitted. */
const anotherCertificate: Reason = {
  code: 'tls_verification_failed',
  detail: { error: 'the connection presents another certificate than the one it was admitted with' },
};

/** Nobody vouches any more for whom it was: a proxy is no longer trusted, say. */
const noCertificate: Reason = { code: 'certificate_missing', detail: {} };

function refusalOf(guards: readonly Guard[], { holder, request }: Subject): ClientCertificateError | undefined {
  for (const guard of guards) {
    const refused: unknown = guard(holder, request);
    if (refused === undefined) continue;
    if (isClientCertificateError(refused)) return refused;
    // A promise, say, whose answer would come too late for this decision and for every other.
    throw new PeercertFailure('setup', `a guard answers a ClientCertificateError or nothing, not ${shown(refused)}`);
  }
  return undefined;
}
