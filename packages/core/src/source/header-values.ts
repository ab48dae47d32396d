import { type Outcome, reason } from '../reasons.ts';

/**
 * The longest value that is looked at, in characters: room for 128 KiB of certificates in percent-encoded base64. Node's
 * own limit for all headers together is 16 KiB unless it is raised.
 */
const longestValue = 262_144;

/** A header that a source reads. */
export interface ReadHeader {
  /** Lower case. */
  readonly name: string;
  /** It is a list that may be sent in several lines (RFC 9110 section 5.3), as `Client-Cert-Chain` is. */
  readonly isList?: boolean;
}

/**
 * The values of these headers in order, `undefined` for those that were not sent. Read from the raw headers, because
 * `headers` of Node joins several lines of an unknown name with commas, or keeps the first of a known one.
 */
export function readHeaderValues(
  rawHeaders: readonly string[],
  headers: readonly ReadHeader[],
): Outcome<readonly (string | undefined)[]> {
  const values: (string | undefined)[] = [];
  for (const { name, isList = false } of headers) {
    let value: string | undefined;
    let count = 0;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const raw = rawHeaders[at] as string;
      if (raw.length !== name.length || raw.toLowerCase() !== name) continue;
      const line = rawHeaders[at + 1] as string;
      value = value === undefined ? line : `${value}, ${line}`;
      count += 1;
    }
    if (count > 1 && !isList) return { ok: false, reason: reason('header_repeated', { header: name, count }) };
    if (value !== undefined && value.length > longestValue) {
      const detail = { limit: longestValue, actual: value.length, unit: 'bytes' } as const;
      return { ok: false, reason: reason('input_too_large', detail) };
    }
    values.push(value);
  }
  return { ok: true, value: values };
}
