import { labelsOfHostName } from './host-name.ts';
import { LabelTree } from './label-tree.ts';
import type { Relation } from './relation.ts';

/**
 * dNSName constraints (RFC 5280 4.2.1.10): a name satisfies `host.example.com` if it is that name with zero or more labels
 * added on the left. The empty base is therefore every name. A leading period is no form of the standard for this kind; it
 * is read as it is in a URI and a mailbox, and as OpenSSL and Go read it: one or more labels, so that the name behind the
 * period lies outside.
 *
 * The standard knows no wildcards. `*.example.com` stands for each name with one label in place of the asterisk
 * (RFC 9525 section 6.3), so it is inside a subtree only if all of these are, and overlaps one if any of them is.
 */
export class DnsNameSubtrees {
  readonly #tree = new LabelTree();
  /** Bases with a leading period, without it. */
  readonly #domains = new LabelTree();

  /** False when `base` is neither a host name nor one behind a period. */
  add(base: string): boolean {
    const isDomain = base.startsWith('.');
    const labels = base === '' ? [] : labelsOfHostName(isDomain ? base.slice(1) : base);
    if (labels === undefined) return false;
    (isDomain ? this.#domains : this.#tree).add(labels);
    return true;
  }

  relate(name: string): Relation {
    const isWildcard = name.startsWith('*.');
    const labels = labelsOfHostName(isWildcard ? name.slice(2) : name);
    if (labels === undefined) return 'unintelligible';
    // What a wildcard stands for has one label more than what stands behind the asterisk.
    if (this.#tree.covers(labels) || this.#domains.covers(isWildcard ? labels : labels.slice(0, -1))) return 'inside';
    return isWildcard && this.#tree.hasBaseBelow(labels) ? 'overlapping' : 'outside';
  }
}
