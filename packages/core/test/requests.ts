/** Requests that hand over what was presented, without a connection: for tests of what comes after the source. */
import type { Outcome, Reason } from '../src/reasons.ts';
import type { RequestFacts } from '../src/source/facts.ts';
import type {
  NodeVerdict,
  Presented,
  PresentedCertificates,
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

/** Node's verdict on a fresh handshake of a server with this `ca`. */
export function byNode(ca: unknown, changes: Partial<NodeVerdict> = {}): NodeVerdict {
  return {
    by: 'node',
    fresh: true,
    resumed: false,
    server: { ca, requestCert: true },
    trustByName: false,
    superseded: false,
    ...changes,
  };
}
