import { describe, expect, it } from 'vitest';
import {
  boolean,
  element,
  explicit,
  hex,
  join,
  nothing,
  octetString,
  oid,
  sequence,
} from '../../encoding/der-writer.ts';
import { authorityKeyIdentifier, extension, extensionVerdict, nothingAtAll, parsed, verdict } from '../template.ts';

describe('extensions (4.1.2.9 and 4.2)', () => {
  it('are at least one, where there is a field for them', () => {
    expect(verdict({ extensions: [] })).toBe('noted der_empty_list');
    expect(verdict({ rawExtensions: explicit(3) })).toBe('der_truncated');
    expect(verdict({ rawExtensions: nothingAtAll })).toBe('accepted');
  });

  it('are kept whole and in order, known or not', () => {
    const read = parsed({
      extensions: [
        extension('1.3.6.1.4.1.55738.666.1', hex('ff00'), true),
        authorityKeyIdentifier,
        extension('1.2.3', []),
      ],
    });
    expect(read.extensions.map(({ oid: type, critical }) => [type, critical])).toEqual([
      ['1.3.6.1.4.1.55738.666.1', true],
      ['2.5.29.35', false],
      ['1.2.3', false],
    ]);
    expect(read.extensions[0]?.value).toEqual(hex('ff00'));
    expect(read.extensions[2]?.value).toEqual(nothingAtAll);
  });

  it('are each of another type', () => {
    const unknown = extension('1.2.3', nothing);
    expect(verdict({ extensions: [authorityKeyIdentifier, authorityKeyIdentifier] })).toBe('extension_duplicate');
    expect(verdict({ extensions: [unknown, authorityKeyIdentifier, unknown] })).toBe('extension_duplicate');
    expect(verdict({ extensions: [unknown, extension('1.2.3', nothing, true)] })).toBe('extension_duplicate');
    expect(verdict({ extensions: [unknown, extension('1.2.3.4', nothing)] })).toBe('accepted');
  });

  it('are told apart also when there are many', () => {
    const many = (count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, index) => extension(`1.2.3.${index}`, nothing));
    for (const count of [31, 32, 33, 34, 1_000]) {
      expect(verdict({ extensions: many(count) })).toBe('accepted');
      expect(verdict({ extensions: [...many(count), extension('1.2.3.0', nothing)] })).toBe('extension_duplicate');
      expect(verdict({ extensions: [...many(count), extension(`1.2.3.${count - 1}`, nothing)] })).toBe(
        'extension_duplicate',
      );
    }
  });

  it('are noted when they write out that they are not critical', () => {
    const written = sequence(oid('1.2.3'), boolean(false), octetString(nothing));
    expect(verdict({ extensions: [written] })).toBe('noted der_default_encoded');
    expect(parsed({ extensions: [written] }).extensions[0]?.critical).toBe(false);
    expect(verdict({ extensions: [sequence(oid('1.2.3'), hex('01 01 01'), octetString(nothing))] })).toBe(
      'noted der_boolean_true',
    );
  });

  it('have a type and a value and nothing else', () => {
    expect(verdict({ extensions: [sequence(oid('1.2.3'))] })).toBe('der_truncated');
    expect(verdict({ extensions: [sequence(oid('1.2.3'), octetString(nothing), nothing)] })).toBe('der_trailing_data');
    expect(verdict({ extensions: [sequence(octetString(nothing))] })).toBe('der_unexpected_tag');
    expect(verdict({ extensions: [sequence(oid('1.2.3'), element(0x03, [0]))] })).toBe('der_unexpected_tag');
  });
});

describe('the value of every standard extension', () => {
  const values: readonly (readonly [string, Uint8Array])[] = [
    ['2.5.29.9', sequence(sequence(oid('1.2.3'), element(0x31, nothing)))],
    ['2.5.29.14', octetString([1])],
    ['2.5.29.15', hex('03 02 07 80')],
    ['2.5.29.17', sequence(element(0x82, Buffer.from('a.example')))],
    ['2.5.29.18', sequence(element(0x82, Buffer.from('a.example')))],
    ['2.5.29.19', sequence()],
    ['2.5.29.30', sequence(explicit(0, sequence(element(0x82, Buffer.from('a.example')))))],
    ['2.5.29.31', sequence(sequence(explicit(0, explicit(0, element(0x86, Buffer.from('http://a/'))))))],
    ['2.5.29.32', sequence(sequence(oid('1.2.3')))],
    ['2.5.29.33', sequence(sequence(oid('1.2.3'), oid('1.2.4')))],
    ['2.5.29.36', sequence(element(0x80, [0]))],
    ['2.5.29.37', sequence(oid('1.2.3'))],
    ['2.5.29.46', sequence(sequence(explicit(0, explicit(0, element(0x86, Buffer.from('http://a/'))))))],
    ['2.5.29.54', hex('02 01 00')],
    ['1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.2.3'), element(0x86, Buffer.from('http://a/'))))],
    ['1.3.6.1.5.5.7.1.11', sequence(sequence(oid('1.2.3'), element(0x86, Buffer.from('http://a/'))))],
  ];

  it.each(values)('is read strictly to its end: %s', (type, value) => {
    expect(extensionVerdict(type, value)).toBe('accepted');
    expect(extensionVerdict(type, join(value, nothing))).toBe('der_trailing_data');
    expect(extensionVerdict(type, value.subarray(0, -1))).toBe('der_truncated');
    expect(extensionVerdict(type, [])).toBe('der_truncated');
    expect(extensionVerdict(type, nothing)).toBe('der_unexpected_tag');
  });
});

describe('subjectDirectoryAttributes (4.2.1.8)', () => {
  it('are noted when they are empty', () => {
    expect(extensionVerdict('2.5.29.9', sequence())).toBe('noted der_empty_list');
    expect(extensionVerdict('2.5.29.9', sequence(sequence(oid('1.2.3'), element(0x31))))).toBe('noted der_empty_list');
    expect(extensionVerdict('2.5.29.9', sequence(sequence(oid('1.2.3'))))).toBe('der_truncated');
    expect(extensionVerdict('2.5.29.9', sequence(sequence(oid('1.2.3'), element(0x31, nothing, nothing))))).toBe(
      'accepted',
    );
    expect(extensionVerdict('2.5.29.9', sequence(sequence(oid('1.2.3'), element(0x31, hex('010105')))))).toBe(
      'noted der_boolean_true',
    );
    expect(extensionVerdict('2.5.29.9', sequence(sequence(oid('1.2.3'), element(0x31, nothing), nothing)))).toBe(
      'der_trailing_data',
    );
  });
});
