import {
  createTrustStore,
  defaultLimits,
  defaultPathSettings,
  type PathSettings,
  parseChain,
  type TrustOptions,
  type TrustStore,
  type VerifiedPath,
  verifyPath,
} from '@peercert/core';
import { refused, type Verdict } from './case.ts';

/** A question to the certificate and path stages, in the words of the corpora. */
export interface PathQuestion {
  /** PEM, the leaf first. */
  readonly presented: readonly string[];
  /** PEM. */
  readonly anchors: readonly string[];
  readonly timeMs: number;
  readonly maxDepth?: number;
  readonly settings: Partial<PathSettings> & Pick<PathSettings, 'profile'>;
}

/**
 * The corpora present up to 101 certificates, many more than the default lets a client send. What one certificate and
 * one search may cost keeps its default.
 */
const limits = { ...defaultLimits, presentedCertificates: 128, presentedBytes: 1_048_576 };

export const serverAuth = '1.3.6.1.5.5.7.3.1';
export const clientAuth = '1.3.6.1.5.5.7.3.2';

/** Runs both stages; `judge` sees a path that passed them. */
export function answer(question: PathQuestion, judge: (path: VerifiedPath) => Verdict = accept): Verdict {
  const { anchors, maxDepth } = question;
  const trust = trustStore({ anchors, ...(maxDepth === undefined ? {} : { maxDepth }) });
  if ('accepted' in trust) return trust;
  const chain = parseChain(question.presented.map(derOf), limits);
  if (!chain.ok) return refused(chain.reason);
  const { leaf, others } = chain.value;
  // The corpora name the key usage they want, if any; the default is what a TLS client needs.
  const settings: PathSettings = { ...defaultPathSettings, limits, keyUsage: [], ...question.settings };
  const verified = verifyPath(leaf, others, trust.current, settings, question.timeMs);
  return verified.ok ? judge(verified.value) : refused(verified.reason);
}

export function accept(path: VerifiedPath): Verdict {
  return {
    accepted: true,
    account: {
      path: [...path.certificates, path.anchor?.certificate].map((certificate) => certificate?.subject.toString()),
      policies: path.userConstrainedPolicies,
      cost: path.cost,
    },
  };
}

/** An anchor that cannot be read is the operator's mistake in life; in a corpus it is a certificate to refuse. */
function trustStore(options: TrustOptions): TrustStore | Extract<Verdict, { accepted: false }> {
  try {
    // Anchors that have ended are cases, too: each question has its own time, at which nothing has ended yet when they are read.
    return createTrustStore(options, { clock: () => 0 });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const rule = /not a valid X\.509 certificate: (\w+)/.exec(error.message)?.[1];
    return { accepted: false, why: `anchor_malformed ${rule ?? ''}`.trimEnd(), account: error.message };
  }
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}
