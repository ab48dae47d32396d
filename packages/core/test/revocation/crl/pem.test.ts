import { randomBytes } from 'node:crypto';
import { toPem } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPemFile } from '../../../src/encoding/pem-file.ts';
import { readCrlBlocks } from '../../../src/revocation/crl/pem.ts';

const label = 'X509 CRL';
const first = Uint8Array.of(0x30, 1, 2, 3, 4);
const second = Uint8Array.of(0x30, 9, 8, 7);
const text = (...ders: readonly Uint8Array[]): string => ders.map((der) => toPem(der, label)).join('');

/** The octets of every block, or the rule that is broken. */
async function blocksOf(input: string | Uint8Array): Promise<readonly number[][] | string> {
  const result = await readCrlBlocks(input);
  return result.ok ? result.value.map((der) => [...der]) : result.rule;
}

describe('a file of revocation lists', () => {
  it('is DER when it begins with a SEQUENCE, and then the very octets that were given', async () => {
    const result = await readCrlBlocks(first);
    expect(result.ok && result.value[0]).toBe(first);
    expect(result.ok && result.value).toHaveLength(1);
  });

  it.each([
    ['text', text(first, second)],
    ['octets of text', Buffer.from(text(first, second))],
    ['a view into other octets', Buffer.from(`xx${text(first, second)}`).subarray(2)],
    ['text with CRLF line ends', text(first, second).replaceAll('\n', '\r\n')],
    ['text around the blocks', `Issuer: CN=é\n${text(first)}\n# more\n${text(second)}end`],
    ['no line end behind the last block', text(first, second).slice(0, -1)],
    ['the old label of a list', text(first, second).replaceAll('X509 CRL', 'CRL')],
    ['UTF-16', Buffer.from(`\ufeff${text(first, second)}`, 'utf16le')],
    ['UTF-16 of the other order', Buffer.from(`\ufeff${text(first, second)}`, 'utf16le').swap16()],
    ['text with a byte order mark', `\ufeff${text(first, second)}`],
    ['one line', text(first, second).replaceAll('\n', ' ')],
    ['one line without blanks', text(first, second).replaceAll('\n', '')],
    ['a variable of the environment', JSON.stringify(text(first, second))],
    ['the file of the authorities', `${toPem(second)}${text(first)}${toPem(first)}${text(second)}`],
    ['octets of text that begins with the digit 0', Buffer.from(`0 lists${' '.repeat(99)}\n${text(first, second)}`)],
  ])('holds several lists in %s', async (_, input) => {
    expect(await blocksOf(input)).toEqual([[...first], [...second]]);
  });

  it.each([
    ['pem_empty', ''],
    ['pem_empty', 'nothing here\n'],
    ['pem_label', toPem(first)],
    ['pem_label', `${text(first)}${toPem(second, 'PRIVATE KEY')}`],
    ['pem_boundary', '-----BEGIN X509 CRL----\nMAAA\n'],
    ['pem_boundary', '-----BEGIN X509 CRL-----\nMAAA\n'],
    ['pem_base64', '-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n'],
    ['pem_boundary', '-----BEGIN X509 CRL-----\nMAAA\n-----END CERTIFICATE-----\n'],
    ['pem_boundary', '-----BEGIN X509 CRL-----\nMAAA\n-----END X509 CRL-----x\n'],
    ['pem_boundary', '-----BEGIN X509 CRL----\r-\nMAAA\n-----END X509 CRL-----\n'],
    ['pem_base64', '-----BEGIN X509 CRL-----\nMAA\n-----END X509 CRL-----\n'],
    ['pem_base64', '-----BEGIN X509 CRL-----\nMA==\nMAAA\n-----END X509 CRL-----\n'],
  ])('breaks %s: %j', async (rule, input) => {
    expect(await blocksOf(input)).toBe(rule);
  });

  it('is read without waiting when it is small', () => {
    expect(readCrlBlocks(`# one\n# two\n${text(first)}`)).not.toBeInstanceOf(Promise);
  });

  it('is refused as a mistake when it is neither text nor octets', () => {
    expect(() => readCrlBlocks(7 as unknown as string)).toThrow('given as PEM text or as octets');
  });

  it('is read as every other PEM bundle is', async () => {
    const line = fc.constantFrom(
      '-----BEGIN X509 CRL-----',
      '-----END X509 CRL-----',
      '-----BEGIN CERTIFICATE-----',
      '-----',
      'MAAA',
      'MA==',
      'M',
      '',
      'text',
      '-',
    );
    const file = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '')), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(file, async (lines) => {
        const input = lines.flat().join('');
        const file = readPemFile(input);
        const lists = file.ok ? file.value.filter((block) => block.label === label) : [];
        const none = file.ok ? 'pem_label' : file.rule;
        expect(await blocksOf(input)).toEqual(lists.length > 0 ? lists.map(({ octets }) => [...octets]) : none);
      }),
    );
  });
});

describe('a large file', () => {
  const large = new Uint8Array(randomBytes(2_000_000));

  it.each([
    ['lines of 64 characters', (base64: string) => base64.replace(/.{1,64}/g, '$&\n')],
    ['lines of 77 characters', (base64: string) => base64.replace(/.{1,77}/g, '$&\n')],
    ['CRLF line ends', (base64: string) => base64.replace(/.{1,64}/g, '$&\r\n')],
    ['one line', (base64: string) => base64],
    ['blanks around lines, and empty ones', (base64: string) => base64.replace(/.{1,64}/g, '  $& \n\n')],
  ])('is decoded in slices whatever its lines: %s', async (_, wrap) => {
    const body = wrap(Buffer.from(large).toString('base64'));
    const result = readCrlBlocks(`-----BEGIN X509 CRL-----\n${body}-----END X509 CRL-----\n${text(second)}`);
    expect(result).toBeInstanceOf(Promise);
    const blocks = await result;
    if (!blocks.ok) throw new Error(blocks.rule);
    expect(blocks.value).toHaveLength(2);
    expect(Buffer.compare(blocks.value[0] ?? first, large)).toBe(0);
    expect(blocks.value[1]).toEqual(Buffer.from(second));
  });

  const base64 = Buffer.from(large).toString('base64');
  const lines = (body: string): string => body.replace(/.{1,64}/g, '$&\n');
  it.each([
    ['padding at the end of a slice', `${lines(`${base64.slice(0, 516_222)}==`)}${lines(base64)}`],
    ['a wrong character in the last slice', `${lines(base64)}!AAA\n`],
  ])('with %s is refused', async (_, body) => {
    expect(await blocksOf(`-----BEGIN X509 CRL-----\n${body}-----END X509 CRL-----\n`)).toBe('pem_base64');
  });

  it('may hold several large lists', async () => {
    const block = `-----BEGIN X509 CRL-----\n${lines(base64)}-----END X509 CRL-----\n`;
    const result = await readCrlBlocks(`${block}${block}`);
    expect(result.ok && result.value.map((der) => Buffer.compare(der, large))).toEqual([0, 0]);
  });

  it('gives way while it skips text', async () => {
    const result = readCrlBlocks(`${'text\n'.repeat(200_000)}${text(second)}`);
    expect(result).toBeInstanceOf(Promise);
    expect(await result).toEqual({ ok: true, value: [Buffer.from(second)] });
  });
});
