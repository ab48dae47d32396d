/** Serial numbers as proxies write them; the result is as `Certificate.serialNumber`: upper-case hex, whole octets. */
export type SerialForm = 'hex' | 'decimal';

/** `undefined` for text that is not a serial number in this form. RFC 5280 4.1.2.2 allows 20 octets; more than 64 are noise. */
export function parseSerialNumber(text: string, form: SerialForm): string | undefined {
  const digits = form === 'hex' ? hexDigits(text) : decimalDigits(text);
  if (digits === undefined) return undefined;
  const significant = digits.replace(/^0+(?=.)/, '').toUpperCase();
  return significant.length % 2 === 0 ? significant : `0${significant}`;
}

/** With or without colons between the octets. */
function hexDigits(text: string): string | undefined {
  if (text.length > 192) return undefined;
  if (/^[0-9A-Fa-f]{1,128}$/.test(text)) return text;
  if (!/^[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2})+$/.test(text)) return undefined;
  return text
    .split(':')
    .map((octet) => octet.padStart(2, '0'))
    .join('');
}

function decimalDigits(text: string): string | undefined {
  return /^\d{1,150}$/.test(text) ? BigInt(text).toString(16) : undefined;
}
