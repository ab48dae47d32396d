/** The cast: who the clients are, what each asks for, and what it must be answered. */
import type { ReasonCode } from '@peercert/core';
import type { Credential } from '@peercert/testing';
import { daysFromNow } from './clock.ts';
import type { Company } from './company.ts';
import { issueByOpenssl } from './openssl.ts';

export interface Client {
  readonly name: string;
  /** What it presents; absent: nothing. */
  readonly certificate?: (company: Company) => Credential | Promise<Credential>;
  /** A program without which its certificate cannot be made. */
  readonly needs?: 'openssl';
  readonly asks: readonly Expectation[];
}

export interface Expectation {
  readonly path: string;
  /** Of HTTP; the close code of a WebSocket. */
  readonly status: number;
  /** Of a denial, and of a WebSocket that was closed. */
  readonly reason?: ReasonCode;
  /** Default: `new`. */
  readonly connection?: ConnectionKind;
}

/**
 * `resumed`: the session of an earlier connection. `outlived`: kept alive until after the certificate expired. `denied`:
 * kept alive while somebody puts the certificate onto the deny-list. `disowned`: kept alive while the authority of the partner
 * is removed. `rotated`: kept alive, and asking, while the server gets another certificate and key. `websocket`: a WebSocket
 * that is open when somebody puts the certificate onto the deny-list.
 */
export type ConnectionKind = 'new' | 'resumed' | 'outlived' | 'denied' | 'disowned' | 'rotated' | 'websocket';

export const clients: readonly Client[] = [
  {
    name: 'admin',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' }),
    asks: [
      { path: '/admin/status', status: 200 },
      { path: '/partner/data', status: 403, reason: 'identity_not_allowed' },
    ],
  },
  {
    name: 'partner',
    certificate: ({ partner }) => partner.issueClient({ subject: 'CN=partner-client,OU=Partner,O=Partner' }),
    asks: [
      { path: '/partner/data', status: 200 },
      { path: '/admin/status', status: 403, reason: 'role_missing' },
    ],
  },
  {
    name: 'frontend',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=frontend,OU=Services,O=Acme' }),
    asks: [
      { path: '/profile', status: 200 },
      { path: '/vault', status: 200 },
      { path: '/admin/status', status: 403, reason: 'role_missing' },
    ],
  },
  {
    name: 'mobile',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=phone-17,OU=Mobile,O=Acme', keyType: 'Ed25519' }),
    asks: [{ path: '/certificate', status: 200 }],
  },
  {
    name: 'intermediate of its own',
    certificate: async ({ acme }) => {
      const department = await acme.issueAuthority({ subject: 'CN=Acme Logistics,O=Acme', pathLenConstraint: 0 });
      return department.issueClient({ subject: 'CN=scanner,OU=Logistics,O=Acme' });
    },
    asks: [{ path: '/profile', status: 200 }],
  },
  {
    name: 'two plain openssl commands',
    certificate: ({ acme }) => issueByOpenssl(acme),
    needs: 'openssl',
    asks: [
      { path: '/profile', status: 200 },
      { path: '/vault', status: 401, reason: 'extended_key_usage_missing' },
    ],
  },
  {
    name: 'no certificate',
    asks: [
      { path: '/health', status: 200 },
      { path: '/profile', status: 401, reason: 'certificate_missing' },
      { path: '/profile', status: 401, reason: 'certificate_missing', connection: 'resumed' },
    ],
  },
  {
    name: 'unknown authority',
    certificate: ({ stranger }) => stranger.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' }),
    asks: [{ path: '/profile', status: 401, reason: 'issuer_unknown' }],
  },
  {
    name: 'expired',
    certificate: ({ acme }) =>
      acme.issueClient({
        subject: 'CN=frontend,O=Acme',
        validity: { notBefore: daysFromNow(-90), notAfter: daysFromNow(-1) },
      }),
    asks: [{ path: '/profile', status: 401, reason: 'certificate_expired' }],
  },
  {
    name: 'not yet valid',
    certificate: ({ acme }) =>
      acme.issueClient({
        subject: 'CN=frontend,O=Acme',
        validity: { notBefore: daysFromNow(1), notAfter: daysFromNow(90) },
      }),
    asks: [{ path: '/profile', status: 401, reason: 'certificate_not_yet_valid' }],
  },
  {
    name: 'serverAuth only',
    certificate: ({ acme }) => acme.issueServer({ dnsNames: ['db.acme.example'] }),
    asks: [{ path: '/profile', status: 401, reason: 'extended_key_usage_missing' }],
  },
  {
    name: 'pinned',
    certificate: ({ terminal }) => terminal,
    asks: [{ path: '/payments', status: 200 }],
  },
  {
    name: 'same name, not pinned',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=terminal-1,O=Acme' }),
    asks: [{ path: '/payments', status: 403, reason: 'pin_mismatch' }],
  },
  {
    name: 'wrong address range',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=laptop-3,O=Acme' }),
    asks: [{ path: '/office', status: 403, reason: 'address_denied' }],
  },
  {
    name: 'CN "x,OU=Administrators"',
    // One attribute. Only whoever splits the printed name at its commas sees an OU in it.
    certificate: ({ acme }) => acme.issueClient({ subject: [{ O: 'Acme' }, { CN: 'x,OU=Administrators' }] }),
    asks: [{ path: '/admin/status', status: 403, reason: 'role_missing' }],
  },
  {
    name: 'OU=Administrators by partner',
    certificate: ({ partner }) => partner.issueClient({ subject: 'CN=mallory,OU=Administrators,O=Acme' }),
    asks: [{ path: '/admin/status', status: 403, reason: 'role_missing' }],
  },
  {
    name: 'admin, coming back',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=bob,OU=Administrators,O=Acme' }),
    asks: [{ path: '/admin/status', status: 200, connection: 'resumed' }],
  },
  {
    name: 'expires while connected',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=batch-job,O=Acme', validity: { days: 1 } }),
    asks: [{ path: '/profile', status: 401, reason: 'certificate_expired', connection: 'outlived' }],
  },
  {
    name: 'revoked',
    certificate: ({ stolenLaptop }) => stolenLaptop,
    asks: [
      { path: '/ledger', status: 401, reason: 'certificate_revoked' },
      { path: '/transfers', status: 401, reason: 'certificate_revoked' },
    ],
  },
  {
    name: 'not revoked',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=laptop-10,O=Acme' }),
    asks: [
      { path: '/ledger', status: 200 },
      { path: '/transfers', status: 200 },
      { path: '/treasury', status: 503, reason: 'revocation_unavailable' },
      { path: '/lobby', status: 200 },
    ],
  },
  {
    name: 'lost while connected',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=phone-18,O=Acme' }),
    asks: [{ path: '/profile', status: 401, reason: 'certificate_revoked', connection: 'denied' }],
  },
  {
    name: 'lost while on a WebSocket',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=phone-19,O=Acme' }),
    // Policy violation (RFC 6455 section 7.4.1), and the reason as its text.
    asks: [{ path: '/feed', status: 1008, reason: 'certificate_revoked', connection: 'websocket' }],
  },
  {
    name: 'its authority is removed',
    certificate: ({ partner }) => partner.issueClient({ subject: 'CN=partner-batch,OU=Partner,O=Partner' }),
    asks: [{ path: '/profile', status: 401, reason: 'issuer_unknown', connection: 'disowned' }],
  },
  {
    name: 'server certificate rotates',
    certificate: ({ acme }) => acme.issueClient({ subject: 'CN=poller,O=Acme' }),
    asks: [{ path: '/profile', status: 200, connection: 'rotated' }],
  },
];
