import { extensionsOf, partsOf } from '../keyring.ts';
import type { Random } from '../random.ts';
import { mutateDer } from './elements.ts';
import { type Element, parseElement, writeElement } from './tree.ts';

/** Changes a certificate as DER, or by giving it an extension of another one. */
export function mutateCertificate(input: Uint8Array, random: Random, other: () => Uint8Array): Uint8Array {
  const root = random.oneIn(4) ? parseElement(input) : undefined;
  if (root === undefined || !graftExtension(root, random, other())) return mutateDer(input, random, other);
  return Uint8Array.from(writeElement(root));
}

/** Adds an extension of `donor`, in the place of one of the same type if there is one. */
export function graftExtension(root: Element, random: Random, donor: Uint8Array): boolean {
  const parts = partsOf(root);
  const donorParts = partsOf(parseElement(donor));
  if (parts === undefined || donorParts === undefined) return false;
  const offered = extensionsOf(donorParts);
  if (offered.length === 0) return false;
  const extension = random.pick(offered);
  const extensions = extensionsOf(parts);
  const at = extensions.findIndex((one) => isSameType(one, extension));
  if (at === -1) extensions.push(extension);
  else extensions[at] = extension;
  return true;
}

function isSameType(one: Element, two: Element): boolean {
  const [left, right] = [one.children?.[0]?.content, two.children?.[0]?.content];
  return left !== undefined && right !== undefined && Buffer.compare(left, right) === 0;
}
