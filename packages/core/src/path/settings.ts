import type { KeyUsageBit } from '../certificate/model.ts';
import type { Limits } from '../limits.ts';
import type { SignaturePolicy } from './signature.ts';

/** The inputs of RFC 5280 6.1.1 that do not change from request to request, and what Peercert asks beyond them. */
export interface PathSettings extends SignaturePolicy {
  /** `'strict'` is RFC 5280 to the letter; `'interoperable'` allows what `tolerances.ts` lists. */
  readonly profile: 'strict' | 'interoperable';
  /** Extended key usages that every certificate of the path must allow (4.2.1.12). Empty: any use. */
  readonly purposes: readonly string[];
  /** The leaf must name the purposes: absence and anyExtendedKeyUsage do not do. */
  readonly extendedKeyUsage: 'required' | 'optional';
  /** Uses of which a leaf that limits them (4.2.1.3) must allow one. Empty: any use. */
  readonly keyUsage: readonly KeyUsageBit[];
  /** 6.1.1 (c): user-initial-policy-set. */
  readonly initialPolicySet: ReadonlySet<string> | 'any';
  /** 6.1.1 (f). */
  readonly initialExplicitPolicy: boolean;
  /** 6.1.1 (e). */
  readonly initialPolicyMappingInhibit: boolean;
  /** 6.1.1 (g). */
  readonly initialAnyPolicyInhibit: boolean;
  readonly limits: Pick<Limits, 'signatures' | 'failedSignatures' | 'steps' | 'comparisons' | 'policies'>;
  /** Hears each step of the search; for explaining a verdict, not for deciding one. */
  readonly trace?: (step: SearchStep) => void;
}

export const clientAuth = '1.3.6.1.5.5.7.3.2';

/** One step of the path search, in words. */
export interface SearchStep {
  /** Certificates from the leaf to the one looked at. */
  readonly depth: number;
  /** RFC 4514 text of the subject looked at. */
  readonly subject: string;
  /** `'unrooted'`: no path leads from it to an anchor. */
  readonly event: 'candidate' | 'refused' | 'unrooted' | 'loop' | 'too-deep' | 'anchor' | 'verified';
  /** The code of the reason of a refusal. */
  readonly code?: string;
}

export const defaultPathSettings: Omit<PathSettings, 'limits'> = {
  profile: 'interoperable',
  purposes: [clientAuth],
  extendedKeyUsage: 'optional',
  // 4.2.1.12, of clientAuth: "digitalSignature and/or keyAgreement".
  keyUsage: ['digitalSignature', 'keyAgreement'],
  initialPolicySet: 'any',
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialAnyPolicyInhibit: false,
  allowedWeakAlgorithms: new Set(),
  minimumRsaBits: 2048,
};
