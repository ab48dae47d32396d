import { compileAddressRanges } from '../address-range.ts';
import type { GeneralName, GeneralNameKind } from '../certificate/model.ts';
import { encodeObjectIdentifier } from '../encoding/object-identifier.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { readNameOption } from './issuer-option.ts';
import { createCertificateRule, type Rule } from './rule.ts';
import { compileSpiffePattern, spiffeIdOf } from './spiffe-id.ts';

/** Rules on the subject alternative names (RFC 5280 4.2.1.6). Any name of the kind may match, unless stated. */

type Named<Kind extends GeneralNameKind> = Extract<GeneralName, { readonly kind: Kind }>;

function sanRule<Kind extends GeneralNameKind>(
  description: string,
  kind: Kind,
  matches: (name: Named<Kind>) => boolean,
): Rule {
  return createCertificateRule(description, (certificate) =>
    certificate.subjectAltName.some((name) => name.kind === kind && matches(name as Named<Kind>)),
  );
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
      return id !== undefined && matches(id);
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
  return sanRule(`sanDirectoryName(${shown(text)})`, 'directoryName', ({ name }) => name.canonical === wanted);
}

/** A registeredID: a dotted object identifier. */
export function sanRegisteredId(oid: string): Rule {
  requireOid(oid, 'sanRegisteredId()');
  return sanRule(`sanRegisteredId(${shown(oid)})`, 'registeredID', (name) => name.oid === oid);
}

export interface OtherNameOptions {
  /** Dotted object identifier of the kind of name: `1.3.6.1.4.1.311.20.2.3` for a user principal name. */
  readonly typeId: string;
  /** Text is compared with a UTF8String, bytes with the DER of the value, byte for byte. */
  readonly value: string | Uint8Array;
}

/** An otherName of one type with exactly this value. */
export function sanOtherName(options: OtherNameOptions): Rule {
  refuseUnknownKeys(options, ['typeId', 'value'], 'sanOtherName()');
  const { typeId, value } = options;
  requireOid(typeId, 'sanOtherName() typeId');
  if ((typeof value !== 'string' && !(value instanceof Uint8Array)) || value.length === 0) {
    throw new TypeError(`sanOtherName() value: expected text or the DER of the value, got ${shown(value)}`);
  }
  const wanted = typeof value === 'string' ? utf8String(value) : Buffer.from(value);
  return sanRule(
    `sanOtherName(${shown(typeId)}, ${shown(value)})`,
    'otherName',
    (name) => name.typeId === typeId && wanted.equals(name.value),
  );
}

function requireOid(oid: unknown, where: string): void {
  if (typeof oid === 'string' && encodeObjectIdentifier(oid) !== undefined) return;
  throw new TypeError(`${where}: expected a dotted object identifier such as '1.3.6.1.4.1.99999.1', got ${shown(oid)}`);
}

/** X.690 8.1.3 and 8.23: the tag, the length in its shortest form, the text. */
function utf8String(text: string): Buffer {
  const content = Buffer.from(text, 'utf8');
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([0x0c, ...length]), content]);
}
