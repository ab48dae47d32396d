import { Buffer } from 'node:buffer';
import type { MaybePromise } from '../../decision.ts';
import { decodeBase64 } from '../../encoding/base64.ts';
import { beginsAsDer, type PemResult, type PemRule } from '../../encoding/pem.ts';
import { runInSlices, type Sliced } from './slices.ts';

/** Files of revocation lists: DER, or PEM with one or more blocks (RFC 7468 section 6), of any size. */

const opening = '-----BEGIN X509 CRL-----';
const closing = '-----END X509 CRL-----';
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const hyphen = 0x2d;

/** Octets of text decoded in one slice: a few milliseconds. */
const sliceOctets = 524_288;

/**
 * The DER of every list in a file, in their order: DER as it is, or what the blocks of a PEM text hold. Text outside the
 * blocks is skipped, a block of another label refused. A large text is decoded in slices.
 *
 * @throws {TypeError} When the input is neither text nor octets.
 */
export function readCrlBlocks(input: string | Uint8Array): MaybePromise<PemResult> {
  if (typeof input === 'string') return runInSlices(decodeBlocks(Buffer.from(input, 'utf8')));
  if (!(input instanceof Uint8Array))
    throw new TypeError('A revocation list is given as PEM text or as octets, PEM or DER');
  if (beginsAsDer(input)) return { ok: true, value: [input] };
  return runInSlices(decodeBlocks(Buffer.from(input.buffer, input.byteOffset, input.length)));
}

const broken = (rule: PemRule): PemResult => ({ ok: false, rule });

function* decodeBlocks(text: Buffer): Sliced<PemResult> {
  const blocks: Uint8Array[] = [];
  let at = 0;
  let sliceEnd = sliceOctets;
  while (at < text.length) {
    const line = lineAt(text, at);
    at = line.next;
    if (line.text !== opening) {
      if (line.text.startsWith('-----')) return broken(isBoundary(line.text) ? 'pem_label' : 'pem_boundary');
      if (at > sliceEnd) {
        sliceEnd = at + sliceOctets;
        yield;
      }
      continue;
    }
    // No base64 has a hyphen: the next one begins the closing line, or should.
    const bodyEnd = text.indexOf(hyphen, at);
    if (bodyEnd <= at || text[bodyEnd - 1] !== lineFeed) return broken('pem_boundary');
    const end = lineAt(text, bodyEnd);
    if (end.text !== closing) return broken('pem_boundary');
    const der = yield* decodeBody(text, at, bodyEnd);
    if (der === undefined) return broken('pem_base64');
    blocks.push(der);
    at = end.next;
  }
  return blocks.length === 0 ? broken('pem_empty') : { ok: true, value: blocks };
}

const isBoundary = (line: string): boolean => /^-----(?:BEGIN|END) [!-,.-~ ]*-----$/.test(line);

/** The longest line that is looked at: a boundary line is shorter, and of other lines only the beginning matters. */
const longestLine = 1_024;

/** One line without its line end, and where the next one begins. */
function lineAt(text: Buffer, start: number): { readonly text: string; readonly next: number } {
  const found = text.indexOf(lineFeed, start);
  const end = found === -1 ? text.length : found;
  const contentEnd = found !== -1 && end > start && text[end - 1] === carriageReturn ? end - 1 : end;
  return { text: text.toString('latin1', start, Math.min(contentEnd, start + longestLine)), next: end + 1 };
}

/** The octets that the lines of a body hold, or `undefined` when they are not canonical base64 in unbroken lines. */
function* decodeBody(text: Buffer, start: number, end: number): Sliced<Uint8Array | undefined> {
  const der = Buffer.allocUnsafeSlow(Math.ceil((end - start) / 4) * 3);
  let length = 0;
  let left = '';
  for (let at = start; at < end; ) {
    if (at > start) yield;
    const last = at + sliceOctets < end ? text.lastIndexOf(lineFeed, at + sliceOctets) : end - 1;
    // A line longer than a slice is in no file that a tool writes.
    if (last < at) return undefined;
    const lines = text.toString('latin1', at, last + 1);
    if (/^\r?\n|\n\r?\n/.test(lines)) return undefined;
    at = last + 1;
    const joined = left + lines.replace(/\r?\n/g, '');
    if (at < end) {
      const whole = joined.length - (joined.length % 4);
      // Padding belongs to the end of the body. Without it, whole groups of the alphabet are canonical.
      if (!/^[A-Za-z0-9+/]*$/.test(joined)) return undefined;
      length += der.write(joined.slice(0, whole), length, 'base64');
      left = joined.slice(whole);
    } else {
      const rest = decodeBase64(joined);
      if (rest === undefined) return undefined;
      der.set(rest, length);
      length += rest.length;
    }
  }
  return der.subarray(0, length);
}
