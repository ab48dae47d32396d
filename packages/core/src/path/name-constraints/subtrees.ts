import type { GeneralName, GeneralNameKind } from '../../certificate/model.ts';
import { DirectoryNameSubtrees } from './directory-name.ts';
import { DnsNameSubtrees } from './dns-name.ts';
import { IpAddressSubtrees } from './ip-address.ts';
import type { Relation } from './relation.ts';
import { Rfc822NameSubtrees } from './rfc822-name.ts';
import { UniformResourceIdentifierSubtrees } from './uniform-resource-identifier.ts';

/** id-on-SmtpUTF8Mailbox: rfc822Name constraints speak of it too (RFC 9598 section 6). */
const smtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9';

/** One list of subtrees, permitted or excluded, of one CA certificate, prepared for look-ups. */
export class Subtrees {
  readonly #bases = new Map<GeneralNameKind, number>();
  /** Kinds with a base that is in no defined form: no name of the kind can be compared with the list. */
  readonly #unsupported = new Set<GeneralNameKind>();
  readonly #dnsNames = new DnsNameSubtrees();
  readonly #ipAddresses = new IpAddressSubtrees();
  readonly #rfc822Names = new Rfc822NameSubtrees();
  readonly #uris = new UniformResourceIdentifierSubtrees();
  readonly #directoryNames = new DirectoryNameSubtrees();

  constructor(bases: readonly GeneralName[]) {
    for (const base of bases) {
      this.#bases.set(base.kind, this.countOfKind(base.kind) + 1);
      if (!this.#add(base)) this.#unsupported.add(base.kind);
    }
  }

  countOfKind(kind: GeneralNameKind): number {
    return this.#bases.get(kind) ?? 0;
  }

  /** How many bases of the list speak of names such as this one; 0: the list does not constrain it. */
  countFor(name: GeneralName): number {
    const isSmtpUtf8Mailbox = name.kind === 'otherName' && name.typeId === smtpUtf8Mailbox;
    return this.countOfKind(name.kind) + (isSmtpUtf8Mailbox ? this.countOfKind('rfc822Name') : 0);
  }

  relate(name: GeneralName): Relation {
    if (this.#unsupported.has(name.kind)) return 'unsupported';
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
      default:
        return false;
    }
  }
}
