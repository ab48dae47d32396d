import { contextConstructed, contextPrimitive, type DerReader, namedBitsAt, tag } from '../../encoding/der.ts';
import { derElement } from '../../encoding/der-writer.ts';
import { checkGeneralNames, decodeGeneralNames, locationSyntax } from '../general-name.ts';
import { MalformedError } from '../malformed.ts';
import type { DistributionPoint, DistributionPointName, ReasonFlag } from '../model.ts';
import { canonicalRdn } from '../name-comparison.ts';
import { checkRdnContent, decodeRdnContent } from '../name-der.ts';
import type { ProfileReader } from '../profile-reader.ts';

/** CRL distribution points and the freshest CRL, which share one syntax (RFC 5280 4.2.1.13 and 4.2.1.15). */

const nameTag = contextConstructed(0);
const reasonsTag = contextPrimitive(1);
const issuerTag = contextConstructed(2);
const fullNameTag = contextConstructed(0);
const relativeNameTag = contextConstructed(1);

/** Bit 0 is `unused`, which RFC 5280 defines and which names no reason. */
const reasonFlags: readonly (ReasonFlag | undefined)[] = [
  undefined,
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];

/** Bits 0 to 8 of 16. */
const knownReasons = 0xff80;

export function checkDistributionPoints(reader: ProfileReader): void {
  const outer = reader.enterList(tag.sequence);
  while (!reader.isDone) {
    const point = reader.enter(tag.sequence);
    checkDistributionPoint(reader);
    reader.leave(point);
  }
  reader.leave(outer);
}

function checkDistributionPoint(reader: ProfileReader): void {
  const hasName = reader.peek() === nameTag;
  let isRelative = false;
  if (hasName) {
    const outer = reader.enter(nameTag);
    isRelative = checkDistributionPointName(reader);
    reader.leave(outer);
  }
  if (reader.peek() === reasonsTag) checkReasonFlags(reader, reasonsTag);
  const hasIssuer = reader.peek() === issuerTag;
  const issuerStart = reader.offset;
  if (hasIssuer) checkGeneralNames(reader, issuerTag);
  if (!hasName && !hasIssuer) throw new MalformedError('distribution_point_empty');
  // A relative name completes the one name of the CRL issuer: with several, it would name several CRLs.
  if (isRelative && hasIssuer && countOf(reader, issuerStart) > 1) {
    throw new MalformedError('distribution_point_relative');
  }
}

function countOf(reader: ProfileReader, start: number): number {
  const { end } = reader;
  reader.offset = start;
  const outer = reader.enter(issuerTag);
  let count = 0;
  for (; !reader.isDone; count++) reader.skip();
  reader.leave(outer);
  reader.end = end;
  return count;
}

/** Consumes a `DistributionPointName`. Returns whether it is relative to the CRL issuer. */
export function checkDistributionPointName(reader: ProfileReader): boolean {
  if (reader.peek() !== relativeNameTag) {
    checkGeneralNames(reader, fullNameTag, locationSyntax);
    return false;
  }
  const outer = reader.enterNonEmpty(relativeNameTag);
  checkRdnContent(reader);
  reader.leave(outer);
  return true;
}

/**
 * Consumes `ReasonFlags`. They may name no reason at all: by `unused` alone, or by no bit, which no sentence forbids. Such a point or list
 * tells of nothing, and RFC 5280 6.3.3 (d) and (l) see to it that it never counts for a reason.
 */
export function checkReasonFlags(reader: DerReader, identifier: number): void {
  const flags = reader.readNamedBits(identifier);
  if ((flags & ~knownReasons) !== 0) throw new MalformedError('distribution_point_reasons');
}

export function decodeDistributionPoints(reader: DerReader): readonly DistributionPoint[] {
  const outer = reader.enter(tag.sequence);
  const points: DistributionPoint[] = [];
  while (!reader.isDone) {
    const point = reader.enter(tag.sequence);
    let distributionPoint: DistributionPointName | undefined;
    if (reader.peek() === nameTag) {
      const name = reader.enter(nameTag);
      distributionPoint = decodeDistributionPointName(reader);
      reader.leave(name);
    }
    const reasons = reader.peek() === reasonsTag ? decodeReasonFlags(reader, reasonsTag) : undefined;
    const cRLIssuer = reader.peek() === issuerTag ? decodeGeneralNames(reader, issuerTag) : undefined;
    reader.leave(point);
    points.push(Object.freeze({ distributionPoint, reasons, cRLIssuer }));
  }
  reader.leave(outer);
  return Object.freeze(points);
}

/** Decodes a `DistributionPointName` that was checked. */
export function decodeDistributionPointName(reader: DerReader): DistributionPointName {
  if (reader.peek() === fullNameTag) {
    return Object.freeze({ kind: 'fullName', names: decodeGeneralNames(reader, fullNameTag, locationSyntax) });
  }
  const outer = reader.enter(relativeNameTag);
  const rdn = decodeRdnContent(reader);
  reader.leave(outer);
  return Object.freeze({ kind: 'nameRelativeToCRLIssuer', rdn, canonicalRdn: canonicalRdn(rdn) });
}

/** Decodes `ReasonFlags` that were checked. */
export function decodeReasonFlags(reader: DerReader, identifier: number): ReadonlySet<ReasonFlag> {
  const flags = namedBitsAt(reader.bytes, reader.readBitString(identifier), reader.offset);
  const names = new Set<ReasonFlag>();
  reasonFlags.forEach((name, index) => {
    if (name !== undefined && (flags & (0x8000 >> index)) !== 0) names.add(name);
  });
  return names;
}

/** `ReasonFlags` in DER. Whoever names no reason has them empty, whether or not `unused` was set. */
export function encodeReasonFlags(reasons: ReadonlySet<ReasonFlag>, identifier: number): Uint8Array {
  const flags = reasonFlags.reduce(
    (bits, name, index) => (name !== undefined && reasons.has(name) ? bits | (0x8000 >> index) : bits),
    0,
  );
  if (flags === 0) return derElement(identifier, Uint8Array.of(0));
  const unused = (31 - Math.clz32(flags & -flags)) % 8;
  return derElement(identifier, Uint8Array.of(unused, flags >> 8, ...((flags & 0xff) === 0 ? [] : [flags & 0xff])));
}
