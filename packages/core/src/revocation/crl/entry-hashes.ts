import { randomBytes } from 'node:crypto';
import { halfSipHash } from './half-sip-hash.ts';

/** Pairs of a hash and an offset that a block holds at first, and at most: 64 KB. */
const firstBlock = 64;
const largestBlock = 8_192;

/** The parts of a large list: a power of two, so that the first bits of a hash tell the part. */
const partBits = 6;
/** The table of a shorter list is in the cache of the processor as a whole. */
const wholeOctets = 1_048_576;

/** Keyed at random, so that nobody can choose serial numbers that collide. */
export class SerialHash {
  readonly #key0: number;
  readonly #key1: number;

  constructor() {
    const key = randomBytes(8);
    this.#key0 = key.readInt32LE(0);
    this.#key1 = key.readInt32LE(4);
  }

  /** The hash of a serial number of an issuer: 32 bits, unsigned. */
  of(bytes: Uint8Array, start: number, end: number, issuerNumber: number): number {
    return halfSipHash(this.#key0, this.#key1 ^ issuerNumber, bytes, start, end);
  }
}

/** Pairs of a hash and an offset. */
export interface HashedEntries {
  readonly pairs: Uint32Array;
  /** Of what is used. */
  readonly length: number;
}

/** What belongs to hashes that begin alike, in the order in which it was added. */
class Part {
  readonly #full: HashedEntries[] = [];
  #pairs: Uint32Array = new Uint32Array(firstBlock * 2);
  #length = 0;

  add(hash: number, offset: number): void {
    if (this.#length === this.#pairs.length) {
      this.#full.push({ pairs: this.#pairs, length: this.#length });
      this.#pairs = new Uint32Array(Math.min(largestBlock * 2, this.#length * 2));
      this.#length = 0;
    }
    this.#pairs[this.#length] = hash;
    this.#pairs[this.#length + 1] = offset;
    this.#length += 2;
  }

  *blocks(): Generator<HashedEntries, void, undefined> {
    yield* this.#full;
    yield { pairs: this.#pairs, length: this.#length };
  }
}

/**
 * The hashes of the serial numbers that a walk over a list meets, each with the offset of its entry, until their number
 * is known and a table can be made. They are kept apart by their first bits, which say where in the table they belong:
 * one part of it after the other is filled while the processor has it at hand, which takes a fraction of the time.
 */
export class EntryHashes {
  readonly serialHash: SerialHash = new SerialHash();
  readonly #parts: readonly Part[];
  readonly #shift: number;
  #count = 0;

  /** @param octets The length of all entries. */
  constructor(octets: number) {
    this.#shift = octets > wholeOctets ? 31 - partBits : 31;
    this.#parts = Array.from({ length: 2 ** (31 - this.#shift) }, () => new Part());
  }

  get count(): number {
    return this.#count;
  }

  add(hash: number, offset: number): void {
    this.#count++;
    // In two steps, because a shift by 32 is one by 0.
    (this.#parts[(hash >>> 1) >>> this.#shift] as Part).add(hash, offset);
  }

  /** Part after part; entries of one hash in the order in which they were added. */
  *blocks(): Generator<HashedEntries, void, undefined> {
    for (const part of this.#parts) yield* part.blocks();
  }
}
