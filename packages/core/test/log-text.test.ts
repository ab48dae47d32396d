import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorText, logText } from '../src/log-text.ts';

describe('text from outside in a log', () => {
  it.each([
    ['plain, with accents: Zoë, 日本, 😀', 'plain, with accents: Zoë, 日本, 😀'],
    ['a line\nand another\r\n', 'a line\\u000aand another\\u000d\\u000a'],
    ['\u0000\u001b[31m\u007f\u0085', '\\u0000\\u001b[31m\\u007f\\u0085'],
    ['line\u2028paragraph\u2029', 'line\\u2028paragraph\\u2029'],
    ['\u202egnp.exe\u202c \u200f\u2066\u2069\u061c', '\\u202egnp.exe\\u202c \\u200f\\u2066\\u2069\\u061c'],
    ['\ufeffadmin\u200b\u200c\u200d\u2060\u00ad', '\\ufeffadmin\\u200b\\u200c\\u200d\\u2060\\u00ad'],
    ['blank \u3164\u115f\uffa0', 'blank \\u3164\\u115f\\uffa0'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
    ['half \ud800 of one', 'half \\ud800 of one'],
  ])('is on one line and hides nothing: %j', (text, shown) => {
    expect(logText(text)).toBe(shown);
  });

  it('is never longer than 1,000 characters and a mark that it was', () => {
    expect(logText('a'.repeat(1_000))).toBe('a'.repeat(1_000));
    expect(logText('a'.repeat(1_001))).toBe(`${'a'.repeat(1_000)}…`);
    expect(logText('\n'.repeat(1_000))).toHaveLength(1_001);
  });

  it('is itself when it is read again, but for its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const once = logText(text);
        expect(logText(once)).toBe(once);
        expect(once).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/u);
      }),
    );
  });

  it('is there for whatever was thrown', () => {
    expect(errorText(new TypeError('a\n  b\u2028c\u200f'))).toBe('TypeError: a b c\\u200f');
    expect(errorText(undefined)).toBe('undefined');
    expect(errorText(Object.create(null))).toBe('something without a text');
  });
});
