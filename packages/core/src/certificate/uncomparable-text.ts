import { Buffer, isUtf8 } from 'node:buffer';
import type { UncomparableName } from './model.ts';

/** Longer than any honest name; of what is longer the beginning is shown. */
const longest = 256;

/**
 * A name that cannot be compared, for people: `uncomparable dNSName "node-1.cluster.internal."`, or `#` and hex where it is
 * no text. It begins like no other name, so that nobody takes it for one of its kind.
 */
export function uncomparableText(name: UncomparableName): string {
  const octets = Buffer.from(name.bytes.buffer, name.bytes.byteOffset, Math.min(name.bytes.length, longest));
  const shown = isText(octets) ? JSON.stringify(octets.toString('utf8')) : `#${octets.toString('hex')}`;
  const kind = name.of === 'otherName' ? `otherName ${name.typeId}` : name.of;
  return `uncomparable ${kind} ${shown}${name.bytes.length > longest ? '…' : ''}`;
}

/** UTF-8 without control characters. */
function isText(octets: Buffer): boolean {
  return isUtf8(octets) && !/\p{Cc}/u.test(octets.toString('utf8'));
}
