import { labelsOfHostName } from './host-name.ts';

/** RFC 5321 section 4.1.2: a dot-string or a quoted string, `@`, and here a host name. */
const mailbox =
  /^([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|"(?:[ !#-[\]-~]|\\[ -~])*")@([^@]+)$/;

export interface Mailbox {
  /** Compared exactly (RFC 5280 section 7.5), with its quotes removed: `"a"@x` and `a@x` are one mailbox. */
  readonly localPart: string;
  /** See `labelsOfHostName`. */
  readonly host: readonly string[];
}

/** Reads a mailbox, or returns `undefined` when it is not one or has an address literal for a domain. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, localPart = '', domain = ''] = mailbox.exec(text) ?? [];
  const host = labelsOfHostName(domain);
  if (host === undefined) return undefined;
  return { localPart: localPart.startsWith('"') ? localPart.slice(1, -1).replace(/\\(.)/g, '$1') : localPart, host };
}
