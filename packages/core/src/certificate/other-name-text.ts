import { DerReader, isOneElement, tag } from '../encoding/der.ts';
import { decodeLatin1, isPrintableAscii, isTextTag } from '../encoding/der-string.ts';
import { textAt } from './character-string.ts';

/**
 * The text of an otherName whose value is a character string: a user principal name (UTF8String by the book, IA5String of
 * some tools), an SRVName (RFC 4985), an XmppAddr (RFC 6120), a SmtpUTF8Mailbox (RFC 9598). Brazil's public key
 * infrastructure (ICP-Brasil) puts the string into an OCTET STRING, or its characters right away.
 *
 * `undefined` for anything else, and for a string that is not in its character set or has control characters.
 *
 * @param start Of the value, which is one element of DER.
 */
export function otherNameText(typeId: string, bytes: Uint8Array, start: number, end: number): string | undefined {
  const identifier = bytes[start] as number;
  if (isTextTag(identifier)) return textAt(bytes, start, end);
  if (identifier !== tag.octetString) return undefined;
  const reader = new DerReader(bytes, start, end);
  const contentStart = reader.readContent(tag.octetString);
  const inner = isTextTag(bytes[contentStart] ?? 0) ? stringIn(bytes, contentStart, end) : undefined;
  if (inner !== undefined) return inner;
  // The tags of strings are control characters: what is text right away is no string that has a tag.
  const isTextItself = typeId.startsWith(icpBrasil) && contentStart < end && isPrintableAscii(bytes, contentStart, end);
  return isTextItself ? decodeLatin1(bytes, contentStart, end) : undefined;
}

/** The fields of holders in certificates of ICP-Brasil (DOC-ICP-04). */
const icpBrasil = '2.16.76.1.3.';

/** The one string between the offsets. */
function stringIn(bytes: Uint8Array, start: number, end: number): string | undefined {
  return isOneElement(bytes, start, end) ? textAt(bytes, start, end) : undefined;
}
