import type { Certificate } from '../certificate/model.ts';
import { isComparable } from '../certificate/name-comparison.ts';
import { encodeObjectIdentifier } from '../encoding/object-identifier.ts';
import { parseSerialText, serialOctetsText, serialOf } from '../encoding/serial-number.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import type { VerifiedPath } from '../path/verified-path.ts';
import { type CertificateOption, type IssuerOption, readCertificateOption, readIssuerOption } from './issuer-option.ts';
import { createCertificateRule, createRule, type Rule, ruleBrand } from './rule.ts';

/** Rules on who vouches for the client: what tells one authority's OU=Administrators from another's. */

/**
 * Who issued the client's certificate. Prefer a certificate (PEM, DER or parsed): the verified path must contain an
 * issuer of that name and with that key, directly above the leaf; a renewed certificate of the same authority does.
 * A distinguished name (RFC 4514 text) only compares the issuer name in the leaf (RFC 5280 7.1), which every trusted
 * authority that can make an intermediate can also give it.
 *
 * When the verdict was delegated to Node or to a proxy, the issuer's certificate is not known, and only names match.
 * Throws TypeError for text that is neither, and for more than one certificate.
 */
export function issuer(value: IssuerOption): Rule {
  const wanted = readIssuerOption(value, 'issuer()');
  if (wanted.kind === 'name') {
    return createRule(`issuer(${shown(String(wanted.name))})`, 'name', (subject) => {
      if (subject.issuer.canonical === wanted.name.canonical) return true;
      return subject.issuer.isEmpty || !isComparable(subject.issuer.rdns) ? undefined : false;
    });
  }
  return createCertificateRule(`issuer(${describeAuthority(wanted.certificate)})`, (leaf, { path }) => {
    const found = issuerInPath(leaf, path);
    return found === undefined ? undefined : isSameAuthority(found, wanted.certificate);
  });
}

/**
 * Under which trust anchor the path was verified: one of the name and key of this certificate. Never known when the
 * verdict was delegated to Node or to a proxy. Throws TypeError for anything but one certificate.
 */
export function anchor(certificate: CertificateOption): Rule {
  const wanted = readCertificateOption(certificate, 'anchor()');
  return createCertificateRule(`anchor(${describeAuthority(wanted)})`, (_, { path }) =>
    path?.verifiedBy !== 'peercert' || path.anchor === undefined
      ? undefined
      : isSameAuthority(path.anchor.certificate, wanted),
  );
}

export interface SerialNumberOptions {
  /** As for the rule `issuer`: serial numbers are unique within one authority only (RFC 5280 4.1.2.2). */
  readonly issuer: IssuerOption;
  /**
   * Hexadecimal digits, as `client.serialNumber` and `openssl x509 -serial` have them, with or without colons or `0x`, a minus
   * sign in front of a negative one; or a bigint.
   */
  readonly serial: string | bigint;
}

/**
 * The certificate with this serial number from this issuer. Of the certificate -1 it is unknown whether it is meant by `FF`,
 * which is 255, but which some tools print for the octets of -1: that matches nobody, under `not` neither. Throws TypeError
 * when either is missing or malformed.
 */
export function serialNumber(options: SerialNumberOptions): Rule {
  refuseUnknownKeys(options, ['issuer', 'serial'], 'serialNumber()');
  const wanted = readSerial(options.serial);
  const octets = serialOctetsText(wanted);
  const issued = issuer(options.issuer);
  return createCertificateRule(`serialNumber(${issued.description}, ${wanted})`, (certificate, subject) =>
    certificate.serialNumber === wanted
      ? issued[ruleBrand].evaluate(subject)
      : serialOctetsText(certificate.serialNumber) === octets && issued[ruleBrand].evaluate(subject) !== false
        ? undefined
        : false,
  );
}

/**
 * A policy under which the whole path is valid for this service (the user-constrained policy set of RFC 5280 6.1.6),
 * which is more than a leaf that claims it. Where every certificate asserts anyPolicy, each policy is valid. Never
 * known when the verdict was delegated. Throws TypeError for anything but a dotted object identifier.
 */
export function certificatePolicy(oid: string): Rule {
  if (typeof oid !== 'string' || encodeObjectIdentifier(oid) === undefined) {
    throw new TypeError(
      `certificatePolicy(): expected a dotted object identifier such as '1.3.6.1.4.1.99999.1', got ${shown(oid)}`,
    );
  }
  if (oid === anyPolicy) {
    throw new TypeError(
      'certificatePolicy(): anyPolicy asks for nothing; name the policy that the path must be valid for',
    );
  }
  return createCertificateRule(`certificatePolicy(${shown(oid)})`, (certificate, { path }) => {
    if (path === null || path.verifiedBy !== 'peercert') return undefined;
    const valid = path.userConstrainedPolicies;
    if (valid !== 'any') return valid.has(oid);
    // A path without certificates, where the leaf itself is the anchor, is also valid for any policy, unsaid.
    return certificate.certificatePolicies?.some((policy) => policy.policyIdentifier === anyPolicy) ?? false;
  });
}

const anyPolicy = '2.5.29.32.0';

/**
 * The certificate directly above the leaf. Unknown where the path does not show it: under a delegated verdict, and where
 * the leaf itself is the trust anchor without being its own issuer.
 */
function issuerInPath(leaf: Certificate, path: VerifiedPath | null): Certificate | undefined {
  if (path?.verifiedBy !== 'peercert') return undefined;
  const above = path.certificates[1] ?? path.anchor?.certificate;
  return above?.subject.canonical === leaf.issuer.canonical ? above : undefined;
}

/** RFC 5280 6.1.1 (d): an authority is a name and a key; its certificates come and go. */
function isSameAuthority(one: Certificate, other: Certificate): boolean {
  return one.spkiSha256 === other.spkiSha256 && one.subject.canonical === other.subject.canonical;
}

function describeAuthority(certificate: Certificate): string {
  return `${shown(String(certificate.subject))} sha256/${certificate.spkiSha256}`;
}

function readSerial(serial: unknown): string {
  const read =
    typeof serial === 'bigint' ? serialOf(serial) : typeof serial === 'string' ? parseSerialText(serial) : undefined;
  if (read !== undefined) return read;
  throw new TypeError(
    `serialNumber(): expected the serial as hexadecimal text such as '03A5B1' or as a bigint, got ${shown(serial)}`,
  );
}
