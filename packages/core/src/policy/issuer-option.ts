import type { Certificate, Name } from '../certificate/model.ts';
import { parseDistinguishedName } from '../certificate/name.ts';
import { shown } from '../option-keys.ts';
import { readCertificates } from '../path/certificate-input.ts';

/** One certificate: PEM text, DER, or as parsed. */
export type CertificateOption = string | Uint8Array | Certificate;

/** One certificate, or a distinguished name as RFC 4514 text: `CN=Partner CA,O=Partner`. */
export type IssuerOption = CertificateOption;

export type ReadIssuer =
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'certificate'; readonly certificate: Certificate };

export function readIssuerOption(value: IssuerOption, where: string): ReadIssuer {
  return typeof value === 'string' && !value.includes('-----BEGIN ')
    ? { kind: 'name', name: readNameOption(value, where) }
    : { kind: 'certificate', certificate: readCertificateOption(value, where) };
}

/** Throws TypeError unless the option holds exactly one certificate. */
export function readCertificateOption(value: CertificateOption, where: string): Certificate {
  const [certificate, ...more] = readCertificates(value, where);
  if (certificate === undefined || more.length > 0 || Array.isArray(value)) {
    throw new TypeError(`${where}: expected one certificate; combine several rules with anyOf(...)`);
  }
  return certificate;
}

/** Throws TypeError unless the text is a distinguished name (RFC 4514) with at least one attribute. */
export function readNameOption(text: string, where: string): Name {
  const name = typeof text === 'string' ? parseDistinguishedName(text) : undefined;
  if (name === undefined || name.isEmpty) {
    throw new TypeError(
      `${where}: expected a distinguished name such as 'CN=Partner CA,O=Partner' (RFC 4514), got ${shown(text)}`,
    );
  }
  return name;
}
