import {
  type Certificate,
  type CertificateInput,
  readCertificates,
  readFetchUrl,
  refuseUnknownKeys,
  shown,
} from '@peercert/core';

/** OCSP stapling of the server's own certificates (RFC 6066 section 8, RFC 8446 4.4.2.1). */
export interface StaplingOptions {
  /** URL of the responder. Default: what each certificate names (RFC 5280 4.2.2.1). */
  readonly responder?: string;
  /** Issuers that are not in the chains: roots that sign servers themselves. */
  readonly issuers?: CertificateInput;
  /** Longest time for which an answer is used without asking again, in seconds. Default 3,600. */
  readonly refreshSeconds?: number;
  /** For one request as a whole, in milliseconds. Default 10,000. */
  readonly timeoutMilliseconds?: number;
}

export interface StaplingSettings {
  readonly responder: URL | undefined;
  readonly issuers: readonly Certificate[];
  readonly refreshMs: number;
  readonly timeoutMilliseconds: number;
}

/** Throws TypeError for what is unknown or of the wrong kind. */
export function compileStapling(options: StaplingOptions): StaplingSettings {
  refuseUnknownKeys(options, ['responder', 'issuers', 'refreshSeconds', 'timeoutMilliseconds'], 'stapling');
  const { issuers, refreshSeconds = 3_600, responder, timeoutMilliseconds = 10_000 } = options;
  return Object.freeze({
    responder: responder === undefined ? undefined : readResponder(responder),
    issuers: issuers === undefined ? [] : readCertificates(issuers, 'stapling.issuers'),
    refreshMs: within(refreshSeconds, 60, 604_800, 'stapling.refreshSeconds') * 1_000,
    timeoutMilliseconds: within(timeoutMilliseconds, 100, 60_000, 'stapling.timeoutMilliseconds'),
  });
}

function readResponder(responder: unknown): URL {
  const url = typeof responder === 'string' ? readFetchUrl(responder) : undefined;
  if (url !== undefined) return url;
  throw new TypeError(`stapling.responder: expected a URL such as 'http://ocsp.example.com/', got ${shown(responder)}`);
}

function within(value: unknown, least: number, most: number, where: string): number {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw new TypeError(`${where} must be a whole number from ${least} to ${most}, got ${shown(value)}`);
}
