import { Buffer } from 'node:buffer';
import { deceptive } from '../log-text.ts';
import { attributeTypeByOid } from './attribute-types.ts';
import type { AttributeTypeAndValue, RelativeDistinguishedName } from './model.ts';

/** The string representation of distinguished names (RFC 4514 section 2), the most specific RDN first. */
export function nameText(rdns: readonly RelativeDistinguishedName[]): string {
  return rdns
    .map((rdn) => rdn.map(attributeText).join('+'))
    .reverse()
    .join(',');
}

/** 2.3 and 2.4: a type without a registered descriptor, or a value that is not a string, is written as `#hex`. */
function attributeText({ type, text, der }: AttributeTypeAndValue): string {
  const keyword = attributeTypeByOid.get(type)?.keyword;
  if (keyword === undefined || text === undefined) {
    return `${keyword ?? type}=#${Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('hex')}`;
  }
  return `${keyword}=${escapeValue(text)}`;
}

/** 2.4 lets any octet of the UTF-8 be written as `\e2`: texts of names stand in logs. */
function hexPairs(character: string): string {
  return Buffer.from(character, 'utf8').toString('hex').replace(/../g, '\\$&');
}

function escapeValue(text: string): string {
  return text
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, (space) => (text.length === 1 ? space : '\\ '))
    .replace(deceptive, hexPairs);
}
