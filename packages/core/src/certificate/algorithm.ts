import { contextConstructed, type DerReader, tag } from '../encoding/der.ts';
import { objectIdentifierText } from '../encoding/object-identifier.ts';
import { MalformedError } from './malformed.ts';
import type { AlgorithmIdentifier } from './model.ts';
import { ProfileReader } from './profile-reader.ts';

/** `AlgorithmIdentifier` (RFC 5280 4.1.1.2) and the parameters that each algorithm has. */

type Parameters = 'absent-not-null' | 'null' | 'null-or-absent' | 'absent' | 'pss' | 'pss-or-absent' | 'any';

/** Content octets of an object identifier, and what may follow it. */
interface AlgorithmRow {
  readonly oid: readonly number[];
  readonly parameters: Parameters;
}

const pkcs1 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const ecdsaWithSha2 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];

/** RFC 4055 section 5: parameters MUST be NULL, and implementations MUST accept them absent as well. */
const pkcs1Signature = (arc: number): AlgorithmRow => ({ oid: [...pkcs1, arc], parameters: 'null-or-absent' });
/** RFC 5758 section 3.2: parameters MUST be absent. Some tools write NULL, as RSA has it, which says the same. */
const ecdsaSignature = (arc: number): AlgorithmRow => ({ oid: [...ecdsaWithSha2, arc], parameters: 'absent-not-null' });

/** Signature algorithms whose parameters are known; others keep what they have, and no path is built over them. */
const signatureAlgorithms: readonly AlgorithmRow[] = [
  pkcs1Signature(11), // sha256WithRSAEncryption
  ecdsaSignature(2), // ecdsa-with-SHA256
  ecdsaSignature(3), // ecdsa-with-SHA384
  ecdsaSignature(4), // ecdsa-with-SHA512
  pkcs1Signature(12), // sha384WithRSAEncryption
  pkcs1Signature(13), // sha512WithRSAEncryption
  { oid: [0x2b, 0x65, 0x70], parameters: 'absent' }, // id-Ed25519, RFC 8410 section 3
  { oid: [0x2b, 0x65, 0x71], parameters: 'absent' }, // id-Ed448
  { oid: [...pkcs1, 10], parameters: 'pss' }, // id-RSASSA-PSS, RFC 4055 section 3.1
  pkcs1Signature(14), // sha224WithRSAEncryption
  pkcs1Signature(5), // sha1WithRSAEncryption
  pkcs1Signature(4), // md5WithRSAEncryption
  pkcs1Signature(2), // md2WithRSAEncryption
  ecdsaSignature(1), // ecdsa-with-SHA224
  { oid: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01], parameters: 'absent-not-null' }, // ecdsa-with-SHA1
];

/** Consumes the `AlgorithmIdentifier` of a signature. Returns where it begins, header included. */
export function checkSignatureAlgorithm(reader: ProfileReader): number {
  const elementStart = reader.offset;
  const outer = reader.enter(tag.sequence);
  const start = reader.readObjectIdentifier();
  const row = signatureAlgorithms.find(({ oid }) => isObjectIdentifier(reader, start, oid));
  const parameters = row?.parameters ?? 'any';
  if (parameters === 'absent-not-null') {
    if (reader.peek() === tag.null) reader.note('algorithm_parameters_null');
    checkParameters(reader, 'null-or-absent');
  } else checkParameters(reader, parameters);
  reader.leave(outer);
  return elementStart;
}

/** The content just read, from `start` to `reader.offset`, is this object identifier. */
export function isObjectIdentifier(reader: DerReader, start: number, oid: readonly number[]): boolean {
  if (reader.offset - start !== oid.length) return false;
  for (let index = oid.length - 1; index >= 0; index--) {
    if (reader.bytes[start + index] !== oid[index]) return false;
  }
  return true;
}

/** Consumes what is left of an `AlgorithmIdentifier` behind its object identifier. */
export function checkParameters(reader: DerReader, parameters: Exclude<Parameters, 'absent-not-null'>): void {
  const isAbsent = reader.isDone;
  switch (parameters) {
    case 'any':
      if (!isAbsent) reader.readAny();
      return;
    case 'absent':
      if (!isAbsent) throw new MalformedError('algorithm_parameters');
      return;
    case 'null':
    case 'null-or-absent':
      if (isAbsent && parameters === 'null-or-absent') return;
      if (reader.peek() !== tag.null) throw new MalformedError('algorithm_parameters');
      reader.readNull();
      return;
    case 'pss':
    case 'pss-or-absent':
      if (isAbsent && parameters === 'pss-or-absent') return;
      if (isAbsent) throw new MalformedError('algorithm_parameters');
      readPss(reader);
  }
}

/** RFC 4055 section 3.1. Hashes as dotted object identifiers. */
export interface PssParameters {
  readonly hash: string;
  /** The hash inside MGF1, the only mask generation function there is. */
  readonly maskHash: string;
  readonly saltLength: number;
}

const sha1 = '1.3.14.3.2.26';
const mgf1Octets = [...pkcs1, 8];

/** The parameters of a parsed id-RSASSA-PSS algorithm; `undefined` where a key has none and so restricts nothing. */
export function pssParameters(algorithm: AlgorithmIdentifier): PssParameters | undefined {
  // What is noted here was noted when the algorithm was parsed.
  return algorithm.parameters === undefined ? undefined : readPss(new ProfileReader(algorithm.parameters));
}

/** `RSASSA-PSS-params`. All fields have defaults, which DER does not write out (X.690 11.5). */
function readPss(reader: DerReader): PssParameters {
  if (reader.peek() !== tag.sequence) throw new MalformedError('pss_parameters');
  const outer = reader.enter(tag.sequence);
  const hash = readDefaulted(reader, 0, sha1, readHash);
  const maskHash = readDefaulted(reader, 1, sha1, readMaskGeneration);
  const saltLength = readDefaulted(reader, 2, 20, (field) => field.readNumber());
  // Only 1 exists (RFC 4055 section 3.1), and 1 is the default.
  const trailerField = readDefaulted(reader, 3, 1, (field) => field.readNumber());
  if (trailerField !== 1 || !reader.isDone) throw new MalformedError('pss_parameters');
  reader.leave(outer);
  return Object.freeze({ hash, maskHash, saltLength });
}

function readDefaulted<T>(reader: DerReader, number: number, standard: T, read: (reader: DerReader) => T): T {
  if (reader.peek() !== contextConstructed(number)) return standard;
  const outer = reader.enter(contextConstructed(number));
  const value = read(reader);
  reader.leave(outer);
  if (value === standard) reader.deviate('der_default_encoded');
  return value;
}

/** RFC 4055 section 2.1: the parameters of a hash are NULL; absent ones are accepted. */
function readHash(reader: DerReader): string {
  const outer = reader.enter(tag.sequence);
  const start = reader.readObjectIdentifier();
  const hash = objectIdentifierText(reader.bytes, start, reader.offset);
  checkParameters(reader, 'null-or-absent');
  reader.leave(outer);
  return hash;
}

function readMaskGeneration(reader: DerReader): string {
  const outer = reader.enter(tag.sequence);
  const start = reader.readObjectIdentifier();
  if (!isObjectIdentifier(reader, start, mgf1Octets)) throw new MalformedError('pss_parameters');
  const hash = readHash(reader);
  reader.leave(outer);
  return hash;
}

/** Decodes an `AlgorithmIdentifier` that was checked. */
export function decodeAlgorithm(reader: DerReader): AlgorithmIdentifier {
  const { bytes, offset: elementStart } = reader;
  const outer = reader.enter(tag.sequence);
  const start = reader.readObjectIdentifier();
  const oid = objectIdentifierText(bytes, start, reader.offset);
  const parametersStart = reader.offset;
  reader.offset = reader.end;
  reader.leave(outer);
  return new DerAlgorithm(oid, bytes, elementStart, parametersStart, reader.offset);
}

/** Most are known by their object identifier alone: the octets are cut out when somebody asks. */
class DerAlgorithm implements AlgorithmIdentifier {
  readonly oid: string;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #parametersStart: number;
  readonly #end: number;

  constructor(oid: string, bytes: Uint8Array, start: number, parametersStart: number, end: number) {
    this.oid = oid;
    this.#bytes = bytes;
    this.#start = start;
    this.#parametersStart = parametersStart;
    this.#end = end;
    Object.freeze(this);
  }

  get der(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get parameters(): Uint8Array | undefined {
    return this.#parametersStart === this.#end ? undefined : this.#bytes.subarray(this.#parametersStart, this.#end);
  }
}

Object.freeze(DerAlgorithm.prototype);
