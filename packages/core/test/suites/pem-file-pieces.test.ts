import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { type PemFile, PemFileReader, readPemFile } from '../../src/encoding/pem-file.ts';
import { AsciiOctets } from '../../src/encoding/text-octets.ts';

const body = Buffer.alloc(60, 7).toString('base64');
const block = `-----BEGIN X-----\n${body}\n-----END X-----\n`;
const headers = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n';
const key = `-----BEGIN A PRIVATE KEY-----\n${headers}${body}\n-----END A PRIVATE KEY-----\n`;

/** Files in which where a piece ends could make a difference: right ones, and wrong ones. */
const files: readonly (readonly [string, string])[] = [
  ['two blocks', block + block],
  ['a byte order mark', `\ufeff${block}`],
  ['a byte order mark between two blocks', `${block}\ufeff${block}`],
  ['the beginning of a byte order mark', `ï»x\n${block}`],
  ['a quotation mark', `"${block}"`],
  ['a quotation mark and line ends in two characters', `'\\n${block.replaceAll('\n', '\\r\\n')}'\n`],
  ['a quotation mark that is not closed', `"${block}`],
  ['text behind the closing quotation mark', `"${block}" x`],
  ['a boundary behind the closing quotation mark', `"${block}"\n${block}`],
  ['text in quotation marks', `"a name"\n${block}`],
  ['line ends in two characters', (block + block).replaceAll('\n', '\\n')],
  ['a backslash behind a block', `${block.trimEnd()}\\x${block}`],
  ['blanks for line ends', (block + block).replaceAll('\n', ' ')],
  ['nothing for line ends', (block + block).replaceAll('\n', '')],
  ['text before, between and behind', `# Root\n${block}subject=CN = x\n${block}end`],
  ['hyphens', `-----\n${block}--\n-\n----------\n${block}--`],
  ['a block that is commented out', `${block.replace(/^/gm, '# ')}\n${block}`],
  ['a boundary behind text', `x -----BEGIN X-----\n${body}\n-----END X-----\n`],
  ['a boundary in a long line of text', `${'x'.repeat(1_100)} -----BEGIN X-----\n${block}`],
  ['a long line of text', `${'text - '.repeat(400)}\n${block}`],
  ['a private key with headers', key],
  ['a private key on one line', key.replaceAll('\n', ' ')],
  ['a private key and a block', key + block],
  ['a block that is cut off in its body', block.slice(0, 60)],
  ['a block that is cut off in its closing boundary', block.slice(0, -6)],
  ['a block without its closing boundary', block.replace('-----END X-----', '')],
  ['another closing boundary', block.replace('END X', 'END Y')],
  ['a damaged closing boundary', block.replace('END X-----', 'END X--')],
  ['a closing boundary alone', `-----END X-----\n${block}`],
  ['a hyphen in a body', block.replace(body.slice(4, 6), '-')],
  ['an empty body', '-----BEGIN X-----\n-----END X-----\n'],
  ['base64 before a block', `${body}\n${block}`],
  ['base64 alone', body],
  ['nothing', ''],
];

function readIn(pieces: readonly Uint8Array[]): PemFile {
  const ascii = new AsciiOctets();
  const reader = new PemFileReader(pieces.reduce((sum, { length }) => sum + length, 0));
  for (const piece of pieces) reader.write(ascii.write(piece));
  return reader.end();
}

describe.each(files)('a file with %s', (_, text) => {
  const octets = Buffer.from(text);
  const whole = readPemFile(octets);

  it('is read octet by octet as it is in one', () => {
    expect(readIn(Array.from(octets, (octet) => Uint8Array.of(octet)))).toEqual(whole);
  });

  it('is read in two pieces as it is in one, wherever it is parted', () => {
    for (let at = 0; at <= octets.length; at += 1) {
      const read = readIn([octets.subarray(0, at), octets.subarray(at)]);
      // Compared as text: a deep comparison of so many takes a second.
      expect(said(read), `parted at ${at}`).toBe(said(whole));
    }
  });
});

function said(file: PemFile): string {
  if (!file.ok) return `${file.rule} ${file.detail}`;
  return file.value
    .map(({ headers, label, octets }) => [label, headers, Buffer.from(octets).toString('hex')].join(' '))
    .join(', ');
}
