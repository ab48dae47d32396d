/**
 * Text from outside, as it stands in a log. Names of certificates, headers and messages of errors hold what a stranger
 * chose: line ends of every kind, marks that turn the direction of writing, characters that nobody sees. In a log they would
 * begin a line of their own, hide a part, or show one name as another (Unicode Technical Report 36 section 2.5.1).
 */

// Controls, format characters, halves of a character, line and paragraph separators, and what is shown as nothing at all.
export const deceptive: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Longer than any honest name; what comes may fill a header. */
const longestField = 1_000;

/** Most texts need nothing done. */
const printableAscii = /^[ -~]*$/;

/** The text on one line, each deceptive character as `\u2028`, and not beyond so many characters. */
export function logText(text: string, longest: number = longestField): string {
  if (text.length <= longest && printableAscii.test(text)) return text;
  const start = text.length > longest ? text.slice(0, longest) : text;
  const escaped = start.replace(deceptive, escapeOf);
  if (escaped.length <= longest && start.length === text.length) return escaped;
  return `${escaped.slice(0, longest)}…`;
}

/** What was thrown, which need not be an Error, and need not even have a text: blanks of every kind as one. */
export function errorText(error: unknown, longest?: number): string {
  try {
    return logText(String(error).replace(/\s+/g, ' '), longest);
  } catch {
    return 'something without a text';
  }
}

function escapeOf(character: string): string {
  const hex = (character.codePointAt(0) as number).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}
