import { checkDistributionPoints, decodeDistributionPoints } from '../../certificate/extensions/distribution-points.ts';
import { type ParsedExtension, readExtensions } from '../../certificate/extensions/extension.ts';
import { checkInformationAccess } from '../../certificate/extensions/information-access.ts';
import {
  checkAuthorityKeyIdentifier,
  decodeAuthorityKeyIdentifier,
} from '../../certificate/extensions/key-identifiers.ts';
import { extensionOid } from '../../certificate/extensions/standard.ts';
import { checkGeneralNames } from '../../certificate/general-name.ts';
import type { AuthorityKeyIdentifier, DistributionPoint } from '../../certificate/model.ts';
import type { ProfileReader } from '../../certificate/profile-reader.ts';
import { tag } from '../../encoding/der.ts';
import type { CrlDeviation } from './deviations.ts';
import { type IssuingDistributionPoint, readIssuingDistributionPoint } from './issuing-distribution-point.ts';
import { CrlError } from './rules.ts';

/** What the extensions of a list say (RFC 5280 5.2). */
export class CrlExtensions {
  authorityKeyIdentifier: AuthorityKeyIdentifier | undefined = undefined;
  crlNumber: bigint | undefined = undefined;
  /** BaseCRLNumber: present in a delta CRL, and only there. */
  baseCrlNumber: bigint | undefined = undefined;
  issuingDistributionPoint: IssuingDistributionPoint | undefined = undefined;
  /** Of that extension, empty without one: two lists have the same scope when these octets are the same. */
  scopeDer: Uint8Array = new Uint8Array();
  freshestCrl: readonly DistributionPoint[] | undefined = undefined;
  readonly deviations: CrlDeviation[] = [];
}

type Read = (reader: ProfileReader, extension: ParsedExtension, facts: CrlExtensions) => void;

const standardExtensions: ReadonlyMap<string, Read> = new Map<string, Read>([
  [
    extensionOid.authorityKeyIdentifier,
    (reader, extension, facts) => {
      checkAuthorityKeyIdentifier(reader);
      facts.authorityKeyIdentifier = decodeAuthorityKeyIdentifier(extension.open());
      if (facts.authorityKeyIdentifier.authorityCertSerialNumber?.startsWith('-') === true) {
        facts.deviations.push('crl_authority_serial_negative');
      }
    },
  ],
  [extensionOid.issuerAltName, (reader) => checkGeneralNames(reader)],
  [
    '2.5.29.20', // cRLNumber, 5.2.3: "a non-critical CRL extension"
    (reader, { critical }, facts) => {
      facts.crlNumber = readCrlNumber(reader);
      if (critical) throw new CrlError('crl_number_critical');
    },
  ],
  [
    '2.5.29.27', // deltaCRLIndicator, 5.2.4
    (reader, { critical }, facts) => {
      facts.baseCrlNumber = readCrlNumber(reader);
      if (!critical) facts.deviations.push('crl_delta_indicator_not_critical');
    },
  ],
  [
    '2.5.29.28', // issuingDistributionPoint, 5.2.5
    (reader, extension, facts) => {
      facts.issuingDistributionPoint = readIssuingDistributionPoint(reader);
      facts.scopeDer = facts.issuingDistributionPoint.der;
      if (!extension.critical) facts.deviations.push('crl_scope_not_critical');
    },
  ],
  [
    extensionOid.freshestCRL,
    (reader, extension, facts) => {
      checkDistributionPoints(reader);
      facts.freshestCrl = decodeDistributionPoints(extension.open());
      if (extension.critical) facts.deviations.push('crl_freshest_critical');
    },
  ],
  [extensionOid.authorityInfoAccess, (reader) => checkInformationAccess(reader)],
]);

/** Consumes `crlExtensions`. */
export function readCrlExtensions(reader: ProfileReader): CrlExtensions {
  const facts = new CrlExtensions();
  readExtensions(reader, (inside, extension) => {
    const read = standardExtensions.get(extension.oid);
    if (read !== undefined) return read(inside, extension, facts);
    // 5.2: "If a CRL contains a critical extension that the application cannot process, then the application MUST NOT use
    // that CRL to determine the status of certificates. However, applications may ignore unrecognized non-critical
    // extensions."
    if (extension.critical) throw new CrlError('crl_critical_extension');
    inside.offset = inside.end;
  });
  if (facts.baseCrlNumber !== undefined) {
    if (facts.crlNumber === undefined) throw new CrlError('crl_delta_without_number');
    if (facts.freshestCrl !== undefined) facts.deviations.push('crl_freshest_in_delta');
  }
  return facts;
}

/** 5.2.3: "CRL verifiers MUST be able to handle CRLNumber values up to 20 octets." */
function readCrlNumber(reader: ProfileReader): bigint {
  const start = reader.readUnsigned(tag.integer);
  const octets = reader.bytes.subarray(start, reader.offset);
  if (octets.length > 20) throw new CrlError('crl_number_too_long');
  return BigInt(`0x${Buffer.from(octets).toString('hex')}`);
}
