import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { DerError, DerReader, tag } from '../encoding/der.ts';
import { derElement, derUnsigned } from '../encoding/der-writer.ts';
import type { Certificate } from './model.ts';

/**
 * Of every ECDSA signature (r, s) there is a second one, (r, n - s), where n is the order of the curve: whoever sees the first
 * can compute it, and FIPS 186-5 6.4.2 accepts both. So the holder of a certificate can show it with other octets, signed by
 * its authority as the first ones are, and with another thumbprint. RSA and Ed25519 have one signature, which is compared
 * as it is (RFC 8017 8.2.2, RFC 8032 5.1.7).
 */
const orders: readonly bigint[] = [
  0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
];

/** ecdsa-with-SHA1 (RFC 3279 2.2.3) and ecdsa-with-SHA2 (RFC 5758 3.2). */
const ecdsa = /^1\.2\.840\.10045\.4\./;

const known: WeakMap<Certificate, string | undefined> = new WeakMap();

/** The thumbprint of a certificate with its second signature; `undefined` where there is none. */
export function twinThumbprint(certificate: Certificate): string | undefined {
  if (!ecdsa.test(certificate.signatureAlgorithm.oid)) return undefined;
  if (!known.has(certificate)) known.set(certificate, computed(certificate));
  return known.get(certificate);
}

function computed({ signature, signatureAlgorithm, tbsDer }: Certificate): string | undefined {
  const twin = twinSignature(signature);
  if (twin === undefined) return undefined;
  const bits = derElement(tag.bitString, Uint8Array.of(0), twin);
  return hash('sha256', derElement(tag.sequence, tbsDer, signatureAlgorithm.der, bits), 'base64url');
}

/**
 * `Ecdsa-Sig-Value` (RFC 3279 2.2.3). The curve is that of the issuer, who is not at hand; but of numbers below one order,
 * one in 2^128 is below the next smaller order.
 */
function twinSignature(signature: Uint8Array): Uint8Array | undefined {
  const numbers = readNumbers(signature);
  if (numbers === undefined) return undefined;
  const [r, s] = numbers;
  const order = orders.find((one) => r < one && s < one);
  return order === undefined ? undefined : derElement(tag.sequence, unsigned(r), unsigned(order - s));
}

function readNumbers(signature: Uint8Array): readonly [bigint, bigint] | undefined {
  const reader = new DerReader(signature);
  try {
    const outer = reader.enter(tag.sequence);
    const numbers = [readNumber(reader), readNumber(reader)] as const;
    reader.leave(outer);
    return reader.isDone ? numbers : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function readNumber(reader: DerReader): bigint {
  const start = reader.readUnsigned();
  return BigInt(`0x${Buffer.from(reader.bytes.subarray(start, reader.offset)).toString('hex')}`);
}

function unsigned(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return derUnsigned(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'));
}
