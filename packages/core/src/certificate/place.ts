import { Buffer, isUtf8 } from 'node:buffer';
import { contextConstructed, contextPrimitive, tag } from '../encoding/der.ts';
import { isTextTag } from '../encoding/der-string.ts';
import { objectIdentifierText } from '../encoding/object-identifier.ts';
import { logText } from '../log-text.ts';
import { attributeTypeByOid } from './attribute-types.ts';
import { extensionOid } from './extensions/standard.ts';
import { generalNameTag } from './general-name.ts';
import { childAt, elementAt, elementsIn, type LenientElement } from './lenient-element.ts';

/** Names the place of an element in a certificate or list, for a log: `subject CN "alice"`, `SAN[0] dNSName "a.example."`. */

/** What an element is called inside another one. */
type Scheme = (child: LenientElement, index: number, bytes: Uint8Array) => Step;

interface Step {
  /** Empty where the element has no name of its own; `[0]` stands right behind the name of what holds it. */
  readonly label: string;
  /** Of what is inside; absent where nothing inside has a name. */
  readonly inside?: Scheme | undefined;
  /** The label says enough without those of what holds the element. */
  readonly isEnough?: true;
}

export interface Place {
  readonly text: string;
  readonly element: LenientElement;
}

/** The place of the element that begins at this offset of a certificate, or of a revocation list. */
export function placeIn(bytes: Uint8Array, at: number, kind: 'certificate' | 'list' = 'certificate'): Place {
  let container = elementAt(bytes, 0, bytes.length);
  if (at > 0 && at >= container.end) {
    return { text: `behind the ${kind}`, element: elementAt(bytes, at, bytes.length) };
  }
  let text = '';
  let scheme: Scheme | undefined = kind === 'list' ? certificateList : certificate;
  while (scheme !== undefined) {
    const found = childAt(bytes, container, at);
    if (found === undefined) break;
    const { inside, isEnough, label }: Step = scheme(found.child, found.index, bytes);
    if (isEnough) text = '';
    text += label === '' || label.startsWith('[') || text === '' ? label : ` ${label}`;
    container = found.child;
    scheme = inside;
  }
  return { text: text === '' ? `the ${kind}` : text, element: elementAt(bytes, at, container.end) };
}

/** The only element inside, or all of them, without a name. */
const unnamed =
  (inside: Scheme): Scheme =>
  () => ({ label: '', inside });

/** By their order. */
const ordered =
  (...steps: readonly Step[]): Scheme =>
  (_child, index) =>
    steps[index] ?? { label: `[${index}]` };

/** By their tags. */
const tagged =
  (steps: Readonly<Record<number, Step>>): Scheme =>
  ({ identifier }) =>
    steps[identifier] ?? { label: '' };

/** Several of a kind. */
const each =
  (item: Scheme): Scheme =>
  (child, index, bytes) => {
    const { inside, label } = item(child, index, bytes);
    return { label: `[${index}]${label === '' ? '' : ` ${label}`}`, inside };
  };

/** `AttributeTypeAndValue` (RFC 5280 4.1.2.4): by its type, with its text. */
const attribute: Scheme = (child, _index, bytes) => {
  const [type, value] = elementsIn(bytes, child);
  const oid = oidText(bytes, type);
  const label = oid === undefined ? 'attribute' : (attributeTypeByOid.get(oid)?.keyword ?? oid);
  return { label: `${label}${quoted(bytes, value)}` };
};

/** `RDNSequence`. */
const name: Scheme = unnamed(attribute);

const kinds: ReadonlyMap<number, string> = new Map(
  Object.entries(generalNameTag).map(([kind, identifier]) => [identifier, kind]),
);

/** `GeneralName` (4.2.1.6). */
const generalName: Scheme = (child, _index, bytes) => {
  const kind = kinds.get(child.identifier) ?? 'name';
  switch (child.identifier) {
    case generalNameTag.rfc822Name:
    case generalNameTag.dNSName:
    case generalNameTag.uniformResourceIdentifier:
      return { label: `${kind}${quoted(bytes, child)}` };
    case generalNameTag.otherName: {
      const [type] = elementsIn(bytes, child);
      return { label: `${kind} ${oidText(bytes, type) ?? ''}`.trimEnd() };
    }
    case generalNameTag.directoryName:
      return { label: kind, inside: unnamed(name) };
    default:
      return { label: kind };
  }
};

const generalNames: Scheme = each(generalName);

/** `GeneralSubtrees` (4.2.1.10). */
const subtrees: Scheme = each(
  unnamed((child, index, bytes) => (index === 0 ? generalName(child, index, bytes) : { label: 'distance' })),
);

/** `DistributionPoint` (4.2.1.13). */
const distributionPoint: Scheme = tagged({
  [contextConstructed(0)]: {
    label: '',
    inside: tagged({
      [contextConstructed(0)]: { label: 'fullName', inside: generalNames },
      [contextConstructed(1)]: { label: 'nameRelativeToCRLIssuer', inside: attribute },
    }),
  },
  [contextPrimitive(1)]: { label: 'reasons' },
  [contextConstructed(2)]: { label: 'cRLIssuer', inside: generalNames },
});

/** What is inside the outermost element of a value. */
const valueSchemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  [extensionOid.subjectAltName, generalNames],
  [extensionOid.issuerAltName, generalNames],
  [
    extensionOid.basicConstraints,
    tagged({ [tag.boolean]: { label: 'cA' }, [tag.integer]: { label: 'pathLenConstraint' } }),
  ],
  [
    extensionOid.nameConstraints,
    tagged({
      [contextConstructed(0)]: { label: 'permitted', inside: subtrees },
      [contextConstructed(1)]: { label: 'excluded', inside: subtrees },
    }),
  ],
  [
    extensionOid.authorityKeyIdentifier,
    tagged({
      [contextPrimitive(0)]: { label: 'keyIdentifier' },
      [contextConstructed(1)]: { label: 'authorityCertIssuer', inside: generalNames },
      [contextPrimitive(2)]: { label: 'authorityCertSerialNumber' },
    }),
  ],
  [extensionOid.cRLDistributionPoints, each(unnamed(distributionPoint))],
  [extensionOid.freshestCRL, each(unnamed(distributionPoint))],
  ...[extensionOid.authorityInfoAccess, extensionOid.subjectInfoAccess].map((oid): [string, Scheme] => [
    oid,
    each(
      unnamed((child, index, bytes) => (index === 0 ? { label: 'accessMethod' } : generalName(child, index, bytes))),
    ),
  ]),
  [
    extensionOid.certificatePolicies,
    each(unnamed(ordered({ label: 'policyIdentifier' }, { label: 'policyQualifiers' }))),
  ],
]);

const extensionNames: ReadonlyMap<string, string> = new Map([
  ...Object.entries(extensionOid).map(([label, oid]): [string, string] => [oid, `extension ${label}`]),
  [extensionOid.subjectAltName, 'SAN'],
  [extensionOid.issuerAltName, 'IAN'],
  // Those of lists and their entries (RFC 5280 5.2 and 5.3).
  ['2.5.29.20', 'extension cRLNumber'],
  ['2.5.29.21', 'extension reasonCode'],
  ['2.5.29.24', 'extension invalidityDate'],
  ['2.5.29.27', 'extension deltaCRLIndicator'],
  ['2.5.29.28', 'extension issuingDistributionPoint'],
  ['2.5.29.29', 'extension certificateIssuer'],
]);

/** `Extension` (4.1): its value lies inside an OCTET STRING. */
const extension: Scheme = (child, index, bytes) => {
  const [type] = elementsIn(bytes, child);
  const oid = oidText(bytes, type);
  const scheme = valueSchemes.get(oid ?? '');
  return {
    label: oid === undefined ? `extension [${index}]` : (extensionNames.get(oid) ?? `extension ${oid}`),
    isEnough: true,
    inside: tagged({
      [tag.boolean]: { label: 'critical' },
      [tag.octetString]: { label: '', inside: scheme && unnamed(scheme) },
    }),
  };
};

/** By their order, of which only the first may be absent. */
const tbsFields: readonly Step[] = [
  { label: 'version' },
  { label: 'serialNumber' },
  { label: 'tbsCertificate.signature' },
  { label: 'issuer', inside: name },
  { label: 'validity', inside: ordered({ label: 'notBefore', isEnough: true }, { label: 'notAfter', isEnough: true }) },
  { label: 'subject', inside: name },
  { label: 'subjectPublicKeyInfo', inside: ordered({ label: 'algorithm' }, { label: 'subjectPublicKey' }) },
];

const lastFields: Scheme = tagged({
  [contextPrimitive(1)]: { label: 'issuerUniqueID' },
  [contextPrimitive(2)]: { label: 'subjectUniqueID' },
  [contextConstructed(3)]: { label: 'extensions', inside: unnamed(extension) },
});

/** `TBSCertificate` (4.1). */
const tbsCertificate =
  (hasVersion: boolean): Scheme =>
  (child, index, bytes) =>
    tbsFields[hasVersion ? index : index + 1] ?? lastFields(child, index, bytes);

const certificate: Scheme = (child, index, bytes) =>
  index === 0
    ? { label: '', inside: tbsCertificate(bytes[child.contentStart] === contextConstructed(0)) }
    : ordered({ label: '' }, { label: 'signatureAlgorithm' }, { label: 'signatureValue' })(child, index, bytes);

/** An entry of a list: what is in it is told with its number. */
const revokedCertificate: Scheme = ordered(
  { label: 'userCertificate' },
  { label: 'revocationDate' },
  { label: 'crlEntryExtensions' },
);

/** `TBSCertList` (5.1): the version, nextUpdate and the entries may be absent. */
const tbsCertList =
  (hasVersion: boolean): Scheme =>
  ({ identifier }, index) => {
    const step = [
      { label: 'version' },
      { label: 'tbsCertList.signature' },
      { label: 'issuer', inside: name },
      { label: 'thisUpdate' },
    ][hasVersion ? index : index + 1];
    if (step !== undefined) return step;
    if (identifier === tag.sequence) return { label: 'revokedCertificates', inside: each(unnamed(revokedCertificate)) };
    return identifier === contextConstructed(0)
      ? { label: 'crlExtensions', inside: unnamed(extension) }
      : { label: 'nextUpdate' };
  };

/** `CertificateList` (5.1). */
const certificateList: Scheme = (child, index, bytes) =>
  index === 0
    ? { label: '', inside: tbsCertList(bytes[child.contentStart] === tag.integer) }
    : certificate(child, index, bytes);

function oidText(bytes: Uint8Array, element: LenientElement | undefined): string | undefined {
  if (element?.identifier !== tag.objectIdentifier) return undefined;
  const { contentStart, end } = element;
  const isWhole = end > contentStart && end - contentStart <= longestOid && (bytes[end - 1] as number) < 0x80;
  return isWhole ? objectIdentifierText(bytes, contentStart, end) : undefined;
}

/** Longer than any that is registered. */
const longestOid = 64;

const longestText = 100;

/** The text of a string in quotes, behind a space; of what is no string, nothing. */
function quoted(bytes: Uint8Array, element: LenientElement | undefined): string {
  const text = element === undefined ? undefined : textOf(bytes, element);
  if (text === undefined) return '';
  const start = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  // The quotes first: what is in the text cannot end them.
  return ` ${logText(JSON.stringify(start))}`;
}

function textOf(bytes: Uint8Array, { contentStart, end, identifier }: LenientElement): string | undefined {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset + contentStart, end - contentStart);
  // What is beyond is not shown: no character has more than four octets.
  const start = octets.subarray(0, 4 * (longestText + 1));
  if (identifier === tag.bmpString)
    return Buffer.from(start.subarray(0, start.length & ~1))
      .swap16()
      .toString('utf16le');
  // Those of a GeneralName have tags of its own. Of UniversalString nothing is shown: nobody writes it.
  if (identifier < 0x80 && (identifier === tag.universalString || !isTextTag(identifier))) return undefined;
  return start.toString(isUtf8(octets) ? 'utf8' : 'latin1');
}
