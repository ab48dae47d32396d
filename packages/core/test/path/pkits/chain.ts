// Paths in the manner of the Public Key Interoperability Test Suite (PKITS) of NIST, by its sections: chains of real
// certificates in which one thing is odd, with the answer that the suite gives.
import { type ExtensionInput, extension, type GeneralNameInput, type NameInput } from '@peercert/pki';
import type { PathSettings } from '../../../src/path/settings.ts';
import { authority, client, type Entity, keyOf, trusting, verify } from '../certificates.ts';

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

export const root: Entity = authority('CN=Trust Anchor,O=Test Certificates,C=US');

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
    const length = pathLength === undefined ? {} : { pathLength };
    issued.push(isClient ? client(name, options) : authority(name, { ...options, ...length }));
  }
  return issued.slice(1);
}

/** `valid` and the user-constrained policies, or the code of the refusal. */
export function answer(certificates: readonly Entity[], settings: Partial<PathSettings> = {}): string {
  const [leaf, ...others] = certificates.toReversed() as [Entity, ...Entity[]];
  const outcome = verify(leaf, others, trusting(root), { profile: 'strict', ...settings });
  if (!outcome.ok) return outcome.reason.code;
  const { userConstrainedPolicies: policies } = outcome.value;
  const names = policies === 'any' ? ['any'] : [...policies].map(nameOf).sort();
  return ['valid', ...names].join(' ');
}

export const initially = (...policies: readonly string[]): Partial<PathSettings> => ({
  initialPolicySet: new Set(policies.map(oidOf)),
  initialExplicitPolicy: true,
});
export const explicit: Partial<PathSettings> = { initialExplicitPolicy: true };
