import type { GeneralName, GeneralNameKind } from '../../certificate/model.ts';
import { DirectoryNameSubtrees } from './directory-name.ts';
import { DnsNameSubtrees } from './dns-name.ts';
import { IpAddressSubtrees } from './ip-address.ts';
import type { Relation } from './relation.ts';
import { Rfc822NameSubtrees } from './rfc822-name.ts';
import { UniformResourceIdentifierSubtrees } from './uniform-resource-identifier.ts';
import { UserPrincipalNameSubtrees, userPrincipalName } from './user-principal-name.ts';

/**
 * What a constraint speaks of (RFC 5280 4.2.1.10: "Restrictions apply only when the specified name form is present"): a kind,
 * and of otherNames one type. A name that cannot be compared is of its kind all the same.
 */
export type NameForm = Exclude<GeneralNameKind, 'otherName' | 'uncomparable'> | `otherName ${string}`;

export function formOf(name: GeneralName): NameForm {
  const kind = name.kind === 'uncomparable' ? name.of : name.kind;
  return kind === 'otherName' ? `otherName ${(name as { readonly typeId: string }).typeId}` : kind;
}

/** id-on-SmtpUTF8Mailbox: rfc822Name constraints speak of it too (RFC 9598 section 6). */
const smtpUtf8Mailbox = 'otherName 1.3.6.1.5.5.7.8.9';

/** One list of subtrees, permitted or excluded, of one CA certificate, prepared for look-ups. */
export class Subtrees {
  readonly #bases = new Map<NameForm, number>();
  /** Forms with a base that is not in a defined form: no name of theirs can be compared with the list. */
  readonly #unsupported = new Set<NameForm>();
  readonly #dnsNames = new DnsNameSubtrees();
  readonly #ipAddresses = new IpAddressSubtrees();
  readonly #rfc822Names = new Rfc822NameSubtrees();
  readonly #uris = new UniformResourceIdentifierSubtrees();
  readonly #directoryNames = new DirectoryNameSubtrees();
  readonly #userPrincipalNames = new UserPrincipalNameSubtrees();

  constructor(bases: readonly GeneralName[]) {
    for (const base of bases) {
      const form = formOf(base);
      this.#bases.set(form, this.#countOf(form) + 1);
      if (!this.#add(base)) this.#unsupported.add(form);
    }
  }

  #countOf(form: NameForm): number {
    return this.#bases.get(form) ?? 0;
  }

  /** How many bases of the list speak of names such as this one; 0: the list does not constrain it. */
  countFor(name: GeneralName): number {
    const form = formOf(name);
    return this.#countOf(form) + (form === smtpUtf8Mailbox ? this.#countOf('rfc822Name') : 0);
  }

  relate(name: GeneralName): Relation {
    if (this.#unsupported.has(formOf(name))) return 'unsupported';
    switch (name.kind) {
      case 'dNSName':
        return this.#dnsNames.relate(name.value);
      case 'iPAddress':
        return this.#ipAddresses.relate(name.bytes);
      case 'rfc822Name':
        return this.#rfc822Names.relate(name.value);
      case 'uniformResourceIdentifier':
        return this.#uris.relate(name.value);
      case 'directoryName':
        return this.#directoryNames.relate(name.name);
      case 'otherName':
        return name.typeId === userPrincipalName ? this.#userPrincipalNames.relate(name.text) : 'unsupported';
      case 'uncomparable':
        return 'unintelligible';
      default:
        return 'unsupported';
    }
  }

  /** False when the base cannot be processed. */
  #add(base: GeneralName): boolean {
    switch (base.kind) {
      case 'dNSName':
        return this.#dnsNames.add(base.value);
      case 'iPAddress':
        return this.#ipAddresses.add(base.bytes);
      case 'rfc822Name':
        return this.#rfc822Names.add(base.value);
      case 'uniformResourceIdentifier':
        return this.#uris.add(base.value);
      case 'directoryName':
        return this.#directoryNames.add(base.name);
      case 'otherName':
        return base.typeId === userPrincipalName && this.#userPrincipalNames.add(base.text);
      default:
        return false;
    }
  }
}
