import { labelsOfHostName } from './host-name.ts';
import { LabelTree } from './label-tree.ts';
import type { Relation } from './relation.ts';

/**
 * dNSName constraints (RFC 5280 4.2.1.10): a name satisfies `host.example.com` if it is that name with zero or more labels
 * added on the left. The empty base is therefore every name. A base with a leading dot is not a form of the standard.
 *
 * The standard knows no wildcards. `*.example.com` stands for each name with one label in place of the asterisk
 * (RFC 9525 section 6.3), so it is inside a subtree only if all of these are, and overlaps one if any of them is.
 */
export class DnsNameSubtrees {
  readonly #tree = new LabelTree();

  /** False when `base` is not a host name. */
  add(base: string): boolean {
    const labels = base === '' ? [] : labelsOfHostName(base);
    if (labels === undefined) return false;
    this.#tree.add(labels);
    return true;
  }

  relate(name: string): Relation {
    const isWildcard = name.startsWith('*.');
    const labels = labelsOfHostName(isWildcard ? name.slice(2) : name);
    if (labels === undefined) return 'unintelligible';
    if (this.#tree.covers(labels)) return 'inside';
    return isWildcard && this.#tree.hasBaseBelow(labels) ? 'overlapping' : 'outside';
  }
}
