/** Authorities, clients, lists and servers for the tests of revocation, under a clock that is set by hand. */
import {
  type Authority,
  type CrlEntryInput,
  type CrlOptions,
  createRootAuthority,
  extension,
  generateKeyPair,
  type IssuedCertificate,
} from '@peercert/pki';
import { createAuthenticator } from '../../src/authenticator.ts';
import type { Decision } from '../../src/decision.ts';
import type { MtlsOptions, PeercertEvent } from '../../src/options.ts';
import { knownRevocations } from '../../src/revocation/known-revocations.ts';
import { handing, presenting } from '../requests.ts';

export const start: number = Date.UTC(2026, 0, 15, 12);
export const minute = 60_000;
export const hour: number = 60 * minute;
export const day: number = 24 * hour;

/** Set forward by the tests; every authority, responder and authenticator here goes by it. */
export const time = {
  now: start,
  pass(milliseconds: number): void {
    time.now += milliseconds;
  },
  /** And what the process was told meanwhile is forgotten. */
  reset(): void {
    time.now = start;
    knownRevocations.clear();
  },
};

export const clock = (): number => time.now;

const validity = { notBefore: new Date(start - day), notAfter: new Date(start + 365 * day) };
const keyPair = await generateKeyPair('P-256');

export const root: Authority = await createRootAuthority({ subject: 'CN=Root', validity, clock });
export const issuing: Authority = await root.issueAuthority({ subject: 'CN=Issuing', validity });
export const stranger: Authority = await createRootAuthority({ subject: 'CN=Issuing', validity, clock });

/** One key for all: nothing here depends on the keys of clients. */
export function issueClient(
  name: string,
  by: Authority = issuing,
  extensions: Parameters<Authority['issueClient']>[0] = {},
): Promise<IssuedCertificate> {
  return by.issueClient({ subject: `CN=${name}`, validity, keyPair, ...extensions });
}

export const alice: IssuedCertificate = await issueClient('alice');
export const bob: IssuedCertificate = await issueClient('bob');

/** A client whose certificate names where to look. */
export function issueClientWith(
  name: string,
  urls: { readonly crl?: readonly string[]; readonly freshest?: readonly string[]; readonly ocsp?: readonly string[] },
): Promise<IssuedCertificate> {
  const { crl = [], freshest = [], ocsp = [] } = urls;
  return issueClient(name, issuing, {
    ...(crl.length > 0 ? { crlDistributionPoints: crl.map((uri) => [{ uri }]) } : {}),
    ...(ocsp.length > 0 ? { authorityInfoAccess: { ocsp: ocsp.map((uri) => ({ uri })) } } : {}),
    ...(freshest.length > 0 ? { extensions: [extension.freshestCrl(freshest.map((uri) => [{ uri }]))] } : {}),
  });
}

/** A list of the issuing authority on which these certificates are revoked. */
export function listOf(
  revoked: readonly (IssuedCertificate | CrlEntryInput)[],
  options: CrlOptions = {},
  by: Authority = issuing,
): Uint8Array {
  const entries = revoked.map(({ serialNumber, ...entry }) => {
    const { reason, revocationDate } = entry as CrlEntryInput;
    return {
      serialNumber,
      ...(reason === undefined ? {} : { reason }),
      ...(revocationDate === undefined ? {} : { revocationDate }),
    };
  });
  return by.issueCrl({ entries, ...options }).crlDer;
}

/** Nobody of the root's certificates is revoked, for years. */
export const rootList: Uint8Array = listOf([], { nextUpdate: new Date(start + 300 * day) }, root);

export interface Line {
  decide(client: IssuedCertificate, ...others: readonly Authority[]): Promise<Decision>;
  /** `allow`, or the code of the reason; `now: ` in front where it was said without a promise. */
  say(client: IssuedCertificate): Promise<string>;
  readonly events: PeercertEvent[];
}

export function line(options: MtlsOptions): Line {
  const events: PeercertEvent[] = [];
  const { authenticate } = createAuthenticator({
    source: handing,
    trust: { anchors: root.certificatePem, intermediates: issuing.certificatePem },
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const ask = (client: IssuedCertificate, others: readonly Authority[] = []): ReturnType<typeof authenticate> =>
    authenticate(presenting([client, ...others].map(({ certificateDer }) => ({ der: certificateDer }))));
  return {
    decide: async (client, ...others) => ask(client, others),
    say: async (client) => {
      const decision = ask(client);
      return decision instanceof Promise ? spoken(await decision) : `now: ${spoken(decision)}`;
    },
    events,
  };
}

export function spoken(decision: Decision): string {
  if (decision.outcome !== 'deny') return decision.outcome;
  const { code, detail } = decision.reason;
  return 'kind' in detail ? `${code} ${detail.kind}` : code;
}
