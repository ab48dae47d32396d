// A service that nobody can install here: what it forwards, and what comes of it. And the forms that services share.
import { createHash } from 'node:crypto';
import type { MtlsOptions, Source } from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import type { ClientName, Company } from '../proxies/company.ts';

/** `200 ID`, or the status and reason of a denial. */
type Outcome = string;

/** Names and values as they go over the wire: a list of values is as many header lines. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

export interface Sample {
  readonly name: string;
  readonly source: Source;
  readonly mtls?: Partial<MtlsOptions>;
  /** So that the app need not know the intermediate. */
  readonly forwardsChain?: true;
  /** What the service forwards of a client. */
  readonly forward: (certificate: IssuedCertificate, company: Company) => Headers;
  /** What comes of clients other than the administrator. */
  readonly clients?: Partial<Readonly<Record<ClientName, Outcome>>>;
  readonly others: (company: Company) => readonly (readonly [title: string, headers: Headers, outcome: Outcome])[];
}

/** The service connects from here. */
export const serviceAddress = '127.0.0.2';

/** Percent-encoded PEM with nothing left as it is, also not + = and /. */
export const escaped = (pem: string): string => encodeURIComponent(pem);
export const base64 = (...der: readonly Uint8Array[]): string => Buffer.concat(der).toString('base64');
export const byteSequence = (der: Uint8Array): string => `:${base64(der)}:`;
export const sha256 = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

export const xfcc = (
  { certificateDer, certificatePem }: IssuedCertificate,
  changes: Readonly<Record<string, string>> = {},
) => {
  const pairs = {
    By: 'spiffe://cluster.local/ns/default/sa/gateway',
    Hash: sha256(certificateDer),
    Cert: `"${escaped(certificatePem)}"`,
    Subject: '"CN=admin,OU=Administrators,O=Acme"',
    URI: 'spiffe://cluster.local/ns/default/sa/admin',
    ...changes,
  };
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(';');
};
export const xfccHeader = 'X-Forwarded-Client-Cert';

/** What Peercert itself makes of clients whose certificates a service forwards without a look. */
export const verifiedHere: NonNullable<Sample['clients']> = {
  frontend: '403 role_missing',
  stranger: '401 issuer_unknown',
  namesake: '401 signature_invalid',
  expired: '401 certificate_expired',
};
