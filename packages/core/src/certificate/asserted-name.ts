import type { Outcome } from '../reasons.ts';
import type { NameText, NameTexts } from '../source/presented.ts';
import { malformed } from '../source/proxy-verdict.ts';
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
    ? {
        ok: false,
        reason: malformed(header, 'name', { setUp: nameForm }),
      }
    : { ok: true, value: name };
}

/** What the operator has to look at, whose proxy writes `/O=Acme/CN=alice`. */
const nameForm =
  'a name such as CN=alice,O=Acme, as HAProxy writes it with ssl_c_s_dn(,0,rfc2253), and nginx in $ssl_client_s_dn';

/** Real names have some hundred characters, of which percent signs and escapes make thrice as many. */
const longestName = 16_384;

const emptyName = { ok: true, value: parseDistinguishedName('') as Name } as const;
