import { contextConstructed, contextPrimitive, type DerReader, tag } from '../../encoding/der.ts';
import { decodeLatin1 } from '../../encoding/der-string.ts';
import { dnsSyntax } from '../dns-name.ts';
import { checkGeneralName, decodeGeneralName, type GeneralNameSyntax } from '../general-name.ts';
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

/** The forms of the base of a subtree. `reader.offset` is where the content ends. */
const baseSyntax: GeneralNameSyntax = {
  /** A mailbox, a host, or a domain behind a period. */
  checkMail(reader, start) {
    const { bytes, offset: end } = reader;
    const isValid = lastAt(bytes, start, end) !== -1 ? isMailbox(bytes, start, end) : isHostOrDomain(bytes, start, end);
    if (!isValid) throw new MalformedError('name_constraint_mail');
  },
  /**
   * A domain name. The empty one, which every name extends, is how authorities exclude them all. A leading period has no
   * meaning in the RFC, but is widely issued: it is noted, for the profile to decide.
   */
  checkDns(reader, start) {
    const { bytes, offset: end } = reader;
    if (start === end) return;
    const hasPeriod = bytes[start] === period;
    const syntax = dnsSyntax(bytes, hasPeriod ? start + 1 : start, end);
    if (syntax === 'invalid') throw new MalformedError('name_constraint_dns');
    if (syntax === 'underscore') reader.note('dns_name_underscore');
    if (hasPeriod) reader.note('name_constraint_dns_leading_period');
  },
  /** A host, or a domain behind a period; never an IP address, which the RFC does not let one constrain in a URI. */
  checkUri(reader, start) {
    const { bytes, offset: end } = reader;
    const isAddress = /(?:^|\.)[0-9]+$/.test(decodeLatin1(bytes, start, end));
    if (isAddress || !isHostOrDomain(bytes, start, end)) throw new MalformedError('name_constraint_uri');
  },
  /** An address and a mask in the style of CIDR (RFC 4632). Host bits may be set: the mask decides. */
  checkAddress(reader, start) {
    const length = reader.offset - start;
    if (length !== 8 && length !== 32) throw new MalformedError('name_constraint_ip');
    let isMaskOver = false;
    for (let at = start + length / 2; at < reader.offset; at++) {
      const octet = reader.bytes[at] as number;
      const inverted = ~octet & 0xff;
      // The zero bits of a contiguous mask are all on the right, and nothing but zero follows them.
      if ((inverted & (inverted + 1)) !== 0 || (isMaskOver && octet !== 0)) {
        throw new MalformedError('name_constraint_ip');
      }
      isMaskOver = octet !== 0xff;
    }
  },
  /** Every name lies within the empty one. */
  checkDirectoryName() {},
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
    const next = reader.peek();
    if (next === minimumTag || next === maximumTag) throw new MalformedError('name_constraint_base_distance');
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
      bases.push(decodeGeneralName(reader));
      reader.leave(subtree);
    }
    reader.leave(outer);
  }
  return Object.freeze(bases);
}
