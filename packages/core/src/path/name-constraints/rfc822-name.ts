import { HostSubtrees } from './host-subtrees.ts';
import { type Mailbox, parseMailbox } from './mailbox.ts';
import type { Relation } from './relation.ts';

/**
 * rfc822Name constraints (RFC 5280 4.2.1.10): one mailbox, all mailboxes on one host, or all mailboxes on the hosts of a
 * domain. Local parts are compared exactly, hosts in ASCII lower case (section 7.5).
 */
export class Rfc822NameSubtrees {
  readonly #mailboxes = new Set<string>();
  readonly #hosts = new HostSubtrees();

  /** False when `base` is none of the three forms. `@example.com`, with which OpenSSL does the same, is a host. */
  add(base: string): boolean {
    if (/^@[^.]/.test(base)) return this.#hosts.add(base.slice(1));
    if (!base.includes('@')) return this.#hosts.add(base);
    const mailbox = parseMailbox(base);
    if (mailbox === undefined) return false;
    this.#mailboxes.add(textOf(mailbox));
    return true;
  }

  relate(name: string): Relation {
    const mailbox = parseMailbox(name);
    if (mailbox === undefined) return 'unintelligible';
    return this.#mailboxes.has(textOf(mailbox)) || this.#hosts.covers(mailbox.host) ? 'inside' : 'outside';
  }
}

/** Unambiguous: a host has no `@`, so the last one ends the local part. */
const textOf = (mailbox: Mailbox): string => `${mailbox.localPart}@${mailbox.host.join('.')}`;
