import { DerReader } from '../encoding/der.ts';
import type { DerDeviation } from '../encoding/der-rules.ts';
import {
  type Deviation,
  deviations,
  type EncodingDeviation,
  isOfEncoding,
  isOfName,
  type NameDeviation,
} from './deviations.ts';

const none: readonly Deviation[] = Object.freeze([]);

/** A DER reader that also takes note of what differs from RFC 5280 without being unreadable. */
export class ProfileReader extends DerReader {
  #noted: Set<Deviation> | undefined = undefined;

  override deviate(deviation: DerDeviation): void {
    this.note(deviation);
  }

  note(deviation: Deviation): void {
    this.#noted ??= new Set();
    this.#noted.add(deviation);
  }

  /** Each deviation once, in the order of the table. */
  get deviations(): readonly Deviation[] {
    const noted = this.#noted;
    if (noted === undefined) return none;
    return Object.freeze((Object.keys(deviations) as Deviation[]).filter((name) => noted.has(name)));
  }

  /** Those of names alone, which lists have as well. */
  get nameDeviations(): readonly NameDeviation[] {
    return this.deviations.filter(isOfName);
  }

  /** Those of the encoding alone, which lists and OCSP answers can have as well. */
  get encodingDeviations(): readonly EncodingDeviation[] {
    return this.deviations.filter(isOfEncoding);
  }
}
