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
 *     WebSocket /feed     every client with a certificate
 */
import {
  allOf,
  anchor,
  type ClientIdentity,
  createDenyList,
  createTrustStore,
  type DenyList,
  type MtlsOptions,
  type Rule,
  subjectOu,
  type TrustStore,
} from '@peercert/core';
import type { Clock } from './clock.ts';
import type { Company } from './company.ts';

export interface AccessRules {
  /** Of every route: whose clients come in. Whoever issued none of them any more is out with their next request. */
  readonly trust: TrustStore;
  /** Of every route. */
  readonly application: Omit<MtlsOptions, 'trust' | 'onEvent'>;
  readonly partner: Rule;
  /** Of one route each. */
  readonly payments: Pick<MtlsOptions, 'trust' | 'pins'>;
  readonly office: Pick<MtlsOptions, 'trust' | 'addresses'>;
  readonly vault: Pick<MtlsOptions, 'trust' | 'extendedKeyUsage'>;
  readonly ledger: Pick<MtlsOptions, 'trust' | 'revocation'>;
  readonly transfers: Pick<MtlsOptions, 'trust' | 'revocation'>;
  readonly treasury: Pick<MtlsOptions, 'trust' | 'revocation'>;
  readonly lobby: Pick<MtlsOptions, 'trust' | 'revocation'>;
  /** Of every route: whoever is put onto it is out with the next request. */
  readonly denyList: DenyList;
}

export function createAccessRules(company: Company, clock: Clock): AccessRules {
  const { acme, informer, partner, terminal, spareTerminal } = company;
  const trust = createTrustStore({ anchors: [acme.certificatePem, partner.certificatePem] });
  const denyList = createDenyList();
  const down = { methods: ['ocsp'], ocsp: { responders: 'http://127.0.0.1:9/' } } as const;
  return {
    trust,
    application: {
      // Every trusted authority can write every OU into a certificate. This one counts only when Acme wrote it.
      roles: [{ anchor: acme.certificatePem, ou: 'Administrators', role: 'admin' }],
      exclude: ['/health'],
      denyList,
      clock: clock.now,
    },
    partner: allOf(anchor(partner.certificatePem), subjectOu('Partner')),
    payments: { trust, pins: [terminal.pin, spareTerminal.pin] },
    office: { trust, addresses: { allow: ['10.0.0.0/8'] } },
    vault: { trust, extendedKeyUsage: 'required' },
    ledger: { trust, revocation: { methods: ['crl'], crls: { sources: [{ url: informer.crlUrl }] } } },
    transfers: { trust, revocation: { methods: ['ocsp'], ocsp: { responders: informer.ocspUrl } } },
    treasury: { trust, revocation: down },
    lobby: { trust, revocation: { ...down, on: { unreachable: 'allow' } } },
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
