import { labelsOfHostName } from './host-name.ts';

/** Mailbox of RFC 2821 section 4.1.2, its domain a host name: a dot-string or a quoted string before the last `@`. */
const mailbox =
  /^(?:([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)|"((?:[ !#-[\]-~]|\\[ -~])*)")@([^@]+)$/;

export interface Mailbox {
  /** Compared exactly (RFC 5280 section 7.5), with its quotes removed: `"a"@x` and `a@x` are one mailbox. */
  readonly localPart: string;
  /** See `labelsOfHostName`. */
  readonly host: readonly string[];
}

/** Reads a mailbox, or returns `undefined` when it is not one or has an address literal for a domain. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, dotString, quoted, domain] = mailbox.exec(text) ?? [];
  const host = domain === undefined ? undefined : labelsOfHostName(domain);
  if (host === undefined) return undefined;
  return { localPart: dotString ?? (quoted ?? '').replace(/\\(.)/g, '$1'), host };
}
