import { X509Certificate } from 'node:crypto';
import {
  type Certificate,
  malformedText,
  nameOfBlock,
  nameOfDer,
  parseCertificate,
  trustedCertificate,
} from '@peercert/core';
import type { PemBlock, PemText } from './pem-source.ts';

/** A server's own certificate, then those that lead from it to a trust anchor of its clients. */
export type ServerChain = readonly [Certificate, ...Certificate[]];

/** Every certificate of a file, in its order. Throws TypeError when there is none, or one that cannot be read. */
export function readChain({ blocks, name }: PemText): ServerChain {
  const found = blocks.filter(({ label }) => isCertificate(label));
  const chain = found.map((block, index) => {
    const place = `certificate ${index + 1} of ${found.length}`;
    const der = derOf(block, `${name}: ${place}`);
    const parsed = parseCertificate(der);
    if (parsed.ok) return parsed.value;
    const kind = nameOfDer(der, 'certificates');
    if (kind !== undefined) throw new TypeError(`${name}: ${place} ${kind}`);
    throw new TypeError(`${name} is damaged: ${place} cannot be read: ${malformedText(parsed.reason)}`);
  });
  const [leaf, ...rest] = chain;
  if (leaf !== undefined) return Object.freeze([leaf, ...rest]);
  const labels = blocks.map(({ label }) => label);
  throw new TypeError(`${name} holds no certificate but ${labels.join(', ')}: ${insteadOfCertificate(labels)}`);
}

/** As of trust anchors (RFC 7468 section 5.1, and the one of OpenSSL). */
const isCertificate = (label: string): boolean => /^(?:X\.?509 |TRUSTED )?CERTIFICATE$/.test(label);

function derOf({ label, octets }: PemBlock, place: string): Uint8Array {
  if (!label.startsWith('TRUSTED')) return octets;
  const read = trustedCertificate(octets, 'serverAuth');
  if (read.ok) return read.value;
  throw new TypeError(`${place} ${read.detail}`);
}

function insteadOfCertificate(labels: readonly string[]): string {
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    return 'this is a key file; are certificate and key swapped?';
  }
  if (labels.some((label) => label.endsWith('CERTIFICATE REQUEST'))) {
    return 'this is what is sent to the authority; give the certificate that it answers with';
  }
  return `it ${nameOfBlock(labels[0] as string, 'certificates')}`;
}

/** RFC 8446 4.4.2: the sender's certificate comes first, and each following one certifies the one before it. */
export function checkOrder(chain: ServerChain, name: string): void {
  for (const [index, issuer] of chain.slice(1).entries()) {
    const issued = chain[index] as Certificate;
    if (isIssuedBy(issued, issuer)) continue;
    throw new TypeError(
      `${name} is out of order: certificate ${index + 2} (${nameOf(issuer)}) did not issue certificate ${index + 1} ` +
        `(${nameOf(issued)}), whose issuer is ${issued.issuer.toString()}: put the server's own first, and behind each its issuer`,
    );
  }
}

/** By name and by signature. */
export function isIssuedBy(issued: Certificate, issuer: Certificate): boolean {
  if (issued.issuer.canonical !== issuer.subject.canonical) return false;
  try {
    return new X509Certificate(issued.der).verify(new X509Certificate(issuer.der).publicKey);
  } catch {
    // A key that OpenSSL does not know.
    return false;
  }
}

/** RFC 4514 text of the subject, or the serial number of a certificate without one. */
export function nameOf({ serialNumber, subject }: Certificate): string {
  return subject.isEmpty ? `serial number ${serialNumber}` : subject.toString();
}
