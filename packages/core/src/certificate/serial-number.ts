import { Buffer } from 'node:buffer';

/** Upper-case hex of an unsigned INTEGER, two digits an octet; `start` is behind a leading zero octet. */
export function serialNumberText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
    .toString('hex')
    .toUpperCase();
}
