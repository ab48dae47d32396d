import type { Name } from '../../certificate/model.ts';
import { LabelTree } from './label-tree.ts';
import type { Relation } from './relation.ts';

/**
 * directoryName constraints (RFC 5280 4.2.1.10 and 7.1): a name is inside if its first RDNs are those of the base. The
 * base without RDNs is every name.
 */
export class DirectoryNameSubtrees {
  readonly #tree = new LabelTree();

  add(base: Name): void {
    this.#tree.add(base.canonicalRdns);
  }

  relate(name: Name): Relation {
    return this.#tree.covers(name.canonicalRdns) ? 'inside' : 'outside';
  }
}
