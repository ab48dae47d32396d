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
   * Weighted signature checks for one request: a P-256 verification is 1, about 65 us, and loading its key as much
   * again. Default 150, at most about 20 ms, which only certificates of trusted authorities can cause; no path of the public
   * corpora needs more than 18.
   */
  readonly signatures: number;
  /**
   * Those of them that fail; two may fail whatever they weigh. Only the keys of trusted authorities, and of those that they
   * vouch for, are ever used; so a check fails where a name was forged, or where two authorities have one name. Counted once
   * for the client, and once for all sources that know their proxies by certificate. Default 24, about 1.6 ms.
   */
  readonly failedSignatures: number;
  /** Candidate issuers looked at for one request. Default 20,000. */
  readonly steps: number;
  /** Name constraint comparisons for one request. Default 250,000, as in webpki. */
  readonly comparisons: number;
  /** Nodes of the policy graphs (RFC 9618) of all paths for one request. Default 1,000. */
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
  failedSignatures: 24,
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
