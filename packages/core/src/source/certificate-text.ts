import { Buffer } from 'node:buffer';
import { decodeBase64 } from '../encoding/base64.ts';
import { DerError, DerReader } from '../encoding/der.ts';
import { decodePem } from '../encoding/pem.ts';
import { decodeFormPercent, decodePercent } from '../encoding/percent-encoding.ts';
import { parseByteSequence, parseByteSequenceList } from '../encoding/structured-fields.ts';
import type { HeaderRule } from './header-rules.ts';

/**
 * The forms in which proxies write certificates into a header. Each is a pure function of the text, takes time linear
 * in its length, and refuses everything but the one way of writing: what two readers could read differently is not read.
 */
export type Decoded =
  | { readonly ok: true; readonly value: readonly Uint8Array[] }
  | { readonly ok: false; readonly rule: HeaderRule };

export type CertificateDecoder = (text: string) => Decoded;

/** The most certificates that are cut out of one value; the option `limits.presentedCertificates` decides later. */
export const mostCertificates = 100;

/** How a proxy writes certificates into a header. */
export type CertificateForm =
  /** Percent-encoded PEM, one certificate: nginx, AWS ALB, CloudFront, Kong. `+` is a plus sign. */
  | 'pem-escaped'
  /** Percent-encoded PEM, one certificate or several: AWS ALB in passthrough mode, `Chain` of Envoy. */
  | 'pem-escaped-list'
  /** The same in the encoding of HTML forms, where `+` is a space and `%2B` a plus sign; one certificate. */
  | 'pem-form-escaped'
  /** PEM with a space for each end of line, one certificate: Apache. */
  | 'pem-folded'
  /** Base64 of one DER certificate: HAProxy, Caddy, Cloudflare, Azure App Service, Cloud Foundry. */
  | 'base64'
  /** Base64 of DER certificates one behind the other: the chain of HAProxy and Cloud Foundry. */
  | 'base64-concatenated'
  /** Base64 of DER certificates with commas between them: Traefik. */
  | 'base64-list'
  /** One byte sequence: `Client-Cert` (RFC 9440 section 2.2), Google Cloud. */
  | 'byte-sequence'
  /** A list of byte sequences: `Client-Cert-Chain` (RFC 9440 section 2.3). */
  | 'byte-sequence-list';

export const certificateForms: { readonly [Form in CertificateForm]: CertificateDecoder } = {
  'pem-escaped': (text) => one(escapedPem(text)),
  'pem-escaped-list': escapedPem,
  'pem-form-escaped': (text) => one(pem(decodeFormPercent(text))),
  'pem-folded': foldedPem,
  // Hexadecimal digits are base64, too, of something that begins otherwise than DER.
  base64: (text) => single(text.startsWith('308') ? undefined : decodeBase64(text), 'base64'),
  'base64-concatenated': concatenated,
  'base64-list': base64List,
  'byte-sequence': (text) => single(parseByteSequence(text), 'byte_sequence'),
  'byte-sequence-list': byteSequences,
};

const broken = (rule: HeaderRule): Decoded => ({ ok: false, rule });

function escapedPem(text: string): Decoded {
  return pem(decodePercent(text));
}

function pem(text: string | undefined): Decoded {
  if (text === undefined) return broken('percent_encoding');
  return decodePem(text, 'CERTIFICATE');
}

const opening = '-----BEGIN CERTIFICATE----- ';
const closing = ' -----END CERTIFICATE-----';

function foldedPem(text: string): Decoded {
  if (!text.startsWith(opening) || !text.endsWith(closing) || text.length < opening.length + closing.length) {
    return broken('pem_boundary');
  }
  const body = text.slice(opening.length, -closing.length);
  if (body.includes('-----')) return broken('pem_several');
  return pem(`${opening.trimEnd()}\n${body.replaceAll(' ', '\n')}\n${closing.trimStart()}`);
}

function concatenated(text: string): Decoded {
  const der = decodeBase64(text);
  if (der === undefined) return broken('base64');
  const reader = new DerReader(der);
  const certificates: Uint8Array[] = [];
  try {
    while (!reader.isDone) {
      if (certificates.length === mostCertificates) return broken('certificates_too_many');
      const start = reader.skip();
      certificates.push(der.subarray(start, reader.offset));
    }
  } catch (error) {
    if (error instanceof DerError) return broken('concatenated_der');
    throw error;
  }
  return certificates.length === 0 ? broken('empty') : { ok: true, value: certificates };
}

function base64List(text: string): Decoded {
  const members = text.split(',', mostCertificates + 1);
  if (members.length > mostCertificates) return broken('certificates_too_many');
  const certificates = members.map((member) => (member === '' ? undefined : decodeBase64(member)));
  return certificates.every((der) => der !== undefined) ? { ok: true, value: certificates } : broken('base64');
}

function byteSequences(text: string): Decoded {
  const certificates = parseByteSequenceList(text, mostCertificates);
  return certificates === undefined ? broken('byte_sequence_list') : { ok: true, value: certificates };
}

function single(der: Uint8Array | undefined, rule: HeaderRule): Decoded {
  return der === undefined || der.length === 0 ? broken(rule) : { ok: true, value: [der] };
}

function one(decoded: Decoded): Decoded {
  return decoded.ok && decoded.value.length > 1 ? broken('pem_several') : decoded;
}

/** The text of a header whose octets are UTF-8, which Node shows as one character each; `undefined` if they are not. */
export function utf8Text(value: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x1f\x7f]/.test(value)) return undefined;
  if (/^[ -~]*$/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined;
  }
}
