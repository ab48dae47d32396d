import { Buffer } from 'node:buffer';
import type { AttributeTypeAndValue, RelativeDistinguishedName } from './model.ts';

/**
 * Comparison of names (RFC 5280 7.1): the canonical text of two attribute values is equal exactly when they match after
 * the string preparation of RFC 4518 for caseIgnoreMatch. Every string type folds, domainComponent and emailAddress
 * included, whatever string type the value was encoded in.
 */

/** One text for each RDN. The order of the attributes inside it does not count. */
export function canonicalRdn(rdn: RelativeDistinguishedName): string {
  const [first] = rdn;
  if (rdn.length === 1 && first !== undefined) return canonicalAttribute(first);
  return rdn.map(canonicalAttribute).sort(byCodeUnit).join('+');
}

const byCodeUnit = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function canonicalAttribute({ type, text, der }: AttributeTypeAndValue): string {
  const prepared = text === undefined ? undefined : prepare(text);
  if (prepared === undefined) return `${type}=#${Buffer.from(der).toString('hex')}`;
  // Separators are escaped, so that two different names never have the same text.
  return `${type}=${/[#+,\\]/.test(prepared) ? prepared.replace(/[#+,\\]/g, '\\$&') : prepared}`;
}

/** RFC 4518 section 2, or `undefined` when the value is prohibited and therefore matches only itself. */
function prepare(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return withoutInsignificantSpace(text.toLowerCase());
  const mapped = text.replace(mappedToNothing, '').replace(mappedToSpace, ' ').normalize('NFKC');
  const folded = Array.from(mapped, foldCase).join('').normalize('NFKC');
  // 2.4: private use, unassigned and replacement characters make a match undefined.
  if (/[\p{Co}\p{Cn}\ufffd]/u.test(folded)) return undefined;
  return withoutInsignificantSpace(folded);
}

/** 2.2: soft hyphen, joiners, variation selectors, direction marks and the object replacement character. */
const mappedToNothing =
  /\u034f|[\u180b-\u180d\ufe00-\ufe0f]|[\u00ad\u06dd\u070f\u1806\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu;

/** 2.2: every character of the separator classes. */
const mappedToSpace = /[\p{Zs}\p{Zl}\p{Zp}]/gu;

/**
 * The case folding of RFC 3454 B.2, character by character: upper case first, so that ß and SS meet. Dotless i keeps to
 * itself, although its upper case is I.
 */
function foldCase(character: string): string {
  return character === 'ı' ? character : character.toUpperCase().toLowerCase();
}

/** 2.6.1: no space at either end, one between words. */
function withoutInsignificantSpace(text: string): string {
  return text.trim().replace(/ {2,}/g, ' ');
}
