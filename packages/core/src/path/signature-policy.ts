import { type WeakAlgorithm, weakAlgorithms } from './algorithms.ts';
import { defaultPathSettings } from './settings.ts';
import type { SignaturePolicy } from './signature.ts';

/** The options that say which signatures count. */
export interface SignaturePolicyOptions {
  /** Signature algorithms that are refused for good reason, allowed by name. */
  readonly dangerouslyAllowAlgorithms?: readonly WeakAlgorithm[] | undefined;
  /** The smallest RSA modulus in bits, from 1,024. Default 2,048. */
  readonly dangerouslyAllowRsaBits?: number | undefined;
}

/** Throws TypeError for either that is wrong. `where` stands before its name. */
export function compileSignaturePolicy(options: SignaturePolicyOptions, where: string = ''): SignaturePolicy {
  const { dangerouslyAllowAlgorithms: weak = [] } = options;
  if (!Array.isArray(weak) || weak.some((name) => !weakAlgorithms.includes(name))) {
    throw new TypeError(`${where}dangerouslyAllowAlgorithms may list only: ${weakAlgorithms.join(', ')}`);
  }
  const { dangerouslyAllowRsaBits: minimumRsaBits = defaultPathSettings.minimumRsaBits } = options;
  if (!Number.isInteger(minimumRsaBits) || minimumRsaBits < 1024 || minimumRsaBits > 8192) {
    throw new TypeError(`${where}dangerouslyAllowRsaBits must be a whole number of bits from 1024 to 8192`);
  }
  return { allowedWeakAlgorithms: new Set(weak), minimumRsaBits };
}
