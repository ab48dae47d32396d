import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CertificateForm,
  certificateForms,
  mostCertificates,
  utf8Text,
} from '../../src/source/certificate-text.ts';
import { headerRules } from '../../src/source/header-rules.ts';
import * as p from './proxied.ts';

const { certificateDer: leaf, certificatePem: pem, chainDer: chain, chainPem } = p.client;
const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (pair) => pair.toLowerCase());
/** As `URL-encoded with +=/ as safe characters` of AWS. */
const sparing = encodeURIComponent(pem).replace(/%(2B|2F|3D)/g, (pair) => decodeURIComponent(pair));
const plus = (text: string): string => text.replaceAll('%20', '+');

/** Base64 of so many elements that are no certificates, but DER. */
const nulls = (count: number): string =>
  Buffer.from([0x05, 0x00]).toString('base64').concat(',').repeat(count).slice(0, -1);

function read(form: CertificateForm, text: string): string | readonly Uint8Array[] {
  const decoded = certificateForms[form](text);
  return decoded.ok ? decoded.value : decoded.rule;
}

describe.each<[CertificateForm, readonly [string, string, readonly Uint8Array[] | string][]]>([
  [
    'pem-escaped',
    [
      ['one certificate', encodeURIComponent(pem), [leaf]],
      ['lower-case digits', lower(encodeURIComponent(pem)), [leaf]],
      ['plus, slash and equals sign as they are', sparing, [leaf]],
      ['no final line end', encodeURIComponent(pem.trimEnd()), [leaf]],
      ['CRLF', encodeURIComponent(pem.replaceAll('\n', '\r\n')), [leaf]],
      [
        'everything escaped',
        [...pem].map((one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
        [leaf],
      ],
      ['two certificates', encodeURIComponent(chainPem), 'pem_several'],
      ['the same twice', encodeURIComponent(pem + pem), 'pem_several'],
      ['a damaged leaf before a good certificate', encodeURIComponent(pem.replace('M', '*') + pem), 'pem_base64'],
      ['plus signs for spaces', plus(encodeURIComponent(pem)), 'pem_boundary'],
      ['a blank for a plus sign', sparing.replace('+', ' '), 'pem_base64'],
      ['a percent sign cut off', `${encodeURIComponent(pem)}%`, 'percent_encoding'],
      ['text behind it', encodeURIComponent(`${pem}x`), 'pem_text_outside'],
      ['text before it', encodeURIComponent(`x${pem}`), 'pem_text_outside'],
      ['another label', encodeURIComponent(pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')), 'pem_label'],
      ['a private key', encodeURIComponent(p.client.privateKeyPem), 'pem_label'],
      ['no end', encodeURIComponent(pem.slice(0, 200)), 'pem_boundary'],
      ['an empty block', '-----BEGIN%20CERTIFICATE-----%0A-----END%20CERTIFICATE-----%0A', 'pem_boundary'],
      ['escaped twice', encodeURIComponent(encodeURIComponent(pem)), 'pem_boundary'],
      ['not escaped at all', pem, [leaf]],
      ['base64 alone', p.base64(leaf), 'pem_empty'],
    ],
  ],
  [
    'pem-escaped-list',
    [
      ['one certificate', encodeURIComponent(pem), [leaf]],
      ['a chain', encodeURIComponent(chainPem), chain],
      ['a damaged leaf before a good certificate', encodeURIComponent(pem.replace('M', '*') + pem), 'pem_base64'],
      ['a comma between', `${encodeURIComponent(pem)},${encodeURIComponent(pem)}`, 'pem_text_outside'],
    ],
  ],
  [
    'pem-form-escaped',
    [
      ['a form', plus(encodeURIComponent(pem)), [leaf]],
      ['percent-encoded spaces', encodeURIComponent(pem), [leaf]],
      ['two certificates', plus(encodeURIComponent(chainPem)), 'pem_several'],
    ],
  ],
  [
    'pem-folded',
    [
      ['spaces for line ends', p.folded(pem), [leaf]],
      ['a chain', p.folded(chainPem), 'pem_several'],
      ['two spaces', p.folded(pem).replace('----- ', '-----  '), 'pem_base64'],
      ['a tab', p.folded(pem).replace('----- ', '-----\t'), 'pem_boundary'],
      ['real line ends', pem, 'pem_boundary'],
      ['nothing between', '-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----', 'pem_boundary'],
      ['one space between', '-----BEGIN CERTIFICATE-----  -----END CERTIFICATE-----', 'pem_base64'],
      ['no end', p.folded(pem).slice(0, -4), 'pem_boundary'],
      ['a blank for a character', `${p.folded(pem).slice(0, 60)} ${p.folded(pem).slice(61)}`, 'pem_base64'],
    ],
  ],
  [
    'base64',
    [
      ['DER', p.base64(leaf), [leaf]],
      ['nothing', '', 'base64'],
      ['no padding', p.base64(Uint8Array.of(1, 2, 3, 4)).replaceAll('=', ''), 'base64'],
      ['a line end', `${p.base64(leaf)}\n`, 'base64'],
      ['a blank', ` ${p.base64(leaf)}`, 'base64'],
      ['quotes', `"${p.base64(leaf)}"`, 'base64'],
      ['base64url', '_-_-', 'base64'],
      ['PEM', pem, 'base64'],
    ],
  ],
  [
    'base64-concatenated',
    [
      ['a chain', p.base64(...chain), chain],
      ['one certificate', p.base64(leaf), [leaf]],
      ['octets behind it', p.base64(...chain, Uint8Array.of(0x30)), 'concatenated_der'],
      ['a certificate cut off', p.base64(leaf.subarray(0, -1)), 'concatenated_der'],
      ['zeros behind it', p.base64(leaf, Uint8Array.of(0, 0)), [leaf, Uint8Array.of(0, 0)]],
      ['an indefinite length', p.base64(Uint8Array.of(0x30, 0x80, 0, 0)), 'concatenated_der'],
      ['a tag of several octets', p.base64(Uint8Array.of(0x1f, 0x81, 0x01, 0x00)), 'concatenated_der'],
      ['nothing', '', 'empty'],
      [
        'too many',
        Buffer.from([0x05, 0])
          .toString('hex')
          .repeat(101)
          .replace(/.*/, (hex) => Buffer.from(hex, 'hex').toString('base64')),
        'certificates_too_many',
      ],
      ['no base64', '***', 'base64'],
    ],
  ],
  [
    'base64-list',
    [
      ['a chain', chain.map((der) => p.base64(der)).join(','), chain],
      ['blanks after commas', chain.map((der) => p.base64(der)).join(', '), 'base64'],
      ['an empty member', `${p.base64(leaf)},`, 'base64'],
      ['a damaged leaf before a good certificate', `*${p.base64(leaf)},${p.base64(leaf)}`, 'base64'],
      ['commas', ','.repeat(50), 'base64'],
      ['too many commas', ','.repeat(16_384), 'certificates_too_many'],
      [
        'as many as allowed',
        nulls(mostCertificates),
        Array.from({ length: mostCertificates }, () => Uint8Array.of(5, 0)),
      ],
      ['one more', nulls(mostCertificates + 1), 'certificates_too_many'],
    ],
  ],
  [
    'byte-sequence',
    [
      ['DER', p.byteSequence(leaf), [leaf]],
      ['two', `${p.byteSequence(leaf)}, ${p.byteSequence(leaf)}`, 'byte_sequence'],
      ['no colons', p.base64(leaf), 'byte_sequence'],
      ['nothing', '::', 'byte_sequence'],
    ],
  ],
  [
    'byte-sequence-list',
    [
      ['a chain', chain.map(p.byteSequence).join(', '), chain],
      ['an empty member', `${p.byteSequence(leaf)},`, 'byte_sequence_list'],
      ['commas', ','.repeat(16_384), 'byte_sequence_list'],
    ],
  ],
])('certificates as %s', (form, cases) => {
  it.each(cases)('%s', (_, text, expected) => {
    const found = read(form, text);
    expect(typeof found === 'string' ? found : found.map((der) => Buffer.from(der).toString('hex'))).toEqual(
      typeof expected === 'string' ? expected : expected.map((der) => Buffer.from(der).toString('hex')),
    );
  });

  it('are certificates or a rule, whatever the text', () => {
    const pieces = fc.constantFrom(
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      '%0A',
      '%20',
      ' ',
      '\n',
      ',',
      ':',
      '=',
      '+',
      'MIIB',
      '%',
      '"',
      ';',
      '\u0100',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 30 }).map((some) => some.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const found = certificateForms[form](value);
        return found.ok ? found.value.length > 0 : found.rule in headerRules;
      }),
    );
  });
});

describe('the text of a header', () => {
  const raw = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

  it.each(['CN=a', '', 'CN=Jörg', 'CN=日本', 'CN=\u{1f600}'])('is UTF-8: %s', (text) => {
    expect(utf8Text(raw(text))).toBe(text);
  });

  it.each([
    ['one octet of a pair', 'CN=\xc3'],
    ['Latin-1', 'CN=J\xf6rg'],
    ['an overlong form', 'CN=\xc0\xaf'],
    ['a surrogate', 'CN=\xed\xa0\x80'],
    ['a control character', 'CN=a\tb'],
    ['NUL', 'CN=a\0'],
    ['DEL', 'CN=a\x7f'],
  ])('is not %s', (_, text) => {
    expect(utf8Text(text)).toBeUndefined();
  });

  it('keeps a byte order mark, which is no part of any name', () => {
    expect(utf8Text(raw('\ufeffCN=a'))).toBe('\ufeffCN=a');
  });
});
