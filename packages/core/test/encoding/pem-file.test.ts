import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePem } from '../../src/encoding/pem.ts';
import { PemFileReader, readPemFile } from '../../src/encoding/pem-file.ts';
import { AsciiOctets } from '../../src/encoding/text-octets.ts';
import { authority } from '../path/certificates.ts';

const one = authority('CN=One').der;
const two = authority('CN=Two').der;
const block = encodePem(one, 'CERTIFICATE');
const other = encodePem(two, 'CERTIFICATE');
const both = block + other;

/** The octets of each block in hexadecimal, or what is wrong. */
function read(input: string | Uint8Array): readonly string[] | string {
  const file = readPemFile(input);
  return file.ok ? file.value.map(({ octets }) => hex(octets)) : file.detail;
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const blocks = [hex(one), hex(two)];
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

describe('a file of PEM', () => {
  it.each<[string, string | Uint8Array]>([
    ['as it should be', both],
    ['with CRLF', both.replaceAll('\n', '\r\n')],
    ['with CR alone, as an old Mac writes it', both.replaceAll('\n', '\r')],
    ['without a line end at its end', both.trimEnd()],
    ['with a byte order mark', `\ufeff${both}`],
    ['with a byte order mark in octets', Buffer.from(`\ufeff${both}`)],
    ['with a byte order mark that was read as Latin-1', Buffer.from(`\ufeff${both}`).toString('latin1')],
    ['of two files with byte order marks', Buffer.from(`\ufeff${block}\ufeff${other}`)],
    ['of PowerShell', utf16(`\ufeff${both.replaceAll('\n', '\r\n')}`)],
    ['of PowerShell, of the other order', utf16(`\ufeff${both.replaceAll('\n', '\r\n')}`).swap16()],
    ['of PowerShell, with a name in text', utf16(`\ufeffCN=Łódź ${'ō'.repeat(3_000)}\n${both}`)],
    ['with blanks behind its lines', both.replaceAll('\n', ' \t \n')],
    ['indented as in YAML', `ca: |\n${both.replace(/^/gm, '    ')}\nother: 1\n`],
    ['indented by tabs', both.replace(/^/gm, '\t')],
    ['in a variable of the environment, line ends as two characters', both.replaceAll('\n', '\\n')],
    ['in the same of a Windows', both.replaceAll('\n', '\\r\\n')],
    ['the same, with a line end', `${both.replaceAll('\n', '\\n')}\n`],
    ['in JSON', JSON.stringify(both)],
    ['in JSON, with a line end', `${JSON.stringify(both)}\r\n`],
    ['in single quotes', `'${both}'`],
    ['on one line, with blanks', both.replaceAll('\n', ' ')],
    ['on one line, without any', both.replaceAll('\n', '')],
    ['without a line end between its blocks', block.trimEnd() + other],
    ['with empty lines in its blocks', both.replaceAll('\n', '\n\n')],
    [
      'with text around',
      `# Root\n=====\nsubject=CN = One\n${block}\n  Bag Attributes\n    a: <b>\n${other}end -- of file`,
    ],
    ['with lines of hyphens', `----------\n${block}--\n-\n${other}-----\n`],
    [
      'with a block that is commented out',
      `${block}# ${lines(block).join('\n# ')}\n;${lines(block).join('\n;')}\n${other}`,
    ],
    ['with a very long line of text', `${'text - '.repeat(5_000)}\n${both}`],
  ])('%s is read', (_, input) => {
    expect(read(input)).toEqual(blocks);
  });

  it('has old names for certificates', () => {
    for (const label of ['X509 CERTIFICATE', 'X.509 CERTIFICATE', 'TRUSTED CERTIFICATE', 'PKCS #7 SIGNED DATA']) {
      expect(readPemFile(encodePem(one, label))).toEqual({
        ok: true,
        value: [{ label, headers: '', octets: Buffer.from(one) }],
      });
    }
  });

  const outOfPlace = 'is out of place';
  const before = 'has text before a boundary on the same line';
  const behind = 'has text behind a block on the same line';
  const damaged = 'has a boundary line that is damaged';
  it.each<[string, string, string]>([
    ['nothing', '', 'is not PEM'],
    ['text', 'hello\n', 'is not PEM'],
    ['a block that is cut off in its body', block.slice(0, 200), 'is cut off'],
    ['a block that is cut off in its closing boundary', block.slice(0, -4), 'is cut off'],
    ['the same without the last hyphens', block.trimEnd().slice(0, -5), 'is cut off'],
    ['a cut off block before another', block.slice(0, 200) + other, outOfPlace],
    [
      'a block without an opening boundary',
      lines(block).slice(1).join('\n') + other,
      'holds base64 outside of a block',
    ],
    ['a closing boundary alone', `${block}-----END CERTIFICATE-----\n`, outOfPlace],
    ['a body without boundaries behind a block', block + lines(other).slice(1, -1).join('\n'), 'holds base64 outside'],
    ['another label at the end', block.replace('END CERTIFICATE', 'END X509 CRL'), outOfPlace],
    ['six hyphens', block.replace('-----BEGIN', '------BEGIN'), before],
    ['six hyphens behind', block.replace('CERTIFICATE-----', 'CERTIFICATE------'), 'is damaged: the body'],
    ['six hyphens at the end', `${block.trimEnd()}-`, behind],
    ['four hyphens', block.replace('-----BEGIN', '----BEGIN'), damaged],
    ['lower case', block.replace('BEGIN CERTIFICATE', 'begin certificate') + other, damaged],
    ['dashes of an editor', block.replaceAll('-----', '\u2014\u2013') + other, damaged],
    ['a blank behind the hyphens', block.replace('-----BEGIN', '----- BEGIN') + other, damaged],
    ['a misspelt word', block.replace('BEGIN', 'BEGN') + other, damaged],
    ['a boundary of which a part is on the next line', block.replace('E-----', 'E\n-----') + other, damaged],
    ['text before a boundary', `ca: ${block}`, before],
    ['the subject of a certificate in text', `subject=CN = ${block}`, before],
    [
      'the same with line ends in two characters',
      `subject=CN = x\\n${block.replaceAll('\n', '\\n')}\n${other}`,
      before,
    ],
    ['a comment before a block on one line', `# Root ${block.replaceAll('\n', ' ')}`, before],
    ['a comment that is a whole block', `# ${block.replaceAll('\n', ' ')}\n${other}`, before],
    ['text far down in a line', `${'x'.repeat(3_000)}${block}${other}`, before],
    ['text behind a block', `${block.trimEnd()};\n${other}`, behind],
    ['text behind a block on one line', `${block.replaceAll('\n', '\\n')}end`, behind],
    ['a quotation mark without the other', `"${both}`, 'is cut off: the quotation mark'],
    ['text behind the quotation mark', `"${both}",\n`, 'has text behind the closing quotation mark'],
    ['a block behind the quotation mark', `"${block}" ${other}`, 'has text behind the closing quotation mark'],
    ['an empty body', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', 'is empty'],
    ['a header in a certificate', block.replace('-----\n', '-----\nProc-Type: 4,CLEAR\n\n'), 'is no base64'],
    ['base64url', `${encodePem(Buffer.from('fbefbe', 'hex'), 'CERTIFICATE').replaceAll('+', '-')}`, 'is no base64'],
    ['bits that belong to no octet', '-----BEGIN CERTIFICATE-----\nMB==\n-----END CERTIFICATE-----', 'is no base64'],
    ['two bodies in one block', '-----BEGIN CERTIFICATE-----\nMA==\nMA==\n-----END CERTIFICATE-----', 'is no base64'],
    ['two backslashes before an n', both.replaceAll('\n', '\\\\n'), 'is no base64'],
    ['a no-break space', both.replace('\n', '\u00a0\n'), 'is no base64'],
    ['a zero octet', both.replace('\n', '\0\n'), 'is no base64'],
  ])('with %s is refused', (_, input, words) => {
    expect(read(input)).toContain(words);
    expect(read(Buffer.from(input))).toContain(words);
    expect(read(utf16(`\ufeff${input}`))).toContain(words);
  });

  it('with a boundary anywhere in a long line of text is refused for its boundary', () => {
    const ofBoundary = /^has (?:text before a boundary|a boundary line that is damaged)/;
    for (let length = 990; length <= 1_030; length++) {
      expect(read(`${'x'.repeat(length)}${block}${other}`)).toMatch(ofBoundary);
      expect(read(`${block}${'x'.repeat(length + 896)}${other}`)).toMatch(ofBoundary);
    }
  });
});

describe('a private key', () => {
  const body = Buffer.alloc(100, 7).toString('base64');
  const headers = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n';
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${headers}${body.replace(/.{64}/g, '$&\n')}\n-----END RSA PRIVATE KEY-----\n`;

  it.each([
    ['as OpenSSL writes it', key],
    ['with CRLF', key.replaceAll('\n', '\r\n')],
    ['on one line', key.replaceAll('\n', ' ')],
    ['in a variable of the environment', JSON.stringify(key)],
    ['indented, with other blanks', key.replaceAll('\n', ' \n   ').replace('4,', '4, ')],
  ])('has the headers of its encryption %s', (_, input) => {
    expect(readPemFile(input)).toEqual({
      ok: true,
      value: [{ label: 'RSA PRIVATE KEY', headers, octets: new Uint8Array(100).fill(7) }],
    });
  });

  it.each([
    ['another header', key.replace('DEK-Info', 'DEK-Other')],
    ['a third one', key.replace('\n\n', '\nComment: x\n\n')],
    ['no line end at all', key.replaceAll('\n', '')],
    ['a body of any length', `-----BEGIN PRIVATE KEY-----\n${'AAAA'.repeat(20_000)}\n-----END PRIVATE KEY-----\n`],
  ])('with %s is refused, and nothing of it is told', (_, input) => {
    expect(read(input)).toMatch(/^is damaged: the body of "-----BEGIN (RSA )?PRIVATE KEY-----" is /);
  });
});

describe('what is done to good PEM', () => {
  const lineEnds = fc.constantFrom('\n', '\r\n', '\r', '\n\n', ' \n', '\n    ', '\t\r\n');
  const oneLine = fc.constantFrom(' ', '', '\\n', '\\r\\n', '  ', '\t');
  const width = fc.integer({ min: 1, max: 90 });
  const text = fc.constantFrom('', '# Root CA', 'subject=CN = x', '   Bag Attributes', '========', '---', 'MII', '--');
  const label = fc.constantFrom('CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE', 'X509 CRL');

  const decorated = fc
    .record({ lineEnd: fc.oneof(lineEnds, oneLine), wide: width, text, label, quote: fc.constantFrom('', '"', "'") })
    .map(({ label, lineEnd, quote, text, wide }) => {
      const isLines = /[\r\n]/.test(lineEnd);
      const around = isLines && quote === '' ? text + lineEnd : '';
      const write = (der: Uint8Array): string =>
        [
          `-----BEGIN ${label}-----`,
          ...(Buffer.from(der)
            .toString('base64')
            .match(new RegExp(`.{1,${wide}}`, 'g')) ?? []),
          `-----END ${label}-----`,
        ].join(lineEnd);
      return `${quote}${around}${write(one)}${lineEnd}${around}${write(two)}${quote}${isLines ? lineEnd + around : ''}`;
    });
  const encoded = fc.tuple(decorated, fc.constantFrom('text', 'utf-8', 'mark', 'utf-16le', 'utf-16be'));

  it('changes none of its blocks where it is one of the oddities that files have', () => {
    fc.assert(
      fc.property(encoded, ([text, encoding]) => {
        expect(read(inEncoding(text, encoding))).toEqual(blocks);
      }),
      { numRuns: 500 },
    );
  });

  it('never takes a block away: a character that is removed, added or replaced is without meaning, or refused', () => {
    const edit = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom('remove', 'insert', 'replace'),
      with: fc.constantFrom(...'-#"\'\\ \n\r\t=AaEnB:\0é', '\ufeff', '\\n', '-----', '# '),
    });
    fc.assert(
      fc.property(decorated, edit, (text, { at, kind, with: character }) => {
        const place = at % text.length;
        const end = kind === 'insert' ? place : place + 1;
        const edited = text.slice(0, place) + (kind === 'remove' ? '' : character) + text.slice(end);
        const found = read(edited);
        if (typeof found === 'string') return;
        expect(found).toHaveLength(2);
        for (const [index, octets] of found.entries()) {
          if (octets === blocks[index]) continue;
          // One character of base64 for another, which no reader can tell: as many octets, two of them other ones at most; one
          // more where it stands for the padding.
          expect(kind).toBe('replace');
          expect(character).toMatch(/^[A-Za-z]$/);
          expect(octets).toHaveLength((blocks[index] as string).length + (text[place] === '=' ? 2 : 0));
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('is read in pieces as it is in one', () => {
    const piece = fc.constantFrom(
      ...[
        '-----BEGIN X-----',
        '-----END X-----',
        '-----BEGIN Y-----',
        '-----BEGIN A PRIVATE KEY-----',
        '-----END A PRIVATE KEY-----',
      ],
      ...[
        'MAAA',
        'MA==',
        '\\n',
        '\\',
        '"',
        "'",
        '#',
        ' ',
        '\t',
        '\n',
        '\r\n',
        '\r',
        '-----',
        '--',
        'text',
        '\ufeff',
        'é',
        '',
        '=',
      ],
      'Proc-Type: 4,ENCRYPTED\nDEK-Info: A,0\n\n',
    );
    const encoding = fc.constantFrom('utf-8', 'utf-16le', 'utf-16be');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }),
        encoding,
        fc.integer({ min: 1, max: 30 }),
        (texts, name, size) => {
          const octets = inEncoding(texts.join(''), name) as Buffer;
          const ascii = new AsciiOctets();
          const reader = new PemFileReader(octets.length);
          for (let at = 0; at < octets.length; at += size) reader.write(ascii.write(octets.subarray(at, at + size)));
          expect(reader.end()).toEqual(readPemFile(octets));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

function inEncoding(text: string, encoding: string): string | Uint8Array {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'mark':
      return Buffer.from(`\ufeff${text}`);
    case 'utf-16le':
      return utf16(`\ufeff${text}`);
    case 'utf-16be':
      return utf16(`\ufeff${text}`).swap16();
    default:
      return text;
  }
}
