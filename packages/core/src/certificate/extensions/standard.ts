import { tag } from '../../encoding/der.ts';
import type { Deviation } from '../deviations.ts';
import { checkGeneralNames } from '../general-name.ts';
import type { BasicConstraints, PolicyConstraints } from '../model.ts';
import type { ProfileReader } from '../profile-reader.ts';
import { readBasicConstraints } from './basic-constraints.ts';
import { checkDistributionPoints } from './distribution-points.ts';
import { checkExtendedKeyUsage } from './extended-key-usage.ts';
import type { ParsedExtension } from './extension.ts';
import { checkInformationAccess } from './information-access.ts';
import { checkAuthorityKeyIdentifier } from './key-identifiers.ts';
import { readKeyUsage } from './key-usage.ts';
import { checkNameConstraints } from './name-constraints.ts';
import {
  checkCertificatePolicies,
  checkPolicyMappings,
  readInhibitAnyPolicy,
  readPolicyConstraints,
} from './policies.ts';

/** The standard extensions of certificates (RFC 5280 4.2.1 and 4.2.2). */
export const extensionOid = {
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
} as const;

/** What the walk over the extensions keeps: values that are cheap to keep, and what other fields are held against. */
export class ExtensionFacts {
  basicConstraints: BasicConstraints | undefined = undefined;
  /** As `readKeyUsage` returns it; 0 when the extension is absent. */
  keyUsage = 0;
  policyConstraints: PolicyConstraints | undefined = undefined;
  inhibitAnyPolicy: number | undefined = undefined;
  hasAuthorityKeyIdentifier = false;
  hasSubjectKeyIdentifier = false;
  hasNameConstraints = false;
  isBasicConstraintsCritical = false;
  subjectAltName: 'absent' | 'critical' | 'non-critical' = 'absent';
}

interface StandardExtension {
  /** Consumes the value. */
  readonly check: (reader: ProfileReader, facts: ExtensionFacts, critical: boolean) => void;
  /** What conforming authorities MUST mark it as, and what it is to do otherwise. Most may be either. */
  readonly criticality?: { readonly mustBe: boolean; readonly otherwise: Deviation };
}

const critical = (otherwise: Deviation): { mustBe: boolean; otherwise: Deviation } => ({ mustBe: true, otherwise });
const nonCritical = (otherwise: Deviation): { mustBe: boolean; otherwise: Deviation } => ({ mustBe: false, otherwise });

const standardExtensions: ReadonlyMap<string, StandardExtension> = new Map<string, StandardExtension>([
  [
    extensionOid.authorityKeyIdentifier,
    {
      check: (reader, facts) => {
        facts.hasAuthorityKeyIdentifier = checkAuthorityKeyIdentifier(reader);
      },
      criticality: nonCritical('authority_key_identifier_critical'),
    },
  ],
  [
    extensionOid.subjectKeyIdentifier,
    {
      check: (reader, facts) => {
        reader.readContent(tag.octetString);
        facts.hasSubjectKeyIdentifier = true;
      },
      criticality: nonCritical('subject_key_identifier_critical'),
    },
  ],
  [
    extensionOid.keyUsage,
    {
      check: (reader, facts) => {
        facts.keyUsage = readKeyUsage(reader);
      },
    },
  ],
  [
    extensionOid.subjectAltName,
    {
      check: (reader, facts, isCritical) => {
        const start = reader.offset;
        checkGeneralNames(reader);
        // Without any name it stands for nobody.
        if (reader.offset - start > 2) facts.subjectAltName = isCritical ? 'critical' : 'non-critical';
      },
    },
  ],
  [extensionOid.issuerAltName, { check: (reader) => checkGeneralNames(reader) }],
  [
    extensionOid.subjectDirectoryAttributes,
    {
      check: checkDirectoryAttributes,
      criticality: nonCritical('subject_directory_attributes_critical'),
    },
  ],
  [
    extensionOid.basicConstraints,
    {
      check: (reader, facts, isCritical) => {
        facts.basicConstraints = readBasicConstraints(reader);
        facts.isBasicConstraintsCritical = isCritical;
      },
    },
  ],
  [
    extensionOid.nameConstraints,
    {
      check: (reader, facts) => {
        checkNameConstraints(reader);
        facts.hasNameConstraints = true;
      },
      criticality: critical('name_constraints_not_critical'),
    },
  ],
  [extensionOid.certificatePolicies, { check: checkCertificatePolicies }],
  [extensionOid.policyMappings, { check: checkPolicyMappings }],
  [
    extensionOid.policyConstraints,
    {
      check: (reader, facts) => {
        facts.policyConstraints = readPolicyConstraints(reader);
      },
      criticality: critical('policy_constraints_not_critical'),
    },
  ],
  [
    extensionOid.inhibitAnyPolicy,
    {
      check: (reader, facts) => {
        facts.inhibitAnyPolicy = readInhibitAnyPolicy(reader);
      },
      criticality: critical('inhibit_any_policy_not_critical'),
    },
  ],
  [extensionOid.extendedKeyUsage, { check: checkExtendedKeyUsage }],
  [extensionOid.cRLDistributionPoints, { check: checkDistributionPoints }],
  [extensionOid.freshestCRL, { check: checkDistributionPoints, criticality: nonCritical('freshest_crl_critical') }],
  [
    extensionOid.authorityInfoAccess,
    { check: checkInformationAccess, criticality: nonCritical('authority_info_access_critical') },
  ],
  [
    extensionOid.subjectInfoAccess,
    { check: checkInformationAccess, criticality: nonCritical('subject_info_access_critical') },
  ],
]);

/** Consumes the value of an extension: strictly when its type is standard, as it is when not. */
export function checkExtensionValue(reader: ProfileReader, extension: ParsedExtension, facts: ExtensionFacts): void {
  const standard = standardExtensions.get(extension.oid);
  if (standard === undefined) {
    reader.offset = reader.end;
    return;
  }
  standard.check(reader, facts, extension.critical);
  const { criticality } = standard;
  if (criticality !== undefined && criticality.mustBe !== extension.critical) reader.note(criticality.otherwise);
}

/** RFC 5280 4.2.1.8: a sequence of one or more attributes, each with a set of one or more values. */
function checkDirectoryAttributes(reader: ProfileReader): void {
  const outer = reader.enterList(tag.sequence);
  while (!reader.isDone) {
    const attribute = reader.enter(tag.sequence);
    reader.readObjectIdentifier();
    const values = reader.enterList(tag.set);
    while (!reader.isDone) reader.readAny();
    reader.leave(values);
    reader.leave(attribute);
  }
  reader.leave(outer);
}
