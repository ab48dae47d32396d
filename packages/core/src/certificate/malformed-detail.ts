import { Buffer } from 'node:buffer';
import { contextConstructed } from '../encoding/der.ts';
import { DerError } from '../encoding/der-rules.ts';
import type { Reason, ReasonDetails } from '../reasons.ts';
import { type Deviation, deviations } from './deviations.ts';
import { knownCauses } from './known-causes.ts';
import { readLayout } from './layout.ts';
import { elementAt, elementsIn, type LenientElement } from './lenient-element.ts';
import { type FormRule, MalformedError, malformedRules } from './malformed.ts';
import { checkName, nameAt } from './name-der.ts';
import { placeIn } from './place.ts';
import { ProfileReader } from './profile-reader.ts';
import { type Sighting, TracingReader } from './tracing-reader.ts';

/**
 * What the log says of a certificate that was refused for its form: the rule in words, where it is broken, the octets there,
 * and whose certificate it is as far as that can be read. All of it is found out once more from the octets, after the
 * refusal: reading a certificate keeps nothing of it.
 */

type MalformedDetail = ReasonDetails['certificate_malformed'];

/** Of octets that `readLayout` refuses for this rule. */
export function malformedDetail(der: Uint8Array, index: number, rule: FormRule): MalformedDetail {
  const { section, explanation } = malformedRules[rule];
  const isOfFile = rule === 'der_truncated' || rule === 'der_trailing_data';
  const remedy = isOfFile && isWhole(der) ? undefined : knownCauses[rule];
  const detail = detailOf(der, { index, rule, explanation: `${section}: ${explanation}` }, lastOf(der, rule));
  return remedy === undefined ? detail : { ...detail, remedy };
}

/** Octets that end where their outermost element ends: what is too much or too little inside was not done to a file. */
function isWhole(der: Uint8Array): boolean {
  return elementAt(der, 0, Number.POSITIVE_INFINITY).end === der.length;
}

/** Of a certificate that the profile refuses for this deviation. */
export function deviatingDetail(der: Uint8Array, index: number, rule: Deviation): MalformedDetail {
  const { section, sentence } = deviations[rule];
  const detail = { index, rule, explanation: `${section}: ${sentence}` };
  const place = wholePlaces[rule];
  if (place !== undefined) return { ...detail, ...holderOf(der), place };
  const tracer = new TracingReader(der);
  brokenRule(der, tracer);
  return detailOf(der, detail, tracer.sightingOf(rule));
}

/** The same in one sentence, for whoever gave the certificate as an option: `der_boolean (X.690 11.1: A BOOLEAN ...) at ...`. */
export function malformedText({ code, detail }: Reason): string {
  if (code !== 'certificate_malformed') return code;
  const { explanation, octets, offset, place, remedy, rule, subject } = detail;
  const where = place === undefined ? '' : `; place: ${place}`;
  const what = octets === undefined ? '' : `, offset ${offset}: ${octets}`;
  const whose = subject === undefined ? '' : `; subject: ${subject}`;
  return `${rule} (${explanation})${where}${what}${whose}${remedy === undefined ? '' : `. ${remedy}`}`;
}

/** The rule that reading breaks off with, if any. */
function brokenRule(der: Uint8Array, tracer: TracingReader): string | undefined {
  try {
    readLayout(der, tracer);
    return undefined;
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError) return error.rule;
    throw error;
  }
}

function lastOf(der: Uint8Array, rule: FormRule): Sighting | undefined {
  const tracer = new TracingReader(der);
  if (brokenRule(der, tracer) !== rule) return undefined;
  // What follows where an element should have ended was not looked at.
  return rule === 'der_trailing_data' ? { at: tracer.offset, isBehind: false } : tracer.last;
}

/** More of one element does not help. */
const longestOctets = 32;

function detailOf(
  der: Uint8Array,
  detail: Pick<MalformedDetail, 'index' | 'rule' | 'explanation'>,
  seen: Sighting | undefined,
): MalformedDetail {
  if (seen === undefined || der.length === 0) return { ...detail, ...holderOf(der) };
  return { ...detail, ...holderOf(der), ...placeOf(der, seen) };
}

/** Where something was seen, in words and in octets. */
export function placeOf(
  der: Uint8Array,
  { at, isBehind }: Sighting,
  kind?: 'certificate' | 'list',
): { readonly place: string; readonly offset: number; readonly octets: string } {
  const { element, text } = placeIn(der, at, kind);
  const { start, end } = element;
  // What holds nothing at all lacks something inside.
  const isEmpty = isBehind && element.contentStart === end && (element.identifier & 0x20) !== 0;
  const place = isBehind ? `${isEmpty ? 'inside' : 'behind'} ${text}` : text;
  return { place, offset: start, octets: hexOf(der, start, end) };
}

function hexOf(der: Uint8Array, start: number, end: number): string {
  const hex = Buffer.from(der.subarray(start, Math.min(end, start + longestOctets))).toString('hex');
  return end - start > longestOctets ? `${hex}… (${end - start} octets)` : hex;
}

/** Whose certificate it is, and whose word that is, where the names can be read. */
function holderOf(der: Uint8Array): Pick<MalformedDetail, 'subject' | 'issuer'> {
  const [tbs] = elementsIn(der, elementAt(der, 0, der.length));
  if (tbs === undefined) return {};
  const [first, ...others] = elementsIn(der, tbs);
  // 4.1: serialNumber, signature, issuer, validity, subject, behind a version that need not be there.
  const fields = first?.identifier === contextConstructed(0) ? others : [first, ...others];
  const issuer = nameText(der, fields[2]);
  const subject = nameText(der, fields[4]);
  return { ...(subject !== undefined && { subject }), ...(issuer !== undefined && { issuer }) };
}

/** A name that is none is not shown: its octets may be. */
function nameText(der: Uint8Array, element: LenientElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  try {
    const reader = new ProfileReader(der, element.start, element.end);
    checkName(reader);
    return nameAt(der, element.start, element.end).toString();
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** Where to look for what shows only once the whole certificate, or extension, is read. */
const wholePlaces: { readonly [Name in Deviation]?: string } = {
  issuer_empty: 'issuer',
  ca_subject_empty: 'subject',
  subject_missing: 'subject',
  subject_alt_name_not_critical: 'SAN critical',
  authority_key_identifier_missing: 'extensions',
  subject_key_identifier_missing: 'extensions',
  key_cert_sign_without_ca: 'extension keyUsage',
  name_constraints_without_ca: 'extension nameConstraints',
  basic_constraints_not_critical: 'extension basicConstraints critical',
  name_constraints_not_critical: 'extension nameConstraints critical',
  policy_constraints_not_critical: 'extension policyConstraints critical',
  inhibit_any_policy_not_critical: 'extension inhibitAnyPolicy critical',
  authority_key_identifier_critical: 'extension authorityKeyIdentifier critical',
  subject_key_identifier_critical: 'extension subjectKeyIdentifier critical',
  freshest_crl_critical: 'extension freshestCRL critical',
  authority_info_access_critical: 'extension authorityInfoAccess critical',
  subject_info_access_critical: 'extension subjectInfoAccess critical',
  subject_directory_attributes_critical: 'extension subjectDirectoryAttributes critical',
  path_length_without_key_cert_sign: 'extension basicConstraints pathLenConstraint',
};
