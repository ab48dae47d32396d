import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByteSequence, parseByteSequenceList } from '../../src/encoding/structured-fields.ts';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 });
const sequence = (octets: Uint8Array): string => `:${Buffer.from(octets).toString('base64')}:`;

describe('a byte sequence', () => {
  it('is base64 between colons', () => {
    expect(parseByteSequence(':aGVsbG8=:')).toEqual(Uint8Array.from(Buffer.from('hello')));
  });

  it.each([
    ['nothing', ''],
    ['colons only', '::'],
    ['one colon', ':'],
    ['no colons', 'aGVsbG8='],
    ['no closing colon', ':aGVsbG8='],
    ['no padding', ':aGVsbG8:'],
    ['stray bits', ':aGVsbG9=:'],
    ['base64url', ':_-8=:'],
    ['a blank inside', ':aGVs bG8=:'],
    ['a line end inside', ':aGVs\nbG8=:'],
    ['a parameter', ':aGVsbG8=:;a=1'],
    ['two of them', ':aGVsbG8=:, :aGVsbG8=:'],
    ['double colons', '::aGVsbG8=::'],
    ['quotes', '"aGVsbG8="'],
  ])('is not %s', (_, text) => {
    expect(parseByteSequence(text)).toBeUndefined();
  });

  it('is read back whatever it holds', () => {
    fc.assert(
      fc.property(
        bytes,
        (octets) => Buffer.compare(parseByteSequence(sequence(octets)) ?? octets.subarray(1), octets) === 0,
      ),
    );
  });
});

describe('a list of byte sequences', () => {
  it('has optional blanks and tabs around its commas', () => {
    const list = parseByteSequenceList(':AQ==:,:Ag==: ,\t :Aw==:', 5);
    expect(list?.map((octets) => octets[0])).toEqual([1, 2, 3]);
  });

  it.each([
    ['an empty list', ''],
    ['an empty member', ':AQ==:,,:Ag==:'],
    ['a comma at the end', ':AQ==:,'],
    ['a comma at the beginning', ',:AQ==:'],
    ['another blank', ':AQ==:,\u00a0:Ag==:'],
    ['something else in it', ':AQ==:, token'],
    ['an inner list', '(:AQ==: :Ag==:)'],
  ])('is not %s', (_, text) => {
    expect(parseByteSequenceList(text, 5)).toBeUndefined();
  });

  it('has no more members than allowed', () => {
    expect(parseByteSequenceList(':AQ==:,:Ag==:', 2)).toHaveLength(2);
    expect(parseByteSequenceList(':AQ==:,:Ag==:,:Aw==:', 2)).toBeUndefined();
  });

  it('is read back whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 6 }), (members) => {
        const parsed = parseByteSequenceList(members.map(sequence).join(', '), 6) ?? [];
        return Buffer.compare(Buffer.concat(parsed), Buffer.concat(members)) === 0 && parsed.length === members.length;
      }),
    );
  });
});
