import { decodeBase64Lines, encodeBase64 } from './base64.ts';

/** Textual encodings (RFC 7468) as they are read from others, strictly. What an operator gives is read by `pem-file.ts`. */

/** Which rule of the textual encoding was broken. */
export const pemRules = {
  pem_empty: { section: 'RFC 7468 2', explanation: 'No block at all' },
  pem_boundary: { section: 'RFC 7468 2', explanation: 'A boundary line is missing, cut off or does not match' },
  pem_label: { section: 'RFC 7468 2', explanation: 'A block with another label than the one expected' },
  pem_text_outside: { section: 'RFC 7468 2', explanation: 'Text outside the block' },
  pem_base64: { section: 'RFC 7468 3', explanation: 'The body is not canonical base64 in unbroken lines' },
  pem_several: { section: 'RFC 7468 5', explanation: 'Several blocks where one belongs' },
} as const;

export type PemRule = keyof typeof pemRules;

/** The DER of every block in order, or the rule that the text breaks. */
export type PemResult =
  | { readonly ok: true; readonly value: readonly Uint8Array[] }
  | { readonly ok: false; readonly rule: PemRule };

const broken = (rule: PemRule): PemResult => ({ ok: false, rule });

/**
 * Whether the octets of a file begin as DER does: with a SEQUENCE. Its identifier is the digit 0 of a text, but where its
 * length follows no text has such octets, and what is shorter than 130 octets holds no block of a certificate or list.
 */
export function beginsAsDer(octets: Uint8Array): boolean {
  const length = octets[1] ?? 0;
  return octets[0] === 0x30 && (octets.length < 130 || (length >= 0x80 && length <= 0x84));
}

/**
 * Strictly: blocks of one label and nothing else, neither text nor empty lines between, before or after them. Lines end
 * in LF or CRLF and may have any length (section 2 leaves that to the parser); blanks are refused.
 */
export function decodePem(text: string, label: string): PemResult {
  const opening = `-----BEGIN ${label}-----`;
  const closing = `-----END ${label}-----`;
  const blocks: Uint8Array[] = [];
  let at = 0;
  while (at < text.length) {
    const lineEnd = endOfLine(text, at);
    const line = lineOf(text, at, lineEnd);
    at = lineEnd + 1;
    if (line !== opening) {
      if (line.startsWith('-----')) return broken(isBoundary(line) ? 'pem_label' : 'pem_boundary');
      return broken(text.includes('-----BEGIN ') ? 'pem_text_outside' : 'pem_empty');
    }
    const bodyEnd = text.indexOf(closing, at);
    if (bodyEnd <= at || text[bodyEnd - 1] !== '\n') return broken('pem_boundary');
    const closed = endOfLine(text, bodyEnd);
    if (lineOf(text, bodyEnd, closed) !== closing) return broken('pem_boundary');
    const der = decodeBase64Lines(text, at, bodyEnd);
    if (der === undefined) return broken('pem_base64');
    blocks.push(der);
    at = closed + 1;
  }
  return blocks.length === 0 ? broken('pem_empty') : { ok: true, value: blocks };
}

const isBoundary = (line: string): boolean => /^-----(?:BEGIN|END) [!-,.-~ ]*-----$/.test(line);

function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found === -1 ? text.length : found;
}

function lineOf(text: string, from: number, lineEnd: number): string {
  return text.slice(from, text[lineEnd - 1] === '\r' && lineEnd < text.length ? lineEnd - 1 : lineEnd);
}

/** One block: 64 characters a line, LF line ends, a final LF. */
export function encodePem(der: Uint8Array, label: string): string {
  const lines = encodeBase64(der).replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
