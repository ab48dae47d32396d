import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type CertificateParts,
  issuerOf,
  type Keyring,
  partsOf,
  publicKeyOf,
  signParts,
  subjectOf,
} from './keyring.ts';
import { parseElement, writeElement } from './mutation/tree.ts';
import type { Random } from './random.ts';
import type { PathInput } from './world.ts';

/**
 * Cases of a public corpus as seeds. Their private keys are unknown, so each certificate is given a key of ours and is
 * signed again: what the case is about stays, and what the fuzzer makes of it still verifies.
 */
export function adoptCorpora(folder: string, keyring: Keyring, random: Random, count: number): readonly PathInput[] {
  const file = readFileSync(join(folder, 'limbo-client.json.gz'));
  const { testcases } = JSON.parse(gunzipSync(file).toString('utf8')) as { readonly testcases: readonly LimboCase[] };
  const small = testcases.filter(({ untrusted_intermediates: others }) => others.length <= 8);
  // Nine cases in ten are of one namespace: each has the same chance.
  const namespaces = [...new Set(small.map(namespaceOf))];
  const cases = namespaces.map((namespace) => small.filter((one) => namespaceOf(one) === namespace));
  const pick = (): PathInput | undefined => adopt(random.pick(random.pick(cases)), keyring);
  return Array.from({ length: count }, pick).filter((one) => one !== undefined);
}

interface LimboCase {
  readonly id: string;
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
}

const namespaceOf = ({ id }: LimboCase): string => id.split('::', 1)[0] as string;

function adopt(limbo: LimboCase, keyring: Keyring): PathInput | undefined {
  const presented = [limbo.peer_certificate, ...limbo.untrusted_intermediates].map(derOf);
  const anchors = limbo.trusted_certs.map(derOf);
  const parts = [...presented, ...anchors].map((one) => partsOf(parseElement(one)));
  if (anchors.length === 0 || parts.includes(undefined)) return undefined;
  const certificates = giveKeys(parts as CertificateParts[], keyring);
  return {
    presented: certificates.slice(0, presented.length),
    anchors: certificates.slice(presented.length),
    nowMs: limbo.validation_time === null ? Date.now() : Date.parse(limbo.validation_time),
  };
}

/** One of ours for each key of theirs. */
function giveKeys(all: readonly CertificateParts[], keyring: Keyring): readonly Uint8Array[] {
  const given = new Map<string, number>();
  const { signers } = keyring;
  for (const { fields, at } of all) {
    const theirs = Buffer.from(writeElement(fields[at + 4] as (typeof fields)[0])).toString('hex');
    if (!given.has(theirs)) given.set(theirs, given.size);
    const ours = signers[(given.get(theirs) as number) % 12];
    if (ours !== undefined) fields[at + 4] = ours.spki;
  }
  return all.map((parts) => {
    const issuer = all.find((candidate) => isNamed(candidate, parts)) ?? parts;
    const signer = keyring.signerOf(publicKeyOf(issuer));
    if (signer !== undefined) signParts(parts, signer);
    return Uint8Array.from(writeElement(parts.root));
  });
}

function isNamed(issuer: CertificateParts, child: CertificateParts): boolean {
  return Buffer.compare(writeElement(subjectOf(issuer)), writeElement(issuerOf(child))) === 0;
}

function derOf(pem: string): Uint8Array {
  return Uint8Array.from(Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64'));
}
