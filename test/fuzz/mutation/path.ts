import {
  anySigner,
  type CertificateParts,
  issuerOf,
  type Keyring,
  partsOf,
  publicKeyOf,
  signParts,
  subjectOf,
} from '../keyring.ts';
import type { Random } from '../random.ts';
import type { PathInput } from '../world.ts';
import { graftExtension, mutateCertificate } from './certificate.ts';
import { mutateTree } from './elements.ts';
import { copyElement, type Element, parseElement, writeElement } from './tree.ts';

/** Changes what is presented and what is trusted. Most of the time the result is signed again, so that it goes deep. */
export function mutatePath(input: PathInput, random: Random, other: () => PathInput, keyring: Keyring): PathInput {
  let path = input;
  for (let left = random.oneIn(3) ? 2 : 1; left > 0; left--) path = step(path, random, other, keyring);
  return path;
}

function step(input: PathInput, random: Random, other: () => PathInput, keyring: Keyring): PathInput {
  const { presented, anchors, nowMs } = input;
  const donor = (): Uint8Array => anyOf(other(), random);
  switch (random.below(16)) {
    case 0:
      return { ...input, presented: shuffled(presented, random) };
    case 1:
      return { ...input, presented: [...presented, donor()] };
    case 2:
      return presented.length < 2
        ? input
        : { ...input, presented: without(presented, 1 + random.below(presented.length - 1)) };
    case 3:
      return { ...input, anchors: random.oneIn(2) ? [...anchors, donor()] : [anyOf(input, random)] };
    case 4:
      return { ...input, presented: [...presented, random.pick(anchors)] };
    case 5:
      return { ...input, nowMs: nowMs + random.pick([-1, 1, 1000, -1000, 86_400_000, -86_400_000, 1e12, -1e12]) };
    case 6:
      return changed(input, random, (one) => mutateCertificate(one, random, donor));
    default:
      return changeAndSign(input, random, donor, keyring);
  }
}

function anyOf({ presented, anchors }: PathInput, random: Random): Uint8Array {
  return random.pick([...presented, ...anchors]);
}

function changed(input: PathInput, random: Random, change: (one: Uint8Array) => Uint8Array): PathInput {
  const at = random.below(input.presented.length + input.anchors.length);
  const all = [...input.presented, ...input.anchors].map((one, index) => (index === at ? change(one) : one));
  return split(input, all);
}

function split(input: PathInput, all: readonly Uint8Array[]): PathInput {
  const count = input.presented.length;
  return { ...input, presented: all.slice(0, count), anchors: all.slice(count) };
}

/** Changes one certificate, makes names and keys chain again, and signs whatever lies below the change. */
function changeAndSign(input: PathInput, random: Random, donor: () => Uint8Array, keyring: Keyring): PathInput {
  const before = [...input.presented, ...input.anchors];
  const roots = before.map(parseElement);
  const parts = roots.map(partsOf);
  const subjects = parts.map((one) => one && written(subjectOf(one)));
  const issuers = parts.map((one) => one && subjects.indexOf(written(issuerOf(one))));
  const at = random.below(before.length);
  const root = roots[at];
  if (root === undefined) return input;
  const clone = copyElement(root);
  change(clone, random, donor, keyring);
  const changedParts = partsOf(clone);
  parts[at] = changedParts;
  const repairs = !random.oneIn(4);
  const touched = new Set([at]);
  parts.forEach((child, index) => {
    const issuer = issuers[index];
    if (child === undefined || issuer !== at) return;
    if (repairs && changedParts !== undefined) child.fields[child.at + 1] = copyElement(subjectOf(changedParts));
    touched.add(index);
  });
  const all = before.map((bytes, index) => {
    const own = parts[index];
    if (own === undefined || !touched.has(index)) return index === at ? Uint8Array.from(writeElement(clone)) : bytes;
    sign(own, parts[issuers[index] ?? -1], keyring, random);
    return Uint8Array.from(writeElement(own.root));
  });
  return split(input, all);
}

function written(element: Element): string {
  return Buffer.from(writeElement(element)).toString('latin1');
}

function change(root: Element, random: Random, donor: () => Uint8Array, keyring: Keyring): void {
  const parts = partsOf(root);
  if (parts === undefined) {
    mutateTree(root, random, donor);
    return;
  }
  switch (random.below(6)) {
    case 0:
    case 1:
      graftExtension(root, random, donor());
      break;
    case 2:
      parts.fields[parts.at + 4] = copyElement(anySigner(keyring, random).spki);
      break;
    case 3: {
      const donorParts = partsOf(parseElement(donor()));
      const field = random.below(4);
      if (donorParts !== undefined)
        parts.fields[parts.at + 1 + field] = donorParts.fields[donorParts.at + 1 + field] as Element;
      break;
    }
    default:
      // Only what is signed: the rest is written anew.
      mutateTree(root.children?.[0] as Element, random, donor);
  }
}

function sign(parts: CertificateParts, issuer: CertificateParts | undefined, keyring: Keyring, random: Random): void {
  // The change may have left no certificate to sign.
  if (parts.root.children?.length !== 3 || issuerOf(parts) === undefined || publicKeyOf(parts) === undefined) return;
  const signer = random.oneIn(16) ? anySigner(keyring, random) : keyring.signerOf(publicKeyOf(issuer ?? parts));
  if (signer !== undefined) signParts(parts, signer);
}

function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  const copy = [...list];
  for (let index = copy.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [copy[index], copy[other]] = [copy[other] as T, copy[index] as T];
  }
  return copy;
}

function without<T>(list: readonly T[], at: number): readonly T[] {
  return list.filter((_, index) => index !== at);
}
