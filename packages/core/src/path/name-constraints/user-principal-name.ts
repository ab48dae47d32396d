import { labelsOfHostName } from './host-name.ts';
import { LabelTree } from './label-tree.ts';
import type { Relation } from './relation.ts';

/** The otherName of a user principal name, id-ms-san-sc-logon-upn. */
export const userPrincipalName = '1.3.6.1.4.1.311.20.2.3';

interface Upn {
  readonly user: string;
  /** See `labelsOfHostName`. */
  readonly suffix: readonly string[];
}

/**
 * Constraints on user principal names, as the authorities of Windows write them: `alice@example.com` is one user,
 * `@example.com` the users of that domain, `.example.com` those of the domains below it, and the empty one every user. No
 * standard defines them, so that where two readings differ a name is neither inside nor outside: `example.com` alone holds
 * the users of that domain, and may or may not hold those of the domains below it; users that differ in case may or may not
 * be the same.
 */
export class UserPrincipalNameSubtrees {
  readonly #users = new Set<string>();
  readonly #domains = new Set<string>();
  readonly #below = new LabelTree();
  readonly #perhapsBelow = new LabelTree();
  #isEveryUser = false;

  /** False when `base` is none of these forms. */
  add(base: string | undefined): boolean {
    if (base === undefined) return false;
    if (base === '') {
      this.#isEveryUser = true;
      return true;
    }
    const upn = base.startsWith('.') ? undefined : parse(base);
    if (upn !== undefined) {
      this.#users.add(textOf(upn));
      this.#users.add(foldedTextOf(upn));
      return true;
    }
    const suffix = labelsOfHostName(/^[.@]/.test(base) ? base.slice(1) : base);
    if (suffix === undefined) return false;
    if (base.startsWith('.')) this.#below.add(suffix);
    else this.#domains.add(suffix.join('.'));
    if (/^[^.@]/.test(base)) this.#perhapsBelow.add(suffix);
    return true;
  }

  relate(name: string | undefined): Relation {
    const upn = name === undefined ? undefined : parse(name);
    if (upn === undefined) return 'unintelligible';
    const parent = upn.suffix.slice(0, -1);
    const isInside =
      this.#isEveryUser ||
      this.#users.has(textOf(upn)) ||
      this.#domains.has(upn.suffix.join('.')) ||
      this.#below.covers(parent);
    if (isInside) return 'inside';
    return this.#perhapsBelow.covers(parent) || this.#users.has(foldedTextOf(upn)) ? 'overlapping' : 'outside';
  }
}

/** A user, `@`, and a domain name. Of others, which Windows allows, nobody can say what is below what. */
function parse(text: string): Upn | undefined {
  const [, user, domain] = /^([^@\s]+)@([^@]+)$/u.exec(text) ?? [];
  const suffix = labelsOfHostName(domain ?? '');
  return user === undefined || suffix === undefined ? undefined : { user, suffix };
}

const textOf = ({ suffix, user }: Upn): string => `${user}@${suffix.join('.')}`;

/** Behind a mark that no user has in front. */
const foldedTextOf = ({ suffix, user }: Upn): string => `@${user.normalize('NFKC').toLowerCase()}@${suffix.join('.')}`;
