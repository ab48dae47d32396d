import { labelsOfHostName } from './host-name.ts';
import { HostSubtrees } from './host-subtrees.ts';
import type { Relation } from './relation.ts';

/** RFC 3986 section 3: scheme, authority with optional user information and port; the host is captured. */
const uriWithHost =
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?([A-Za-z0-9._-]+)(?::[0-9]*)?(?:[/?#]|$)/;

/** A host whose last label is a number is read as an IPv4 address, in one of its spellings, by what resolves it. */
const number = /^(?:[0-9]+|0x[0-9a-f]*)$/;

/**
 * uniformResourceIdentifier constraints (RFC 5280 4.2.1.10): a host or a domain, compared with the host of the URI. A URI
 * without an authority, or whose host is an IP address, must be refused wherever a constraint of this kind applies.
 */
export class UniformResourceIdentifierSubtrees {
  readonly #hosts = new HostSubtrees();

  /** False when `base` is neither a host nor a domain. */
  add(base: string): boolean {
    return this.#hosts.add(base);
  }

  relate(name: string): Relation {
    const host = labelsOfHostName(uriWithHost.exec(name)?.[1] ?? '');
    if (host === undefined || number.test(host[0] ?? '')) return 'unintelligible';
    return this.#hosts.covers(host) ? 'inside' : 'outside';
  }
}
