import { parseChain } from '../../src/certificate/chain.ts';
import { defaultLimits } from '../../src/limits.ts';
import { defaultPathSettings, type PathSettings } from '../../src/path/settings.ts';
import { createTrustStore } from '../../src/path/trust-store.ts';
import type { VerifiedPath } from '../../src/path/verified-path.ts';
import { verifyPath } from '../../src/path/verify-path.ts';
import type { Outcome } from '../../src/reasons.ts';

/** The moment of every path test. */
export const now: number = Date.UTC(2030, 0, 1);

/** The clock of authorities that issue for path tests. */
export const clock = (): number => now;

export interface Question {
  /** DER, the leaf first. */
  readonly presented: readonly Uint8Array[];
  readonly anchors: readonly { readonly certificateDer: Uint8Array }[];
  readonly maxDepth?: number;
  readonly settings?: Partial<PathSettings>;
}

/** Asks the certificate and path stages with their default settings under the strict profile. */
export function ask({ presented, anchors, maxDepth, settings }: Question): Outcome<VerifiedPath> {
  const trust = createTrustStore({
    anchors: anchors.map(({ certificateDer }) => certificateDer),
    ...(maxDepth === undefined ? {} : { maxDepth }),
  });
  const chain = parseChain(presented, defaultLimits);
  if (!chain.ok) return chain;
  const { leaf, others } = chain.value;
  const all = { ...defaultPathSettings, profile: 'strict', limits: defaultLimits, ...settings } as const;
  return verifyPath(leaf, others, trust.current, all, now);
}

/** `'verified'`, or the code of the reason and the rule that it names. */
export function verdict(question: Question): string {
  const outcome = ask(question);
  if (outcome.ok) return 'verified';
  const { code, detail } = outcome.reason;
  return 'rule' in detail ? `${code} ${detail.rule}` : code;
}
