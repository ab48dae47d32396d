import { X509Certificate } from 'node:crypto';
import { type Certificate, parseCertificatePem } from '@peercert/core';
import type { PemText } from './pem-source.ts';

/** A server's own certificate, then those that lead from it to a trust anchor of its clients. */
export type ServerChain = readonly [Certificate, ...Certificate[]];

/** Every certificate of a file, in its order. Throws TypeError when there is none, or one that cannot be read. */
export function readChain({ blocks, name }: PemText): ServerChain {
  const found = blocks.filter(({ label }) => label === 'CERTIFICATE');
  const chain = found.map(({ text }, index) => {
    const parsed = parseCertificatePem(text);
    if (parsed.ok) return parsed.value;
    const { rule = parsed.reason.code } = parsed.reason.detail as { rule?: string };
    throw new TypeError(`${name} is damaged: certificate ${index + 1} of ${found.length} cannot be read (${rule})`);
  });
  const [leaf, ...rest] = chain;
  if (leaf !== undefined) return Object.freeze([leaf, ...rest]);
  const labels = blocks.map(({ label }) => label);
  throw new TypeError(`${name} holds no certificate but ${labels.join(', ')}: ${insteadOfCertificate(labels)}`);
}

function insteadOfCertificate(labels: readonly string[]): string {
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    return 'this is a key file; are certificate and key swapped?';
  }
  if (labels.some((label) => label.endsWith('CERTIFICATE REQUEST'))) {
    return 'this is what is sent to the authority; give the certificate that it answers with';
  }
  return 'give PEM with "-----BEGIN CERTIFICATE-----" blocks, the server\'s own first';
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
