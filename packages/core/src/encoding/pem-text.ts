/** Hyphens, and what editors and chats make of them: octets of UTF-8, and of Windows. */
const dashes = '(?:--|\\xe2\\x80[\\x90-\\x95]|\\xe2\\x88\\x92|\\x96|\\x97)';
const wordsOfLabels = '(?:CERTIFICATE|CRL|KEY|PKCS ?#?7|CMS)\\b';

const comment = /^[#;][#; \t]*-----(?:BEGIN|END) [!-,.-~ ]+-----[ \t]*$/;
const boundaryBehindText = /-----(?:BEGIN|END) [!-,.-~ ]+-----/;
const damagedBoundary = new RegExp(
  `-----[ \\t]*(?:BEGIN|END)\\b|${dashes}[ \\t]*(?:BEGIN|END)[ \\t][A-Z0-9 .#]{0,40}${wordsOfLabels}|` +
    `\\b(?:BEGIN|END)[ \\t][A-Z0-9 .#]{0,40}${wordsOfLabels}[ \\t]*${dashes}`,
  'i',
);
/** A body that lost its boundaries: DER of more than 255 octets begins so. */
const body = /^MI[A-Za-z0-9+/=]{40,}$/;

export const looseBody = 'holds base64 outside of a block: a "-----BEGIN ...-----" line is missing before it';

/**
 * What is wrong with a line of text outside of blocks, in words that follow the name of the file: it looks like a part of
 * one, and to skip it would be to lose a certificate or a list without a word. A boundary behind `#` is commented out.
 */
export function troubleOfText(line: string, isWhole: boolean): string | undefined {
  if (isWhole && body.test(line.trimEnd())) return looseBody;
  if (isWhole && comment.test(line)) return undefined;
  if (boundaryBehindText.test(line)) {
    return 'has text before a boundary on the same line: put the boundary on a line of its own';
  }
  const isBroken = damagedBoundary.test(line) || (isWhole && /^-----/.test(line) && !/^-+[ \t]*$/.test(line));
  return isBroken
    ? 'has a boundary line that is damaged: write "-----BEGIN ...-----" and "-----END ...-----" with five hyphens at each side'
    : undefined;
}
