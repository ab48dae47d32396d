import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../src/encoding/base64.ts';
import { Base64Intake } from '../../src/encoding/base64-intake.ts';

/** The octets of a text, handed over in pieces of this size; `undefined` when it is refused. */
function decoded(text: string, piece: number = text.length): readonly number[] | undefined {
  const octets = Buffer.from(text, 'latin1');
  const target = new Uint8Array(2 + Math.ceil(text.length / 4) * 3);
  const lines = new Base64Intake(target, 2);
  for (let at = 0; at < octets.length; at += piece) lines.write(octets, at, Math.min(octets.length, at + piece));
  const end = lines.end();
  return end === -1 ? undefined : [...target.subarray(2, end)];
}

/** What the decoder of the other encodings makes of the same text. */
function expected(text: string): readonly number[] | undefined {
  const octets = decodeBase64(text.replace(/\\[nr]|[ \t\r\n]/g, ''));
  return octets === undefined ? undefined : [...octets];
}

describe('base64 in lines', () => {
  it('is what it is as one text, wherever it is cut', () => {
    const character = fc.constantFrom(
      ...'ABQgwxyz0189+/',
      '=',
      '=',
      '\n',
      '\r\n',
      '\r',
      '-',
      ' ',
      'é',
      '\\n',
      '\\r',
      '\\',
      'n',
      '\t',
      '\v',
    );
    const text = fc.array(character, { minLength: 1, maxLength: 24 }).map((characters) => `${characters.join('')}\n`);
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (one, piece) => {
        expect(decoded(one, piece)).toEqual(expected(one));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is decoded whatever it holds and however long its lines are', () => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 200 });
    const length = fc.integer({ min: 1, max: 80 });
    const lineEnd = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(octets, length, lineEnd, length, (one, lineLength, end, piece) => {
        const lines =
          Buffer.from(one)
            .toString('base64')
            .match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
        expect(decoded(lines.map((line) => line + end).join(''), piece)).toEqual([...one]);
      }),
    );
  });

  it.each([
    ['bits that belong to no octet', 'MB==\n'],
    ['a higher bit that belongs to no octet', 'ME==\n'],
    ['bits that belong to no octet behind two', 'MAB=\n'],
    ['a group of one character', 'MAAAM\n'],
    ['a group that lacks its padding', 'MA\n'],
    ['half a padding', 'MA=\n'],
    ['too much padding', 'MA===\n'],
    ['padding alone', '====\n'],
    ['padding in the middle', 'MA==MAAA\n'],
    ['a backslash at the end', 'MAAA\\'],
    ['another letter behind a backslash', 'MAAA\\tMAAA'],
    ['two backslashes', 'MAAA\\\\nMAAA'],
    ['a form feed', 'MA\fAA'],
    ['the other alphabet', 'MA-_\n'],
    ['an octet beyond ASCII', 'MAA\xcd\n'],
  ])('with %s is refused', (_, text) => {
    expect(decoded(text)).toBeUndefined();
    expect(decoded(text, 1)).toBeUndefined();
  });

  it.each(['MA AA', 'MA\rAA', 'MA\\nAA', 'MA\\r\\nAA', '\n\nMAAA', 'MAAA', ' M\tA\n\nA\rA '])(
    'is what it is without blanks: %j',
    (text) => {
      expect(decoded(text)).toEqual([0x30, 0, 0]);
      expect(decoded(text, 1)).toEqual([0x30, 0, 0]);
    },
  );

  it('may be one line', () => {
    expect(decoded('AAAA'.repeat(200_000), 1_000)?.length).toBe(600_000);
  });
});
