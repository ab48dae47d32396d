import type { Certificate } from '../certificate/model.ts';
import { sameBytes, tailKey } from './certificate-index.ts';

/**
 * The leaves at the end of verified paths, per trust generation: their octets, and whose key verified their signature.
 * A parsed certificate and its path take ten times as much memory, so that the paths of a few clients are remembered
 * whole and of many only this. It spares the signature check, which is nearly all that a path costs, and nothing else:
 * everything that time or an operator can change is validated again.
 */
export class LeafMemory {
  static readonly capacity: number = 10_000;
  readonly #byTail: Map<number, { readonly der: Uint8Array; readonly issuer: Certificate }> = new Map();

  /** The signature of these octets was checked with the key of `issuer` (this very object) under this generation. */
  isSignedBy({ der }: Certificate, issuer: Certificate): boolean {
    const found = this.#byTail.get(tailKey(der));
    return found !== undefined && found.issuer === issuer && sameBytes(found.der, der);
  }

  /** Called for the leaf of a path that was verified whole: a client cannot add one otherwise. */
  remember({ der }: Certificate, issuer: Certificate): void {
    const key = tailKey(der);
    if (!this.#byTail.has(key) && this.#byTail.size >= LeafMemory.capacity) {
      const [oldest] = this.#byTail.keys();
      this.#byTail.delete(oldest as number);
    }
    this.#byTail.set(key, { der, issuer });
  }
}
