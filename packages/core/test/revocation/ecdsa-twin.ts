/** The second signature of an ECDSA certificate, which anybody can compute: (r, n - s) is valid where (r, s) is. */
import { DerReader, tag } from '../../src/encoding/der.ts';
import { derElement, derUnsigned } from '../../src/encoding/der-writer.ts';
import { read } from '../path/certificates.ts';

/** The orders of the curves (SEC 2 section 2, FIPS 186-5). */
const orders = {
  'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'P-384': 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  'P-521':
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
} as const;

/** The same certificate in other octets. */
export function twinOf(der: Uint8Array, curve: keyof typeof orders = 'P-256'): Uint8Array {
  const { signature, signatureAlgorithm, tbsDer } = read(der);
  const reader = new DerReader(signature);
  const outer = reader.enter(tag.sequence);
  const [r, s] = [integer(reader), integer(reader)];
  reader.leave(outer);
  const value = derElement(tag.sequence, derUnsigned(octets(r)), derUnsigned(octets(orders[curve] - s)));
  const bits = derElement(tag.bitString, Uint8Array.of(0), value);
  return derElement(tag.sequence, tbsDer, signatureAlgorithm.der, bits);
}

function integer(reader: DerReader): bigint {
  const start = reader.readUnsigned();
  return BigInt(`0x${Buffer.from(reader.bytes.subarray(start, reader.offset)).toString('hex')}`);
}

function octets(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}
