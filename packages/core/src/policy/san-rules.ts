import { isUint8Array } from 'node:util/types';
import { compileAddressRanges } from '../address-range.ts';
import type { GeneralName, GeneralNameKind, UncomparableName } from '../certificate/model.ts';
import { isComparable } from '../certificate/name-comparison.ts';
import { encodeObjectIdentifier } from '../encoding/object-identifier.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { readNameOption } from './issuer-option.ts';
import { createCertificateRule, type Rule } from './rule.ts';
import { compileSpiffePattern, hasUncomparableUri, spiffeIdOf } from './spiffe-id.ts';

/**
 * Rules on the subject alternative names (RFC 5280 4.2.1.6). Any name of the kind may match, unless stated. One that cannot
 * be compared matches nothing, and what it says is not known: `not(...)` does not match it either.
 */

type NamedKind = Exclude<GeneralNameKind, 'uncomparable'>;
type Named<Kind extends NamedKind> = Extract<GeneralName, { readonly kind: Kind }>;

function isUncomparable(name: GeneralName, kind: NamedKind): boolean {
  return name.kind === 'uncomparable' && name.of === kind;
}

function sanRule<Kind extends NamedKind>(
  description: string,
  kind: Kind,
  matches: (name: Named<Kind>) => boolean,
  mayMatch: (name: GeneralName) => boolean = (name) => isUncomparable(name, kind),
): Rule {
  return createCertificateRule(description, ({ subjectAltName }) => {
    if (subjectAltName.some((name) => name.kind === kind && matches(name as Named<Kind>))) return true;
    return subjectAltName.some(mayMatch) ? undefined : false;
  });
}

/**
 * A dNSName, without regard to the case of ASCII letters. `*` stands for one whole label: `*.example.com` matches
 * `a.example.com`, neither `a.b.example.com` nor `example.com`. A wildcard in the certificate is no label, and is
 * matched by nothing.
 */
export function sanDns(pattern: string): Rule {
  const wanted = typeof pattern === 'string' ? pattern.toLowerCase().split('.') : [];
  if (
    !wanted.every((label) => label === '*' || dnsLabel.test(label)) ||
    wanted.every((label) => label === '*') ||
    pattern.length > 253
  ) {
    throw new TypeError(
      `sanDns(): expected a host name such as 'api.example.com' or '*.example.com' (A-labels for other scripts, no trailing dot, '*' for a whole label), got ${shown(pattern)}`,
    );
  }
  return sanRule(`sanDns(${shown(pattern)})`, 'dNSName', ({ value }) => {
    const given = value.split('.');
    return (
      given.length === wanted.length &&
      given.every((label, index) => {
        if (!dnsLabel.test(label)) return false;
        return wanted[index] === '*' || label.toLowerCase() === wanted[index];
      })
    );
  });
}

const dnsLabel = /^[A-Za-z0-9_-]{1,63}$/;

/**
 * `spiffe://...`: the SPIFFE ID of a client whose only URI it is; the trust domain is exact, `*` stands for one segment
 * of the path, `**` at the end for one or more. Any other URI: exact, character by character.
 */
export function sanUri(pattern: string): Rule {
  if (typeof pattern !== 'string' || !/^[A-Za-z][A-Za-z0-9+.-]*:./.test(pattern)) {
    throw new TypeError(`sanUri(): expected a URI such as 'spiffe://acme.example/web', got ${shown(pattern)}`);
  }
  const description = `sanUri(${shown(pattern)})`;
  if (/^spiffe:/i.test(pattern)) {
    const matches = compileSpiffePattern(pattern, 'sanUri()');
    return createCertificateRule(description, (certificate) => {
      const id = spiffeIdOf(certificate);
      if (id !== undefined) return matches(id);
      return hasUncomparableUri(certificate) ? undefined : false;
    });
  }
  if (pattern.includes('*')) {
    throw new TypeError(`sanUri(): ${shown(pattern)}: wildcards are for 'spiffe://' patterns; write the exact URI`);
  }
  return sanRule(description, 'uniformResourceIdentifier', ({ value }) => value === pattern);
}

/** An rfc822Name, exact and case-sensitive. The e-mail address of a subject name is none. */
export function sanEmail(address: string): Rule {
  if (typeof address !== 'string' || !/^[^\s@*]+@[^\s@*]+$/.test(address)) {
    throw new TypeError(`sanEmail(): expected one address such as 'ops@example.com', got ${shown(address)}`);
  }
  return sanRule(`sanEmail(${shown(address)})`, 'rfc822Name', ({ value }) => value === address);
}

/** An iPAddress within a range in CIDR form, or a single address. */
export function sanIp(range: string): Rule {
  const ranges = compileAddressRanges([range], 'sanIp()');
  return sanRule(`sanIp(${shown(range)})`, 'iPAddress', ({ bytes }) => ranges.includesBytes(bytes));
}

/** A directoryName equal (RFC 5280 7.1) to a distinguished name given as RFC 4514 text. */
export function sanDirectoryName(text: string): Rule {
  const wanted = readNameOption(text, 'sanDirectoryName()').canonical;
  return sanRule(
    `sanDirectoryName(${shown(text)})`,
    'directoryName',
    ({ name }) => name.canonical === wanted,
    (name) => (name.kind === 'directoryName' ? !isComparable(name.name.rdns) : isUncomparable(name, 'directoryName')),
  );
}

/** A registeredID: a dotted object identifier. */
export function sanRegisteredId(oid: string): Rule {
  requireOid(oid, 'sanRegisteredId()');
  return sanRule(`sanRegisteredId(${shown(oid)})`, 'registeredID', (name) => name.oid === oid);
}

export interface OtherNameOptions {
  /** Dotted object identifier of the kind of name: `1.3.6.1.4.1.311.20.2.3` for a user principal name. */
  readonly typeId: string;
  /** Text is compared with a value that is a character string of any type, bytes with the DER of the value, byte for byte. */
  readonly value: string | Uint8Array;
}

/** An otherName of one type with exactly this value. */
export function sanOtherName(options: OtherNameOptions): Rule {
  refuseUnknownKeys(options, ['typeId', 'value'], 'sanOtherName()');
  const { typeId, value } = options;
  requireOid(typeId, 'sanOtherName() typeId');
  if ((typeof value !== 'string' && !isUint8Array(value)) || value.length === 0) {
    throw new TypeError(`sanOtherName() value: expected text or the DER of the value, got ${shown(value)}`);
  }
  const matches =
    typeof value === 'string'
      ? ({ text }: Named<'otherName'>): boolean => text === value
      : matchesOctets(Buffer.from(value));
  return sanRule(
    `sanOtherName(${shown(typeId)}, ${shown(value)})`,
    'otherName',
    (name) => name.typeId === typeId && matches(name),
    (name) => isOfType(name, typeId) && (name.kind === 'uncomparable' || name.text === undefined),
  );
}

type AnyOtherName = Named<'otherName'> | Extract<UncomparableName, { readonly of: 'otherName' }>;

function isOfType(name: GeneralName, typeId: string): name is AnyOtherName {
  const isOtherName = name.kind === 'otherName' || (name.kind === 'uncomparable' && name.of === 'otherName');
  return isOtherName && name.typeId === typeId;
}

const matchesOctets =
  (wanted: Buffer) =>
  ({ value }: Named<'otherName'>): boolean =>
    wanted.equals(value);

function requireOid(oid: unknown, where: string): void {
  if (typeof oid === 'string' && encodeObjectIdentifier(oid) !== undefined) return;
  throw new TypeError(`${where}: expected a dotted object identifier such as '1.3.6.1.4.1.99999.1', got ${shown(oid)}`);
}
