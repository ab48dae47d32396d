import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerReader } from '../../src/encoding/der.ts';
import { DerError } from '../../src/encoding/der-rules.ts';
import { readGeneralizedTime, readTime } from '../../src/encoding/der-time.ts';
import { ascii, element, generalizedTime, utcTime } from './der-writer.ts';

const timeOf = (der: Uint8Array): string => new Date(readTime(new DerReader(der))).toISOString();

function ruleOf(der: Uint8Array): string | undefined {
  try {
    readTime(new DerReader(der));
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return error.rule;
    throw error;
  }
}

describe('UTCTime', () => {
  it('is of the twentieth century from 50 on and of the twenty-first before', () => {
    expect(timeOf(utcTime('500101000000Z'))).toBe('1950-01-01T00:00:00.000Z');
    expect(timeOf(utcTime('491231235959Z'))).toBe('2049-12-31T23:59:59.000Z');
    expect(timeOf(utcTime('991231235959Z'))).toBe('1999-12-31T23:59:59.000Z');
    expect(timeOf(utcTime('000101000000Z'))).toBe('2000-01-01T00:00:00.000Z');
    expect(timeOf(utcTime('700101000000Z'))).toBe('1970-01-01T00:00:00.000Z');
  });

  it.each([
    '2601010000Z',
    '260101000000',
    '260101000000+0100',
    '260101000000z',
    '20260101000000Z',
    '26010100000Z',
    '260101000000.5Z',
    '',
  ])('is refused in another form: %s', (text) => {
    expect(ruleOf(utcTime(text))).toBe('der_time');
  });
});

describe('GeneralizedTime', () => {
  it('has four digits of the year', () => {
    expect(timeOf(generalizedTime('20500101000000Z'))).toBe('2050-01-01T00:00:00.000Z');
    expect(timeOf(generalizedTime('99991231235959Z'))).toBe('9999-12-31T23:59:59.000Z');
    expect(timeOf(generalizedTime('19691231235959Z'))).toBe('1969-12-31T23:59:59.000Z');
    expect(timeOf(generalizedTime('00010101000000Z'))).toBe('0001-01-01T00:00:00.000Z');
    expect(timeOf(generalizedTime('00000101000000Z'))).toBe('0000-01-01T00:00:00.000Z');
  });

  it.each([
    '20260101000000',
    '20260101000000.0Z',
    '20260101000000+0000',
    '202601010000Z',
    '2026010100000Z',
    '260101000000Z',
  ])('is refused in another form: %s', (text) => {
    expect(ruleOf(generalizedTime(text))).toBe('der_time');
  });

  it('is read under an implicit tag', () => {
    const reader = new DerReader(element(0x80, ascii('20260102030405Z')));
    expect(readGeneralizedTime(reader, 0x80)).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  });
});

describe('dates that do not exist', () => {
  it.each([
    '20260001000000Z',
    '20261301000000Z',
    '20260100000000Z',
    '20260132000000Z',
    '20260229000000Z',
    '20260230000000Z',
    '20260431000000Z',
    '20260631000000Z',
    '20260931000000Z',
    '20261131000000Z',
    '21000229000000Z',
    '20280230000000Z',
    '20260101240000Z',
    '20260101006000Z',
    '20260101000060Z',
    '2026a101000000Z',
    '2026:101000000Z',
    '20260/01000000Z',
    ' 0260101000000Z',
    '202601010000 0Z',
    '20-10101000000Z',
  ])('are refused: %s', (text) => {
    expect(ruleOf(generalizedTime(text))).toBe('der_time');
  });

  it.each(['20280229000000Z', '20000229235959Z', '24000229000000Z', '20260131000000Z', '20260430235959Z'])(
    'are told from those that do: %s',
    (text) => {
      expect(ruleOf(generalizedTime(text))).toBeUndefined();
    },
  );

  it('are refused under another tag', () => {
    expect(ruleOf(element(0x16, ascii('20260101000000Z')))).toBe('der_unexpected_tag');
  });
});

it('agrees with Date for every second of ten thousand years', () => {
  const dates = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(dates, (date) => {
      const text = date
        .toISOString()
        .replace(/\.\d+Z$/, 'Z')
        .replace(/[-:T]/g, '');
      expect(readTime(new DerReader(generalizedTime(text)))).toBe(Math.floor(date.getTime() / 1000) * 1000);
    }),
    { numRuns: 2_000 },
  );
});
