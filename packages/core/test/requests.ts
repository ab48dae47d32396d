/** Requests that hand over what was presented, without a connection: for tests of what comes after the source. */
import type { Outcome, Reason } from '../src/reasons.ts';
import type { RequestFacts } from '../src/source/facts.ts';
import type {
  Presented,
  PresentedCertificates,
  PresentedHandshake,
  PresentedVerdict,
  Source,
} from '../src/source/presented.ts';
import { now } from './path/certificates.ts';

export { now } from './path/certificates.ts';

export const clock = (): number => now;

/** What a test puts on `event` is what was presented. */
export const handing: Source = {
  name: 'test',
  present: ({ event }) => event as Outcome<Presented> | undefined,
};

export function facts(changes: Partial<RequestFacts> = {}): RequestFacts {
  return {
    socket: undefined,
    rawHeaders: [],
    trailers: [],
    peerAddress: '192.0.2.7',
    requestTarget: '/reports?year=2026',
    ...changes,
  };
}

export const nobody: PresentedVerdict = { by: 'nobody' };

export function presented(
  certificates: readonly { readonly der: Uint8Array }[],
  verdict: PresentedVerdict = nobody,
): PresentedCertificates {
  return { source: 'test', certificates: certificates.map(({ der }) => der), verdict };
}

/** A request with these certificates, the leaf first. */
export function presenting(
  certificates: readonly { readonly der: Uint8Array }[],
  verdict: PresentedVerdict = nobody,
): RequestFacts {
  return handingOver(presented(certificates, verdict));
}

export function handingOver(value: Presented): RequestFacts {
  return facts({ event: { ok: true, value } });
}

export function refusedBySource(reason: Reason): RequestFacts {
  return facts({ event: { ok: false, reason } });
}

/** A request over a connection whose handshake presented these certificates. */
export function presentingOver(
  handshake: PresentedHandshake,
  certificates: readonly { readonly der: Uint8Array }[],
): RequestFacts {
  return handingOver({ ...presented(certificates), handshake });
}

/** A handshake with a server that has this `ca`. */
export function handshakeWith(ca: unknown, changes: Partial<PresentedHandshake> = {}): PresentedHandshake {
  return {
    server: { ca, requestCert: true },
    isByName: false,
    mayHideIntermediates: false,
    objection: undefined,
    superseded: false,
    ...changes,
  };
}
