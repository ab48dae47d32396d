import { Buffer } from 'node:buffer';

/**
 * Files of text as editors and shells write them: UTF-8 with and without a byte order mark, UTF-16 with one (`>` and
 * `Out-File` of Windows PowerShell).
 */

/** The text, its byte order mark left out; `undefined` for octets that are neither. */
export function decodeText(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encodingOf(octets), { fatal: true }).decode(octets);
  } catch {
    return undefined;
  }
}

type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

function encodingOf(octets: Uint8Array): TextEncoding {
  if (octets[0] === 0xff && octets[1] === 0xfe) return 'utf-16le';
  return octets[0] === 0xfe && octets[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** Two octets make a unit of UTF-16. What is not ASCII becomes DEL, which is as little part of PEM. */
const notAscii = '\x7f';
const byteOrderMark = '\u00ef\u00bb\u00bf';
const dash = '\u00e2\u0080\u0093';

/** The octets of a text of which only ASCII counts, and the marks that `PemFileReader` knows. */
export function asciiOctets(text: string): Uint8Array {
  return Buffer.from(
    text
      .replaceAll('\ufeff', byteOrderMark)
      .replace(/[\u2010-\u2015\u2212]/g, dash)
      .replace(/[^\0-\xff]/g, notAscii),
    'latin1',
  );
}

/** The same of the octets of a file in any of these encodings, which come bit by bit. UTF-8 stays what it is. */
export class AsciiOctets {
  #encoding: TextEncoding | undefined;
  /** An octet whose unit is not whole yet. */
  #first: number | undefined;

  write(octets: Uint8Array): Uint8Array {
    if (this.#encoding === undefined) {
      const [first, second] = octets;
      if (this.#first === undefined && octets.length === 1 && (first === 0xff || first === 0xfe)) {
        this.#first = first;
        return new Uint8Array();
      }
      const start = this.#first === undefined ? [first, second] : [this.#first, first];
      if (start[0] === undefined) return octets;
      this.#encoding = encodingOf(Uint8Array.from(start as number[]));
    }
    const all = this.#first === undefined ? octets : Buffer.concat([Uint8Array.of(this.#first), octets]);
    this.#first = undefined;
    return this.#encoding === 'utf-8' ? all : this.#ofUnits(all, this.#encoding);
  }

  #ofUnits(octets: Uint8Array, encoding: TextEncoding): Uint8Array {
    const whole = octets.length & ~1;
    if (whole < octets.length) this.#first = octets[whole];
    // A copy: the octets are the caller's, and units need not stand at even places in memory.
    const units = Buffer.from(octets.subarray(0, whole));
    if (encoding === 'utf-16be') units.swap16();
    return asciiOctets(units.toString('utf16le'));
  }
}
