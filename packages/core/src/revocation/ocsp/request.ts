import { randomBytes } from 'node:crypto';
import type { Certificate } from '../../certificate/model.ts';
import { encodeBase64 } from '../../encoding/base64.ts';
import { contextConstructed, tag } from '../../encoding/der.ts';
import { derElement, derObjectIdentifier } from '../../encoding/der-writer.ts';
import { type CertIdHash, encodeCertId, type OcspSubject } from './cert-id.ts';
import { nonceOid } from './nonce.ts';

export interface OcspRequestOptions {
  /**
   * Default `sha1`: the one that every responder understands (RFC 6960 4.3), and that answers made in advance are found
   * by (RFC 5019 2.1.1).
   */
  readonly hash?: CertIdHash;
  /** Default: none, so that an answer can be shared (RFC 5019 2.1.1). `createOcspNonce` makes one. */
  readonly nonce?: Uint8Array;
}

/** RFC 9654 2.1: what a client sends is 32 octets long. */
const nonceOctets = 32;

export function createOcspNonce(): Uint8Array {
  return new Uint8Array(randomBytes(nonceOctets));
}

/** An `OCSPRequest` about one certificate (RFC 6960 4.1.1), unsigned: the body of a POST, DER. */
export function encodeOcspRequest(
  subject: OcspSubject,
  issuer: Certificate,
  { hash = 'sha1', nonce }: OcspRequestOptions = {},
): Uint8Array {
  const request = derElement(tag.sequence, encodeCertId(subject, issuer, hash));
  const fields = [derElement(tag.sequence, request)];
  if (nonce !== undefined) {
    fields.push(derElement(contextConstructed(2), derElement(tag.sequence, nonceExtension(nonce))));
  }
  return derElement(tag.sequence, derElement(tag.sequence, ...fields));
}

/** RFC 9654 2.1: `Nonce ::= OCTET STRING`, inside the OCTET STRING that every extension has; not critical. */
function nonceExtension(nonce: Uint8Array): Uint8Array {
  const value = derElement(tag.octetString, derElement(tag.octetString, nonce));
  return derElement(tag.sequence, derObjectIdentifier(nonceOid), value);
}

/** RFC 6960 A.1 and RFC 5019 5: what a GET may ask for; longer requests are a POST. */
const longestGet = 255;

/**
 * The URL of a GET: "{url}/{url-encoding of base-64 encoding of the DER encoding of the OCSPRequest}" (RFC 6960 A.1).
 *
 * @returns `undefined` when it would be longer than 255 octets, or the responder's URL has a query or a fragment, behind
 * which there is no path to go on with: then the request is a POST.
 */
export function ocspGetUrl(responder: string, request: Uint8Array): string | undefined {
  if (/[?#]/.test(responder)) return undefined;
  const url = `${responder}${responder.endsWith('/') ? '' : '/'}${encodeURIComponent(encodeBase64(request))}`;
  return url.length > longestGet ? undefined : url;
}
