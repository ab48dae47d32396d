import type { Certificate, GeneralName, Name } from '../certificate/model.ts';
import type { RevocationStatus } from '../revocation/checked-path.ts';
import type { Evidence } from './evidence.ts';
import { generalNameText } from './general-name-text.ts';
import type { RuleSubject } from './rule.ts';

/** Who the client is: what `req.mtls.client` holds. Immutable. */
export interface ClientIdentity {
  /** The SPIFFE ID, else the only CN, else the thumbprint; the option `identify` overrides it. */
  readonly id: string;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** The subject's CN if it has exactly one. */
  readonly commonName: string | undefined;
  /** Every OU of the subject, in order. */
  readonly organizationalUnits: readonly string[];
  readonly emails: readonly string[];
  readonly sans: readonly GeneralName[];
  /** Upper-case hex. Means nothing without the issuer. */
  readonly serialNumber: string | undefined;
  /** SHA-256 of the certificate in base64url: `x5t#S256` (RFC 8705). */
  readonly thumbprint: string | undefined;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  readonly roles: ReadonlySet<string>;
  /** The source that presented the certificate: `tls`, `nginx`... */
  readonly source: string;
  readonly verifiedBy: 'peercert' | 'proxy';
  readonly revocation: RevocationStatus;
  /** `null` when a proxy asserted a bare name without a certificate. */
  readonly certificate: Certificate | null;
  /** The leaf first; the trust anchor last when it is known. */
  readonly path: readonly Certificate[];
}

/** A distinguished name that prints as RFC 4514 text. */
export type DistinguishedName = Name;

/** Shared by every copy of this package. */
const evidenceKey: unique symbol = Symbol.for('peercert.evidence');
const chosenId: unique symbol = Symbol('id');
const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * A thin view for one request on the evidence that requests share: it costs one small object, and leaves handlers
 * nothing to change for the next request. As JSON and on the console it shows names, never certificates.
 */
class Identity implements ClientIdentity {
  readonly [evidenceKey]: Evidence;
  readonly [chosenId]: string | undefined;
  readonly source: string;
  readonly roles: ReadonlySet<string>;

  constructor(evidence: Evidence, source: string, roles: ReadonlySet<string>, id: string | undefined) {
    this[evidenceKey] = evidence;
    this[chosenId] = id;
    this.source = source;
    this.roles = roles;
    Object.freeze(this);
  }

  get id(): string {
    return this[chosenId] ?? this[evidenceKey].id;
  }

  get subject(): DistinguishedName {
    return this[evidenceKey].subject;
  }

  get issuer(): DistinguishedName {
    return this[evidenceKey].issuer;
  }

  get commonName(): string | undefined {
    return this[evidenceKey].commonName;
  }

  get organizationalUnits(): readonly string[] {
    return this[evidenceKey].organizationalUnits;
  }

  get emails(): readonly string[] {
    return this[evidenceKey].emails;
  }

  get sans(): readonly GeneralName[] {
    return this[evidenceKey].sans;
  }

  get serialNumber(): string | undefined {
    return this[evidenceKey].serialNumber;
  }

  get thumbprint(): string | undefined {
    return this.certificate?.thumbprint;
  }

  // A Date can be changed by whoever holds it: each reader gets one of his own.
  get notBefore(): Date | undefined {
    return this.certificate === null ? undefined : new Date(this.certificate.notBeforeMs);
  }

  get notAfter(): Date | undefined {
    return this.certificate === null ? undefined : new Date(this.certificate.notAfterMs);
  }

  get verifiedBy(): 'peercert' | 'proxy' {
    return this[evidenceKey].verifiedBy;
  }

  get revocation(): RevocationStatus {
    return this[evidenceKey].revocation;
  }

  get certificate(): Certificate | null {
    return this[evidenceKey].certificate;
  }

  get path(): readonly Certificate[] {
    return this[evidenceKey].certificates;
  }

  toJSON(): object {
    return {
      id: this.id,
      subject: this.subject.toString(),
      issuer: this.issuer.toString(),
      commonName: this.commonName,
      organizationalUnits: this.organizationalUnits,
      emails: this.emails,
      sans: this.sans.map(generalNameText),
      serialNumber: this.serialNumber,
      thumbprint: this.thumbprint,
      notBefore: this.notBefore,
      notAfter: this.notAfter,
      roles: [...this.roles],
      source: this.source,
      verifiedBy: this.verifiedBy,
      revocation: this.revocation,
      path: this.path.map((certificate) => certificate.subject.toString()),
    };
  }

  [inspect](_depth: number, options: object, format: (value: unknown, options: object) => string): string {
    return `ClientIdentity ${format(this.toJSON(), options)}`;
  }
}

Object.freeze(Identity.prototype);

/** The identity of a client in one request; `id` where the operator chose another than that of the evidence. */
export function createIdentity(
  evidence: Evidence,
  source: string,
  roles: ReadonlySet<string>,
  id?: string,
): ClientIdentity {
  return new Identity(evidence, source, roles, id);
}

/** What rules look at, of an identity that this package made. Throws TypeError for an object that only looks like one. */
export function ruleSubjectOf(client: ClientIdentity): RuleSubject {
  const evidence = (client as { readonly [evidenceKey]?: Evidence })[evidenceKey];
  if (evidence === undefined) {
    throw new TypeError(
      'Rules apply to the client that mtls() identified, such as req.mtls.client, not to a copy of it',
    );
  }
  return evidence;
}
