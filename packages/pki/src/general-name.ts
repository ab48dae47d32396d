/** GeneralName (RFC 5280 4.2.1.6), every kind. */
import { isIPv4, isIPv6 } from 'node:net';
import * as der from './der.ts';
import { encodeName, type NameInput } from './name.ts';

/**
 * One name of a subjectAltName, a name constraint or a location. `ip` is an address as text, an address and mask as text
 * (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`: name constraints only), or octets. `der` is written as it is.
 */
export type GeneralNameInput =
  | { readonly dns: string }
  | { readonly uri: string }
  | { readonly email: string }
  | { readonly ip: string | Uint8Array }
  | { readonly directoryName: NameInput }
  | { readonly registeredId: string }
  | { readonly otherName: { readonly typeId: string; readonly value: Uint8Array } }
  | { readonly der: Uint8Array };

/** The DER of a GeneralName. Throws TypeError for an address or text that cannot be written. */
export function encodeGeneralName(name: GeneralNameInput): der.Der {
  if ('otherName' in name) {
    return der.constructed(0, der.oid(name.otherName.typeId), der.constructed(0, name.otherName.value));
  }
  if ('email' in name) return der.primitive(1, der.ascii(name.email));
  if ('dns' in name) return der.primitive(2, der.ascii(name.dns));
  // directoryName is a CHOICE, so its tag is explicit although the module's tags are implicit.
  if ('directoryName' in name) return der.constructed(4, encodeName(name.directoryName));
  if ('uri' in name) return der.primitive(6, der.ascii(name.uri));
  if ('ip' in name) return der.primitive(7, typeof name.ip === 'string' ? addressOctets(name.ip) : name.ip);
  if ('registeredId' in name) return der.primitive(8, der.oidOctets(name.registeredId));
  return Uint8Array.from(name.der);
}

/** `GeneralNames`: a SEQUENCE OF GeneralName. */
export function encodeGeneralNames(names: readonly GeneralNameInput[]): der.Der {
  return der.sequence(...names.map(encodeGeneralName));
}

function addressOctets(text: string): Uint8Array {
  const [address = '', mask, ...more] = text.split('/');
  const octets = isIPv4(address) ? ipv4Octets(address) : isIPv6(address) ? ipv6Octets(address) : undefined;
  if (octets === undefined || more.length > 0) throw new TypeError(`not an IP address: ${text}`);
  return mask === undefined
    ? Uint8Array.from(octets)
    : Uint8Array.from([...octets, ...maskOctets(mask, octets.length)]);
}

function ipv4Octets(address: string): number[] {
  return address.split('.').map(Number);
}

function ipv6Octets(address: string): number[] {
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').flatMap((group) => (isIPv4(group) ? ipv4Octets(group) : hexGroup(group)));
  const [head = '', tail] = address.split('::');
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  return [...first, ...new Array<number>(16 - first.length - last.length).fill(0), ...last];
}

function hexGroup(group: string): number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}

function maskOctets(mask: string, length: number): number[] {
  if (isIPv4(mask) && length === 4) return ipv4Octets(mask);
  if (isIPv6(mask) && length === 16) return ipv6Octets(mask);
  const bits = Number(mask);
  if (!/^\d{1,3}$/.test(mask) || bits > length * 8) throw new TypeError(`not a mask for this address: ${mask}`);
  return Array.from({ length }, (_, i) => (0xff00 >> Math.min(Math.max(bits - i * 8, 0), 8)) & 255);
}
