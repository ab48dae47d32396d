/** Clients of two authorities, at the end of their checked paths. */
import { type Authority, type CertificateOptions, createRootAuthority, generateKeyPair } from '@peercert/pki';
import { parseCertificate } from '../../src/certificate/certificate.ts';
import type { Certificate } from '../../src/certificate/model.ts';
import type { VerifiedPath } from '../../src/path/verified-path.ts';
import { type Evidence, evidenceOf } from '../../src/policy/evidence.ts';
import { type CheckedPath, checkRevocation } from '../../src/revocation/checked-path.ts';
import type { RequestFacts } from '../../src/source/facts.ts';

export const now: number = Date.UTC(2026, 0, 15, 12);
export const dayMs = 86_400_000;
const clock = (): number => now;

export interface Issuing {
  readonly root: Authority;
  readonly issuing: Authority;
}

async function createIssuing(name: string): Promise<Issuing> {
  const root = await createRootAuthority({ subject: `CN=${name} Root,O=${name}`, clock });
  // Both have this name, which anyone who runs an authority can choose.
  return { root, issuing: await root.issueAuthority({ subject: 'CN=Issuing CA,O=Acme' }) };
}

export const acme: Issuing = await createIssuing('Acme');
export const partner: Issuing = await createIssuing('Partner');
const keyPair = await generateKeyPair('P-256');

export interface How {
  readonly by?: Issuing;
  readonly verifiedBy?: VerifiedPath['verifiedBy'];
  readonly policies?: readonly string[] | 'any';
}

/** A client with this certificate, its path verified by Peercert or the verdict delegated. */
export async function checkedClient(options: CertificateOptions = {}, how: How = {}): Promise<CheckedPath> {
  const { by = acme, verifiedBy = 'peercert', policies = [] } = how;
  const { chainDer } = await by.issuing.issueClient({ keyPair, ...options });
  return checkedPath(chainDer.map(readCertificate), readCertificate(by.root.certificateDer), { verifiedBy, policies });
}

export function checkedPath(
  certificates: readonly Certificate[],
  anchor: Certificate,
  { verifiedBy = 'peercert', policies = [] }: How = {},
): CheckedPath {
  const isDelegated = verifiedBy !== 'peercert';
  const constrained = policies === 'any' ? policies : new Set(policies);
  const path = {
    verifiedBy,
    certificates: isDelegated ? certificates.slice(0, 1) : certificates,
    anchor: isDelegated ? undefined : { certificate: anchor, name: anchor.subject },
    authoritiesConstrainedPolicies: constrained,
    userConstrainedPolicies: constrained,
    validUntilMs: Math.min(...certificates.map((certificate) => certificate.notAfterMs)),
    cost: { signatures: 2, steps: 2, comparisons: 0 },
  } as unknown as VerifiedPath;
  const checked = checkRevocation(path, { mode: 'off' });
  if (checked instanceof Promise || !checked.ok) throw new Error('no checked path');
  return checked.value;
}

/** What rules see of such a client. */
export async function evidence(options?: CertificateOptions, how?: How): Promise<Evidence> {
  return evidenceOf(await checkedClient(options, how));
}

export function readCertificate(der: Uint8Array): Certificate {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.reason));
  return parsed.value;
}

export const facts: RequestFacts = {
  socket: undefined,
  rawHeaders: [],
  trailers: [],
  peerAddress: '192.0.2.7',
  requestTarget: '/',
};
