import { type KeyObject, sign } from 'node:crypto';
import { der, forgeCertificate, generateKeyPair, type KeyPair, type KeyType } from '@peercert/pki';
import { constructed, type Element, parseElement, primitive, writeElement } from './mutation/tree.ts';
import type { Random } from './random.ts';

/** A key that certificates can be signed with, known by its public half. */
export interface Signer {
  readonly keyPair: KeyPair;
  readonly spki: Element;
  readonly algorithm: Element;
}

const keyTypes: readonly KeyType[] = [
  ...new Array<KeyType>(12).fill('P-256'),
  'Ed25519',
  'Ed25519',
  'P-384',
  'P-521',
  'RSA-2048',
  'RSA-2048',
  'RSA-3072',
  'RSA-1024',
];

/** Private keys by public key, so that what was changed can be signed again, and gets past the check of signatures. */
export class Keyring {
  readonly #byPublicKey = new Map<string, Signer>();

  static async create(): Promise<Keyring> {
    const keyring = new Keyring();
    for (const keyPair of await Promise.all(keyTypes.map((keyType) => generateKeyPair(keyType)))) keyring.#add(keyPair);
    return keyring;
  }

  #add(keyPair: KeyPair): void {
    const [, algorithm] = der.children(forgeCertificate({ keyPair }).certificateDer);
    const spki = keyPair.publicKey.export({ type: 'spki', format: 'der' });
    this.#byPublicKey.set(spki.toString('hex'), {
      keyPair,
      spki: parsed(spki),
      algorithm: parsed(algorithm as Uint8Array),
    });
  }

  /** Of a type, in the order in which they were made. */
  pairs(keyType: KeyType): readonly KeyPair[] {
    const all = [...this.#byPublicKey.values()].map(({ keyPair }) => keyPair);
    return all.filter((_, index) => keyTypes[index] === keyType);
  }

  get signers(): readonly Signer[] {
    return [...this.#byPublicKey.values()];
  }

  signerOf(spki: Element | undefined): Signer | undefined {
    return spki && this.#byPublicKey.get(Buffer.from(writeElement(spki)).toString('hex'));
  }
}

function parsed(bytes: Uint8Array): Element {
  const element = parseElement(bytes);
  if (element === undefined) throw new Error('what was just made is not DER');
  return element;
}

/** The parts of a certificate that signing and chaining need. `undefined` when a tree is not of that form. */
export interface CertificateParts {
  readonly root: Element;
  readonly fields: Element[];
  /** Where `signature` stands among the fields of tbsCertificate; issuer, validity, subject and key follow. */
  readonly at: number;
}

export function partsOf(root: Element | undefined): CertificateParts | undefined {
  const fields = root?.children?.[0]?.children;
  if (root === undefined || fields === undefined || root.children?.length !== 3) return undefined;
  const at = fields[0]?.identifier === 0xa0 ? 2 : 1;
  return fields.length >= at + 5 ? { root, fields, at } : undefined;
}

export const issuerOf = ({ fields, at }: CertificateParts): Element => fields[at + 1] as Element;
export const subjectOf = ({ fields, at }: CertificateParts): Element => fields[at + 3] as Element;
export const publicKeyOf = ({ fields, at }: CertificateParts): Element => fields[at + 4] as Element;

/** The list of extensions, made when there is none. */
export function extensionsOf({ fields }: CertificateParts): Element[] {
  const last = fields.at(-1);
  const list = last?.identifier === 0xa3 ? last.children?.[0]?.children : undefined;
  if (list !== undefined) return list;
  const made = constructed(0x30, []);
  fields.push(constructed(0xa3, [made]));
  return made.children as Element[];
}

/** Signs in place, naming the algorithm of the signer's key inside and outside. */
export function signParts(parts: CertificateParts, signer: Signer): void {
  const { root, fields, at } = parts;
  const children = root.children as Element[];
  fields[at] = signer.algorithm;
  const signature = signOctets(writeElement(children[0] as Element), signer.keyPair.privateKey);
  children[1] = signer.algorithm;
  children[2] = primitive(0x03, Buffer.concat([Uint8Array.of(0), signature]));
}

export function signOctets(data: Uint8Array, key: KeyObject): Uint8Array {
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'secp384r1':
      return sign('sha384', data, key);
    case 'secp521r1':
      return sign('sha512', data, key);
    default:
      return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key);
  }
}

/** A key of another certificate, now and then: what is signed with it does not verify. */
export function anySigner(keyring: Keyring, random: Random): Signer {
  return random.pick(keyring.signers);
}
