import { Buffer } from 'node:buffer';
import { decodeBase64 } from './base64.ts';
import { Base64Intake } from './base64-intake.ts';
import type { PemRule } from './pem.ts';
import { looseBody, troubleOfText } from './pem-text.ts';
import { AsciiOctets, asciiOctets } from './text-octets.ts';

/**
 * Files of PEM as they lie around, for what an operator gives: strictly read is only what others send (`pem.ts`).
 *
 * The bodies are the base64 of RFC 7468 section 3 in its lax form. Boundaries may be indented and have blanks behind
 * them, several blocks may stand on one line, line ends may be CR alone, blanks, `\n` in two characters, or missing, and
 * quotes may be around it all: an environment variable, YAML or a form of the web leaves it so. Each of these has one
 * meaning. What has not is refused and never skipped: a boundary behind other text (the subject of a certificate, in the
 * text that tools write before its block, may be `-----BEGIN CERTIFICATE-----`), one that is damaged or cut off, a body
 * without boundaries. Node gets what was read here, written anew: OpenSSL would skip much of it without a word.
 */

/** One block (RFC 7468 section 2). */
export interface PemBlock {
  readonly label: string;
  /** Of an encrypted key in the old form (RFC 1421 4.6), as OpenSSL reads them, with the empty line; else nothing. */
  readonly headers: string;
  readonly octets: Uint8Array;
}

export type PemFile =
  | { readonly ok: true; readonly value: readonly PemBlock[] }
  /** @property detail says what is wrong, as words that follow a name: "is cut off: ...". It quotes no content. */
  | { readonly ok: false; readonly rule: PemRule; readonly detail: string };

type Trouble = Extract<PemFile, { ok: false }>;

/** Where a line can go on that began as it should. */
type Place = 'start of file' | 'start of line' | 'behind a block' | 'in text' | 'behind the last quote';

/** Longer than any boundary line. */
const longestBoundary = 128;
/** Of text, looked at in one go. */
const longestPiece = 1_024;
/** Far longer than any private key. */
const longestKey = 65_536;
/** More octets are needed to tell. */
const more = -1;

const hyphen = 0x2d;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Base64 of DER begins with it. */
const letterM = 0x4d;
const boundary = /^-----(BEGIN|END) ([!-,.-~][!-,.-~ ]*)-----/;

/** Reads PEM at once: text, or the octets of a file. */
export function readPemFile(input: string | Uint8Array): PemFile {
  const octets = typeof input === 'string' ? asciiOctets(input) : new AsciiOctets().write(input);
  const reader = new PemFileReader(octets.length);
  reader.write(octets);
  return reader.end();
}

/** Reads a file bit by bit. The first trouble counts. */
export class PemFileReader {
  readonly #size: number;
  /** Read, and not taken by `end` yet. */
  readonly #blocks: PemBlock[] = [];
  #trouble: Trouble | undefined;
  /** Base64 outside of blocks: a trouble where there is any block or boundary, else it is what the whole file is. */
  #loose: Trouble | undefined;
  /** Octets of which more must follow before they can be read. */
  #held: Uint8Array = new Uint8Array();
  #place: Place = 'start of file';
  /** Around the whole file. */
  #quote: number | undefined;
  /** The label of the block that is open. */
  #open: string | undefined;
  /** Its body, of a key as text: it may have headers. */
  #body: Base64Intake | undefined;
  #key = '';
  /** Has room for what all blocks hold, but for keys. */
  #octets: Buffer | undefined;
  #written = 0;

  /** @param size Octets that will be written at most. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Blocks that are whole. They are views of octets that will be written further. */
  get blocks(): readonly PemBlock[] {
    return this.#blocks;
  }

  /** The octets of an ASCII text (see `text-octets.ts`), which are the caller's. */
  write(octets: Uint8Array): void {
    if (this.#trouble !== undefined) return;
    const text =
      this.#held.length === 0
        ? Buffer.from(octets.buffer, octets.byteOffset, octets.length)
        : Buffer.concat([this.#held, octets]);
    this.#held = new Uint8Array();
    this.#read(text, false);
  }

  end(): PemFile {
    this.#read(Buffer.from(this.#held), true);
    if (this.#trouble === undefined && this.#open !== undefined) {
      this.#refuse('pem_boundary', `is cut off: "-----BEGIN ${this.#open}-----" has no end`);
    }
    if (this.#trouble === undefined && this.#quote !== undefined) {
      this.#refuse('pem_boundary', 'is cut off: the quotation mark at its start has no counterpart at its end');
    }
    if (this.#trouble !== undefined) return this.#trouble;
    if (this.#blocks.length === 0) {
      return { ok: false, rule: 'pem_empty', detail: 'is not PEM: it has no "-----BEGIN ...-----" line' };
    }
    return this.#loose ?? { ok: true, value: this.#fitting() };
  }

  #refuse(rule: PemRule, detail: string): void {
    this.#trouble ??= this.#loose ?? { ok: false, rule, detail };
  }

  #read(text: Buffer, isLast: boolean): void {
    let at = 0;
    while (at < text.length && this.#trouble === undefined) {
      const next = this.#open === undefined ? this.#readOutside(text, at, isLast) : this.#readBody(text, at, isLast);
      if (next === more) {
        this.#held = Uint8Array.from(text.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** Returns where it ends, as do those below. */
  #readOutside(text: Buffer, at: number, isLast: boolean): number {
    const octet = text[at] as number;
    if (octet === this.#quote && this.#place !== 'in text') {
      this.#quote = undefined;
      this.#place = 'behind the last quote';
      return at + 1;
    }
    if (octet === lineFeed || octet === carriageReturn) {
      if (this.#place !== 'behind the last quote') this.#place = 'start of line';
      return at + 1;
    }
    if (this.#place === 'in text') return this.#readText(text, at, isLast);
    if (octet === 0x20 || octet === 0x09) return at + 1;
    if (octet === 0xef) {
      if (!isLast && text.length < at + 3) return more;
      if (text[at + 1] === 0xbb && text[at + 2] === 0xbf) return at + 3;
    }
    if (octet === hyphen && this.#place !== 'behind the last quote') return this.#readHyphens(text, at, isLast);
    if (this.#place === 'start of file' && (octet === 0x22 || octet === 0x27)) {
      const line = text.toString('latin1', at + 1, at + longestBoundary);
      if (!isLast && line.length < longestBoundary - 1) return more;
      if (/^(?:[ \t\r\n]|\\[nr])*-----BEGIN /.test(line)) {
        this.#quote = octet;
        this.#place = 'behind a block';
        return at + 1;
      }
    }
    if (this.#place === 'behind a block') return this.#readBehind(text, at, isLast);
    if (this.#place === 'behind the last quote') {
      this.#refuse('pem_boundary', 'has text behind the closing quotation mark');
      return at;
    }
    return this.#readText(text, at, isLast);
  }

  /** On the line of a closing boundary. */
  #readBehind(text: Buffer, at: number, isLast: boolean): number {
    if (!isLast && text.length < at + 2) return more;
    if (/^\\[nr]/.test(text.toString('latin1', at, at + 2))) return at + 2;
    this.#refuse('pem_boundary', 'has text behind a block on the same line: put each on lines of its own');
    return at;
  }

  /** A boundary or a line of text that begins as one does. */
  #readHyphens(text: Buffer, at: number, isLast: boolean): number {
    if (!isLast && text.length < at + 5) return more;
    for (let next = at + 1; next < at + 5; next++)
      if (text[next] !== hyphen) return this.#readNoBoundary(text, at, isLast);
    const line = text.toString('latin1', at, at + longestBoundary);
    const [whole, edge, label] = boundary.exec(line) ?? [];
    if (whole !== undefined && edge === 'BEGIN') {
      this.#begin(label as string);
      return at + whole.length;
    }
    if (whole !== undefined) {
      this.#refuse('pem_boundary', `is damaged: "${whole}" is out of place, for no such block is open`);
      return at;
    }
    if (!isLast && line.length < longestBoundary && !/[\r\n]/.test(line)) return more;
    return this.#readNoBoundary(text, at, isLast);
  }

  #readNoBoundary(text: Buffer, at: number, isLast: boolean): number {
    return this.#place === 'behind a block' ? this.#readBehind(text, at, isLast) : this.#readText(text, at, isLast);
  }

  /** A line of text outside of blocks (RFC 7468 section 5.2), or as much of it as is there. */
  #readText(text: Buffer, at: number, isLast: boolean): number {
    const isWhole = this.#place !== 'in text';
    const limit = Math.min(text.length, at + longestPiece);
    // Most lines have nothing that could be of a block. A list from elsewhere may have millions before it.
    let isPlain = !isWhole || text[at] !== letterM;
    let end = at;
    for (; end < limit; end++) {
      const octet = text[end] as number;
      if (octet === lineFeed || octet === carriageReturn) break;
      if (octet >= 0x80 || (octet === hyphen && text[end + 1] === hyphen)) isPlain = false;
    }
    const hasEnd = end < limit;
    if (!hasEnd && !isLast && end < at + longestPiece) return more;
    const trouble = isPlain ? undefined : troubleOfText(text.toString('latin1', at, end), isWhole);
    if (trouble === looseBody) this.#loose ??= { ok: false, rule: 'pem_boundary', detail: looseBody };
    else if (trouble !== undefined) this.#refuse('pem_boundary', trouble);
    this.#place = 'in text';
    const goesOn = !hasEnd && (!isLast || end < text.length);
    // What stands across the cut is looked at again.
    return end - (goesOn ? longestBoundary : 0);
  }

  #begin(label: string): void {
    this.#open = label;
    this.#key = '';
    if (label.endsWith('PRIVATE KEY')) return;
    this.#octets ??= Buffer.allocUnsafeSlow(Math.ceil(this.#size / 4) * 3);
    this.#body = new Base64Intake(this.#octets, this.#written);
  }

  #readBody(text: Buffer, at: number, isLast: boolean): number {
    // No base64 has a hyphen: the next one begins the closing boundary, or should.
    const found = text.indexOf(hyphen, at);
    const end = found === -1 ? text.length : found;
    if (end > at) {
      this.#take(text, at, end);
      return end;
    }
    const line = text.toString('latin1', at, at + longestBoundary);
    const [whole, edge, label] = boundary.exec(line) ?? [];
    if (whole === undefined && !isLast && line.length < longestBoundary && !/[\r\n]/.test(line)) return more;
    if (edge === 'END' && label === this.#open) {
      this.#close(label as string);
      return at + (whole as string).length;
    }
    if (whole !== undefined) {
      this.#refuse(
        'pem_boundary',
        `is damaged: "${whole}" is out of place: "-----BEGIN ${this.#open}-----" has no end`,
      );
    } else if (this.#body === undefined && !line.startsWith('-----')) {
      // Of a header.
      this.#take(text, at, at + 1);
      return at + 1;
    } else if (isLast && at + line.length === text.length && !/[\r\n]/.test(line)) {
      // It ends within the closing boundary.
      return text.length;
    } else if (line.startsWith('-----')) {
      this.#refuse('pem_boundary', `is damaged: the boundary behind "-----BEGIN ${this.#open}-----" is none`);
    } else {
      this.#refuse('pem_base64', `is damaged: ${bodyOf(this.#open as string)} is no base64`);
    }
    return at;
  }

  #take(text: Buffer, start: number, end: number): void {
    if (this.#body !== undefined) this.#body.write(text, start, end);
    else if (this.#key.length + end - start <= longestKey) this.#key += text.toString('latin1', start, end);
    else this.#refuse('pem_base64', `is damaged: ${bodyOf(this.#open as string)} is longer than that of any key`);
  }

  #close(label: string): void {
    this.#open = undefined;
    this.#place = 'behind a block';
    const block = this.#body === undefined ? keyOf(label, this.#key) : this.#blockOf(label, this.#body.end());
    this.#body = undefined;
    this.#key = '';
    if (block === undefined || block.octets.length === 0) {
      this.#refuse('pem_base64', `is damaged: ${bodyOf(label)} is ${block === undefined ? 'no base64' : 'empty'}`);
    } else this.#blocks.push(block);
  }

  #blockOf(label: string, end: number): PemBlock | undefined {
    if (end === -1) return undefined;
    const octets = (this.#octets as Buffer).subarray(this.#written, end);
    this.#written = end;
    return { label, headers: '', octets };
  }

  /** The blocks, in an array that is not much larger than they are. */
  #fitting(): readonly PemBlock[] {
    const octets = this.#octets;
    if (octets === undefined || octets.length - this.#written <= this.#written >> 3) return this.#blocks;
    const smaller = Buffer.allocUnsafeSlow(this.#written);
    octets.copy(smaller, 0, 0, this.#written);
    return this.#blocks.map((block) => {
      if (block.octets.buffer !== octets.buffer) return block;
      const { byteOffset, length } = block.octets;
      return { ...block, octets: smaller.subarray(byteOffset, byteOffset + length) };
    });
  }
}

const bodyOf = (label: string): string => `the body of "-----BEGIN ${label}-----"`;

/**
 * A private key. The headers of RFC 1421 4.6.1.1 and 4.6.1.3 are the only ones that OpenSSL knows; on one line they end
 * where the base64 begins, behind the hexadecimal digits.
 */
function keyOf(label: string, body: string): PemBlock | undefined {
  const text = body.replace(/\\[nr]/g, '\n');
  const [headers = '', cipher, salt] =
    /^\s*Proc-Type:[ \t]*4,[ \t]*ENCRYPTED\s+DEK-Info:[ \t]*([A-Za-z0-9-]+),([0-9A-Fa-f]+)\s/.exec(text) ?? [];
  const octets = decodeBase64(text.slice(headers.length).replace(/[ \t\r\n]+/g, ''));
  return octets && { label, headers: headers && `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${cipher},${salt}\n\n`, octets };
}
