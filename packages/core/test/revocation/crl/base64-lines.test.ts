import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../src/encoding/base64.ts';
import { Base64Lines } from '../../../src/revocation/crl/base64-lines.ts';

/** The octets of a text, handed over in pieces of this size; `undefined` when it is refused. */
function decoded(text: string, piece: number = text.length): readonly number[] | undefined {
  const octets = Buffer.from(text, 'latin1');
  const target = new Uint8Array(2 + Math.ceil(text.length / 4) * 3);
  const lines = new Base64Lines(target, 2);
  for (let at = 0; at < octets.length; at += piece) lines.write(octets, at, Math.min(octets.length, at + piece));
  const end = lines.end();
  return end === -1 ? undefined : [...target.subarray(2, end)];
}

/** What the decoder of the other encodings makes of the same text. */
function expected(text: string): readonly number[] | undefined {
  if (!text.endsWith('\n') || /^\r?\n|\n\r?\n/.test(text)) return undefined;
  const octets = decodeBase64(text.replaceAll('\r\n', '').replaceAll('\n', ''));
  return octets === undefined ? undefined : [...octets];
}

describe('base64 in lines', () => {
  it('is what it is as one text, wherever it is cut', () => {
    const character = fc.constantFrom(...'ABQgwxyz0189+/', '=', '=', '\n', '\r\n', '\r', '-', ' ', 'é');
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
    ['no octet at all', '\n'],
    ['bits that belong to no octet', 'MB==\n'],
    ['a higher bit that belongs to no octet', 'ME==\n'],
    ['a return between two groups', 'MAAA\rMAAA\n'],
    ['bits that belong to no octet behind two', 'MAB=\n'],
    ['a group of one character', 'MAAAM\n'],
    ['a group that lacks its padding', 'MA\n'],
    ['half a padding', 'MA=\n'],
    ['too much padding', 'MA===\n'],
    ['padding alone', '====\n'],
    ['padding in the middle', 'MA==MAAA\n'],
    ['a return without a line feed', 'MA\rAA\n'],
    ['two returns', 'MAAA\r\r\n'],
    ['a return at the end', 'MAAA\r'],
    ['an empty line', 'MAAA\n\nMAAA\n'],
    ['a line without its end', 'MAAA'],
    ['the other alphabet', 'MA-_\n'],
    ['an octet beyond ASCII', 'MAA\xcd\n'],
  ])('with %s is refused', (_, text) => {
    expect(decoded(text)).toBeUndefined();
    expect(decoded(text, 1)).toBeUndefined();
  });

  it('may have a line of 524,288 characters, and none that is longer', () => {
    const line = 'AAAA'.repeat(131_072);
    for (const piece of [undefined, 1_000]) {
      expect(decoded(`${line}\n`, piece)?.length).toBe(393_216);
      expect(decoded(`${line}AAAA\n`, piece) === undefined).toBe(true);
      expect(decoded(`AAAA\nAA${line}\nAA\n`, piece) === undefined).toBe(true);
    }
  });
});
