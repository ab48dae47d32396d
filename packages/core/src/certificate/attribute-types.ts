/** The attribute types of distinguished names that are known by name (RFC 5280 A.1, RFC 4514 section 3, RFC 4519). */
export interface AttributeType {
  /** Dotted object identifier. */
  readonly oid: string;
  /** The descriptor that RFC 4514 text uses, as it is written there. */
  readonly keyword: string;
  /** The string types that its values may have: `directory` is DirectoryString. */
  readonly strings: 'directory' | 'printable' | 'ia5';
  /** The upper bound on characters (RFC 5280 A.1), or `undefined` when there is none. */
  readonly maximum: number | undefined;
}

const attribute = (
  oid: string,
  keyword: string,
  strings: AttributeType['strings'],
  maximum?: number,
): AttributeType => ({ oid, keyword, strings, maximum });

export const attributeTypes: readonly AttributeType[] = [
  attribute('2.5.4.3', 'CN', 'directory', 64),
  attribute('2.5.4.4', 'sn', 'directory', 32_768),
  attribute('2.5.4.5', 'serialNumber', 'printable', 64),
  attribute('2.5.4.6', 'C', 'printable', 2),
  attribute('2.5.4.7', 'L', 'directory', 128),
  attribute('2.5.4.8', 'ST', 'directory', 128),
  attribute('2.5.4.9', 'STREET', 'directory'),
  attribute('2.5.4.10', 'O', 'directory', 64),
  attribute('2.5.4.11', 'OU', 'directory', 64),
  attribute('2.5.4.12', 'title', 'directory', 64),
  attribute('2.5.4.13', 'description', 'directory'),
  attribute('2.5.4.15', 'businessCategory', 'directory'),
  attribute('2.5.4.17', 'postalCode', 'directory'),
  attribute('2.5.4.41', 'name', 'directory', 32_768),
  attribute('2.5.4.42', 'givenName', 'directory', 32_768),
  attribute('2.5.4.43', 'initials', 'directory', 32_768),
  attribute('2.5.4.44', 'generationQualifier', 'directory', 32_768),
  attribute('2.5.4.46', 'dnQualifier', 'printable'),
  attribute('2.5.4.65', 'pseudonym', 'directory', 128),
  attribute('2.5.4.97', 'organizationIdentifier', 'directory'),
  attribute('0.9.2342.19200300.100.1.1', 'UID', 'directory'),
  attribute('0.9.2342.19200300.100.1.25', 'DC', 'ia5'),
  attribute('1.2.840.113549.1.9.1', 'emailAddress', 'ia5', 255),
];

export const attributeTypeByOid: ReadonlyMap<string, AttributeType> = new Map(
  attributeTypes.map((entry) => [entry.oid, entry]),
);

/** Other registered names of the same types (RFC 4519, RFC 2985), and the `GN` that OpenSSL prints. */
const synonyms = {
  commonName: 'CN',
  surname: 'sn',
  countryName: 'C',
  localityName: 'L',
  stateOrProvinceName: 'ST',
  streetAddress: 'STREET',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  GN: 'givenName',
  userId: 'UID',
  domainComponent: 'DC',
  email: 'emailAddress',
} as const;

const lowerCase = new Map(attributeTypes.map((entry) => [entry.keyword.toLowerCase(), entry]));

/** By keyword in lower case: RFC 4514 compares descriptors without regard to case. */
export const attributeTypeByKeyword: ReadonlyMap<string, AttributeType> = new Map([
  ...lowerCase,
  ...Object.entries(synonyms).flatMap(([synonym, keyword]) => {
    const entry = lowerCase.get(keyword.toLowerCase());
    return entry === undefined ? [] : [[synonym.toLowerCase(), entry] as const];
  }),
]);

/** The types under 2.5.4, by their last arc. */
const byArc: readonly (AttributeType | undefined)[] = Array.from({ length: 128 }, (_, arc) =>
  attributeTypeByOid.get(`2.5.4.${arc}`),
);

const directoryUnits = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01];
const emailAddress = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];

/** The type whose object identifier has these content octets. */
export function findAttributeType(bytes: Uint8Array, start: number, end: number): AttributeType | undefined {
  const length = end - start;
  if (length === 3 && bytes[start] === 0x55 && bytes[start + 1] === 0x04) return byArc[bytes[start + 2] as number];
  if (length === 10 && directoryUnits.every((octet, index) => bytes[start + index] === octet)) {
    return attributeTypeByOid.get(`0.9.2342.19200300.100.1.${bytes[end - 1]}`);
  }
  if (length === 9 && emailAddress.every((octet, index) => bytes[start + index] === octet)) {
    return attributeTypeByOid.get('1.2.840.113549.1.9.1');
  }
  return undefined;
}
