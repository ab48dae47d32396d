/** Distribution points of certificates and revocation lists (RFC 5280 4.2.1.13, 4.2.1.15, 5.2.5 and 5.2.6). */
import * as der from './der.ts';
import type { ExtensionInput } from './extension.ts';
import { encodeGeneralName, type GeneralNameInput } from './general-name.ts';
import { encodeName, type RdnInput } from './name.ts';

/** A flag of `ReasonFlags`. */
export type ReasonFlag =
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'privilegeWithdrawn'
  | 'aACompromise';

const reasonFlags: readonly ReasonFlag[] = [
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];

/** `fullName`, or one RDN that completes the name of the CRL issuer. */
export type DistributionPointNameInput = readonly GeneralNameInput[] | { readonly nameRelativeToCrlIssuer: RdnInput };

/** Every field as given; an empty object is written as an empty sequence. */
export interface DistributionPointInput {
  readonly distributionPoint?: DistributionPointNameInput;
  readonly reasons?: readonly ReasonFlag[];
  readonly cRLIssuer?: readonly GeneralNameInput[];
}

/** The DER of one `DistributionPoint`. */
export function encodeDistributionPoint(input: DistributionPointInput): der.Der {
  const { distributionPoint, reasons, cRLIssuer } = input;
  return der.sequence(
    ...(distributionPoint === undefined ? [] : [der.constructed(0, encodePointName(distributionPoint))]),
    ...(reasons === undefined ? [] : [encodeReasons(1, reasons)]),
    ...(cRLIssuer === undefined ? [] : [der.constructed(2, ...cRLIssuer.map(encodeGeneralName))]),
  );
}

/** Which certificates and reasons a list speaks of. */
export interface IssuingDistributionPointInput {
  readonly distributionPoint?: DistributionPointNameInput;
  readonly onlyContainsUserCerts?: boolean;
  readonly onlyContainsCACerts?: boolean;
  readonly onlySomeReasons?: readonly ReasonFlag[];
  readonly indirectCRL?: boolean;
  readonly onlyContainsAttributeCerts?: boolean;
}

/** 5.2.5, critical. */
export function issuingDistributionPoint(input: IssuingDistributionPointInput): ExtensionInput {
  const { distributionPoint, onlySomeReasons } = input;
  const flag = (tag: number, isSet = false): der.Der[] => (isSet ? [der.primitive(tag, Uint8Array.of(0xff))] : []);
  const value = der.sequence(
    ...(distributionPoint === undefined ? [] : [der.constructed(0, encodePointName(distributionPoint))]),
    ...flag(1, input.onlyContainsUserCerts),
    ...flag(2, input.onlyContainsCACerts),
    ...(onlySomeReasons === undefined ? [] : [encodeReasons(3, onlySomeReasons)]),
    ...flag(4, input.indirectCRL),
    ...flag(5, input.onlyContainsAttributeCerts),
  );
  return { oid: '2.5.29.28', critical: true, value };
}

function encodePointName(name: DistributionPointNameInput): der.Der {
  if (!('nameRelativeToCrlIssuer' in name)) return der.constructed(0, ...name.map(encodeGeneralName));
  const [rdn] = der.children(encodeName([name.nameRelativeToCrlIssuer]));
  return der.constructed(1, der.contents(rdn ?? der.sequence()));
}

/** Bit 0 is unused. */
function encodeReasons(tag: number, reasons: readonly ReasonFlag[]): der.Der {
  return der.primitive(tag, der.contents(der.namedBits(reasons.map((reason) => reasonFlags.indexOf(reason) + 1))));
}
