import {
  type Certificate,
  createTrustStore,
  defaultLimits,
  defaultPathSettings,
  type PathSettings,
  parseCertificate,
  parseChain,
  type Reason,
  type TrustStore,
  verifyPath,
} from '@peercert/core';
import type { PathInput } from '../fuzz/world.ts';
import type { OpensslVerdict } from '../validators/openssl-library.ts';
import type { Question, Verdict } from '../validators/question.ts';

/** What was asked, and what everybody said. */
export interface Case {
  readonly input: PathInput;
  /** What was done to the chain. */
  readonly done: readonly string[];
  readonly strict: Answer;
  readonly interoperable: Answer;
  readonly openssl: OpensslVerdict;
  /** `undefined` where there is no Go. */
  readonly go: Verdict | undefined;
}

export interface Answer {
  /** `accepted`, or the code of the reason and its rule. */
  readonly kind: string;
  /** Where the rule is broken, without what is different from one certificate to the next. */
  readonly place?: string;
  /** The path that was verified, the anchor last. */
  readonly path?: readonly Certificate[];
}

export function question({
  presented: [leaf = new Uint8Array(), ...intermediates],
  anchors,
  nowMs,
}: PathInput): Question {
  return { anchors, intermediates, leaf, nowMs };
}

/** Core under both profiles, with the defaults of `mtls()`. */
export function ask(input: PathInput): { readonly strict: Answer; readonly interoperable: Answer } {
  for (const anchor of input.anchors) {
    const read = parseCertificate(anchor);
    if (!read.ok) return same(refusal(read.reason));
  }
  let trust: TrustStore;
  try {
    // Read when nothing has ended: chains have a time of their own.
    trust = createTrustStore({ anchors: input.anchors }, { clock: () => 0 });
  } catch (error) {
    if (error instanceof TypeError)
      return same({ kind: `anchors: ${error.message.replace(/[0-9a-f]{8,}|".*"/g, '…')}` });
    throw error;
  }
  const chain = parseChain(input.presented, defaultLimits);
  if (!chain.ok) return same(refusal(chain.reason));
  const { leaf, others } = chain.value;
  const verify = (profile: PathSettings['profile']): Answer => {
    const settings: PathSettings = { ...defaultPathSettings, limits: defaultLimits, profile };
    const outcome = verifyPath(leaf, others, trust.current, settings, input.nowMs);
    if (!outcome.ok) return refusal(outcome.reason);
    const { certificates, anchor } = outcome.value;
    const path =
      anchor === undefined || certificates[0] === anchor.certificate
        ? certificates
        : [...certificates, anchor.certificate];
    return { kind: 'accepted', path };
  };
  return { strict: verify('strict'), interoperable: verify('interoperable') };
}

function same(answer: Answer): { readonly strict: Answer; readonly interoperable: Answer } {
  return { strict: answer, interoperable: answer };
}

function refusal({ code, detail }: Reason): Answer {
  const { place, rule } = detail as { readonly place?: unknown; readonly rule?: unknown };
  const kind = typeof rule === 'string' ? rule : code;
  if (typeof place !== 'string') return { kind };
  const inGeneral = place
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .replace(/\[\d+\]/g, '')
    .replace(/(extension|\b) ?(\d+\.)+\d+/g, '$1 …')
    .replace(/\s+/g, ' ')
    .trim();
  return { kind, place: inGeneral };
}
