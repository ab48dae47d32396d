import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFormPercent, decodePercent } from '../../src/encoding/percent-encoding.ts';

const ascii = fc.string({ unit: 'binary-ascii' });

describe('percent-encoding', () => {
  it.each([
    ['', ''],
    ['a%20b', 'a b'],
    ['%2b%2B+', '+++'],
    ['%0A%ff', '\n\xff'],
    ['%2525', '%25'],
    ['\xe9', '\xe9'],
  ])('of %j is %j', (text, decoded) => {
    expect(decodePercent(text)).toBe(decoded);
  });

  it.each(['%', '%2', 'a%', '%g0', '%0g', '% 0', '%%20', '%+1', '%\u0130', 'Ā', '\u2028'])(
    'does not read %j',
    (text) => {
      expect(decodePercent(text)).toBeUndefined();
      expect(decodeFormPercent(text)).toBeUndefined();
    },
  );

  it('leaves a plus sign alone, unless the source writes spaces so', () => {
    expect(decodePercent('a+b%2B')).toBe('a+b+');
    expect(decodeFormPercent('a+b%2B')).toBe('a b+');
  });

  it('reads whatever encodeURIComponent writes of ASCII', () => {
    fc.assert(fc.property(ascii, (text) => decodePercent(encodeURIComponent(text)) === text));
  });

  it('reads whatever URLSearchParams writes of ASCII, as a form', () => {
    fc.assert(
      fc.property(ascii, (text) => decodeFormPercent(new URLSearchParams([['', text]]).toString().slice(1)) === text),
    );
  });

  it('agrees with decodeURIComponent wherever both can read', () => {
    const noise = fc.string({ unit: fc.constantFrom('%', '2', 'B', 'b', 'g', '+', 'z', '0') });
    fc.assert(
      fc.property(noise, (text) => {
        const decoded = decodePercent(text);
        let expected: string | undefined;
        try {
          expected = decodeURIComponent(text);
        } catch {
          // Also thrown for octets that are not UTF-8, which are read here as they are.
          expected = undefined;
        }
        return expected === undefined || decoded === expected;
      }),
    );
  });
});
