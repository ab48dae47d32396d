import type { GeneralName, Name, NameConstraints } from '../../src/certificate/model.ts';
import type { ConstrainedNames } from '../../src/path/name-constraints.ts';

/** Names and constraints as the parser gives them, in a line each. */

const attributeTypes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  emailAddress: '1.2.840.113549.1.9.1',
};

/** `dn('C=US', 'O=Acme')`: the RDNs in the order of the encoding. A value of `#` is not a character string. */
export function dn(...rdns: readonly string[]): Name {
  const attributes = rdns.map((rdn) => {
    const [type = '', value = ''] = rdn.split('=');
    return { type: attributeTypes[type] ?? type, text: value === '#' ? undefined : value, der: new Uint8Array() };
  });
  const canonicalRdns = rdns.map((rdn) => rdn.toLowerCase());
  return {
    der: new Uint8Array(),
    rdns: attributes.map((attribute) => [attribute]),
    isEmpty: rdns.length === 0,
    canonical: canonicalRdns.join('/'),
    canonicalRdns,
    valuesOf: (type) => attributes.flatMap((one) => (one.type === type && one.text !== undefined ? [one.text] : [])),
    toString: () => rdns.toReversed().join(','),
    toJSON: () => rdns.toReversed().join(','),
  };
}

export const dns = (value: string): GeneralName => ({ kind: 'dNSName', value });
export const mail = (value: string): GeneralName => ({ kind: 'rfc822Name', value });
export const uri = (value: string): GeneralName => ({ kind: 'uniformResourceIdentifier', value });
export const directory = (...rdns: readonly string[]): GeneralName => ({ kind: 'directoryName', name: dn(...rdns) });
export const ip = (...octets: readonly number[]): GeneralName => ({
  kind: 'iPAddress',
  bytes: Uint8Array.from(octets),
});
export const otherName = (typeId: string): GeneralName => ({
  kind: 'otherName',
  typeId,
  value: new Uint8Array(),
  text: undefined,
});

export const permit = (...bases: readonly GeneralName[]): NameConstraints => ({
  permittedSubtrees: bases,
  excludedSubtrees: [],
});
export const exclude = (...bases: readonly GeneralName[]): NameConstraints => ({
  permittedSubtrees: [],
  excludedSubtrees: bases,
});

/** A certificate with a subject that is empty unless given, and these alternative names. */
export const certifying = (subject: Name | undefined, ...subjectAltName: readonly GeneralName[]): ConstrainedNames => ({
  subject: subject ?? dn(),
  subjectAltName,
});
