import { type Outcome, reason } from '../reasons.ts';
import type { NameText, NameTexts } from '../source/presented.ts';
import type { Name } from './model.ts';
import { parseDistinguishedName } from './name.ts';

/** Names that a proxy asserts without showing the certificate they come from. */
export interface AssertedName {
  readonly subject: Name;
  /** Empty when the proxy gives the subject alone. */
  readonly issuer: Name;
  /** Upper-case hex as `Certificate.serialNumber`. */
  readonly serialNumber: string | undefined;
}

/** Reads the texts of a proxy as RFC 4514, strictly. A subject without any attribute is nobody's name. */
export function parseAssertedName({ subject, issuer, serialNumber }: NameTexts): Outcome<AssertedName> {
  const subjectName = parseName(subject);
  if (!subjectName.ok) return subjectName;
  const issuerName = issuer === undefined ? emptyName : parseName(issuer);
  if (!issuerName.ok) return issuerName;
  return { ok: true, value: { subject: subjectName.value, issuer: issuerName.value, serialNumber } };
}

function parseName({ text, header }: NameText): Outcome<Name> {
  const name = text.length > longestName ? undefined : parseDistinguishedName(text);
  return name === undefined || name.isEmpty
    ? { ok: false, reason: reason('header_malformed', { header, rule: 'name' }) }
    : { ok: true, value: name };
}

/** Real names have some hundred characters, of which percent signs and escapes make thrice as many. */
const longestName = 16_384;

const emptyName = { ok: true, value: parseDistinguishedName('') as Name } as const;
