/** Distinguished names (RFC 5280 4.1.2.4) from RFC 4514 text, from exact structures, or as DER. */
import { isUint8Array } from 'node:util/types';
import * as der from './der.ts';

/**
 * A distinguished name, one of:
 * - RFC 4514 text, most specific RDN first: `'CN=alice,OU=Administrators,O=Acme'`. Commas inside a value are escaped: `'CN=x\\,y'`.
 * - RDNs in the order of the encoding, most general first, values taken literally:
 *   `[{ O: 'Acme' }, { OU: 'a' }, { OU: 'b' }, { CN: 'x,OU=Administrators', UID: '7' }]`. Several keys make one multi-valued RDN.
 * - DER of a `Name`, written as it is.
 */
export type NameInput = string | readonly RdnInput[] | Uint8Array;

/** Attribute types (short names such as `CN`, or dotted object identifiers) and their values; a list repeats the type. */
export type RdnInput = Readonly<Record<string, AttributeValueInput | readonly AttributeValueInput[]>>;

/**
 * A literal text in the string type usual for its attribute (UTF8String; PrintableString for C, serialNumber and dnQualifier;
 * IA5String for DC and emailAddress), or a text in a chosen string type, or the DER of the value.
 */
export type AttributeValueInput =
  | string
  | { readonly utf8: string }
  | { readonly printable: string }
  | { readonly ia5: string }
  | { readonly teletex: string }
  | { readonly bmp: string }
  | { readonly universal: string }
  | { readonly der: Uint8Array };

const attributeTypes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  DESCRIPTION: '2.5.4.13',
  GIVENNAME: '2.5.4.42',
  GN: '2.5.4.42',
  INITIALS: '2.5.4.43',
  GENERATIONQUALIFIER: '2.5.4.44',
  DNQUALIFIER: '2.5.4.46',
  PSEUDONYM: '2.5.4.65',
  ORGANIZATIONIDENTIFIER: '2.5.4.97',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
  E: '1.2.840.113549.1.9.1',
};

const printableTypes: ReadonlySet<string> = new Set(['2.5.4.5', '2.5.4.6', '2.5.4.46']);
const ia5Types: ReadonlySet<string> = new Set(['0.9.2342.19200300.100.1.25', '1.2.840.113549.1.9.1']);

/** The DER of a name. Throws TypeError for text that RFC 4514 does not allow and for an unknown attribute type. */
export function encodeName(name: NameInput): der.Der {
  if (isUint8Array(name)) return Uint8Array.from(name);
  const rdns = typeof name === 'string' ? parseNameText(name) : name;
  return der.sequence(...rdns.map(encodeRdn));
}

/** The DER of one RDN: a SET OF its attributes. */
export function encodeRdn(rdn: RdnInput): der.Der {
  const attributes = Object.entries(rdn).flatMap(([type, values]) =>
    (isList(values) ? values : [values]).map((value) => encodeAttribute(attributeOid(type), value)),
  );
  if (attributes.length === 0) throw new TypeError('an RDN needs at least one attribute (RFC 5280 4.1.2.4)');
  return der.setOf(...attributes);
}

function encodeAttribute(type: string, value: AttributeValueInput): der.Der {
  return der.sequence(der.oid(type), encodeValue(type, value));
}

function encodeValue(type: string, value: AttributeValueInput): Uint8Array {
  if (typeof value === 'string') {
    if (printableTypes.has(type)) return der.printableString(value);
    return ia5Types.has(type) ? der.ia5String(value) : der.utf8String(value);
  }
  if ('utf8' in value) return der.utf8String(value.utf8);
  if ('printable' in value) return der.printableString(value.printable);
  if ('ia5' in value) return der.ia5String(value.ia5);
  if ('teletex' in value) return der.teletexString(value.teletex);
  if ('bmp' in value) return der.bmpString(value.bmp);
  if ('universal' in value) return der.universalString(value.universal);
  return value.der;
}

function attributeOid(type: string): string {
  if (/^\d/.test(type)) return type;
  const upper = type.toUpperCase();
  const found = Object.hasOwn(attributeTypes, upper) ? attributeTypes[upper] : undefined;
  if (found === undefined) throw new TypeError(`unknown attribute type ${type}: give its dotted object identifier`);
  return found;
}

/** RFC 4514 section 3, and white space around separators as RFC 2253 readers allow. Returns RDNs in the order of the encoding. */
function parseNameText(text: string): RdnInput[] {
  if (text.trim() === '') return [];
  return splitUnescaped(text, ',')
    .map((rdn) => {
      const attributes: Record<string, AttributeValueInput[]> = {};
      for (const attribute of splitUnescaped(rdn, '+')) {
        const equals = attribute.indexOf('=');
        const type = attribute.slice(0, Math.max(equals, 0)).trim();
        if (!/^([A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)+)$/.test(type)) {
          throw new TypeError(`not a distinguished name (RFC 4514): ${JSON.stringify(text)}`);
        }
        attributes[type] = [...(attributes[type] ?? []), parseValue(attribute.slice(equals + 1))];
      }
      return attributes;
    })
    .reverse();
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === separator) parts.push('');
    else parts.push(parts.pop() + (character === '\\' ? character + text.charAt(++i) : character));
  }
  return parts;
}

function parseValue(written: string): AttributeValueInput {
  const text = written.trimStart().replace(/^((?:[^\\]|\\.)*?) *$/s, '$1');
  if (text.startsWith('#')) {
    if (!/^#([0-9A-Fa-f]{2})+$/.test(text)) throw new TypeError(`not the hexadecimal form of a value: ${text}`);
    return { der: Buffer.from(text.slice(1), 'hex') };
  }
  const octets: number[] = [];
  const pattern = /\\([0-9A-Fa-f]{2})|\\([ "#+,;<=>\\])|([^\\"+,;<>\0])/gsuy;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, hex, special, plain] = match;
    octets.push(...(hex === undefined ? Buffer.from(special ?? plain ?? '') : [Number.parseInt(hex, 16)]));
    end = match.index + whole.length;
  }
  if (end !== text.length) {
    throw new TypeError(
      `escape ${JSON.stringify(text.charAt(end))} with a backslash (RFC 4514 2.4): ${JSON.stringify(text)}`,
    );
  }
  return Buffer.from(octets).toString('utf8');
}

function isList(value: AttributeValueInput | readonly AttributeValueInput[]): value is readonly AttributeValueInput[] {
  return Array.isArray(value);
}
