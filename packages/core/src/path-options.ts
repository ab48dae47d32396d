import type { Limits } from './limits.ts';
import { oneOf, refuseUnknownKeys } from './option-keys.ts';
import type { MtlsOptions } from './options.ts';
import { defaultPathSettings, type PathSettings } from './path/settings.ts';
import { compileSignaturePolicy } from './path/signature-policy.ts';

/** How paths are validated, as the options of `mtls()` say it. Throws TypeError for each that is wrong. */
export function compilePathSettings(options: MtlsOptions, limits: Limits): PathSettings {
  const { certificatePolicies: policies = {} } = options;
  refuseUnknownKeys(policies, ['accepted', 'require', 'mapping', 'anyPolicy'], 'certificatePolicies');
  const { accepted } = policies;
  if (accepted !== undefined && !isListOf(accepted, (oid) => /^[0-2](\.(0|[1-9]\d*))+$/.test(oid))) {
    throw new TypeError('certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1');
  }
  return Object.freeze({
    ...defaultPathSettings,
    profile: oneOf(options, 'profile', ['interoperable', 'strict']),
    extendedKeyUsage: oneOf(options, 'extendedKeyUsage', ['optional', 'required']),
    initialPolicySet: accepted === undefined ? 'any' : new Set(accepted),
    initialExplicitPolicy: oneOf(policies, 'require', ['implicit', 'explicit']) === 'explicit',
    initialPolicyMappingInhibit: oneOf(policies, 'mapping', ['allow', 'inhibit']) === 'inhibit',
    initialAnyPolicyInhibit: oneOf(policies, 'anyPolicy', ['allow', 'inhibit']) === 'inhibit',
    ...compileSignaturePolicy(options),
    limits,
  });
}

function isListOf(value: unknown, holds: (item: string) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && holds(item));
}
