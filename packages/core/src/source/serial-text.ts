import { parseSerialText, serialOf } from '../encoding/serial-number.ts';

/** Serial numbers as proxies write them; the result is as `Certificate.serialNumber`: upper-case hex, whole octets. */
export type SerialForm = 'hex' | 'decimal';

/** Longer ones are noise: RFC 5280 4.1.2.2 allows 20 octets, and certificates of authorities that keep to no limit have 64. */
const longestText = 1_024;

/**
 * `undefined` for text that is not a serial number in this form. A negative one has a minus sign, as nginx and Apache write it
 * in hex and Traefik in decimal.
 */
export function parseSerialNumber(text: string, form: SerialForm): string | undefined {
  if (text.length > longestText) return undefined;
  if (form === 'decimal') return /^-?\d+$/.test(text) ? serialOf(BigInt(text)) : undefined;
  return /^-?[0-9A-Fa-f:]+$/.test(text) ? parseSerialText(inWholeOctets(text)) : undefined;
}

/** With colons between the octets some leave out the zero in front of a single digit. */
function inWholeOctets(text: string): string {
  return text.includes(':') ? text.replace(/(?<![0-9A-Fa-f])[0-9A-Fa-f](?![0-9A-Fa-f])/g, '0$&') : text;
}
