import { decodeBase64 } from '../encoding/base64.ts';
import { decodePem } from '../encoding/pem.ts';
import { decodeFormPercent } from '../encoding/percent-encoding.ts';
import { type CertificateDecoder, certificateForms, type Decoded, mostCertificates } from './certificate-text.ts';

/**
 * What other versions, and hops on the way, make of the form that a preset expects. Each is taken because it can be mistaken
 * for no other form and has one meaning; what mixes them is refused.
 */

const opening = '-----BEGIN CERTIFICATE-----';
const closing = '-----END CERTIFICATE-----';

/**
 * Percent-encoded PEM, or what is left of `$ssl_client_cert` of nginx behind a hop that unfolds it: HAProxy writes a blank
 * and a tab for each end of line. The encoded form has neither, so that none can be read as the other.
 */
export const nginxPem: CertificateDecoder = (text) => {
  if (!text.startsWith(`${opening} `) && !text.startsWith(`${opening}\t`)) return certificateForms['pem-escaped'](text);
  const body = bodyOf(text);
  if (body === undefined) return { ok: false, rule: 'pem_boundary' };
  return body.includes('-----')
    ? { ok: false, rule: 'pem_several' }
    : decodePem(`${opening}${body.replace(/[ \t]+/g, '\n')}${closing}`, 'CERTIFICATE');
};

/**
 * Base64 of each certificate with commas between them (Traefik since 2.9.4); the same in the encoding of HTML forms (before);
 * and both with the boundaries of PEM left in place. Base64 holds neither a percent sign nor a hyphen.
 */
export const traefikCertificates: CertificateDecoder = (text) => {
  const plain = text.includes('%') ? decodeQueryEscaped(text) : text;
  if (plain === undefined) return { ok: false, rule: 'percent_encoding' };
  if (!plain.includes('-')) return certificateForms['base64-list'](plain);
  const members = plain.split(',', mostCertificates + 1);
  if (members.length > mostCertificates) return { ok: false, rule: 'certificates_too_many' };
  const certificates: Uint8Array[] = [];
  for (const member of members) {
    const decoded = bounded(member);
    if (!decoded.ok) return decoded;
    certificates.push(...decoded.value);
  }
  return { ok: true, value: certificates };
};

/** `url.QueryEscape` of Go: a plus sign is a blank, of which the boundaries alone have one; what it escapes is escaped. */
function decodeQueryEscaped(text: string): string | undefined {
  const others = text.replaceAll('BEGIN+CERTIFICATE', '').replaceAll('END+CERTIFICATE', '');
  return /^[A-Za-z0-9%,-]*$/.test(others) ? decodeFormPercent(text) : undefined;
}

/** Boundaries with the base64 between them in lines, for which a header has blanks, or in one piece. */
function bounded(member: string): Decoded {
  const body = bodyOf(/[ \n]$/.test(member) ? member.slice(0, -1) : member);
  if (body === undefined) return { ok: false, rule: 'pem_boundary' };
  if (/^[ \n]/.test(body)) return decodePem(`${opening}${body.replaceAll(' ', '\n')}${closing}`, 'CERTIFICATE');
  const der = body === '' ? undefined : decodeBase64(body);
  return der === undefined ? { ok: false, rule: 'pem_base64' } : { ok: true, value: [der] };
}

function bodyOf(text: string): string | undefined {
  const isWhole = text.startsWith(opening) && text.endsWith(closing) && text.length >= opening.length + closing.length;
  return isWhole ? text.slice(opening.length, -closing.length) : undefined;
}
