/** What a certificate contains by default, by purpose, and how options replace or leave out each part. */

import type { ExtensionInput } from './extension.ts';
import * as extension from './extension.ts';
import type { GeneralNameInput } from './general-name.ts';

/** Each extension: absent for the default of the profile, `null` to leave it out. */
export interface ExtensionOptions {
  /** Default: cA for authorities; for others cA false. */
  readonly basicConstraints?: extension.BasicConstraintsInput | null;
  /** Default: keyCertSign and cRLSign for authorities; digitalSignature for others. */
  readonly keyUsage?: readonly extension.KeyUsage[] | null;
  /** Default: clientAuth for clients, serverAuth for servers, none for others. An empty list is written as one. */
  readonly extendedKeyUsage?: readonly extension.Purpose[] | null;
  /** subjectAltName, critical when the subject is empty. Default: none for clients. */
  readonly sans?: readonly GeneralNameInput[] | null;
  /** Default: RFC 5280 4.2.1.2 method 1. */
  readonly subjectKeyIdentifier?: Uint8Array | null;
  /** Default: the issuer's key identifier; none in a self-signed certificate. */
  readonly authorityKeyIdentifier?: extension.AuthorityKeyIdentifierInput | null;
  readonly nameConstraints?: extension.NameConstraintsInput | null;
  readonly certificatePolicies?: readonly extension.PolicyInput[] | null;
  readonly policyMappings?: readonly extension.PolicyMappingInput[] | null;
  readonly policyConstraints?: extension.PolicyConstraintsInput | null;
  /** SkipCerts. */
  readonly inhibitAnyPolicy?: number | null;
  readonly crlDistributionPoints?: readonly extension.PointInput[] | null;
  readonly authorityInfoAccess?: extension.AuthorityInfoAccessInput | null;
  /** Further extensions, after the others in this order. One with the OID of another takes its place. */
  readonly extensions?: readonly ExtensionInput[];
}

export type Profile = 'authority' | 'client' | 'server' | 'bare';

const defaultPurposes: Readonly<Record<Profile, readonly extension.Purpose[] | null>> = {
  authority: null,
  client: ['clientAuth'],
  server: ['serverAuth'],
  bare: null,
};

/** The facts of a certificate that its default extensions depend on. */
export interface ExtensionContext {
  readonly profile: Profile;
  readonly isSubjectEmpty: boolean;
  readonly keyIdentifier: Uint8Array;
  /** `undefined` in a self-signed certificate. */
  readonly issuerKeyIdentifier: Uint8Array | undefined;
}

/** The extensions of a certificate, in the order in which they are written. */
export function resolveExtensions(options: ExtensionOptions, context: ExtensionContext): ExtensionInput[] {
  const { profile, keyIdentifier, issuerKeyIdentifier } = context;
  const isBare = profile === 'bare';
  const isAuthority = profile === 'authority';
  const standard = [
    write(extension.basicConstraints, options.basicConstraints, isBare ? null : { cA: isAuthority }),
    write(
      extension.keyUsage,
      options.keyUsage,
      isBare ? null : isAuthority ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'],
    ),
    write(extension.extendedKeyUsage, options.extendedKeyUsage, defaultPurposes[profile]),
    write((names) => extension.subjectAltName(names, context.isSubjectEmpty), options.sans, null),
    write(extension.subjectKeyIdentifier, options.subjectKeyIdentifier, isBare ? null : keyIdentifier),
    write(
      extension.authorityKeyIdentifier,
      options.authorityKeyIdentifier,
      isBare || issuerKeyIdentifier === undefined ? null : { keyIdentifier: issuerKeyIdentifier },
    ),
    write(extension.nameConstraints, options.nameConstraints, null),
    write(extension.certificatePolicies, options.certificatePolicies, null),
    write(extension.policyMappings, options.policyMappings, null),
    write(extension.policyConstraints, options.policyConstraints, null),
    write(extension.inhibitAnyPolicy, options.inhibitAnyPolicy, null),
    write(extension.crlDistributionPoints, options.crlDistributionPoints, null),
    write(extension.authorityInfoAccess, options.authorityInfoAccess, null),
  ].filter((found) => found !== undefined);
  const further = options.extensions ?? [];
  const replaced = standard.map((one) => further.find(({ oid }) => oid === one.oid) ?? one);
  return [...replaced, ...further.filter((one) => !replaced.includes(one))];
}

function write<T>(
  encode: (input: T) => ExtensionInput,
  given: T | null | undefined,
  byDefault: T | null,
): ExtensionInput | undefined {
  const input = given === undefined ? byDefault : given;
  return input === null ? undefined : encode(input);
}
