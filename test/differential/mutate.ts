import { constants, sign } from 'node:crypto';
import { der } from '@peercert/pki';
import {
  type CertificateParts,
  issuerOf,
  type Keyring,
  partsOf,
  publicKeyOf,
  type Signer,
  signOctets,
  signParts,
  subjectOf,
} from '../fuzz/keyring.ts';
import { mutateTree } from '../fuzz/mutation/elements.ts';
import { mutateOctets } from '../fuzz/mutation/octets.ts';
import { copyElement, type Element, parseElement, writeElement } from '../fuzz/mutation/tree.ts';
import type { Random } from '../fuzz/random.ts';
import type { PathInput } from '../fuzz/world.ts';
import { altNameMutations } from './mutations/alt-names.ts';
import { extensionMutations } from './mutations/extensions.ts';
import { fieldMutations } from './mutations/fields.ts';
import { keyMutations } from './mutations/keys.ts';
import { nameMutations } from './mutations/names.ts';
import { signatureMutations } from './mutations/signatures.ts';
import { type Draft, element, type Mutation, type Signing } from './parts.ts';

/** What became of a chain, and what was done to it. */
export interface Mutated {
  readonly input: PathInput;
  readonly done: readonly string[];
}

/** Each table has the same chance, whatever its size; those that most rules are about have more. */
const tables: readonly Readonly<Record<string, Mutation>>[] = [
  fieldMutations,
  nameMutations,
  nameMutations,
  altNameMutations,
  altNameMutations,
  extensionMutations,
  extensionMutations,
  keyMutations,
  signatureMutations,
];

/**
 * Changes a chain, and signs it again with the keys of its issuers, so that what it says decides and not that somebody
 * changed it. `path`: the leaf first, each one issued by the next; the last one is the anchor.
 */
export function mutateChain(path: PathInput, keyring: Keyring, random: Random): Mutated {
  const before = [...path.presented, ...path.anchors];
  const roots = before.map((bytes) => parseElement(bytes) as Element);
  const chain = roots.map((root) => partsOf(root) as CertificateParts);
  const names = chain.map((one) => [written(subjectOf(one)), written(issuerOf(one))] as const);
  const issuers = names.map(([, issuer]) => names.findIndex(([subject]) => subject === issuer));
  const signers = chain.map((one) => keyring.signerOf(publicKeyOf(one)) as Signer);
  const issuerSigner = (index: number): Signer => signers[issuers[index] ?? index] ?? (signers[index] as Signer);

  const at = random.oneIn(3) ? random.below(chain.length) : 0;
  const draft: Draft = { chain, target: chain[at] as CertificateParts, issuer: issuerSigner(at), signing: undefined };
  const done = change(draft, random);
  const raw = random.oneIn(16)
    ? mutateOctets(writeElement(tbsOf(draft.target)), random, () => before[0] as Uint8Array)
    : undefined;
  if (raw !== undefined) done.push('octets');
  repairNames(chain, names, issuers, at, random);

  const after = chain.map((one, index) => {
    const signer = signerAfter(chain[issuers[index] ?? index], keyring) ?? issuerSigner(index);
    if (index !== at) return signed(one, signer);
    return raw === undefined ? signedAs(one, signer, draft.signing) : signedOctets(raw, signer);
  });
  const all = random.oneIn(32) ? unsigned(after, at, random, done) : after;
  const count = path.presented.length;
  return { input: { ...path, presented: all.slice(0, count), anchors: all.slice(count) }, done };
}

function change(draft: Draft, random: Random): string[] {
  if (random.oneIn(6)) {
    mutateTree(tbsOf(draft.target), random, () => Uint8Array.from(writeElement(draft.chain[0]?.root as Element)));
    return ['tree'];
  }
  const done: string[] = [];
  for (let left = random.oneIn(3) ? 1 + random.below(3) : 1; left > 0; left--) {
    const table = random.pick(tables);
    const name = random.pick(Object.keys(table));
    table[name]?.(draft, random);
    done.push(name);
  }
  return done;
}

/** A subject that was changed is changed as the issuer of others, mostly. */
function repairNames(
  chain: readonly CertificateParts[],
  names: readonly (readonly [string, string])[],
  issuers: readonly number[],
  at: number,
  random: Random,
): void {
  const changed = chain[at] as CertificateParts;
  const subject = changed.fields[changed.at + 3];
  if (subject === undefined || written(subject) === names[at]?.[0] || random.oneIn(6)) return;
  chain.forEach((child, index) => {
    if (issuers[index] !== at || written(issuerOf(child)) !== names[index]?.[1]) return;
    child.fields[child.at + 1] = copyElement(subject);
  });
}

function signerAfter(issuer: CertificateParts | undefined, keyring: Keyring): Signer | undefined {
  const key = issuer === undefined ? undefined : issuer.fields[issuer.at + 4];
  return keyring.signerOf(key);
}

function signed(parts: CertificateParts, signer: Signer): Uint8Array {
  signParts(parts, signer);
  return Uint8Array.from(writeElement(parts.root));
}

function signedAs(parts: CertificateParts, signer: Signer, signing: Signing | undefined): Uint8Array {
  if (signing === undefined) return signed(parts, signer);
  parts.fields[parts.at] = element(signing.algorithm);
  const tbs = writeElement(tbsOf(parts));
  const signature = signatureOf(tbs, signer, signing);
  const changed = signing.change?.(signature) ?? signature;
  return Uint8Array.from(der.sequence(tbs, signing.outer ?? signing.algorithm, der.bitString(changed)));
}

function signedOctets(tbs: Uint8Array, signer: Signer): Uint8Array {
  const signature = signOctets(tbs, signer.keyPair.privateKey);
  return Uint8Array.from(der.sequence(tbs, writeElement(signer.algorithm), der.bitString(signature)));
}

function signatureOf(tbs: Uint8Array, { keyPair }: Signer, { hash, pss }: Signing): Uint8Array {
  const key = keyPair.privateKey;
  if (hash === undefined) return signOctets(tbs, key);
  if (pss === undefined) return sign(hash, tbs, key);
  try {
    return sign(hash, tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, ...pss });
  } catch {
    // The key is too short for this hash and this salt.
    return signOctets(tbs, key);
  }
}

function unsigned(all: readonly Uint8Array[], at: number, random: Random, done: string[]): readonly Uint8Array[] {
  done.push('octets after the signature');
  return all.map((one, index) => (index === at ? mutateOctets(one, random, () => one) : one));
}

function tbsOf({ root }: CertificateParts): Element {
  return root.children?.[0] as Element;
}

function written(bytes: Element | undefined): string {
  return bytes === undefined ? '' : Buffer.from(writeElement(bytes)).toString('latin1');
}
