import type { Name } from '../certificate/model.ts';

/** The attribute types that identities and rules speak of (RFC 5280 4.1.2.4, RFC 2985 for the e-mail address). */
export const attributeTypes = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  emailAddress: '1.2.840.113549.1.9.1',
} as const;

/** The value of an attribute that a name has exactly once; one that is no character string counts, and has no value. */
export function soleValue(name: Name, type: string): string | undefined {
  let count = 0;
  let value: string | undefined;
  for (const rdn of name.rdns) {
    for (const attribute of rdn) {
      if (attribute.type !== type) continue;
      count++;
      value = attribute.text;
    }
  }
  return count === 1 ? value : undefined;
}

/** Whether a name has the attribute with a value that is no text: nobody can say what it says. */
export function hasUncomparable(name: Name, type: string): boolean {
  return name.rdns.some((rdn) => rdn.some((attribute) => attribute.type === type && attribute.text === undefined));
}
