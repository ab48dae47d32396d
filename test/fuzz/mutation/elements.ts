import type { Random } from '../random.ts';
import { mutateOctets } from './octets.ts';
import {
  constructed,
  copyElement,
  type Element,
  type LengthForm,
  parseElement,
  primitive,
  writeElement,
} from './tree.ts';
import { contentsOf, identifiers } from './vocabulary.ts';

/** Changes DER as the tree that it is; what is no tree, and one input in eight, octet by octet. */
export function mutateDer(input: Uint8Array, random: Random, other: () => Uint8Array): Uint8Array {
  const root = random.oneIn(8) ? undefined : parseElement(input);
  if (root === undefined) return mutateOctets(input, random, other);
  mutateTree(root, random, other);
  const changed = Uint8Array.from(writeElement(root));
  return changed.length > maximumOctets ? input : changed;
}

/** More than this is refused before it is read: `limits.certificateBytes`. */
export const maximumOctets = 65_536;

/** Changes a tree in place, one to eight times. */
export function mutateTree(root: Element, random: Random, other: () => Uint8Array): void {
  for (let left = random.steps(); left > 0; left--) mutateOnce(root, random, other);
}

/** An element with its place. The root has no parent, and cannot be removed. */
interface Place {
  readonly element: Element;
  readonly siblings: Element[];
  readonly index: number;
}

function mutateOnce(root: Element, random: Random, other: () => Uint8Array): void {
  const places: Place[] = [];
  collect([root], places);
  const place = random.pick(places);
  const { element, siblings, index } = place;
  switch (random.below(14)) {
    case 0:
      siblings.splice(index, 1);
      break;
    case 1:
      siblings.splice(random.below(siblings.length + 1), 0, copyElement(element));
      break;
    case 2:
      swap(siblings, index, random.below(siblings.length));
      break;
    case 3:
      element.identifier = random.oneIn(2) ? random.pick(identifiers) : element.identifier ^ (1 << random.below(8));
      break;
    case 4:
      element.length = random.pick(lengthForms);
      break;
    case 5:
    case 6:
      changeContent(element, random, other);
      break;
    case 7: {
      const donor = donorOf(other(), random, element.identifier);
      if (donor !== undefined) siblings[index] = donor;
      break;
    }
    case 8: {
      const donor = donorOf(other(), random, element.identifier);
      if (donor !== undefined) siblings.splice(random.below(siblings.length + 1), 0, donor);
      break;
    }
    case 9:
      siblings[index] = random.pick(places).element === root ? element : copyElement(random.pick(places).element);
      break;
    case 10:
      nest(place, random);
      break;
    case 11:
      toggleCritical(random.pick(places.filter(({ element: one }) => isExtension(one)).concat(place)).element, random);
      break;
    case 12:
      if (random.oneIn(8)) repeat(place, random);
      break;
    default:
      // Anything once more, in another place: order, levels and kinds get mixed.
      random.pick(places).element.children?.push(copyElement(element));
  }
}

function collect(elements: Element[], places: Place[]): void {
  elements.forEach((element, index) => {
    places.push({ element, siblings: elements, index });
    if (element.children !== undefined) collect(element.children, places);
  });
}

const lengthForms: readonly LengthForm[] = ['minimal', 'indefinite', 'one-more', 'one-less', 1, 2, 3, 4];

function swap(elements: Element[], left: number, right: number): void {
  const [one, two] = [elements[left], elements[right]];
  if (one === undefined || two === undefined) return;
  elements[left] = two;
  elements[right] = one;
}

function changeContent(element: Element, random: Random, other: () => Uint8Array): void {
  if (element.children !== undefined && random.oneIn(2)) element.children.reverse();
  if (element.children !== undefined) return;
  const known = contentsOf(element.identifier);
  element.content =
    known.length > 0 && random.oneIn(2)
      ? Uint8Array.from(random.pick(known))
      : mutateOctets(element.content, random, () => donorOf(other(), random, element.identifier)?.content ?? other());
}

/** A part of other DER, of the same kind if there is one. */
function donorOf(bytes: Uint8Array, random: Random, identifier: number): Element | undefined {
  const root = parseElement(bytes);
  if (root === undefined) return undefined;
  const places: Place[] = [];
  collect([root], places);
  const alike = places.filter(({ element }) => element.identifier === identifier);
  return random.pick(alike.length > 0 && !random.oneIn(4) ? alike : places).element;
}

/** Into more levels, or out of one. */
function nest({ element, siblings, index }: Place, random: Random): void {
  if (element.children !== undefined && random.oneIn(2)) {
    siblings.splice(index, 1, ...element.children);
    return;
  }
  let nested = element;
  const identifier = random.oneIn(2) ? 0x30 : random.pick(identifiers);
  for (let levels = random.oneIn(8) ? random.below(64) : random.below(4); levels > 0; levels--) {
    nested = constructed(identifier, [nested]);
  }
  siblings[index] = nested;
}

/** `SEQUENCE { OBJECT IDENTIFIER, BOOLEAN OPTIONAL, OCTET STRING }`. */
function isExtension({ identifier, children }: Element): boolean {
  return identifier === 0x30 && children?.[0]?.identifier === 0x06 && children.at(-1)?.identifier === 0x04;
}

function toggleCritical({ children }: Element, random: Random): void {
  if (children === undefined) return;
  if (children[1]?.identifier === 0x01) children.splice(1, 1);
  else children.splice(1, 0, primitive(0x01, Uint8Array.of(random.oneIn(8) ? random.below(256) : 0xff)));
}

/** Many times over: what is quadratic in a count shows. */
function repeat({ element, siblings, index }: Place, random: Random): void {
  const size = writeElement(element).length;
  const times = Math.min(2 ** (2 + random.below(10)), Math.floor(60_000 / Math.max(1, size)));
  const copies = Array.from({ length: times }, (_, count) =>
    random.oneIn(2) ? copyElement(element) : numbered(element, count),
  );
  siblings.splice(index, 1, ...copies);
}

/** A copy whose last primitive element counts, so that copies are not duplicates. */
function numbered(element: Element, count: number): Element {
  const copy = copyElement(element);
  let last = copy;
  while (last.children !== undefined && last.children.length > 0) last = last.children.at(-1) as Element;
  const content = Uint8Array.from(last.content);
  const at = content.length - 1;
  if (at >= 0) content[at] = (content[at] as number) ^ (count & 0x7f);
  if (at >= 1) content[at - 1] = (content[at - 1] as number) ^ ((count >> 7) & 0x1f);
  last.content = content;
  return copy;
}
