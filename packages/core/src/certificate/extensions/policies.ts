import { contextPrimitive, type DerReader, equalRanges, tag } from '../../encoding/der.ts';
import { objectIdentifierText } from '../../encoding/object-identifier.ts';
import { MalformedError } from '../malformed.ts';
import type { PolicyConstraints, PolicyInformation, PolicyMapping } from '../model.ts';

/** Certificate policies and what limits them (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14). */

/** The content octets of anyPolicy, 2.5.29.32.0. */
const anyPolicy = Uint8Array.of(0x55, 0x1d, 0x20, 0x00);

/** More policies than this in one certificate are told apart by a set of their texts. */
const fewPolicies = 8;

/** RFC 5280 4.2.1.4: at least one policy, none twice. */
export function checkCertificatePolicies(reader: DerReader): void {
  const outer = reader.enterNonEmpty(tag.sequence);
  const seen: number[] = [];
  while (!reader.isDone) {
    const policy = reader.enter(tag.sequence);
    const start = reader.readObjectIdentifier();
    seen.push(start, reader.offset);
    if (!reader.isDone) checkQualifiers(reader);
    reader.leave(policy);
  }
  reader.leave(outer);
  if (hasDuplicate(reader.bytes, seen)) throw new MalformedError('policy_duplicate');
}

/** `seen` holds start and end of each policy identifier. */
function hasDuplicate(bytes: Uint8Array, seen: readonly number[]): boolean {
  if (seen.length > 2 * fewPolicies) {
    const texts = new Set<string>();
    for (let index = 0; index < seen.length; index += 2) {
      texts.add(objectIdentifierText(bytes, seen[index] as number, seen[index + 1] as number));
    }
    return texts.size < seen.length / 2;
  }
  for (let index = 2; index < seen.length; index += 2) {
    for (let other = 0; other < index; other += 2) {
      const isEqual = equalRanges(
        bytes,
        seen[index] as number,
        seen[index + 1] as number,
        seen[other] as number,
        seen[other + 1] as number,
      );
      if (isEqual) return true;
    }
  }
  return false;
}

/** `SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo`; what a qualifier says is not interpreted. */
function checkQualifiers(reader: DerReader): void {
  const outer = reader.enterList(tag.sequence);
  while (!reader.isDone) {
    const qualifier = reader.enter(tag.sequence);
    reader.readObjectIdentifier();
    reader.readAny();
    reader.leave(qualifier);
  }
  reader.leave(outer);
}

export function decodeCertificatePolicies(reader: DerReader): readonly PolicyInformation[] {
  const outer = reader.enter(tag.sequence);
  const policies: PolicyInformation[] = [];
  while (!reader.isDone) {
    const policy = reader.enter(tag.sequence);
    const policyIdentifier = decodeObjectIdentifier(reader);
    const qualifiers = reader.isDone ? undefined : reader.bytes.subarray(reader.offset, reader.end);
    const qualifierIds = qualifiers === undefined ? [] : decodeQualifierIds(reader);
    reader.leave(policy);
    policies.push(Object.freeze({ policyIdentifier, qualifiers, qualifierIds: Object.freeze(qualifierIds) }));
  }
  reader.leave(outer);
  return Object.freeze(policies);
}

function decodeQualifierIds(reader: DerReader): string[] {
  const outer = reader.enter(tag.sequence);
  const ids: string[] = [];
  while (!reader.isDone) {
    const qualifier = reader.enter(tag.sequence);
    ids.push(decodeObjectIdentifier(reader));
    reader.readAny();
    reader.leave(qualifier);
  }
  reader.leave(outer);
  return ids;
}

function decodeObjectIdentifier(reader: DerReader): string {
  const start = reader.readObjectIdentifier();
  return objectIdentifierText(reader.bytes, start, reader.offset);
}

/** RFC 5280 4.2.1.5: policies are mapped neither from nor to anyPolicy. */
export function checkPolicyMappings(reader: DerReader): void {
  const outer = reader.enterNonEmpty(tag.sequence);
  while (!reader.isDone) {
    const mapping = reader.enter(tag.sequence);
    checkMappedPolicy(reader);
    checkMappedPolicy(reader);
    reader.leave(mapping);
  }
  reader.leave(outer);
}

function checkMappedPolicy(reader: DerReader): void {
  const start = reader.readObjectIdentifier();
  const isAny =
    reader.offset - start === anyPolicy.length &&
    anyPolicy.every((octet, index) => reader.bytes[start + index] === octet);
  if (isAny) throw new MalformedError('policy_mapping_any_policy');
}

export function decodePolicyMappings(reader: DerReader): readonly PolicyMapping[] {
  const outer = reader.enter(tag.sequence);
  const mappings: PolicyMapping[] = [];
  while (!reader.isDone) {
    const mapping = reader.enter(tag.sequence);
    const issuerDomainPolicy = decodeObjectIdentifier(reader);
    const subjectDomainPolicy = decodeObjectIdentifier(reader);
    reader.leave(mapping);
    mappings.push(Object.freeze({ issuerDomainPolicy, subjectDomainPolicy }));
  }
  reader.leave(outer);
  return Object.freeze(mappings);
}

/** RFC 5280 4.2.1.11: an empty sequence MUST NOT be issued. */
export function readPolicyConstraints(reader: DerReader): PolicyConstraints {
  const outer = reader.enter(tag.sequence);
  if (reader.isDone) throw new MalformedError('policy_constraints_empty');
  const requireExplicitPolicy = readSkipCerts(reader, contextPrimitive(0));
  const inhibitPolicyMapping = readSkipCerts(reader, contextPrimitive(1));
  reader.leave(outer);
  return Object.freeze({ requireExplicitPolicy, inhibitPolicyMapping });
}

function readSkipCerts(reader: DerReader, identifier: number): number | undefined {
  return reader.peek() === identifier ? reader.readNumber(undefined, identifier) : undefined;
}

/** RFC 5280 4.2.1.14. */
export function readInhibitAnyPolicy(reader: DerReader): number {
  return reader.readNumber();
}
