import type { KeyObject } from 'node:crypto';
import { DerReader, tag } from '../encoding/der.ts';
import { checkParameters, decodeAlgorithm, isObjectIdentifier } from './algorithm.ts';
import { MalformedError } from './malformed.ts';
import type { AlgorithmIdentifier, CurveName, KeyType, SubjectPublicKeyInfo } from './model.ts';
import type { ProfileReader } from './profile-reader.ts';

/** `SubjectPublicKeyInfo` (RFC 5280 4.1.2.7) with the key formats of RFC 3279, RFC 4055, RFC 5480 and RFC 8410. */

/** What is known of a key once it is checked. */
export interface KeyShape {
  readonly keyType: KeyType;
  readonly curve: CurveName | undefined;
  readonly bits: number;
  readonly exponent: number | undefined;
}

const rsaEncryption = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const rsassaPss = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const ecPublicKey = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ed25519 = [0x2b, 0x65, 0x70];

interface CurveRow {
  readonly oid: readonly number[];
  /** Octets of one coordinate. */
  readonly octets: number;
  readonly shape: KeyShape;
}

const curveRow = (oid: readonly number[], curve: CurveName, bits: number): CurveRow => ({
  oid,
  octets: Math.ceil(bits / 8),
  shape: Object.freeze({ keyType: 'ec', curve, bits, exponent: undefined }),
});

/** RFC 5480 section 2.1.1.1. Other named curves are left unsupported. */
const curves: readonly CurveRow[] = [
  curveRow([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], 'P-256', 256),
  curveRow([0x2b, 0x81, 0x04, 0x00, 0x22], 'P-384', 384),
  curveRow([0x2b, 0x81, 0x04, 0x00, 0x23], 'P-521', 521),
];

const ed25519Shape: KeyShape = Object.freeze({
  keyType: 'ed25519',
  curve: undefined,
  bits: 256,
  exponent: undefined,
});
const unsupportedShape: KeyShape = Object.freeze({
  keyType: 'unsupported',
  curve: undefined,
  bits: 0,
  exponent: undefined,
});

/** Larger exponents make one verification cost as much as a hundred. */
const maximumExponent = 2 ** 33;

/** Consumes a `SubjectPublicKeyInfo`. */
export function checkPublicKey(reader: ProfileReader): KeyShape {
  const outer = reader.enter(tag.sequence);
  const algorithm = reader.enter(tag.sequence);
  const start = reader.readObjectIdentifier();
  let shape = unsupportedShape;
  if (isObjectIdentifier(reader, start, ecPublicKey)) {
    const curve = checkCurve(reader);
    reader.leave(algorithm);
    shape = checkPoint(reader, curve);
  } else if (isObjectIdentifier(reader, start, rsaEncryption)) {
    // RFC 3279 section 2.3.1: the parameters MUST be NULL. Where they are left out, nothing else can be meant.
    if (reader.isDone) reader.note('rsa_key_parameters_absent');
    checkParameters(reader, 'null-or-absent');
    reader.leave(algorithm);
    shape = checkRsaKey(reader, 'rsa');
  } else if (isObjectIdentifier(reader, start, ed25519)) {
    checkParameters(reader, 'absent');
    reader.leave(algorithm);
    const keyStart = reader.readBitStringOctets();
    if (reader.offset - keyStart !== 32) throw new MalformedError('ed25519_key');
    shape = ed25519Shape;
  } else if (isObjectIdentifier(reader, start, rsassaPss)) {
    checkParameters(reader, 'pss-or-absent');
    reader.leave(algorithm);
    shape = checkRsaKey(reader, 'rsa-pss');
  } else {
    checkParameters(reader, 'any');
    reader.leave(algorithm);
    reader.readBitString();
  }
  reader.leave(outer);
  return shape;
}

/** RFC 5480 section 2.1.1: namedCurve, and never implicitCurve or specifiedCurve. */
function checkCurve(reader: DerReader): CurveRow | undefined {
  if (reader.peek() !== tag.objectIdentifier) throw new MalformedError('ec_parameters');
  const start = reader.readObjectIdentifier();
  return curves.find(({ oid }) => isObjectIdentifier(reader, start, oid));
}

/**
 * RFC 5480 section 2.2: uncompressed, 04 and two coordinates, or compressed, 02 or 03 and the first of them. Whether it lies
 * on the curve is seen when it is loaded.
 */
function checkPoint(reader: ProfileReader, curve: CurveRow | undefined): KeyShape {
  const start = reader.readBitStringOctets();
  if (curve === undefined) return unsupportedShape;
  const form = reader.bytes[start];
  const length = reader.offset - start;
  if (length === 1 + curve.octets && (form === 0x02 || form === 0x03)) reader.note('ec_point_compressed');
  else if (length !== 1 + 2 * curve.octets || form !== 0x04) throw new MalformedError('ec_point');
  return curve.shape;
}

/** RFC 8017 A.1.1. */
function checkRsaKey(reader: DerReader, keyType: 'rsa' | 'rsa-pss'): KeyShape {
  const outer = reader.enterBitString();
  const sequence = reader.enter(tag.sequence);
  const modulus = reader.readUnsigned();
  const isOdd = ((reader.bytes[reader.offset - 1] as number) & 1) === 1;
  const bits = (reader.offset - modulus) * 8 - (Math.clz32(reader.bytes[modulus] as number) - 24);
  if (!isOdd) throw new MalformedError('rsa_key');
  const exponent = readExponent(reader);
  reader.leave(sequence);
  reader.leave(outer);
  return { keyType, curve: undefined, bits, exponent };
}

function readExponent(reader: DerReader): number {
  const start = reader.readUnsigned();
  if (reader.offset - start > 5) throw new MalformedError('rsa_exponent');
  let exponent = 0;
  for (let at = start; at < reader.offset; at++) exponent = exponent * 256 + (reader.bytes[at] as number);
  if (exponent < 3 || exponent > maximumExponent || exponent % 2 === 0) throw new MalformedError('rsa_exponent');
  return exponent;
}

/** A `SubjectPublicKeyInfo` that was checked: what few ask for is cut out when somebody does. */
class PublicKey implements SubjectPublicKeyInfo {
  readonly keyType: KeyType;
  readonly curve: CurveName | undefined;
  readonly bits: number;
  readonly exponent: number | undefined;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #der: Uint8Array | undefined;
  #algorithm: AlgorithmIdentifier | undefined;
  #key: Uint8Array | undefined;
  #loaded: KeyObject | null | undefined;

  constructor(bytes: Uint8Array, start: number, end: number, { bits, curve, exponent, keyType }: KeyShape) {
    this.keyType = keyType;
    this.curve = curve;
    this.bits = bits;
    this.exponent = exponent;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    Object.freeze(this);
  }

  get der(): Uint8Array {
    this.#der ??= this.#bytes.subarray(this.#start, this.#end);
    return this.#der;
  }

  get algorithm(): AlgorithmIdentifier {
    return this.#decode().algorithm;
  }

  get key(): Uint8Array {
    return this.#decode().key;
  }

  /** Compared where they lie: a client's key is compared with those of its issuers and then never asked for. */
  static isSame(a: PublicKey, b: PublicKey): boolean {
    const length = a.#end - a.#start;
    if (length !== b.#end - b.#start) return false;
    for (let index = 0; index < length; index += 1) {
      if (a.#bytes[a.#start + index] !== b.#bytes[b.#start + index]) return false;
    }
    return true;
  }

  static load(key: PublicKey, load: (key: SubjectPublicKeyInfo) => KeyObject | null): KeyObject | null {
    if (key.#loaded === undefined) key.#loaded = load(key);
    return key.#loaded;
  }

  static isOwn(key: SubjectPublicKeyInfo): key is PublicKey {
    return #bytes in key;
  }

  #decode(): { algorithm: AlgorithmIdentifier; key: Uint8Array } {
    if (this.#algorithm === undefined || this.#key === undefined) {
      const reader = new DerReader(this.#bytes, this.#start, this.#end);
      reader.enter(tag.sequence);
      this.#algorithm = decodeAlgorithm(reader);
      this.#key = this.#bytes.subarray(reader.readBitString() + 1, reader.offset);
    }
    return { algorithm: this.#algorithm, key: this.#key };
  }
}

Object.freeze(PublicKey.prototype);

/** The `SubjectPublicKeyInfo` between these offsets, which `checkPublicKey` accepted as of this shape. */
export function publicKeyAt(bytes: Uint8Array, start: number, end: number, shape: KeyShape): SubjectPublicKeyInfo {
  return new PublicKey(bytes, start, end, shape);
}

/** The same key in the same encoding. */
export function isSameKey(a: SubjectPublicKeyInfo, b: SubjectPublicKeyInfo): boolean {
  // One may come from another copy of this package.
  return PublicKey.isOwn(a) && PublicKey.isOwn(b) ? PublicKey.isSame(a, b) : Buffer.compare(a.der, b.der) === 0;
}

/**
 * What `load` answers for this key, asked once. It is kept inside the key: what a WeakMap of the whole program holds
 * outlives every minor collection, so that each key of a client would be moved to the old generation to die there.
 */
export function loadOnce(
  key: SubjectPublicKeyInfo,
  load: (key: SubjectPublicKeyInfo) => KeyObject | null,
): KeyObject | null {
  return PublicKey.isOwn(key) ? PublicKey.load(key, load) : load(key);
}
