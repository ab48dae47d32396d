import type { Certificate, GeneralName, Name } from '../certificate/model.ts';
import { logText } from '../log-text.ts';
import type { RevocationStatus } from '../revocation/checked-path.ts';
import type { Evidence } from './evidence.ts';
import { generalNameText } from './general-name-text.ts';
import { copyOfCertificate, copyOfGeneralName, copyOfName, copyOfRevocation } from './own-copies.ts';
import { createRoleSet } from './role-set.ts';
import { matchesRule, type Rule } from './rule.ts';

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

/** Shared by every copy of this package, so that the rules of one are asked about the clients of another. */
const matchKey: unique symbol = Symbol.for('peercert.match') as never;
const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * A thin view on what requests share of a client. Whatever a handler reads here and could change is made for it: nothing
 * that the next request is decided by leaves this object. As JSON and on the console it shows names, never certificates.
 */
class Identity implements ClientIdentity {
  readonly source: string;
  readonly #evidence: Evidence;
  readonly #roles: readonly string[];
  readonly #id: string | undefined;

  constructor(evidence: Evidence, source: string, roles: readonly string[], id: string | undefined) {
    this.source = source;
    this.#evidence = evidence;
    this.#roles = roles;
    this.#id = id;
    Object.freeze(this);
  }

  /** Whether it has the role, without a Set that nobody else needs. */
  static hasRole(client: ClientIdentity, role: string): boolean {
    return #roles in client ? client.#roles.includes(role) : client.roles.has(role);
  }

  /** The certificate itself: for this package, which does not change it. */
  static leafOf(client: ClientIdentity): Certificate | null {
    return #evidence in client ? client.#evidence.certificate : client.certificate;
  }

  /** `undefined`: what inherits from an identity is none. */
  [matchKey](rule: Rule): boolean | undefined {
    return #evidence in this ? matchesRule(rule, this.#evidence) : undefined;
  }

  get id(): string {
    return this.#id ?? this.#evidence.id;
  }

  get subject(): DistinguishedName {
    return copyOfName(this.#evidence.subject);
  }

  get issuer(): DistinguishedName {
    return copyOfName(this.#evidence.issuer);
  }

  get commonName(): string | undefined {
    return this.#evidence.commonName;
  }

  get organizationalUnits(): readonly string[] {
    return this.#evidence.organizationalUnits;
  }

  get emails(): readonly string[] {
    return this.#evidence.emails;
  }

  get sans(): readonly GeneralName[] {
    return Object.freeze(this.#evidence.sans.map(copyOfGeneralName));
  }

  get serialNumber(): string | undefined {
    return this.#evidence.serialNumber;
  }

  get thumbprint(): string | undefined {
    return this.#evidence.certificate?.thumbprint;
  }

  get notBefore(): Date | undefined {
    return this.#evidence.certificate?.notBefore;
  }

  get notAfter(): Date | undefined {
    return this.#evidence.certificate?.notAfter;
  }

  get roles(): ReadonlySet<string> {
    return createRoleSet(this.#roles);
  }

  get verifiedBy(): 'peercert' | 'proxy' {
    return this.#evidence.verifiedBy;
  }

  get revocation(): RevocationStatus {
    return copyOfRevocation(this.#evidence.revocation);
  }

  get certificate(): Certificate | null {
    const { certificate } = this.#evidence;
    return certificate && copyOfCertificate(certificate);
  }

  get path(): readonly Certificate[] {
    return Object.freeze(this.#evidence.certificates.map(copyOfCertificate));
  }

  /** Texts as they stand in a log, where most of this goes: `logText` says which characters it spells out. */
  toJSON(): object {
    return {
      id: logText(this.id),
      subject: this.#evidence.subject.toJSON(),
      issuer: this.#evidence.issuer.toJSON(),
      commonName: this.commonName && logText(this.commonName),
      organizationalUnits: this.organizationalUnits.map((unit) => logText(unit)),
      emails: this.emails.map((email) => logText(email)),
      sans: this.#evidence.sans.map((name) => logText(generalNameText(name))),
      serialNumber: this.serialNumber,
      thumbprint: this.thumbprint,
      notBefore: this.notBefore,
      notAfter: this.notAfter,
      roles: [...this.#roles],
      source: this.source,
      verifiedBy: this.verifiedBy,
      revocation: this.revocation,
      path: this.#evidence.certificates.map((certificate) => certificate.subject.toJSON()),
    };
  }

  [inspect](_depth: number, options: object, format: (value: unknown, options: object) => string): string {
    return `ClientIdentity ${format(this.toJSON(), options)}`;
  }
}

Object.freeze(Identity.prototype);

/** The identity of a client; `id` where the operator chose another than that of the evidence. */
export function createIdentity(
  evidence: Evidence,
  source: string,
  roles: readonly string[],
  id?: string,
): ClientIdentity {
  return new Identity(evidence, source, roles, id);
}

export function hasRole(client: ClientIdentity, role: string): boolean {
  return Identity.hasRole(client, role);
}

export function leafOf(client: ClientIdentity): Certificate | null {
  return Identity.leafOf(client);
}

/** Whether a client that was identified matches a rule. Throws TypeError for an object that only looks like one. */
export function matchesClient(rule: Rule, client: ClientIdentity): boolean {
  const matches = (client as { readonly [matchKey]?: (rule: Rule) => boolean | undefined })[matchKey]?.(rule);
  if (matches !== undefined) return matches;
  throw new TypeError('Rules apply to the client that mtls() identified, such as req.mtls.client, not to a copy of it');
}
