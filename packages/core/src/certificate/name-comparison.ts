import { Buffer } from 'node:buffer';
import { isOneElement } from '../encoding/der.ts';
import { isTextTag } from '../encoding/der-string.ts';
import { attributeTypeByOid } from './attribute-types.ts';
import type { AttributeTypeAndValue, RelativeDistinguishedName } from './model.ts';

/**
 * Comparison of names (RFC 5280 7.1): the canonical text of two attribute values is equal exactly when they match after
 * the string preparation of RFC 4518 for caseIgnoreMatch. Every string type folds, domainComponent and emailAddress
 * included, whatever string type the value was encoded in.
 *
 * A stranger chooses the names of the certificates that he presents, and preparing can cost the square of their length.
 * What is longer or stranger than any honest name is therefore not prepared: it matches the very same characters only.
 */

/** RFC 5280 A.1 knows no attribute of more than 255 characters, most have 64: no honest name comes near. */
const longestName = 2_048;

/** One text for each RDN of a name. */
export function canonicalRdns(rdns: readonly RelativeDistinguishedName[]): readonly string[] {
  const canonicalOf = isShort(rdns) ? canonicalAttribute : exactAttribute;
  return rdns.map((rdn) => joined(rdn, canonicalOf));
}

/** One text for an RDN that stands alone. */
export function canonicalRdn(rdn: RelativeDistinguishedName): string {
  return joined(rdn, isShort([rdn]) ? canonicalAttribute : exactAttribute);
}

/** Whether a name can be told from another spelling of it. Where one spelling is forbidden, the others must be too. */
export function isComparable(rdns: readonly RelativeDistinguishedName[]): boolean {
  return isShort(rdns) && rdns.every((rdn) => rdn.every(isComparableAttribute));
}

/**
 * A value that is no text is compared as octets. Where its type or its tag says that it is text, it may be another spelling
 * of one that can be read; and where it is no DER, of one that is.
 */
function isComparableAttribute({ type, text, der }: AttributeTypeAndValue): boolean {
  if (text !== undefined) return isStreamSafe(text);
  return !attributeTypeByOid.has(type) && !isTextTag(der[0] as number) && isOneElement(der, 0, der.length);
}

/** Whether every value of a name has a match at all (RFC 4518 2.4), beside that with itself. */
export function isPreparable(rdns: readonly RelativeDistinguishedName[]): boolean {
  return isComparable(rdns) && rdns.every((rdn) => rdn.every(({ text }) => text === undefined || !hasProhibited(text)));
}

/** By characters, not by octets: the same text has the same length in every string type. */
function isShort(rdns: readonly RelativeDistinguishedName[]): boolean {
  let length = 0;
  for (const rdn of rdns) for (const { text } of rdn) length += text?.length ?? 0;
  return length <= longestName;
}

/** The order of the attributes inside an RDN does not count. */
function joined(rdn: RelativeDistinguishedName, canonicalOf: (attribute: AttributeTypeAndValue) => string): string {
  const [first] = rdn;
  if (rdn.length === 1 && first !== undefined) return canonicalOf(first);
  return rdn.map(canonicalOf).sort(byCodeUnit).join('+');
}

const byCodeUnit = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function canonicalAttribute(attribute: AttributeTypeAndValue): string {
  const prepared = attribute.text === undefined ? undefined : prepare(attribute.text);
  return prepared === undefined ? exactAttribute(attribute) : `${attribute.type}=${escaped(prepared)}`;
}

/**
 * What matches only itself: of a text the characters, which its string type does not change, or else the same name written
 * in an option could not match. No prepared value begins with a `#` that is not escaped, and no hex with a colon.
 */
function exactAttribute({ type, text, der }: AttributeTypeAndValue): string {
  if (text === undefined) return `${type}=#${Buffer.from(der).toString('hex')}`;
  return `${type}=#:${escaped(text)}`;
}

/** Separators are escaped, so that two different names never have the same text. */
function escaped(text: string): string {
  return /[#+,\\]/.test(text) ? text.replace(/[#+,\\]/g, '\\$&') : text;
}

/** RFC 4518 section 2, or `undefined` when no match is defined for the value and it therefore matches only itself. */
function prepare(text: string): string | undefined {
  if (isAscii(text)) return withoutInsignificantSpace(text.toLowerCase());
  if (hasProhibited(text) || !isStreamSafe(text)) return undefined;
  const mapped = text.replace(mappedToNothing, '').replace(mappedToSpace, ' ').normalize('NFKC');
  return withoutInsignificantSpace(foldCase(mapped).normalize('NFKC'));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** 2.4: private use, unassigned and replacement characters make a match undefined. Normalizing neither adds nor removes any. */
const hasProhibited = (text: string): boolean => /[\p{Co}\p{Cn}\ufffd]/u.test(text);

/**
 * Stream-Safe Text Format (Unicode Standard Annex 15 section 13): not more than 30 combining marks in a row. To put more in
 * their order takes the square of their number. What is mapped to nothing does not part them.
 */
function isStreamSafe(text: string): boolean {
  if (isAscii(text)) return true;
  const runs = text.replace(mappedToNothing, '').match(marks) ?? [];
  return runs.every((run) => run.length <= 30 || Array.from(run).length <= 30);
}

/** Also the two characters that normalizing makes marks of. */
const marks = /[\p{M}\uff9e\uff9f]+/gu;

/** 2.2: soft hyphen, joiners, variation selectors, direction marks and the object replacement character. */
const mappedToNothing =
  /\u034f|[\u180b-\u180d\ufe00-\ufe0f]|[\u00ad\u06dd\u070f\u1806\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu;

/** 2.2: every character of the separator classes. */
const mappedToSpace = /[\p{Zs}\p{Zl}\p{Zp}]/gu;

/**
 * The case folding of RFC 3454 B.2: upper case first, so that ß and SS meet. Dotless i keeps to itself, although its upper
 * case is I. A sigma is the same wherever in a word it stands.
 */
function foldCase(text: string): string {
  return text.split('ı').map(inOneCase).join('ı').replaceAll('ς', 'σ');
}

const inOneCase = (text: string): string => text.toUpperCase().toLowerCase();

/** 2.6.1: no space at either end, one between words. */
function withoutInsignificantSpace(text: string): string {
  return text.trim().replace(/ {2,}/g, ' ');
}
