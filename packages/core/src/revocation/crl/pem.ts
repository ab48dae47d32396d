import { isUint8Array } from 'node:util/types';
import type { MaybePromise } from '../../decision.ts';
import { beginsAsDer } from '../../encoding/pem.ts';
import { asciiOctets } from '../../encoding/text-octets.ts';
import { type ListBlocks, PemIntake } from './file-intake.ts';
import { runInSlices, type Sliced } from './slices.ts';

/** Files of revocation lists: DER, or PEM with one or more blocks (RFC 7468 section 6), of any size. */

/** Of a text decoded in one slice: about a millisecond. */
const sliceLength = 524_288;

/**
 * The DER of every list in a file, in their order: DER as it is, or what the blocks of a PEM text hold. A large text is
 * decoded in slices.
 *
 * @throws {TypeError} When the input is neither text nor octets.
 */
export function readCrlBlocks(input: string | Uint8Array): MaybePromise<ListBlocks> {
  if (typeof input !== 'string' && !isUint8Array(input))
    throw new TypeError('A revocation list is given as PEM text or as octets, PEM or DER');
  if (typeof input !== 'string' && beginsAsDer(input)) return { ok: true, value: [input] };
  return runInSlices(readText(input));
}

function* readText(input: string | Uint8Array): Sliced<ListBlocks> {
  const intake = new PemIntake(input.length);
  for (let at = 0; at < input.length; at += sliceLength) {
    if (at > 0) yield;
    const end = at + sliceLength;
    intake.write(typeof input === 'string' ? asciiOctets(input.slice(at, end)) : input.subarray(at, end));
  }
  return intake.end();
}
