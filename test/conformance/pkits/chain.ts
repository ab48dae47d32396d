// Paths in the manner of the Public Key Interoperability Test Suite (PKITS) of NIST, by its sections: chains of real
// certificates in which one thing is odd, with the answer that the suite gives.
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { PathSettings, VerifiedPath } from '@peercert/core';
import {
  type ExtensionInput,
  extension,
  forgeCertificate,
  type GeneralNameInput,
  type KeyPair,
  type NameInput,
} from '@peercert/pki';
import { answer as ask, clientAuth } from '../path-question.ts';

/** A certificate of the chain; without a word it is an ordinary one. Policies are numbers, or `any`. */
export interface Spec {
  readonly policies?: string;
  /** `1>2 1>3` */
  readonly maps?: string;
  readonly requireExplicit?: number;
  readonly inhibitMapping?: number;
  readonly inhibitAny?: number;
  readonly pathLength?: number;
  /** The issuer's name with a new key. */
  readonly selfIssued?: true;
  readonly permitted?: readonly GeneralNameInput[];
  readonly excluded?: readonly GeneralNameInput[];
  readonly subject?: NameInput;
  readonly sans?: readonly GeneralNameInput[];
  readonly extensions?: readonly ExtensionInput[];
  readonly without?: readonly string[];
  /** The end of the path is an authority as well. */
  readonly isAuthority?: true;
}

const anyPolicy = '2.5.29.32.0';
const oidOf = (policy: string): string => (policy === 'any' ? anyPolicy : `2.16.840.1.101.3.2.1.48.${policy}`);
const nameOf = (oid: string): string => (oid === anyPolicy ? 'any' : (oid.split('.').at(-1) as string));
const words = (text: string): readonly string[] => text.split(' ');

function extensionsOf(spec: Spec): readonly ExtensionInput[] {
  const { policies, maps, requireExplicit: require, inhibitMapping: inhibit, inhibitAny, permitted, excluded } = spec;
  const pairs = maps === undefined ? [] : words(maps).map((pair) => pair.split('>').map(oidOf) as [string, string]);
  return [
    ...(policies === undefined ? [] : [extension.certificatePolicies(words(policies).map(oidOf))]),
    ...(pairs.length === 0
      ? []
      : [
          extension.policyMappings(
            pairs.map(([issuerDomainPolicy, subjectDomainPolicy]) => ({ issuerDomainPolicy, subjectDomainPolicy })),
          ),
        ]),
    ...(require === undefined && inhibit === undefined
      ? []
      : [extension.policyConstraints({ requireExplicitPolicy: require, inhibitPolicyMapping: inhibit })]),
    ...(inhibitAny === undefined ? [] : [extension.inhibitAnyPolicy(inhibitAny)]),
    ...(permitted === undefined && excluded === undefined
      ? []
      : [extension.nameConstraints({ ...(permitted && { permitted }), ...(excluded && { excluded }) })]),
    ...(spec.sans === undefined ? [] : [extension.subjectAltName(spec.sans)]),
    ...(spec.extensions ?? []),
  ];
}

export interface Entity {
  readonly name: NameInput;
  readonly keyPair: KeyPair;
  readonly pem: string;
}

interface EntityOptions {
  /** Default: self-signed. */
  readonly by?: Pick<Entity, 'name' | 'keyPair'>;
  /** Default: always the same one. */
  readonly keyPair?: KeyPair;
  /** In place of the default with the same OID, or besides. */
  readonly extensions?: readonly ExtensionInput[];
  readonly without?: readonly string[];
}

const keyPairs = new Map<string, KeyPair>();

/** The same key for the same owner each time. */
export function keyOf(owner: string): KeyPair {
  const keyPair = keyPairs.get(owner) ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
  keyPairs.set(owner, keyPair);
  return keyPair;
}

export function authority(name: NameInput, options: EntityOptions, pathLenConstraint?: number): Entity {
  return entity(name, options, [
    extension.basicConstraints({ cA: true, pathLenConstraint }),
    extension.keyUsage(['keyCertSign', 'cRLSign']),
  ]);
}

export function client(name: NameInput, options: EntityOptions): Entity {
  return entity(name, options, [extension.keyUsage(['digitalSignature']), extension.extendedKeyUsage(['clientAuth'])]);
}

function entity(name: NameInput, options: EntityOptions, profile: readonly ExtensionInput[]): Entity {
  const { by, keyPair = keyOf('anybody'), extensions = [], without = [] } = options;
  const defaults = [
    ...profile,
    extension.subjectKeyIdentifier(keyIdentifier(keyPair)),
    ...(by === undefined ? [] : [extension.authorityKeyIdentifier({ keyIdentifier: keyIdentifier(by.keyPair) })]),
  ].filter(({ oid }) => !without.includes(oid) && !extensions.some((other) => other.oid === oid));
  const { certificatePem: pem } = forgeCertificate({
    keyPair,
    signer: by?.keyPair ?? keyPair,
    subject: name,
    issuer: by?.name ?? name,
    extensions: [...defaults, ...extensions],
  });
  return { name, keyPair, pem };
}

function keyIdentifier({ publicKey }: KeyPair): Uint8Array {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

export const root: Entity = authority('CN=Trust Anchor,O=Test Certificates,C=US', { keyPair: keyOf('anchor') });

/** Each certificate issued by the one before, the first by the anchor; the last is the end of the path. */
export function chain(...specs: readonly Spec[]): readonly Entity[] {
  const issued: Entity[] = [root];
  for (const [index, spec] of specs.entries()) {
    const by = issued.at(-1) as Entity;
    const isEnd = index === specs.length - 1;
    const name = spec.selfIssued
      ? by.name
      : (spec.subject ?? `CN=${isEnd ? 'EE' : 'CA'} ${index},O=Test Certificates,C=US`);
    const { pathLength, without = [] } = spec;
    const options = { by, keyPair: keyOf(`pkits ${index}`), extensions: extensionsOf(spec), without };
    const isClient = isEnd && spec.isAuthority === undefined;
    issued.push(isClient ? client(name, options) : authority(name, options, pathLength));
  }
  return issued.slice(1);
}

/** `valid` and the user-constrained policies, or the code of the refusal. */
export function answer(certificates: readonly Entity[], settings: Partial<PathSettings> = {}): string {
  const verdict = ask(
    {
      presented: certificates.toReversed().map(({ pem }) => pem),
      anchors: [root.pem],
      timeMs: Date.UTC(2026, 0, 15),
      settings: { profile: 'strict', purposes: [clientAuth], ...settings },
    },
    ({ userConstrainedPolicies }) => ({ accepted: true, account: userConstrainedPolicies }),
  );
  if (!verdict.accepted) return verdict.why.split(' ', 1)[0] as string;
  const policies = verdict.account as VerifiedPath['userConstrainedPolicies'];
  const names = policies === 'any' ? ['any'] : [...policies].map(nameOf).sort();
  return ['valid', ...names].join(' ');
}

export const initially = (...policies: readonly string[]): Partial<PathSettings> => ({
  initialPolicySet: new Set(policies.map(oidOf)),
  initialExplicitPolicy: true,
});
export const explicit: Partial<PathSettings> = { initialExplicitPolicy: true };
