import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginsAsDer, decodePem, encodePem } from '../../src/encoding/pem.ts';

const der = Uint8Array.from({ length: 100 }, (_, index) => index);
const block = encodePem(der, 'CERTIFICATE');
const strict = (text: string): unknown => outcome(decodePem(text, 'CERTIFICATE'));
const outcome = (result: ReturnType<typeof decodePem>): unknown => (result.ok ? result.value : result.rule);

describe('a file', () => {
  const octets = (length: number, ...first: readonly number[]): Uint8Array =>
    Uint8Array.from({ length }, (_, index) => first[index] ?? 0);

  it.each<[string, boolean, Uint8Array]>([
    ['a length of one octet', true, octets(129, 0x30, 0x7f)],
    ['a length of two octets', true, octets(200, 0x30, 0x81, 0xc5)],
    ['a length of five octets', true, octets(200, 0x30, 0x84, 0, 0, 0, 0xc2)],
    ['an indefinite length, which its reader refuses', true, octets(200, 0x30, 0x80)],
    ['an identifier alone', true, octets(1, 0x30)],
    ['nothing', false, octets(0)],
    ['another identifier', false, octets(200, 0x31, 0x81)],
    ['digits', false, Buffer.from('0'.repeat(200))],
    ['a digit and a letter that is not ASCII', false, Buffer.from(`0\u{e4}${' '.repeat(200)}`)],
    ['a digit and such a letter in Latin-1', false, Buffer.from(`0\u{e4}${' '.repeat(200)}`, 'latin1')],
  ])('that begins with %s is DER: %s', (_, expected, file) => {
    expect(beginsAsDer(file)).toBe(expected);
  });
});

describe('a block', () => {
  it('is written in lines of 64 characters', () => {
    const lines = block.split('\n');
    expect(lines[0]).toBe('-----BEGIN CERTIFICATE-----');
    expect(lines.slice(1, -2).map((line) => line.length)).toEqual([64, 64, 8]);
    expect(lines.at(-2)).toBe('-----END CERTIFICATE-----');
    expect(lines.at(-1)).toBe('');
  });

  it('is read back', () => {
    expect(strict(block)).toEqual([der]);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (octets) => {
        expect(strict(encodePem(octets, 'CERTIFICATE'))).toEqual([octets]);
      }),
    );
  });

  it('may have CRLF line ends, no final line end, and lines of any length', () => {
    expect(strict(block.replaceAll('\n', '\r\n'))).toEqual([der]);
    expect(strict(block.slice(0, -1))).toEqual([der]);
    expect(strict(block.replace(/\n(?!-----END|$)/g, (at, offset: number) => (offset < 30 ? at : '')))).toEqual([der]);
    expect(strict('-----BEGIN CERTIFICATE-----\nA\nA==\n-----END CERTIFICATE-----')).toEqual([Uint8Array.of(0)]);
  });

  it('may be followed by more of them', () => {
    expect(strict(block + block)).toEqual([der, der]);
  });
});

describe('strictly, a text is refused', () => {
  it.each([
    ['', 'pem_empty'],
    ['hello', 'pem_empty'],
    ['\n', 'pem_empty'],
    [`subject=x\n${block}`, 'pem_text_outside'],
    [`${block}trailing`, 'pem_text_outside'],
    [`${block}\n`, 'pem_text_outside'],
    [`\n${block}`, 'pem_text_outside'],
    [` ${block}`, 'pem_text_outside'],
    [`${block}\n${block}`, 'pem_text_outside'],
    [block.replaceAll('CERTIFICATE', 'X509 CRL'), 'pem_label'],
    [block.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), 'pem_label'],
    [`${block}${encodePem(der, 'PRIVATE KEY')}`, 'pem_label'],
    ['-----END CERTIFICATE-----\n', 'pem_label'],
    [block.replace('-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE----'), 'pem_boundary'],
    [block.replace('-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE----- '), 'pem_boundary'],
    [block.replace('-----BEGIN', '------BEGIN'), 'pem_boundary'],
    [block.replace('-----END CERTIFICATE-----', '-----END X509 CRL-----'), 'pem_boundary'],
    [block.replace('-----END CERTIFICATE-----', '-----END CERTIFICATE----- '), 'pem_boundary'],
    [block.replace('-----END CERTIFICATE-----', '-----END CERTIFICATE-----x'), 'pem_boundary'],
    [block.replace('\n-----END', '-----END'), 'pem_boundary'],
    [block.slice(0, -27), 'pem_boundary'],
    ['-----BEGIN CERTIFICATE-----', 'pem_boundary'],
    ['-----BEGIN CERTIFICATE-----\n', 'pem_boundary'],
    ['-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', 'pem_boundary'],
    ['-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\r\n\r\n-----END CERTIFICATE-----\r\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n\n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\r\n\r\nAAAA\n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\n AAAA\n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\nAAAA \n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\nAA\rAA\n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n', 'pem_base64'],
    ['-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END CERTIFICATE-----\n', 'pem_base64'],
    [`-----BEGIN CERTIFICATE-----\n${block}`, 'pem_base64'],
    [block.replaceAll('\n', '\r'), 'pem_boundary'],
    [block.replaceAll('\n', ' '), 'pem_boundary'],
  ])('%j', (text, rule) => {
    expect(strict(text)).toBe(rule);
  });
});
