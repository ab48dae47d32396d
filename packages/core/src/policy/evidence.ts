import type { AssertedName } from '../certificate/asserted-name.ts';
import type { Certificate, GeneralName, Name } from '../certificate/model.ts';
import type { VerifiedPath } from '../path/verified-path.ts';
import type { CheckedPath, RevocationStatus } from '../revocation/checked-path.ts';
import { attributeTypes, soleValue } from './attribute.ts';
import type { RuleSubject } from './rule.ts';
import { spiffeIdOf } from './spiffe-id.ts';

/**
 * All that is known of a client but for what one request adds. Names are decoded when somebody asks for them: a client
 * that is seen for the first time costs no more than the rules look at.
 */
export interface Evidence extends RuleSubject {
  /** The SPIFFE ID, else the only CN, else the thumbprint, or for a bare name the subject. */
  readonly id: string;
  readonly commonName: string | undefined;
  readonly organizationalUnits: readonly string[];
  readonly emails: readonly string[];
  readonly sans: readonly GeneralName[];
  readonly serialNumber: string | undefined;
  readonly verifiedBy: 'peercert' | 'proxy';
  readonly revocation: RevocationStatus;
  /** The leaf first, the trust anchor last when it is known. */
  readonly certificates: readonly Certificate[];
}

const evidenceKey: unique symbol = Symbol('evidence');

/**
 * What a checked path says of the client: the same object for every request on that path. It is kept on the path itself,
 * because a table beside it would keep every client who came once until the next full garbage collection.
 */
export function evidenceOf(checked: CheckedPath & { [evidenceKey]?: Evidence }): Evidence {
  checked[evidenceKey] ??= new PathEvidence(checked);
  return checked[evidenceKey];
}

class PathEvidence implements Evidence {
  readonly certificate: Certificate;
  readonly path: VerifiedPath;
  readonly revocation: RevocationStatus;
  #id: string | undefined;
  #organizationalUnits: readonly string[] | undefined;
  #emails: readonly string[] | undefined;
  #certificates: readonly Certificate[] | undefined;

  constructor({ path, revocation }: CheckedPath) {
    const [leaf] = path.certificates;
    if (leaf === undefined) throw new Error('A verified path without a leaf');
    this.certificate = leaf;
    this.path = path;
    this.revocation = revocation;
    Object.freeze(this);
  }

  get id(): string {
    this.#id ??= spiffeIdOf(this.certificate) ?? plainId(this.commonName) ?? this.certificate.thumbprint;
    return this.#id;
  }

  get subject(): Name {
    return this.certificate.subject;
  }

  get issuer(): Name {
    return this.certificate.issuer;
  }

  get commonName(): string | undefined {
    return soleValue(this.subject, attributeTypes.commonName);
  }

  get organizationalUnits(): readonly string[] {
    this.#organizationalUnits ??= valuesOf(this.subject, attributeTypes.organizationalUnit);
    return this.#organizationalUnits;
  }

  get emails(): readonly string[] {
    this.#emails ??= emailsOf(this.certificate);
    return this.#emails;
  }

  get sans(): readonly GeneralName[] {
    return this.certificate.subjectAltName;
  }

  get serialNumber(): string {
    return this.certificate.serialNumber;
  }

  get verifiedBy(): 'peercert' | 'proxy' {
    return this.path.verifiedBy;
  }

  get certificates(): readonly Certificate[] {
    this.#certificates ??= Object.freeze(wholePath(this.path));
    return this.#certificates;
  }
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

/** The anchor last, unless the leaf itself is the anchor. */
function wholePath({ certificates, anchor }: VerifiedPath): Certificate[] {
  const last = certificates.at(-1);
  return anchor === undefined || (last !== undefined && Buffer.compare(last.der, anchor.certificate.der) === 0)
    ? [...certificates]
    : [...certificates, anchor.certificate];
}

function valuesOf(name: Name, type: string): readonly string[] {
  return Object.freeze([...name.valuesOf(type)]);
}
