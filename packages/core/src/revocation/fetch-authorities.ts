import { X509Certificate } from 'node:crypto';
import { nameOfBlock } from '../encoding/content-kind.ts';
import { trustedCertificate } from '../encoding/openssl-trust.ts';
import { unsetText } from '../encoding/option-text.ts';
import { encodePem } from '../encoding/pem.ts';
import { readPemFile } from '../encoding/pem-file.ts';

/**
 * The option `fetch.ca` as Node takes it. Of PEM that is not as OpenSSL writes it Node reads a part, or nothing, without a
 * word: it is written anew. What the certificates are worth Node judges, for these are the https servers of others.
 *
 * Throws TypeError for what is no PEM of certificates.
 */
export function readFetchCa(ca: unknown, where: string): string {
  if (typeof ca !== 'string') throw new TypeError(`${where} must be PEM text of the authorities of https servers`);
  const unset = unsetText(ca);
  if (unset !== undefined) throw new TypeError(`${where} ${unset}`);
  const file = readPemFile(ca);
  if (!file.ok) {
    throw new TypeError(`${where} must be PEM text of the authorities of https servers: it ${file.detail}`);
  }
  const all = file.value.map(({ label, octets }) => {
    if (!/^(?:X\.?509 |TRUSTED )?CERTIFICATE$/.test(label)) {
      throw new TypeError(`${where} ${nameOfBlock(label, 'certificates')}`);
    }
    const read = label.startsWith('TRUSTED')
      ? trustedCertificate(octets, 'serverAuth')
      : { ok: true as const, value: octets };
    if (!read.ok) throw new TypeError(`${where} ${read.detail}`);
    return read.value;
  });
  for (const [index, der] of all.entries()) refuseUnreadable(der, `${where}: certificate ${index + 1}`);
  return all.map((der) => encodePem(der, 'CERTIFICATE')).join('');
}

function refuseUnreadable(der: Uint8Array, place: string): void {
  try {
    new X509Certificate(der);
  } catch {
    throw new TypeError(`${place} cannot be read`);
  }
}
