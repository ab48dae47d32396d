import type { Name } from '../../certificate/model.ts';
import { isComparable, isPreparable } from '../../certificate/name-comparison.ts';
import { LabelTree } from './label-tree.ts';
import type { Relation } from './relation.ts';

/**
 * directoryName constraints (RFC 5280 4.2.1.10 and 7.1): a name is inside if its first RDNs are those of the base. The
 * base without RDNs is every name.
 *
 * A name that is too long or too strange to be prepared for comparison may be any other spelling of a base: nobody can say
 * that it is not, so it lies neither inside nor outside.
 */
export class DirectoryNameSubtrees {
  readonly #tree = new LabelTree();

  /** False when other spellings of the base cannot be told. */
  add(base: Name): boolean {
    if (!isPreparable(base.rdns)) return false;
    this.#tree.add(base.canonicalRdns);
    return true;
  }

  relate(name: Name): Relation {
    if (!isComparable(name.rdns)) return 'unintelligible';
    return this.#tree.covers(name.canonicalRdns) ? 'inside' : 'outside';
  }
}
