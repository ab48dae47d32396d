import { decodeBase64 } from './base64.ts';

/**
 * Byte sequences of structured fields (RFC 9651 section 3.3.5), as strictly as section 4.2.7 lets a parser be: padding
 * is asked for, stray bits and foreign characters are refused. Parameters, which RFC 9440 does not define, are refused
 * rather than ignored: whoever sends some expects them to mean something.
 */

/** `:BASE64:`, or `undefined`. */
export function parseByteSequence(text: string): Uint8Array | undefined {
  return text.length > 2 && text.startsWith(':') && text.endsWith(':') ? decodeBase64(text.slice(1, -1)) : undefined;
}

/** A list (section 3.1) of byte sequences and nothing else; `undefined` also for an empty list or member. */
export function parseByteSequenceList(text: string, most: number): readonly Uint8Array[] | undefined {
  const sequences: Uint8Array[] = [];
  // A limit for split, so that a value of commas does not become as many strings.
  for (const member of text.split(',', most + 1)) {
    const sequence = parseByteSequence(withoutOptionalSpace(member));
    if (sequence === undefined || sequences.length === most) return undefined;
    sequences.push(sequence);
  }
  return sequences;
}

/** OWS (RFC 9110 section 5.6.3). By hand: an expression for blanks at the end takes quadratic time on a value of blanks. */
function withoutOptionalSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text, start)) start += 1;
  while (end > start && isSpace(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

const isSpace = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t';
