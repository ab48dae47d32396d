import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RelativeDistinguishedName } from '../../src/certificate/model.ts';
import { canonicalRdn, canonicalRdns, isComparable } from '../../src/certificate/name-comparison.ts';
import { element, hex, integer, printable, set, utf8 } from '../encoding/der-writer.ts';
import { attribute, name, parsed } from './template.ts';

const value = (text: string, type = '2.5.4.3'): RelativeDistinguishedName => [{ type, text, der: utf8(text) }];
const canonical = (text: string): string => canonicalRdn(value(text));
const areSame = (left: string, right: string): boolean => canonical(left) === canonical(right);

describe('two values match (RFC 5280 7.1)', () => {
  it.each([
    ['Example', 'EXAMPLE'],
    ['a  b', 'a b'],
    ['  a   b  ', 'a b'],
    ['Straße', 'STRASSE'],
    ['ÄÖÜ', 'äöü'],
    ['ΟΔΟΣ', 'οδος'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['Å', '\u212b'],
    ['é', 'e\u0301'],
    ['ﬁ', 'fi'],
    ['a\u00a0b', 'a b'],
    ['a\u2003\u3000b', 'a b'],
    ['a\u2028b', 'a b'],
    ['a\u00adb', 'ab'],
    ['a\u200bb', 'ab'],
    ['a\u034fb', 'ab'],
    ['a\ufe0fb', 'ab'],
    ['a\u180bb', 'ab'],
    ['a\u202eb', 'ab'],
    ['a\ufeffb', 'ab'],
    ['ａｂｃ', 'abc'],
    ['K', 'k'],
    ['İ', 'i\u0307'],
  ])('%j and %j', (left, right) => {
    expect(areSame(left, right)).toBe(true);
  });

  it.each([
    ['a b', 'ab'],
    ['a', 'b'],
    ['a', 'á'],
    ['ı', 'i'],
    ['a,b', 'a\\,b'],
    ['', ' x'],
    ['a+b', 'a,b'],
    ['е', 'e'],
  ])('%j and %j do not', (left, right) => {
    expect(areSame(left, right)).toBe(false);
  });

  it('whatever their string types', () => {
    const subject = (der: Uint8Array): string =>
      parsed({ subject: name(set(attribute('2.5.4.3', der))) }).subject.canonical;
    const expected = subject(utf8('Root CA'));
    expect(subject(printable('root  ca'))).toBe(expected);
    expect(subject(element(0x1e, hex('0052 004f 004f 0054 0020 0043 0041')))).toBe(expected);
    expect(subject(element(0x14, Buffer.from('Root CA')))).toBe(expected);
  });

  it('only within one attribute type', () => {
    expect(canonicalRdn(value('a', '2.5.4.3'))).not.toBe(canonicalRdn(value('a', '2.5.4.11')));
  });

  it('only with themselves when they are prohibited (RFC 4518 2.4) or no text', () => {
    for (const text of ['\ue000', '\ufffd', '\u{10ffff}', '\u0378']) {
      expect(canonical(`${text}A`)).toBe(canonical(`${text}A`));
      expect(areSame(`${text}A`, `${text}a`)).toBe(false);
      expect(canonical(text)).toBe(`2.5.4.3=#:${text}`);
    }
    const der = integer(5);
    expect(canonicalRdn([{ type: '1.2.3', text: undefined, der }])).toBe('1.2.3=#020105');
    expect(canonicalRdn(value('#020105', '1.2.3'))).toBe('1.2.3=\\#020105');
  });
});

describe('a value with more than 30 combining marks in a row', () => {
  const acute = '\u0301';

  it('matches only itself, because it is not in Stream-Safe Text Format', () => {
    expect(areSame(`A${acute.repeat(30)}`, `a${acute.repeat(30)}`)).toBe(true);
    expect(areSame(`A${acute.repeat(31)}`, `A${acute.repeat(31)}`)).toBe(true);
    expect(areSame(`A${acute.repeat(31)}`, `a${acute.repeat(31)}`)).toBe(false);
  });

  it.each([
    ['\u0345\u0300'],
    ['\u034f\u0300'],
    ['\u0300\ufe0f\u200d'],
    ['\uff9e\u0300'],
    ['\uff9f\u0345'],
    ['\u{1d165}\u0300'],
  ])('is seen through what is mapped to nothing or to marks: %j', (unit) => {
    expect(canonical(`A${unit.repeat(31)}`)).toBe(`2.5.4.3=#:A${unit.repeat(31)}`);
    expect(isComparable([value(`A${unit.repeat(31)}`)])).toBe(false);
  });

  it('is seen whichever characters become marks in normalizing', () => {
    const unseen: string[] = [];
    for (let code = 0x80; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      if (!/^\p{M}/u.test(character.normalize('NFKD'))) continue;
      // Mapped to nothing before.
      if (canonical(`a${character}a`) === canonical('aa')) continue;
      if (isComparable([value(character.repeat(31))])) unseen.push(code.toString(16));
    }
    // Thai and Lao AM: a mark that is never put in another place, and a letter.
    expect(unseen).toEqual(['e33', 'eb3']);
  });
});

describe('a value that is no text', () => {
  const structured = (...boolean: readonly number[]): RelativeDistinguishedName => [
    { type: '1.3.6.1.4.1.99999.7', text: undefined, der: element(0x30, Uint8Array.of(...boolean)) },
  ];

  it('is compared by its octets where they are DER, which spells it in one way', () => {
    expect(isComparable([structured(1, 1, 0xff)])).toBe(true);
    expect(isComparable([structured(1, 1, 0)])).toBe(true);
  });

  it('is not compared where it may be another spelling of what a constraint excludes', () => {
    expect(isComparable([structured(1, 1, 1)])).toBe(false);
  });
});

describe('a name of more than 2048 characters', () => {
  const long = 'É'.repeat(2_040);

  it('matches only itself', () => {
    const same = (left: string, right: string): boolean =>
      canonicalRdns([value(long), value(left)]).join() === canonicalRdns([value(long), value(right)]).join();
    expect(same('A'.repeat(8), 'a'.repeat(8))).toBe(true);
    expect(same('A'.repeat(9), 'A'.repeat(9))).toBe(true);
    expect(same('A'.repeat(9), 'a'.repeat(9))).toBe(false);
    expect(isComparable([value(long), value('A'.repeat(8))])).toBe(true);
    expect(isComparable([value(long), value('A'.repeat(9))])).toBe(false);
  });

  it('matches itself whatever the string type, as a short one does', () => {
    const text = 'Long '.repeat(500);
    const subject = (der: Uint8Array): string =>
      parsed({ subject: name(set(attribute('2.5.4.3', der))) }).subject.canonical;
    const wide = Buffer.from(text, 'utf16le').swap16();
    expect(subject(element(0x1e, wide))).toBe(subject(utf8(text)));
    expect(subject(utf8(text))).not.toBe(subject(utf8(text.toLowerCase())));
  });

  it('as one RDN that stands alone, too', () => {
    expect(areSame('A'.repeat(2_048), 'a'.repeat(2_048))).toBe(true);
    expect(areSame('A'.repeat(2_049), 'a'.repeat(2_049))).toBe(false);
  });

  it('never has the text of another name', () => {
    const rest = value('x'.repeat(2_049), '2.5.4.11');
    expect(canonicalRdns([value('a,2.5.4.3=#:b'), rest])).not.toEqual(canonicalRdns([value('a'), value('b'), rest]));
    expect(canonicalRdns([value('a+2.5.4.3=#:b'), rest])[0]).not.toBe(
      canonicalRdns([[...value('a'), ...value('b')], rest])[0],
    );
    expect(canonical('#:a')).not.toBe(canonicalRdns([value('a'), rest])[0]);
  });
});

describe('the names that a stranger chooses', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['\u0345\u0300', 16_000],
    ['ﷺ', 21_000],
    ['É', 32_000],
    ['\uff9e\u0300', 12_000],
  ])('are not normalized when they are long: %j', (unit, count) => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    const certificate = parsed({
      issuer: name(set(attribute('2.5.4.3', utf8(unit.repeat(count))))),
      subject: name(set(attribute('2.5.4.3', utf8(unit.repeat(count + 1))))),
    });
    expect(certificate.issuer.canonical).not.toBe(certificate.subject.canonical);
    expect(normalize).not.toHaveBeenCalled();
  });

  it('are normalized when they are short', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    canonical('É');
    expect(normalize).toHaveBeenCalledTimes(2);
  });
});

describe('the case', () => {
  it('is folded in a text as in each of its characters', () => {
    for (const text of ['ΣΑΣ ΣΣ', 'aΣıΣ', 'ςı', 'İIıi', 'ŉΐﬃ', 'ϲϹ', '\u{10400}Σ']) {
      const folded = Array.from(text.normalize('NFKC'), (character) =>
        character === 'ı' ? character : character.toUpperCase().toLowerCase(),
      );
      expect(canonical(text)).toBe(`2.5.4.3=${folded.join('').normalize('NFKC')}`);
    }
  });
});

describe('the canonical text', () => {
  it('can be read', () => {
    expect(
      parsed({ subject: name(set(attribute('2.5.4.10', utf8('ACME, Inc.'))), set(attribute('2.5.4.3', utf8('A B')))) })
        .subject.canonical,
    ).toBe('2.5.4.10=acme\\, inc.,2.5.4.3=a b');
  });

  it('has the attributes of an RDN in any order', () => {
    const [left, right] = [value('a', '2.5.4.3'), value('b', '2.5.4.11')];
    expect(canonicalRdn([...left, ...right])).toBe(canonicalRdn([...right, ...left]));
    expect(canonicalRdn([...left, ...right])).toBe('2.5.4.11=b+2.5.4.3=a');
    expect(canonicalRdn([...value('b'), ...value('a')])).toBe('2.5.4.3=a+2.5.4.3=b');
  });

  it.each(['+', ',', '\\', '#', '+,', '#\\'])('escapes a value of separators alone: %s', (text) => {
    expect(canonical(text)).toBe(`2.5.4.3=${[...text].map((character) => `\\${character}`).join('')}`);
  });

  it('never gives two names one text through its separators', () => {
    const rdn = (...texts: string[]): Uint8Array =>
      set(...texts.map((text) => attribute('2.5.4.3', utf8(text))).sort(Buffer.compare));
    const text = (...rdns: Uint8Array[]): string => parsed({ subject: name(...rdns) }).subject.canonical;
    const piece = fc.string({ unit: fc.constantFrom(...',+=\\#a2.543 '), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(piece, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
        fc.array(fc.uniqueArray(piece, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
        (left, right) => {
          const prepared = (names: string[][]): string =>
            JSON.stringify(
              names.map((texts) => texts.map((one) => one.trim().replace(/ +/g, ' ')).sort((a, b) => (a < b ? -1 : 1))),
            );
          const areEqual = text(...left.map((texts) => rdn(...texts))) === text(...right.map((texts) => rdn(...texts)));
          expect(areEqual).toBe(prepared(left) === prepared(right));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not depend on case or on blanks', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aBcÄöß é1'), maxLength: 12 }), (text) => {
        expect(canonical(` ${text.replaceAll(' ', '   ')}`)).toBe(canonical(text.toUpperCase()));
      }),
    );
  });
});
