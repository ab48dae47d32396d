import { Buffer } from 'node:buffer';
import { beginsAsDer, type PemResult, type PemRule } from '../../encoding/pem.ts';
import type { FileIntake } from '../../file-watcher.ts';
import { Base64Lines } from './base64-lines.ts';

/** Reads a file of revocation lists of this size while it comes in: what it keeps is the DER alone. */
export function crlIntake(size: number): FileIntake<PemResult> {
  let intake: FileIntake<PemResult> | undefined;
  return {
    write: (octets) => {
      intake ??= beginsAsDer(octets) ? new DerIntake(size) : new PemIntake(size);
      intake.write(octets);
    },
    end: () => intake?.end() ?? broken('pem_empty'),
  };
}

const broken = (rule: PemRule): PemResult => ({ ok: false, rule });

class DerIntake implements FileIntake<PemResult> {
  readonly #der: Buffer;
  #length = 0;

  constructor(size: number) {
    this.#der = Buffer.allocUnsafeSlow(size);
  }

  write(octets: Uint8Array): void {
    this.#der.set(octets, this.#length);
    this.#length += octets.length;
  }

  end(): PemResult {
    return { ok: true, value: [this.#der.subarray(0, this.#length)] };
  }
}

const opening = '-----BEGIN X509 CRL-----';
const closing = '-----END X509 CRL-----';
const lineFeed = 0x0a;
const hyphen = 0x2d;

/** The longest line that is looked at: a boundary line is shorter, and of other lines only the beginning matters. */
const longestLine = 1_024;

/**
 * PEM: text around the blocks is skipped, a block of another label refused. The first trouble counts. What a file of this
 * many octets holds is decoded into one array, of which the blocks are views.
 */
export class PemIntake implements FileIntake<PemResult> {
  /** Octets that are still to come, but for those at hand. */
  #left: number;
  #rule: PemRule | undefined;
  /** The beginning of a line that is not whole yet, outside of bodies. */
  #line = '';
  /** Of the block that is open. */
  #body: Base64Lines | undefined;
  #isInBody = false;
  #isAtLineStart = false;
  /** Has room for what all blocks hold. */
  #der: Buffer | undefined;
  /** Where in it each block ends. */
  readonly #ends: number[] = [];

  constructor(size: number) {
    this.#left = size;
  }

  write(octets: Uint8Array): void {
    const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
    this.#left -= text.length;
    let at = 0;
    while (at < text.length && this.#rule === undefined) {
      at = this.#isInBody ? this.#readBody(text, at) : this.#readLine(text, at);
    }
  }

  end(): PemResult {
    if (this.#rule === undefined && this.#line !== '') this.#takeLine(this.#line, 0);
    if (this.#rule === undefined && this.#body !== undefined) this.#rule = 'pem_boundary';
    if (this.#rule !== undefined) return broken(this.#rule);
    if (this.#der === undefined) return broken('pem_empty');
    const der = fitting(this.#der, this.#ends.at(-1) ?? 0);
    return { ok: true, value: this.#ends.map((end, index) => der.subarray(this.#ends[index - 1] ?? 0, end)) };
  }

  /** Returns where the line ends, or the text. */
  #readLine(text: Buffer, start: number): number {
    const found = text.indexOf(lineFeed, start);
    // Most lines of text around the blocks need not be looked at.
    if (found !== -1 && this.#line === '' && text[start] !== hyphen) return found + 1;
    const end = found === -1 ? text.length : found;
    const kept = Math.min(end, start + longestLine - this.#line.length);
    this.#line += text.toString('latin1', start, kept);
    if (found === -1) return end;
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    this.#takeLine(line, this.#left + text.length - end);
    return end + 1;
  }

  /** @param left Octets behind this line. */
  #takeLine(line: string, left: number): void {
    if (this.#body !== undefined) {
      const end = this.#body.end();
      if (line !== closing) this.#rule = 'pem_boundary';
      else if (end === -1) this.#rule = 'pem_base64';
      this.#ends.push(end);
      this.#body = undefined;
    } else if (line === opening) {
      this.#der ??= Buffer.allocUnsafeSlow(Math.ceil(left / 4) * 3);
      this.#body = new Base64Lines(this.#der, this.#ends.at(-1) ?? 0);
      this.#isInBody = true;
      this.#isAtLineStart = false;
    } else if (line.startsWith('-----')) this.#rule = isBoundary(line) ? 'pem_label' : 'pem_boundary';
  }

  /** Returns where the body ends, or the text. */
  #readBody(text: Buffer, start: number): number {
    // No base64 has a hyphen: the next one begins the closing line, or should.
    const found = text.indexOf(hyphen, start);
    const end = found === -1 ? text.length : found;
    this.#body?.write(text, start, end);
    if (end > start) this.#isAtLineStart = text[end - 1] === lineFeed;
    if (found === -1) return end;
    this.#isInBody = false;
    // Nor is it at the start of one where the body is empty.
    if (!this.#isAtLineStart) this.#rule = 'pem_boundary';
    return end;
  }
}

const isBoundary = (line: string): boolean => /^-----(?:BEGIN|END) [!-,.-~ ]*-----$/.test(line);

/** The first octets, in an array that is not much larger. */
function fitting(octets: Buffer, length: number): Buffer {
  if (octets.length - length <= length >> 3) return octets;
  const smaller = Buffer.allocUnsafeSlow(length);
  octets.copy(smaller, 0, 0, length);
  return smaller;
}
