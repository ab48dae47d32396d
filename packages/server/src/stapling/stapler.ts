import { createHash } from 'node:crypto';
import { type Certificate, createFetcher, readFetchUrl, systemClock } from '@peercert/core';
import { isIssuedBy } from '../identity/certificate-chain.ts';
import type { ServerIdentity } from '../identity/server-identity.ts';
import { aboutOf, Staple } from './staple.ts';
import type { OfCertificate, StaplingEvent } from './stapling-event.ts';
import { compileStapling, type StaplingOptions, type StaplingSettings } from './stapling-options.ts';

/** Keeps an OCSP answer at hand for each of the server's own certificates. */
export interface Stapler {
  /** The certificates from now on: at the start, and after each reload. Answers about those that stay are kept. */
  use(identities: readonly Pick<ServerIdentity, 'chain'>[]): void;
  /** Listener of the event `OCSPRequest` of a TLS server. Answers at once: a handshake never waits for a responder. */
  readonly respond: OcspRequestListener;
  /** Asks wherever it is time to. Settles when each has answered or failed: before listening, for a staple from the start. */
  refresh(): Promise<void>;
  status(): readonly StapleStatus[];
  /** Nothing is asked any more. */
  close(): void;
}

/** DER of the certificate that the handshake shows, and of its issuer where OpenSSL knows it. */
export type OcspRequestListener = (
  certificate: Uint8Array,
  issuer: Uint8Array | null | undefined,
  callback: (error: Error | null, response: Buffer | null) => void,
) => void;

export interface StapleStatus extends OfCertificate {
  /** Of the answer that is stapled now. `undefined`: none is. */
  readonly validUntil: Date | undefined;
  /** `undefined`: nobody can be asked. */
  readonly nextAttempt: Date | undefined;
}

export interface StaplerSurroundings {
  readonly clock?: () => number;
  /** Never throws. */
  readonly onEvent?: (event: StaplingEvent) => void;
  /** From 0 up to 1: spreads the requests of many instances. Default `Math.random`. */
  readonly random?: () => number;
}

interface Entry {
  readonly about: OfCertificate;
  /** `undefined` where nobody can be asked. */
  readonly staple: Staple | undefined;
}

/** Throws TypeError for options that cannot be used. Its timer never keeps the process alive. */
export function createStapler(options: StaplingOptions = {}, surroundings: StaplerSurroundings = {}): Stapler {
  const settings = compileStapling(options);
  const { clock = systemClock, onEvent = () => undefined, random } = surroundings;
  const fetcher = createFetcher({
    timeoutMilliseconds: settings.timeoutMilliseconds,
    concurrency: 4,
    concurrencyPerClient: 4,
    waiting: 10_000,
    // Responders of our own authorities may well be on a private network, and nobody else names one here.
    addresses: { includes: () => true },
    ca: undefined,
  });
  let entries: ReadonlyMap<string, Entry> = new Map();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function use(identities: readonly Pick<ServerIdentity, 'chain'>[]): void {
    const chains = new Map(identities.map(({ chain }) => [chain[0].thumbprint, chain]));
    const before = entries;
    entries = new Map([...chains].map(([thumbprint, chain]) => [thumbprint, before.get(thumbprint) ?? enter(chain)]));
    // Whoever calls `refresh` hears of a bug in it; here it must not end the process.
    refresh().catch(() => undefined);
  }

  function enter([certificate, next]: ServerIdentity['chain']): Entry {
    const about = aboutOf(certificate);
    const responders = respondersFor(certificate, settings);
    const issuer = next ?? settings.issuers.find((candidate) => isIssuedBy(certificate, candidate));
    if (responders.length === 0 || issuer === undefined) {
      const cause = responders.length === 0 ? 'no_responder' : 'no_issuer';
      tell({ type: 'staple_impossible', ...about, cause, hint: hints[cause] });
      return { about, staple: undefined };
    }
    const { refreshMs } = settings;
    return { about, staple: new Staple(certificate, issuer, responders, { clock, fetcher, refreshMs, random, tell }) };
  }

  function tell(event: StaplingEvent): void {
    if (!isClosed) onEvent(event);
  }

  async function refresh(): Promise<void> {
    const staples = staplesOf(entries);
    await Promise.all(staples.map((staple) => staple.refresh()));
    clearTimeout(timer);
    if (isClosed || staples.length === 0) return;
    const waitMs = Math.min(...staplesOf(entries).map(({ nextAtMs }) => nextAtMs)) - clock();
    timer = setTimeout(
      () => void refresh().catch(() => undefined),
      Math.min(longestWaitMs, Math.max(shortestWaitMs, waitMs)),
    ).unref();
  }

  const respond: OcspRequestListener = (certificate, _issuer, callback) => {
    const thumbprint = createHash('sha256').update(certificate).digest('base64url');
    callback(null, entries.get(thumbprint)?.staple?.at(clock()) ?? null);
  };

  function status(): readonly StapleStatus[] {
    const nowMs = clock();
    return [...entries.values()].map(({ about, staple }) => ({
      ...about,
      validUntil: staple?.validUntil(nowMs),
      nextAttempt: staple && new Date(Math.max(nowMs, staple.nextAtMs)),
    }));
  }

  function close(): void {
    isClosed = true;
    clearTimeout(timer);
    fetcher.close();
  }

  return Object.freeze({ use, respond, refresh, status, close });
}

const shortestWaitMs = 500;
/** A clock that is set by hours is noticed within a minute. */
const longestWaitMs = 60_000;

const hints = {
  no_responder: 'the certificate names no OCSP responder: set stapling.responder, or leave stapling out',
  no_issuer: 'its issuer is not in the chain: append it to the certificate file, or set stapling.issuers',
} as const;

function staplesOf(entries: ReadonlyMap<string, Entry>): readonly Staple[] {
  return [...entries.values()].flatMap(({ staple }) => staple ?? []);
}

/** id-ad-ocsp (RFC 5280 4.2.2.1). */
const ocspAccess = '1.3.6.1.5.5.7.48.1';
/** No authority in honest use names more for one certificate. */
const mostResponders = 4;

/** What the options say, or what the certificate itself names: it is our own, so that no list of hosts is asked for. */
function respondersFor({ authorityInfoAccess = [] }: Certificate, { responder }: StaplingSettings): readonly URL[] {
  if (responder !== undefined) return [responder];
  const urls = authorityInfoAccess.map(({ accessLocation, accessMethod }) =>
    accessMethod === ocspAccess && accessLocation.kind === 'uniformResourceIdentifier'
      ? readFetchUrl(accessLocation.value)
      : undefined,
  );
  return urls.filter((url) => url !== undefined).slice(0, mostResponders);
}
