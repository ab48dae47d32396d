/**
 * A tree of BER elements that can be changed and written again, well-formed or not. Octets that hold an element, as the
 * contents of OCTET STRING and BIT STRING often do, are part of the tree.
 */
export interface Element {
  identifier: number;
  /** Of a primitive element. */
  content: Uint8Array;
  /** Of a constructed element, or of a string that holds elements. */
  children: Element[] | undefined;
  /** Before the children: the count of unused bits of a BIT STRING. */
  prefix: Uint8Array;
  length: LengthForm;
}

/** `minimal` is DER; a number is that many octets too many; `indefinite` ends in end-of-contents; others lie. */
export type LengthForm = 'minimal' | 'indefinite' | 'one-more' | 'one-less' | number;

const nothing = new Uint8Array();

/** The element that these octets are, or `undefined` when they are none. Lengths in other than the shortest form get lost. */
export function parseElement(bytes: Uint8Array): Element | undefined {
  const found = readElements(bytes, 0, bytes.length, 0);
  return found?.length === 1 ? found[0] : undefined;
}

export function primitive(identifier: number, content: Uint8Array): Element {
  return { identifier, content, children: undefined, prefix: nothing, length: 'minimal' };
}

export function constructed(identifier: number, children: Element[]): Element {
  return { identifier, content: nothing, children, prefix: nothing, length: 'minimal' };
}

export function copyElement(element: Element): Element {
  return { ...element, children: element.children?.map(copyElement) };
}

export function writeElement(element: Element): Uint8Array {
  const { identifier, children, length } = element;
  const content =
    children === undefined ? element.content : Buffer.concat([element.prefix, ...children.map(writeElement)]);
  const end = length === 'indefinite' ? [0, 0] : [];
  return Buffer.concat([
    Uint8Array.of(identifier, ...lengthOctets(content.length, length)),
    content,
    Uint8Array.from(end),
  ]);
}

function lengthOctets(length: number, form: LengthForm): number[] {
  if (form === 'indefinite') return [0x80];
  const said = Math.max(0, length + (form === 'one-more' ? 1 : form === 'one-less' ? -1 : 0));
  if (said < 0x80 && typeof form !== 'number') return [said];
  const octets: number[] = [];
  for (let left = said; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  if (typeof form === 'number') octets.unshift(...new Array<number>(said >= 0x80 ? form : form - 1).fill(0));
  return [0x80 | octets.length, ...octets];
}

/** Deep enough for every real certificate; what is deeper stays octets. */
const maximumDepth = 24;

function readElements(bytes: Uint8Array, start: number, end: number, depth: number): Element[] | undefined {
  const elements: Element[] = [];
  for (let at = start; at < end; ) {
    const identifier = bytes[at] as number;
    const header = readLength(bytes, at + 1, end);
    if ((identifier & 0x1f) === 0x1f || header === undefined) return undefined;
    elements.push(readContent(bytes, identifier, header.start, header.end, depth));
    at = header.end;
  }
  return elements;
}

function readContent(bytes: Uint8Array, identifier: number, start: number, end: number, depth: number): Element {
  const content = Uint8Array.from(bytes.subarray(start, end));
  const isHolder = identifier === 0x04 || (identifier === 0x03 && content[0] === 0 && content.length > 2);
  const skipped = identifier === 0x03 ? 1 : 0;
  const isReadable = depth < maximumDepth && ((identifier & 0x20) !== 0 || isHolder);
  const children = isReadable ? readElements(bytes, start + skipped, end, depth + 1) : undefined;
  // An OCTET STRING that happens to read as several elements is none that holds them.
  const isMisread = isHolder && (children?.length !== 1 || !holdable.has(children[0]?.identifier ?? 0));
  if (children === undefined || isMisread) return primitive(identifier, content);
  return { ...constructed(identifier, children), prefix: content.subarray(0, isHolder ? skipped : 0) };
}

const holdable: ReadonlySet<number> = new Set([0x01, 0x02, 0x03, 0x04, 0x30]);

function readLength(bytes: Uint8Array, at: number, limit: number): { start: number; end: number } | undefined {
  const first = bytes[at];
  if (at >= limit || first === undefined || first === 0x80) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 4) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let index = 1; index <= octets; index++) length = length * 256 + (bytes[at + index] ?? 0);
  const start = at + 1 + octets;
  return start + length <= limit ? { start, end: start + length } : undefined;
}
