/** Requests as they come from a proxy, and what the line makes of them in one line of text. */
import { type Authority, createRootAuthority, generateKeyPair, type IssuedCertificate } from '@peercert/pki';
import { createAuthenticator } from '../../src/authenticator.ts';
import type { Decision } from '../../src/decision.ts';
import type { MtlsOptions } from '../../src/options.ts';
import type { RequestFacts } from '../../src/source/facts.ts';
import type { Source } from '../../src/source/presented.ts';

export const now: number = Date.UTC(2026, 0, 15, 12);
export const clock = (): number => now;

const keyPair = await generateKeyPair('P-256');
export const root: Authority = await createRootAuthority({ subject: 'CN=Root,O=Acme', clock });
export const issuing: Authority = await root.issueAuthority({ subject: 'CN=Issuing,O=Acme' });
export const client: IssuedCertificate = await issueWithPlus();
export const admin: IssuedCertificate = await issuing.issueClient({ subject: 'CN=admin,OU=Administrators', keyPair });
export const expired: IssuedCertificate = await issuing.issueClient({
  subject: 'CN=late',
  keyPair,
  validity: { notBefore: new Date(now - 2e8), notAfter: new Date(now - 1e8) },
});
const rogue = await createRootAuthority({ subject: 'CN=Root,O=Acme', clock });
/** The administrator of another root of the same name. */
export const stranger: IssuedCertificate = await rogue.issueClient({ subject: 'CN=admin,OU=Administrators', keyPair });

/** A signature is random: this certificate has a plus sign in its base64, which nobody may turn into a space. */
async function issueWithPlus(): Promise<IssuedCertificate> {
  const issued = await issuing.issueClient({
    subject: 'CN=partner-client,OU=Partner,O=Acme\\, Inc.',
    sans: [{ uri: 'spiffe://acme/partner' }],
  });
  return issued.certificatePem.includes('+') ? issued : issueWithPlus();
}

export const escaped = (pem: string): string => encodeURIComponent(pem);
export const base64 = (...der: readonly Uint8Array[]): string => Buffer.concat(der).toString('base64');
export const folded = (pem: string): string => pem.trimEnd().replaceAll('\n', ' ');
export const byteSequence = (der: Uint8Array): string => `:${base64(der)}:`;

/** The address that tests trust, and one that they do not. */
export const proxyAddress = '10.0.0.7';
export const strangerAddress = '192.0.2.66';

/** Names and values alternating; a list of values is as many header lines. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

export function rawHeaders(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]));
}

export function proxied(headers: Headers, peerAddress: string | undefined = proxyAddress): RequestFacts {
  return {
    socket: undefined,
    rawHeaders: rawHeaders({ Host: 'api.example', ...headers, Accept: '*/*' }),
    trailers: [],
    peerAddress,
    requestTarget: '/',
  };
}

/** Trusts the root, and knows the intermediate, which most proxies do not forward. */
export const trust = { anchors: root.certificatePem, intermediates: issuing.certificatePem };

export type Decide = (headers: Headers, peerAddress?: string) => string;

/** What the line says of requests with these headers: `allow CN by peercert`, `header_malformed HEADER RULE`... */
export function deciding(source: Source | readonly Source[], options: MtlsOptions = {}): Decide {
  const delegated = [source].flat().every((one) => one.verifiedBy === 'proxy');
  const authenticator = createAuthenticator({ source, clock, ...(delegated ? {} : { trust }), ...options });
  return (headers, peerAddress) => {
    const decision = authenticator.authenticate(proxied(headers, peerAddress));
    if (decision instanceof Promise) throw new Error('Nothing here takes time');
    return inWords(decision);
  };
}

export function inWords(decision: Decision): string {
  if (decision.outcome === 'anonymous') return 'anonymous';
  if (decision.outcome === 'allow') return `allow ${decision.client.id} by ${decision.client.verifiedBy}`;
  const { code, detail } = decision.reason;
  switch (code) {
    case 'header_malformed':
      return `${code} ${detail.header} ${detail.rule}`;
    case 'header_repeated':
    case 'forwarder_untrusted':
      return `${code} ${detail.header}`;
    case 'proxy_verification_failed':
      return `${code} ${detail.header} ${detail.verdict}`;
    default:
      return code;
  }
}
