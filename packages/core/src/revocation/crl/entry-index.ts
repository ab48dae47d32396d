import type { CertificateIssuers } from './certificate-issuers.ts';
import type { Entries } from './entries.ts';
import type { SerialHash } from './entry-hashes.ts';
import type { Sliced } from './slices.ts';

/** Entries put into the table in one slice. Even where each is the first in its page of memory, that is a millisecond. */
const sliceEntries = 8_192;

/**
 * Where the entry for an issuer and serial number begins: a table with open addressing, two thirds full, whose slots are
 * offsets into the list itself, so that an entry costs six octets. Serial numbers are compared in place; but an entry
 * lies anywhere in a large memory, so that what bits of a slot no offset needs are some of the hash, and only entries
 * that agree in them are looked at.
 *
 * Some tools write the octets of a serial number without the zero that keeps it positive, others put it before those of a
 * negative one (`serial-number.ts`). So an entry that revokes is compared unsigned, or else whom they revoke would pass. The
 * benefit of the doubt goes to the revocation: one that lifts it (removeFromCRL) is compared as a number.
 */
export class EntryIndex {
  readonly #bytes: Uint8Array;
  readonly #issuers: CertificateIssuers;
  readonly #serialHash: SerialHash;
  readonly #slots: Uint32Array;
  readonly #offsetBits: number;
  readonly #offsetMask: number;
  readonly #isRemoval: (offset: number) => boolean;

  private constructor(bytes: Uint8Array, { hashes, issuers }: Entries, isRemoval: (offset: number) => boolean) {
    this.#bytes = bytes;
    this.#isRemoval = isRemoval;
    this.#issuers = issuers;
    this.#serialHash = hashes.serialHash;
    this.#slots = new Uint32Array(Math.ceil(hashes.count * 1.5) + 1);
    this.#offsetBits = 32 - Math.clz32(bytes.length);
    this.#offsetMask = 2 ** this.#offsetBits - 1;
  }

  /** @param isRemoval Whether the entry at an offset has the reason removeFromCRL. */
  static *build(bytes: Uint8Array, entries: Entries, isRemoval: (offset: number) => boolean): Sliced<EntryIndex> {
    const index = new EntryIndex(bytes, entries, isRemoval);
    let left = sliceEntries;
    for (const { pairs, length } of entries.hashes.blocks()) {
      for (let at = 0; at < length; at += 2) {
        index.#put(pairs[at] as number, pairs[at + 1] as number);
        if (--left === 0) {
          left = sliceEntries;
          yield;
        }
      }
    }
    return index;
  }

  #put(hash: number, offset: number): void {
    const slots = this.#slots;
    let slot = this.#candidate(this.#firstSlot(hash), hash);
    while (slots[slot] !== 0 && !this.#isSameEntry(this.#offsetIn(slot), offset)) {
      slot = this.#candidate(this.#next(slot), hash);
    }
    // Of two entries for one certificate the one that revokes it counts.
    if (slots[slot] === 0 || this.#isRemoval(this.#offsetIn(slot))) slots[slot] = (hash << this.#offsetBits) | offset;
  }

  /**
   * The offset of the entry, or -1.
   *
   * @param serial The octets of the number, but for a zero before the first octet of a greater one.
   * @param isNegative Whether the number that has these octets is.
   * @param isExact Only an entry of that very number is asked for, else one that revokes may be of the other sign.
   */
  get(serial: Uint8Array, issuerNumber: number, isNegative: boolean, isExact: boolean): number {
    const hash = this.#serialHash.of(serial, 0, serial.length, issuerNumber);
    let removal = -1;
    let slot = this.#candidate(this.#firstSlot(hash), hash);
    while (this.#slots[slot] !== 0) {
      const offset = this.#offsetIn(slot);
      const isSame = isSameSerial(this.#bytes, contentStart(this.#bytes, offset), serial, 0, serial.length);
      if (isSame && this.#numberAt(offset) === issuerNumber) {
        const isOwn = this.#isNegative(offset) === isNegative;
        if ((isOwn || !isExact) && !this.#isRemoval(offset)) return offset;
        if (isOwn) removal = offset;
      }
      slot = this.#candidate(this.#next(slot), hash);
    }
    return removal;
  }

  #firstSlot(hash: number): number {
    return Math.floor((hash / 0x1_0000_0000) * this.#slots.length);
  }

  #next(slot: number): number {
    return slot + 1 === this.#slots.length ? 0 : slot + 1;
  }

  #offsetIn(slot: number): number {
    return (this.#slots[slot] as number) & this.#offsetMask;
  }

  /** The first slot from this one on that is empty or agrees with the hash in the bits that it holds. */
  #candidate(from: number, hash: number): number {
    const slots = this.#slots;
    const offsetBits = this.#offsetBits;
    const wanted = (hash << offsetBits) >>> offsetBits;
    let slot = from;
    for (;;) {
      const held = slots[slot] as number;
      if (held === 0 || held >>> offsetBits === wanted) return slot;
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    }
  }

  #isSameEntry(held: number, offset: number): boolean {
    const bytes = this.#bytes;
    const serial = contentStart(bytes, offset);
    const isSame = isSameSerial(
      bytes,
      contentStart(bytes, held),
      bytes,
      unsignedStart(bytes, serial),
      contentEnd(bytes, serial),
    );
    const isSameNumber = isSame && this.#isNegative(held) === this.#isNegative(offset);
    return isSameNumber && this.#numberAt(held) === this.#numberAt(offset);
  }

  #isNegative(offset: number): boolean {
    const serial = contentStart(this.#bytes, offset);
    return (this.#bytes[contentStart(this.#bytes, serial)] as number) >= 0x80;
  }

  #numberAt(offset: number): number {
    return this.#issuers.isUsed ? this.#issuers.numberAt(offset) : 0;
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
