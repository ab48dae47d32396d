/** Revocation lists for the tests of this folder: made at once, every part in the caller's hand. */
import {
  type CrlEntryInput,
  crlNumberExtension,
  type DistributionPointInput,
  deltaCrlIndicator,
  type ExtensionInput,
  extension,
  type ForgeCrlOptions,
  forgeCrl,
  type IssuingDistributionPointInput,
  issuingDistributionPoint,
} from '@peercert/pki';
import type { Certificate } from '../../../src/certificate/model.ts';
import { type Crl, type CrlOutcome, parseCrl } from '../../../src/revocation/crl/crl.ts';
import { type CrlPolicy, type CrlQuestion, crlStatus } from '../../../src/revocation/crl/crl-status.ts';
import type { CertificateStatus } from '../../../src/revocation/status.ts';
import { client, type Entity, type EntityOptions, type Issuing, keyIdentifier, now } from '../../path/certificates.ts';

export const hour = 3_600_000;
export const day: number = 24 * hour;

/** A moment so many hours after the moment of every test. */
export const at = (hours: number): Date => new Date(now + hours * hour);

export interface ListOptions {
  readonly entries?: readonly CrlEntryInput[];
  /** Default 1. `null`: none. */
  readonly number?: number | null;
  /** BaseCRLNumber. */
  readonly base?: number;
  readonly scope?: IssuingDistributionPointInput;
  /** Default: an hour ago. */
  readonly thisUpdate?: Date;
  /** Default: in a day. `null`: none. */
  readonly nextUpdate?: Date | null;
  /** Default: that of the signer. `null`: none. */
  readonly keyIdentifier?: Uint8Array | null;
  readonly extensions?: readonly ExtensionInput[];
  readonly forge?: Partial<ForgeCrlOptions>;
}

/** The DER of a list, sound unless the options say otherwise. */
export function listDer(by: Issuing, options: ListOptions = {}): Uint8Array {
  const { base, entries, number = 1, scope, thisUpdate = at(-1), nextUpdate = at(24) } = options;
  const { keyIdentifier: identifier = keyIdentifier(by.keyPair) } = options;
  return forgeCrl({
    keyPair: by.keyPair,
    issuer: by.name,
    thisUpdate,
    ...(nextUpdate === null ? {} : { nextUpdate }),
    ...(entries === undefined ? {} : { entries }),
    extensions: [
      ...(identifier === null ? [] : [extension.authorityKeyIdentifier({ keyIdentifier: identifier })]),
      ...(number === null ? [] : [crlNumberExtension(number)]),
      ...(base === undefined ? [] : [deltaCrlIndicator(base)]),
      ...(scope === undefined ? [] : [issuingDistributionPoint(scope)]),
      ...(options.extensions ?? []),
    ],
    ...options.forge,
  }).crlDer;
}

/** A small list is read at once. */
export function outcomeOf(der: Uint8Array): CrlOutcome {
  const outcome = parseCrl(der);
  if (outcome instanceof Promise) throw new Error('not read at once');
  return outcome;
}

/** The list, or an error with the rule that it breaks. */
export function readList(der: Uint8Array): Crl {
  const outcome = outcomeOf(der);
  if (!outcome.ok) throw new Error(outcome.rule);
  return outcome.value;
}

export const list = (by: Issuing, options: ListOptions = {}): Crl => readList(listDer(by, options));

/** The rule that a list breaks; `'read'` when it breaks none. */
export function ruleOf(der: Uint8Array): string {
  const outcome = outcomeOf(der);
  if (!outcome.ok) return outcome.rule;
  const noted = outcome.value.deviations.filter((deviation) => !/^crl_(?!version)/.test(deviation));
  return noted.length === 0 ? 'read' : `noted ${noted.join(' ')}`;
}

/** An entry for a certificate. */
export function entryFor({ certificate }: Entity, more: Partial<CrlEntryInput> = {}): CrlEntryInput {
  return { serialNumber: certificate.serialNumber, ...more };
}

/** A client whose certificate has these distribution points. */
export function clientWith(
  name: string,
  by: Issuing,
  points: readonly DistributionPointInput[],
  options: EntityOptions = {},
): Entity {
  const extensions = points.length === 0 ? [] : [extension.crlDistributionPoints(points)];
  return client(name, { ...options, by, extensions: [...extensions, ...(options.extensions ?? [])] });
}

export const policy: CrlPolicy = { profile: 'strict', allowedWeakAlgorithms: new Set(), minimumRsaBits: 2048 };

export interface Asked {
  readonly leaf: Entity;
  /** Of the leaf. */
  readonly issuer: Entity;
  readonly lists: readonly Crl[];
  /** Other issuers of lists whose path was verified. */
  readonly crlIssuers?: readonly Entity[];
  readonly nowMs?: number;
  readonly policy?: Partial<CrlPolicy>;
  readonly onSigner?: CrlQuestion['onSigner'];
}

/** Asks lists, which need no waiting, about a certificate. */
export function ask({
  leaf,
  issuer,
  lists,
  crlIssuers = [],
  nowMs = now,
  policy: changes,
  onSigner,
}: Asked): CertificateStatus {
  const status = crlStatus({
    certificate: leaf.certificate,
    issuer: issuer.certificate,
    nowMs,
    crlsBy: (name) => lists.filter((one) => one.issuer.canonical === name.canonical),
    crlIssuers: (name) => certificatesOf(crlIssuers, name.canonical),
    policy: { ...policy, ...changes },
    ...(onSigner === undefined ? {} : { onSigner }),
  });
  if (status instanceof Promise) throw new Error('not answered at once');
  return status;
}

/** `'good'`, the reason of a revocation, or the kind of what is undetermined. */
export function verdict(asked: Asked): string {
  const status = ask(asked);
  switch (status.status) {
    case 'good':
      return 'good';
    case 'revoked':
      return `revoked: ${status.revocationReason}`;
    case 'undetermined':
      return `undetermined: ${status.kind}`;
  }
}

function certificatesOf(entities: readonly Entity[], canonical: string): readonly Certificate[] {
  return entities.map(({ certificate }) => certificate).filter(({ subject }) => subject.canonical === canonical);
}
