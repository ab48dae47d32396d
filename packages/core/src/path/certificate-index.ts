import type { Certificate, Name } from '../certificate/model.ts';

/**
 * Certificates by subject name. Asked in two steps, because preparing names for comparison (RFC 5280 7.1) costs more
 * than everything else in a search, and nearly every issuer name is byte for byte its issuer's subject name.
 */
export class CertificateIndex {
  readonly all: readonly Certificate[];
  readonly #byDer: Map<string, Certificate[]> = new Map();
  #byCanonical: Map<string, Certificate[]> | undefined;

  constructor(certificates: Iterable<Certificate>) {
    this.all = withoutRepetitions(certificates);
    for (const certificate of this.all) append(this.#byDer, bytesKey(certificate.subject.der), certificate);
  }

  /** Certificates whose subject is encoded exactly as the name. */
  withExactSubject(name: Name): readonly Certificate[] {
    return this.#byDer.get(bytesKey(name.der)) ?? [];
  }

  /** Certificates whose subject is the same name in whatever encoding. */
  withSubject(name: Name): readonly Certificate[] {
    if (this.#byCanonical === undefined) {
      this.#byCanonical = new Map();
      for (const certificate of this.all) append(this.#byCanonical, certificate.subject.canonical, certificate);
    }
    return this.#byCanonical.get(name.canonical) ?? [];
  }

  has(certificate: Certificate): boolean {
    return this.withExactSubject(certificate.subject).some((known) => sameBytes(known.der, certificate.der));
  }
}

/** RFC 5280 7.1: the same name, compared by bytes first. */
export function isSameName(a: Name, b: Name): boolean {
  return sameBytes(a.der, b.der) || (a.rdns.length === b.rdns.length && a.canonical === b.canonical);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Bytes as a map key: one character an octet. */
export function bytesKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** The same certificate sent twice is one candidate. Equal certificates have equal signatures, so those are the key. */
function withoutRepetitions(certificates: Iterable<Certificate>): readonly Certificate[] {
  const bySignature = new Map<string, Certificate[]>();
  const distinct: Certificate[] = [];
  for (const certificate of certificates) {
    const key = bytesKey(certificate.signature);
    if (bySignature.get(key)?.some((known) => sameBytes(known.der, certificate.der))) continue;
    append(bySignature, key, certificate);
    distinct.push(certificate);
  }
  return distinct;
}

function append(map: Map<string, Certificate[]>, key: string, certificate: Certificate): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [certificate]);
  else list.push(certificate);
}
