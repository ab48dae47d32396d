/**
 * The API that all three frameworks serve: who may ask for what, and what the answers are.
 *
 *     GET /health         everybody
 *     GET /profile        every client with a certificate
 *     GET /certificate    the same
 *     GET /admin/status   role admin
 *     GET /partner/data   OU Partner, of the partner's own authority
 *     GET /payments       the pinned terminals
 *     GET /office         clients in the office network
 *     GET /vault          certificates that say they were made for TLS clients
 *     GET /ledger         certificates that are not on Acme's revocation list
 *     GET /transfers      certificates that Acme's OCSP responder knows as good
 *     GET /treasury       the same, of a responder that happens to be down
 *     GET /lobby          the same, where the operator lets clients in while it is down
 */
import {
  allOf,
  anchor,
  type ClientIdentity,
  createDenyList,
  type DenyList,
  type MtlsOptions,
  type Rule,
  subjectOu,
} from '@peercert/core';
import type { Clock } from './clock.ts';
import type { Company } from './company.ts';

export interface AccessRules {
  /** Of every route. */
  readonly application: MtlsOptions;
  readonly partner: Rule;
  /** Of one route each. */
  readonly payments: Pick<MtlsOptions, 'pins'>;
  readonly office: Pick<MtlsOptions, 'addresses'>;
  readonly vault: Pick<MtlsOptions, 'extendedKeyUsage'>;
  readonly ledger: Pick<MtlsOptions, 'revocation'>;
  readonly transfers: Pick<MtlsOptions, 'revocation'>;
  readonly treasury: Pick<MtlsOptions, 'revocation'>;
  readonly lobby: Pick<MtlsOptions, 'revocation'>;
  /** Of every route: whoever is put onto it is out with the next request. */
  readonly denyList: DenyList;
}

export function createAccessRules(company: Company, clock: Clock): AccessRules {
  const { acme, informer, partner, terminal, spareTerminal } = company;
  const denyList = createDenyList();
  const down = { methods: ['ocsp'], ocsp: { responders: 'http://127.0.0.1:9/' } } as const;
  return {
    application: {
      // Every trusted authority can write every OU into a certificate. This one counts only when Acme wrote it.
      roles: [{ anchor: acme.certificatePem, ou: 'Administrators', role: 'admin' }],
      exclude: ['/health'],
      denyList,
      clock: clock.now,
    },
    partner: allOf(anchor(partner.certificatePem), subjectOu('Partner')),
    payments: { pins: [terminal.pin, spareTerminal.pin] },
    office: { addresses: { allow: ['10.0.0.0/8'] } },
    vault: { extendedKeyUsage: 'required' },
    ledger: { revocation: { methods: ['crl'], crls: { sources: [{ url: informer.crlUrl }] } } },
    transfers: { revocation: { methods: ['ocsp'], ocsp: { responders: informer.ocspUrl } } },
    treasury: { revocation: down },
    lobby: { revocation: { ...down, on: { unreachable: 'allow' } } },
    denyList,
  };
}

/** What a route answers to a client; `null` when nobody knows who it is. */
export type Answer = (client: ClientIdentity | null) => object;

export const health: Answer = () => ({ status: 'ok' });

export const profile: Answer = (client) => ({
  hello: client?.id,
  organizationalUnits: client?.organizationalUnits,
  roles: [...(client?.roles ?? [])],
});

/** An identity prints itself: names, dates, thumbprint and path. */
export const certificate: Answer = (client) => ({ certificate: client });

export const adminStatus: Answer = (client) => ({ status: 'all is well', administrator: client?.id });

export const partnerData: Answer = (client) => ({ orders: [1001, 1002], partner: client?.id });

export const payments: Answer = (client) => ({ paid: true, terminal: client?.id });

export const office: Answer = (client) => ({ printer: 'ready', user: client?.id });

export const vault: Answer = (client) => ({ open: true, holder: client?.id });

/** What was found out about the certificate, as it says itself. */
const checkedFor: Answer = (client) => ({ for: client?.id, revocation: client?.revocation });

export const ledger: Answer = checkedFor;
export const transfers: Answer = checkedFor;
export const treasury: Answer = checkedFor;
export const lobby: Answer = checkedFor;
