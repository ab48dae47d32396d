import { randomBytes } from 'node:crypto';
import type { Entries } from './entries.ts';
import { halfSipHash } from './half-sip-hash.ts';
import type { Sliced } from './slices.ts';

/** Entries put into the table in one slice. Each may be the first to touch its page of memory, which costs microseconds. */
const sliceEntries = 1_024;

/**
 * Where the entry for an issuer and serial number begins: a table with open addressing, half full, whose slots are
 * offsets into the list itself, so that an entry costs eight octets. Serial numbers are compared in place. The hash is
 * keyed at random, so that nobody can choose serial numbers that collide.
 *
 * RFC 5280 4.1.2.2: "Non-conforming CAs may issue certificates with serial numbers that are negative or zero. Certificate
 * users SHOULD be prepared to gracefully handle such certificates." No certificate with a negative one is ever accepted
 * here, so such an entry is of no use as a number. But some tools write the octets of a serial number without the zero that
 * keeps it positive, and mean one that is: every entry is compared unsigned, or else what they revoke would pass.
 */
export class EntryIndex {
  readonly #bytes: Uint8Array;
  readonly #entries: Entries;
  readonly #slots: Uint32Array;
  readonly #key0: number;
  readonly #key1: number;

  private constructor(bytes: Uint8Array, entries: Entries) {
    this.#bytes = bytes;
    this.#entries = entries;
    this.#slots = new Uint32Array(entries.count * 2 + 1);
    const key = randomBytes(8);
    this.#key0 = key.readInt32LE(0);
    this.#key1 = key.readInt32LE(4);
  }

  /** @param isRemoval Whether the entry at an offset has the reason removeFromCRL. */
  static *build(bytes: Uint8Array, entries: Entries, isRemoval: (offset: number) => boolean): Sliced<EntryIndex> {
    const index = new EntryIndex(bytes, entries);
    let left = sliceEntries;
    for (let offset = entries.start; offset < entries.end; offset = contentEnd(bytes, offset)) {
      index.#put(offset, isRemoval);
      if (--left === 0) {
        left = sliceEntries;
        yield;
      }
    }
    return index;
  }

  #put(offset: number, isRemoval: (offset: number) => boolean): void {
    const { hasRemovals, issuers } = this.#entries;
    const serial = contentStart(this.#bytes, offset);
    const start = unsignedStart(this.#bytes, serial);
    const end = contentEnd(this.#bytes, serial);
    // The benefit of the doubt goes to the revocation: one is lifted by its own number alone.
    if (hasRemovals && isNegative(this.#bytes, serial) && isRemoval(offset)) return;
    const slot = this.#find(this.#bytes, start, end, issuers.isUsed ? issuers.numberAt(offset) : 0);
    const held = this.#slots[slot] as number;
    // Of two entries for one certificate the one that revokes it counts.
    if (held === 0 || (hasRemovals && isRemoval(held))) this.#slots[slot] = offset;
  }

  /** The offset of the entry, or -1. `serial` is the unsigned number: no zero before the first octet of a greater one. */
  get(serial: Uint8Array, issuerNumber: number): number {
    const held = this.#slots[this.#find(serial, 0, serial.length, issuerNumber)] as number;
    return held === 0 ? -1 : held;
  }

  /** The slot that holds this serial number of this issuer, or the empty one where it belongs. */
  #find(serialBytes: Uint8Array, start: number, end: number, issuerNumber: number): number {
    const slots = this.#slots;
    const bytes = this.#bytes;
    const { issuers } = this.#entries;
    const hash = halfSipHash(this.#key0, this.#key1 ^ issuerNumber, serialBytes, start, end);
    let slot = Math.floor((hash / 0x1_0000_0000) * slots.length);
    for (;;) {
      const offset = slots[slot] as number;
      if (offset === 0) return slot;
      const isSame =
        isSameSerial(bytes, contentStart(bytes, offset), serialBytes, start, end) &&
        (!issuers.isUsed || issuers.numberAt(offset) === issuerNumber);
      if (isSame) return slot;
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    }
  }
}

/** The INTEGER at `held` has these octets, the zero that keeps it positive apart. */
function isSameSerial(bytes: Uint8Array, held: number, others: Uint8Array, start: number, end: number): boolean {
  const heldStart = unsignedStart(bytes, held);
  if (contentEnd(bytes, held) - heldStart !== end - start) return false;
  for (let at = end - 1, heldAt = heldStart + end - start - 1; at >= start; at--, heldAt--) {
    if (bytes[heldAt] !== others[at]) return false;
  }
  return true;
}

/** Where the content of an INTEGER begins, behind the zero octet that keeps it positive (X.690 8.3). */
function unsignedStart(bytes: Uint8Array, at: number): number {
  const start = contentStart(bytes, at);
  return bytes[at + 1] !== 1 && bytes[start] === 0 ? start + 1 : start;
}

function isNegative(bytes: Uint8Array, at: number): boolean {
  return (bytes[contentStart(bytes, at)] as number) >= 0x80;
}

/** Where the content of the element at `at` begins. The list was read strictly before: its lengths can be believed. */
function contentStart(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] as number;
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}

/** Where the element at `at` ends. */
function contentEnd(bytes: Uint8Array, at: number): number {
  const start = contentStart(bytes, at);
  if (start === at + 2) return start + (bytes[at + 1] as number);
  let length = 0;
  for (let octet = at + 2; octet < start; octet++) length = length * 256 + (bytes[octet] as number);
  return start + length;
}
