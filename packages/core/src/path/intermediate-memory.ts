import type { Certificate } from '../certificate/model.ts';
import { CertificateIndex, sameBytes, tailKey } from './certificate-index.ts';

/**
 * The intermediates that were part of a verified path, per trust generation. It spares the second client of an
 * intermediate its parsing and its signature check, and completes the path of a resumed session, for which TLS shows
 * the leaf alone. It holds no trust: a path through it is validated like any other, revocation included.
 */
export class IntermediateMemory {
  /** The authorities below one set of anchors are few; a client cannot add one without a verified path. */
  static readonly capacity: number = 256;
  readonly #byTail: Map<number, Remembered> = new Map();
  #index: CertificateIndex | undefined;
  #version = 0;

  /** The parsed certificate of these bytes, if it was remembered: recognised by its last octets, then compared whole. */
  recall(der: Uint8Array): Certificate | undefined {
    const found = this.#byTail.get(tailKey(der));
    return found !== undefined && sameBytes(found.certificate.der, der) ? found.certificate : undefined;
  }

  /** Another number whenever there is something new: a path that was not found before may be found now. */
  get version(): number {
    return this.#version;
  }

  /** Everything remembered, as candidates for a path. */
  get index(): CertificateIndex {
    this.#index ??= new CertificateIndex([...this.#byTail.values()].map(({ certificate }) => certificate));
    return this.#index;
  }

  /** The signature of `certificate` was checked with the key of `issuer` (these very objects) under this generation. */
  isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
    const found = this.#byTail.get(tailKey(certificate.der));
    return found?.certificate === certificate && found.issuers.has(issuer);
  }

  /** Called for each intermediate of a path that was verified whole. */
  remember(certificate: Certificate, issuer: Certificate): void {
    const key = tailKey(certificate.der);
    const found = this.#byTail.get(key);
    if (found?.certificate === certificate) {
      found.issuers.add(issuer);
      return;
    }
    if (found === undefined && this.#byTail.size >= IntermediateMemory.capacity) {
      const [oldest] = this.#byTail.keys();
      this.#byTail.delete(oldest as number);
    }
    this.#byTail.set(key, { certificate, issuers: new WeakSet([issuer]) });
    this.#index = undefined;
    this.#version += 1;
  }
}

interface Remembered {
  readonly certificate: Certificate;
  readonly issuers: WeakSet<Certificate>;
}
