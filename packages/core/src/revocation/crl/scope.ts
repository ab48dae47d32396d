import type {
  Certificate,
  DistributionPoint,
  DistributionPointName,
  GeneralName,
  Name,
  ReasonFlag,
} from '../../certificate/model.ts';
import { isComparable } from '../../certificate/name-comparison.ts';
import type { Crl } from './crl.ts';

/** Which certificates and reasons a list speaks of: RFC 5280 6.3.3 (b) and (d). */

/** A set of reasons; all-reasons is the set of every one. Bit by bit in the order of `ReasonFlags` (4.2.1.13). */
export type ReasonsMask = number;

const flags: readonly ReasonFlag[] = [
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];

export const allReasons: ReasonsMask = (1 << flags.length) - 1;

function maskOf(reasons: ReadonlySet<ReasonFlag> | undefined): ReasonsMask {
  if (reasons === undefined) return allReasons;
  return flags.reduce((mask, flag, bit) => (reasons.has(flag) ? mask | (1 << bit) : mask), 0);
}

/** Whether a list tells of holds, by its own scope: what a distribution point is limited to does not change its entries. */
export function coversHold({ issuingDistributionPoint }: Crl): boolean {
  return issuingDistributionPoint?.onlySomeReasons?.has('certificateHold') ?? true;
}

/**
 * (d) "Compute the interim_reasons_mask for this CRL": in all four cases the intersection of what the distribution point
 * and the list are limited to, where an absent limit is all-reasons.
 */
export function interimReasons(crl: Crl, point: DistributionPoint): ReasonsMask {
  return maskOf(crl.issuingDistributionPoint?.onlySomeReasons) & maskOf(point.reasons);
}

/**
 * "assume a DP with both the reasons and the cRLIssuer fields omitted and a distribution point name of the certificate
 * issuer. That is, the sequence of names in fullName is generated from the certificate issuer field as well as the
 * certificate issuerAltName extension."
 */
export function assumedPoint({ issuer, issuerAltName }: Certificate): DistributionPoint {
  const names: readonly GeneralName[] = [{ kind: 'directoryName', name: issuer }, ...issuerAltName];
  return { distributionPoint: { kind: 'fullName', names }, reasons: undefined, cRLIssuer: undefined };
}

/** Who issues the lists of a distribution point: its cRLIssuer, else the issuer of the certificate. */
export function crlIssuersOf({ cRLIssuer }: DistributionPoint, certificate: Certificate): readonly Name[] {
  if (cRLIssuer === undefined) return [certificate.issuer];
  return cRLIssuer.flatMap((name) => (name.kind === 'directoryName' ? [name.name] : []));
}

/** (b) "Verify the issuer and scope of the complete CRL". */
export function isInScope(crl: Crl, point: DistributionPoint, certificate: Certificate): boolean {
  const scope = crl.issuingDistributionPoint;
  // (1) "If the DP includes cRLIssuer, then verify that the issuer field in the complete CRL matches cRLIssuer in the DP
  // and that the complete CRL contains an issuing distribution point extension with the indirectCRL boolean asserted.
  // Otherwise, verify that the CRL issuer matches the certificate issuer."
  if (!crlIssuersOf(point, certificate).some(({ canonical }) => canonical === crl.issuer.canonical)) return false;
  if (point.cRLIssuer !== undefined && scope?.indirectCRL !== true) return false;
  // The entries of an indirect list name their issuers, maybe in another spelling than the certificate: of an issuer that
  // cannot be compared nobody can say that no entry is his.
  if (scope?.indirectCRL === true && !isComparable(certificate.issuer.rdns)) return false;
  if (scope === undefined) return true;
  return (
    matchesPoint(scope.distributionPoint, crl, point, certificate) &&
    matchesKind(scope, certificate) &&
    // (iv) "Verify that the onlyContainsAttributeCerts boolean is not asserted."
    !scope.onlyContainsAttributeCerts
  );
}

/** (2)(ii) and (iii). */
function matchesKind(
  { onlyContainsUserCerts, onlyContainsCACerts }: { onlyContainsUserCerts: boolean; onlyContainsCACerts: boolean },
  { basicConstraints, version }: Certificate,
): boolean {
  // A certificate before version 3 cannot say what it is, so a list of one kind cannot be known to speak of it.
  if ((onlyContainsUserCerts || onlyContainsCACerts) && version !== 3) return false;
  const isAuthority = basicConstraints?.cA === true;
  return isAuthority ? !onlyContainsUserCerts : !onlyContainsCACerts;
}

/**
 * (2)(i) "If the distribution point name is present in the IDP CRL extension and the distribution field is present in the
 * DP, then verify that one of the names in the IDP matches one of the names in the DP. If the distribution point name is
 * present in the IDP CRL extension and the distribution field is omitted from the DP, then verify that one of the names in
 * the IDP matches one of the names in the cRLIssuer field of the DP."
 */
function matchesPoint(
  name: DistributionPointName | undefined,
  crl: Crl,
  point: DistributionPoint,
  certificate: Certificate,
): boolean {
  if (name === undefined) return true;
  const { distributionPoint, cRLIssuer = [] } = point;
  const wanted =
    distributionPoint === undefined
      ? cRLIssuer.map(comparable)
      : namesOf(distributionPoint, crlIssuersOf(point, certificate));
  const offered = new Set(namesOf(name, [crl.issuer]));
  return wanted.some((one) => offered.has(one));
}

/** Comparable texts of every name of a distribution point. A relative name completes the name of the CRL issuer. */
function namesOf(name: DistributionPointName, crlIssuers: readonly Name[]): readonly string[] {
  if (name.kind === 'fullName') return name.names.map(comparable);
  return crlIssuers.map(({ canonicalRdns }) => `directoryName ${[...canonicalRdns, name.canonicalRdn].join(',')}`);
}

/** Two names match (7.1 to 7.4) when these texts are equal. */
function comparable(name: GeneralName): string {
  switch (name.kind) {
    case 'directoryName':
      return `directoryName ${name.name.canonical}`;
    case 'uniformResourceIdentifier':
      return `uniformResourceIdentifier ${comparableUri(name.value)}`;
    case 'dNSName':
      return `dNSName ${name.value.toLowerCase()}`;
    case 'rfc822Name':
      return `rfc822Name ${name.value}`;
    case 'registeredID':
      return `registeredID ${name.oid}`;
    case 'iPAddress':
      return `iPAddress ${hex(name.bytes)}`;
    case 'otherName':
      return `otherName ${name.typeId} ${hex(name.value)}`;
    case 'uncomparable':
      // The very same octets are the same name, whatever it is; any other spelling is another.
      return `uncomparable ${name.of} ${name.of === 'otherName' ? name.typeId : ''} ${hex(name.bytes)}`;
    case 'x400Address':
    case 'ediPartyName':
      return `${name.kind} ${hex(name.value)}`;
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** 7.4: scheme and host in any case, the rest exactly. */
function comparableUri(uri: string): string {
  return uri.replace(/^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#@]*(?=[/?#]|$))?/, (start) => start.toLowerCase());
}
