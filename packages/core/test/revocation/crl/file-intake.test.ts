import { randomBytes } from 'node:crypto';
import { toPem } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crlIntake } from '../../../src/revocation/crl/file-intake.ts';
import { readCrlBlocks } from '../../../src/revocation/crl/pem.ts';

const first = Uint8Array.of(0x30, 1, 2, 3, 4);
const second = Uint8Array.of(0x30, 9, 8, 7);
const text = (...ders: readonly Uint8Array[]): string => ders.map((der) => toPem(der, 'X509 CRL')).join('');

/** The octets of every block, or the rule that is broken. */
async function blocksOf(input: string | Uint8Array): Promise<readonly number[][] | string> {
  const result = await readCrlBlocks(input);
  return result.ok ? result.value.map((der) => [...der]) : result.rule;
}

describe('a file that comes in pieces', () => {
  function piecewise(octets: Uint8Array, piece: number): readonly number[][] | string {
    const intake = crlIntake(octets.length);
    for (let at = 0; at < octets.length; at += piece) intake.write(octets.slice(at, at + piece));
    const result = intake.end();
    return result.ok ? result.value.map((der) => [...der]) : result.rule;
  }

  it('is read as the same file in one piece', async () => {
    const line = fc.constantFrom(
      '-----BEGIN X509 CRL-----',
      '-----END X509 CRL-----',
      '-----END X509 CRL-----',
      '-----BEGIN CERTIFICATE-----',
      'MAAA',
      'MAAAMAA=',
      'text é',
      '',
      '-',
    );
    const file = fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n', '')), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 40 }), async (lines, piece) => {
        const octets = Buffer.from(lines.flat().join(''));
        expect(piecewise(octets, piece)).toEqual(await blocksOf(octets));
      }),
      { numRuns: 500 },
    );
  });

  it.each([1, 2, 7, 64, 1_000])('of %i octets holds the same lists', (piece) => {
    const file = Buffer.from(`${'text '.repeat(500)}\n${text(first)}# é\n${text(second, first)}`);
    expect(piecewise(file, piece)).toEqual([[...first], [...second], [...first]]);
  });

  it('is DER as it is, whatever it holds', () => {
    const der = Uint8Array.from([0x30, 0x82, 1, 4, ...randomBytes(260)]);
    expect(piecewise(der, 100)).toEqual([[...der]]);
  });

  it('is no list when it is empty', () => {
    expect(piecewise(new Uint8Array(), 1)).toBe('pem_empty');
  });

  it('keeps little more than the lists, however much text is around them', () => {
    const file = Buffer.from(`${text(first)}${'text\n'.repeat(10_000)}`);
    const intake = crlIntake(file.length);
    intake.write(file);
    const result = intake.end();
    expect(result.ok && result.value[0]?.buffer.byteLength).toBe(first.length);
  });

  it('is not kept itself', () => {
    const file = Buffer.from(text(first));
    const intake = crlIntake(file.length);
    intake.write(file);
    file.fill(0);
    expect(intake.end()).toEqual({ ok: true, value: [Buffer.from(first)] });
    const der = Uint8Array.from(first);
    const other = crlIntake(der.length);
    other.write(der);
    der.fill(0);
    expect(other.end()).toEqual({ ok: true, value: [Buffer.from(first)] });
  });
});

describe('text that is not ASCII', () => {
  it.each(['ō', '\u0141', '😀'])('is no part of a block: %s', async (character) => {
    // U+0141 ends in the octet of an A.
    const broken = text(first).replace('A', character);
    expect(await blocksOf(broken)).toBe('pem_base64');
    expect(await blocksOf(text(first).replace('A', `A${character}`))).toBe('pem_base64');
    expect(await blocksOf(Buffer.from(broken))).toBe('pem_base64');
    expect(await blocksOf(`${character.repeat(300_000)}\n${text(first)}`)).toEqual([[...first]]);
  });
});
