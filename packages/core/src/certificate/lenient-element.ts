/**
 * Elements of octets that were refused, for a log: they are taken as they come. Nothing that is wrong with one stops the
 * walk, and a length never leads out of what holds the element. Nobody decides by anything that is read so.
 */
export interface LenientElement {
  readonly identifier: number;
  /** Where the identifier stands. */
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

/** The element that begins at `start`, cut to what holds it. */
export function elementAt(bytes: Uint8Array, start: number, limit: number): LenientElement {
  const identifier = bytes[start] ?? 0;
  const first = bytes[start + 1] ?? 0;
  const lengthOctets = first > 0x80 ? first & 0x7f : 0;
  const contentStart = Math.min(start + 2 + lengthOctets, limit);
  let length = first;
  if (lengthOctets > 0) {
    length = 0;
    for (let at = start + 2; at < contentStart; at += 1) length = length * 256 + (bytes[at] as number);
  }
  // 80 begins a length of the indefinite form (X.690 8.1.3.6): whatever follows belongs to it.
  return { identifier, start, contentStart, end: first === 0x80 ? limit : Math.min(contentStart + length, limit) };
}

/** The elements inside another one, in order. */
export function* elementsIn(bytes: Uint8Array, { contentStart, end }: LenientElement): Generator<LenientElement> {
  // Each is one octet long at least, so that this comes to an end.
  for (let at = contentStart; at < end; ) {
    const element = elementAt(bytes, at, end);
    yield element;
    at = element.end;
  }
}

/** The element inside another one in which this offset lies, and how many come before it. */
export function childAt(
  bytes: Uint8Array,
  container: LenientElement,
  at: number,
): { readonly child: LenientElement; readonly index: number } | undefined {
  if (at < container.contentStart) return undefined;
  let index = 0;
  for (const child of elementsIn(bytes, container)) {
    if (at < child.end) return { child, index };
    index += 1;
  }
  return undefined;
}
