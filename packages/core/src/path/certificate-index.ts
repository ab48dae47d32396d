import type { Certificate, Name } from '../certificate/model.ts';

/** Up to so many certificates are compared one by one, which is faster than keys and maps. */
const few = 8;

const none: readonly Certificate[] = [];

/**
 * Certificates by subject name. Asked in two steps, because preparing names for comparison (RFC 5280 7.1) costs more
 * than everything else in a search, and nearly every issuer name is byte for byte its issuer's subject name.
 */
export class CertificateIndex {
  readonly all: readonly Certificate[];
  #byDer: Map<string, Certificate[]> | undefined;
  #byCanonical: Map<string, Certificate[]> | undefined;

  constructor(certificates: Iterable<Certificate>) {
    this.all = withoutRepetitions(certificates);
  }

  /** Certificates whose subject is encoded exactly as the name. */
  withExactSubject(name: Name): readonly Certificate[] {
    if (this.all.length === 0) return none;
    if (this.all.length <= few) return this.#fewWithExactSubject(name);
    this.#byDer ??= grouped(this.all, ({ subject }) => bytesKey(subject.der));
    return this.#byDer.get(bytesKey(name.der)) ?? none;
  }

  /** Nearly always none or one, for which no list has to grow. */
  #fewWithExactSubject({ der }: Name): readonly Certificate[] {
    let found = none;
    for (const certificate of this.all) {
      if (sameBytes(certificate.subject.der, der)) found = found === none ? [certificate] : [...found, certificate];
    }
    return found;
  }

  /** Certificates whose subject is the same name in whatever encoding. */
  withSubject(name: Name): readonly Certificate[] {
    if (this.all.length === 0) return none;
    this.#byCanonical ??= grouped(this.all, ({ subject }) => subject.canonical);
    return this.#byCanonical.get(name.canonical) ?? none;
  }

  has(certificate: Certificate): boolean {
    const candidates = this.all.length <= few ? this.all : this.withExactSubject(certificate.subject);
    return candidates.some((known) => known === certificate || sameBytes(known.der, certificate.der));
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

/**
 * The last octets of a certificate as a map key. They are part of its signature and tell certificates apart; whoever
 * finds something by them compares it whole.
 */
export function tailKey(der: Uint8Array): number {
  let key = 0;
  for (let at = Math.max(0, der.length - 6); at < der.length; at += 1) key = key * 256 + (der[at] as number);
  return key;
}

/** The same certificate sent twice is one candidate. Equal certificates have equal signatures, so those are the key. */
function withoutRepetitions(certificates: Iterable<Certificate>): readonly Certificate[] {
  const all = [...certificates];
  if (all.length < 2) return all;
  const bySignature = new Map<string, Certificate[]>();
  return all.filter((certificate) => {
    const key = bytesKey(certificate.signature);
    if (bySignature.get(key)?.some((known) => sameBytes(known.der, certificate.der))) return false;
    append(bySignature, key, certificate);
    return true;
  });
}

function grouped(all: readonly Certificate[], keyOf: (one: Certificate) => string): Map<string, Certificate[]> {
  const groups = new Map<string, Certificate[]>();
  for (const certificate of all) append(groups, keyOf(certificate), certificate);
  return groups;
}

function append(map: Map<string, Certificate[]>, key: string, certificate: Certificate): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [certificate]);
  else list.push(certificate);
}
