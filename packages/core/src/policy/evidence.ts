import type { Certificate, GeneralName, Name } from '../certificate/model.ts';
import type { CheckedPath, RevocationStatus } from '../revocation/checked-path.ts';
import { attributeTypes, soleValue } from './attribute.ts';
import type { RuleSubject } from './rule.ts';
import { spiffeIdOf } from './spiffe-id.ts';

/** Names that a proxy asserts without showing the certificate they come from. */
export interface AssertedName {
  readonly subject: Name;
  /** Empty when the proxy gives the subject alone. */
  readonly issuer: Name;
  /** Upper-case hex as `Certificate.serialNumber`. */
  readonly serialNumber: string | undefined;
}

/** All that is known of a client but for what one request adds: worked out once for each checked path. */
export interface Evidence extends RuleSubject {
  /** The SPIFFE ID, else the only CN, else the thumbprint, or for a bare name the subject. */
  readonly id: string;
  readonly commonName: string | undefined;
  readonly organizationalUnits: readonly string[];
  readonly emails: readonly string[];
  readonly sans: readonly GeneralName[];
  readonly serialNumber: string | undefined;
  readonly verifiedBy: 'peercert' | 'node' | 'proxy';
  readonly revocation: RevocationStatus;
  /** The leaf first, the trust anchor last when it is known. */
  readonly certificates: readonly Certificate[];
}

const known = new WeakMap<CheckedPath, Evidence>();

/** What a checked path says of the client. */
export function evidenceOf(checked: CheckedPath): Evidence {
  const before = known.get(checked);
  if (before !== undefined) return before;
  const { path, revocation } = checked;
  const [leaf] = path.certificates;
  if (leaf === undefined) throw new Error('A verified path without a leaf');
  const commonName = soleValue(leaf.subject, attributeTypes.commonName);
  const evidence: Evidence = Object.freeze({
    id: spiffeIdOf(leaf) ?? plainId(commonName) ?? leaf.thumbprint,
    subject: leaf.subject,
    issuer: leaf.issuer,
    commonName,
    organizationalUnits: valuesOf(leaf.subject, attributeTypes.organizationalUnit),
    emails: emailsOf(leaf),
    sans: leaf.subjectAltName,
    serialNumber: leaf.serialNumber,
    verifiedBy: path.verifiedBy,
    revocation,
    certificate: leaf,
    path,
    certificates: Object.freeze(
      path.anchor === undefined || isSame(path.certificates.at(-1) ?? leaf, path.anchor.certificate)
        ? [...path.certificates]
        : [...path.certificates, path.anchor.certificate],
    ),
  });
  known.set(checked, evidence);
  return evidence;
}

/** What a proxy's bare word says of the client. */
export function evidenceOfName({ subject, issuer, serialNumber }: AssertedName): Evidence {
  const commonName = soleValue(subject, attributeTypes.commonName);
  return Object.freeze({
    id: plainId(commonName) ?? subject.toString(),
    subject,
    issuer,
    commonName,
    organizationalUnits: valuesOf(subject, attributeTypes.organizationalUnit),
    emails: valuesOf(subject, attributeTypes.emailAddress),
    sans: Object.freeze([]),
    serialNumber,
    verifiedBy: 'proxy',
    revocation: Object.freeze({ mode: 'off' }),
    certificate: null,
    path: null,
    certificates: Object.freeze([]),
  });
}

/** A CN that looks like a SPIFFE ID is none: an authority held to its URIs is not held to CNs. */
function plainId(commonName: string | undefined): string | undefined {
  return commonName === undefined || commonName === '' || /^spiffe:/i.test(commonName) ? undefined : commonName;
}

/**
 * The e-mail addresses of the subject alternative name. Those of the subject itself count only where there is no such
 * extension, because only there do name constraints reach them (RFC 5280 4.2.1.10).
 */
function emailsOf(leaf: Certificate): readonly string[] {
  if (leaf.subjectAltName.length === 0) return valuesOf(leaf.subject, attributeTypes.emailAddress);
  return Object.freeze(leaf.subjectAltName.flatMap((name) => (name.kind === 'rfc822Name' ? [name.value] : [])));
}

function isSame(one: Certificate, other: Certificate): boolean {
  return Buffer.compare(one.der, other.der) === 0;
}

function valuesOf(name: Name, type: string): readonly string[] {
  return Object.freeze([...name.valuesOf(type)]);
}
