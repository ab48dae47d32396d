import { Buffer } from 'node:buffer';
import type { GeneralName, Name } from '../../certificate/model.ts';
import { isComparable } from '../../certificate/name-comparison.ts';
import { CrlError } from './rules.ts';

/** No indirect CRL in honest use speaks of so many authorities. */
const mostIssuers = 65_536;

/**
 * Whose certificates the entries of a list are (RFC 5280 5.3.3): "If this extension is not present on the first entry in
 * an indirect CRL, the certificate issuer defaults to the CRL issuer. On subsequent entries in an indirect CRL, if this
 * extension is not present, the certificate issuer for the entry is the same as that for the preceding entry."
 *
 * Each issuer has a number, the issuer of the list 0. A run is a series of entries of one issuer: where it begins and
 * the number of its issuer.
 */
export class CertificateIssuers {
  readonly #numberOfNames: Map<string, number> = new Map();
  readonly #numbersOfName: Map<string, number[]> = new Map();
  #count = 1;
  #runs: Uint32Array = new Uint32Array(0);
  #runCount = 0;
  #current = 0;

  constructor(issuer: Name) {
    this.#numbersOfName.set(issuer.canonical, [0]);
  }

  /** Any entry names its issuer. */
  get isUsed(): boolean {
    return this.#count > 1;
  }

  /** The number of the issuer whose run was begun last. */
  get current(): number {
    return this.#current;
  }

  /** The numbers of an issuer; several when the list writes its name in several ways. */
  numbersOf(issuer: Name): readonly number[] {
    return this.#numbersOfName.get(issuer.canonical) ?? [];
  }

  /** Begins a run with an issuer that was met before. Returns whether it was. */
  continuesWith(bytes: Uint8Array, start: number, end: number, entryStart: number): boolean {
    const known = this.#numberOfNames.get(keyOf(bytes, start, end));
    if (known !== undefined) this.#begin(entryStart, known);
    return known !== undefined;
  }

  /** Begins a run with an issuer that is met for the first time. */
  startAt(entryStart: number, bytes: Uint8Array, start: number, end: number, names: readonly GeneralName[]): void {
    // "Conforming CRL issuers MUST include in this extension the distinguished name (DN) from the issuer field of the
    // certificate that corresponds to this CRL entry."
    const directoryNames = names.filter((name) => name.kind === 'directoryName');
    // Of a name that is too long or too strange nobody can say whose other spelling it is.
    if (
      directoryNames.length === 0 ||
      !directoryNames.every(({ name }) => isComparable(name.rdns)) ||
      names.some((name) => name.kind === 'uncomparable' && name.of === 'directoryName')
    ) {
      throw new CrlError('crl_entry_issuer_name');
    }
    if (this.#count >= mostIssuers) throw new CrlError('crl_too_many_issuers');
    const number = this.#count++;
    this.#numberOfNames.set(keyOf(bytes, start, end), number);
    for (const canonical of new Set(directoryNames.map(({ name }) => name.canonical))) {
      const numbers = this.#numbersOfName.get(canonical);
      if (numbers === undefined) this.#numbersOfName.set(canonical, [number]);
      else numbers.push(number);
    }
    this.#begin(entryStart, number);
  }

  #begin(entryStart: number, number: number): void {
    if (number === this.#current) return;
    this.#current = number;
    const at = this.#runCount * 2;
    if (at === this.#runs.length) {
      const longer = new Uint32Array(Math.max(16, at * 2));
      longer.set(this.#runs);
      this.#runs = longer;
    }
    this.#runs[at] = entryStart;
    this.#runs[at + 1] = number;
    this.#runCount++;
  }

  /** The number of the issuer of the entry that begins at this offset. */
  numberAt(entryStart: number): number {
    let low = 0;
    let high = this.#runCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle * 2] as number) <= entryStart) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (this.#runs[low * 2 - 1] as number);
  }
}

function keyOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
