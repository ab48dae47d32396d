import { contextConstructed, contextPrimitive, type DerReader, tag } from '../../encoding/der.ts';
import { decodeLatin1 } from '../../encoding/der-string.ts';
import { dnsSyntax } from '../dns-name.ts';
import {
  checkGeneralName,
  decodeGeneralName,
  type GeneralNameSyntax,
  generalNameTag,
  noteUnderscore,
} from '../general-name.ts';
import { isMailbox, lastAt } from '../mailbox.ts';
import { MalformedError } from '../malformed.ts';
import type { GeneralName, NameConstraints } from '../model.ts';
import type { ProfileReader } from '../profile-reader.ts';

/** Name constraints (RFC 5280 4.2.1.10). */

const permittedTag = contextConstructed(0);
const excludedTag = contextConstructed(1);
const minimumTag = contextPrimitive(0);
const maximumTag = contextPrimitive(1);

const period = 0x2e;
const commercialAt = 0x40;

/**
 * The forms of the base of a subtree. Of a base in none of them nobody can say what it holds: every name of its kind is
 * then refused below the authority, permitted or excluded alike.
 */
const baseSyntax: GeneralNameSyntax = {
  /** A mailbox, a host, or a domain behind a period. A host behind an `@` is noted, for the profile to decide. */
  isMail: (bytes, start, end) => {
    if (bytes[start] === commercialAt && start < end) return dnsSyntax(bytes, start + 1, end) === 'valid';
    return lastAt(bytes, start, end) !== -1 ? isMailbox(bytes, start, end) : isHostOrDomain(bytes, start, end);
  },
  /**
   * A domain name. The empty one, which every name extends, is how authorities exclude them all. A leading period has no
   * meaning in the RFC, but is widely issued: it is noted, for the profile to decide.
   */
  isDns: (bytes, start, end) =>
    start === end || dnsSyntax(bytes, bytes[start] === period ? start + 1 : start, end) !== 'invalid',
  /** A host, or a domain behind a period; never an IP address, which the RFC does not let one constrain in a URI. */
  isUri: (bytes, start, end) =>
    isHostOrDomain(bytes, start, end) && !/(?:^|\.)[0-9]+$/.test(decodeLatin1(bytes, start, end)),
  /** An address and a mask in the style of CIDR (RFC 4632). Host bits may be set: the mask decides. */
  isAddress: (bytes, start, end) => {
    const length = end - start;
    if (length !== 8 && length !== 32) return false;
    let isMaskOver = false;
    for (let at = start + length / 2; at < end; at++) {
      const octet = bytes[at] as number;
      const inverted = ~octet & 0xff;
      // The zero bits of a contiguous mask are all on the right, and nothing but zero follows them.
      if ((inverted & (inverted + 1)) !== 0 || (isMaskOver && octet !== 0)) return false;
      isMaskOver = octet !== 0xff;
    }
    return true;
  },
  /** Every name lies within the empty one. */
  allowsEmptyName: true,
  broken: {
    rfc822Name: 'name_constraint_mail',
    dNSName: 'name_constraint_dns',
    uniformResourceIdentifier: 'name_constraint_uri',
    iPAddress: 'name_constraint_ip',
  },
  remark(reader, identifier, start) {
    const first = start < reader.offset ? reader.bytes[start] : undefined;
    if (identifier === generalNameTag.rfc822Name && first === commercialAt) reader.note('name_constraint_mail');
    if (identifier !== generalNameTag.dNSName) return;
    noteUnderscore(reader, start);
    if (first === period) reader.note('name_constraint_dns_leading_period');
  },
};

function isHostOrDomain(bytes: Uint8Array, start: number, end: number): boolean {
  return dnsSyntax(bytes, bytes[start] === period && start < end ? start + 1 : start, end) === 'valid';
}

export function checkNameConstraints(reader: ProfileReader): void {
  const outer = reader.enter(tag.sequence);
  if (reader.isDone) throw new MalformedError('name_constraints_empty');
  if (reader.peek() === permittedTag) checkSubtrees(reader, permittedTag);
  if (reader.peek() === excludedTag) checkSubtrees(reader, excludedTag);
  reader.leave(outer);
}

function checkSubtrees(reader: ProfileReader, identifier: number): void {
  const outer = reader.enterNonEmpty(identifier);
  while (!reader.isDone) {
    const subtree = reader.enter(tag.sequence);
    checkGeneralName(reader, baseSyntax);
    // `BaseDistance DEFAULT 0`: DER does not write the 0.
    if (reader.peek() === minimumTag) {
      if (reader.readNumber(undefined, minimumTag) !== 0) throw new MalformedError('name_constraint_base_distance');
      reader.deviate('der_default_encoded');
    }
    if (reader.peek() === maximumTag) throw new MalformedError('name_constraint_base_distance');
    reader.leave(subtree);
  }
  reader.leave(outer);
}

export function decodeNameConstraints(reader: DerReader): NameConstraints {
  const outer = reader.enter(tag.sequence);
  const permittedSubtrees = decodeSubtrees(reader, permittedTag);
  const excludedSubtrees = decodeSubtrees(reader, excludedTag);
  reader.leave(outer);
  return Object.freeze({ permittedSubtrees, excludedSubtrees });
}

function decodeSubtrees(reader: DerReader, identifier: number): readonly GeneralName[] {
  const bases: GeneralName[] = [];
  if (reader.peek() === identifier) {
    const outer = reader.enter(identifier);
    while (!reader.isDone) {
      const subtree = reader.enter(tag.sequence);
      bases.push(decodeGeneralName(reader, baseSyntax));
      if (reader.peek() === minimumTag) reader.skip();
      reader.leave(subtree);
    }
    reader.leave(outer);
  }
  return Object.freeze(bases);
}
