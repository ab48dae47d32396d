import { refuseUnknownKeys } from './option-keys.ts';

/** Bounds on the work that one request can cause. Each default says where it comes from. */
export interface Limits {
  /** Bytes of one presented certificate. Default 65,536. */
  readonly certificateBytes: number;
  /** Bytes of everything presented with one request. Default 131,072. */
  readonly presentedBytes: number;
  /** Certificates presented with one request, the leaf included. Default 20. */
  readonly presentedCertificates: number;
  /**
   * Weighted signature checks for one path search: a P-256 verification is 1, about 65 us, and loading its key as much
   * again. Default 150, at most about 20 ms; no path of the public corpora needs more than 18.
   */
  readonly signatures: number;
  /** Candidate issuers looked at in one path search. Default 20,000. */
  readonly steps: number;
  /** Name constraint comparisons in one path search. Default 250,000, as in webpki. */
  readonly comparisons: number;
  /** Nodes of the policy graphs (RFC 9618) of all paths in one search. Default 1,000. */
  readonly policies: number;
  /** Remembered paths of one instance. Default 10,000; the latest 500 whole, of the others the verified signature. */
  readonly rememberedPaths: number;
  /** Longest time for which a path is remembered, in seconds. Default 3,600. */
  readonly rememberedSeconds: number;
  /** Time that a role, check or identify function may take, in milliseconds. Default 2,000. */
  readonly policyMilliseconds: number;
}

export const defaultLimits: Limits = {
  certificateBytes: 65_536,
  presentedBytes: 131_072,
  presentedCertificates: 20,
  signatures: 150,
  steps: 20_000,
  comparisons: 250_000,
  policies: 1_000,
  rememberedPaths: 10_000,
  rememberedSeconds: 3_600,
  policyMilliseconds: 2_000,
};

/** The limits, with those that were chosen. Throws TypeError for one that is unknown or no count. */
export function compileLimits(limits: Partial<Limits> = {}): Limits {
  refuseUnknownKeys(limits, Object.keys(defaultLimits), 'limits');
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      throw new TypeError(`limits.${name} must be a whole number of at least 1`);
    }
    // Node fires a longer timer at once.
    if (name === 'policyMilliseconds' && value > 2 ** 31 - 1) {
      throw new TypeError('limits.policyMilliseconds must be at most 2147483647');
    }
  }
  return Object.freeze({ ...defaultLimits, ...limits });
}
