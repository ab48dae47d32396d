import {
  type Certificate,
  createAuthenticator,
  createTrustStore,
  type Decision,
  defaultLimits,
  defaultPathSettings,
  type Outcome,
  type PathSettings,
  parseChain,
  type RequestFacts,
  reasons,
  type Source,
  type TrustStore,
  type VerifiedPath,
  verifyPath,
} from '@peercert/core';
import { isExplained } from '../explained.ts';
import { codeOf } from '../findings.ts';
import { mutatePath } from '../mutation/path.ts';
import { readWithNode } from '../oracles/node-crypto.ts';
import { createOpenssl } from '../oracles/openssl.ts';
import { Pkijs } from '../oracles/pkijs.ts';
import { ensure, Finding, sameBytes, type Target } from '../target.ts';
import type { PathInput, World } from '../world.ts';

interface PathResult {
  readonly strict: Outcome<VerifiedPath>;
  readonly interoperable: Outcome<VerifiedPath>;
}

/** A trust store that cannot be made is the operator's mistake, and says so. */
type Answer = PathResult | TypeError;

const profiles = ['strict', 'interoperable'] as const;

/** What a client presents, as a whole, against what the server trusts. */
export function pathTarget({ paths, keyring }: World): Target<PathInput, Answer> {
  const openssl = createOpenssl();
  const pkijs = new Pkijs();
  return {
    name: 'path',
    seeds: paths,
    mutate: (input, random, other) => mutatePath(input, random, other, keyring),
    run(input) {
      const trust = trustIn({ anchors: input.anchors });
      return trust instanceof TypeError ? trust : verifyUnderBoth(input, trust);
    },
    judge(input, answer) {
      if (answer instanceof TypeError) return 'anchor refused';
      const { strict, interoperable } = answer;
      for (const outcome of [strict, interoperable]) {
        ensure(outcome.ok || outcome.reason.code in reasons, 'a reason that does not exist');
        if (outcome.ok) judgeVerified(input, outcome.value);
      }
      // What strict refuses at once, interoperable may spend its budget on before it comes to the path that both accept.
      ensure(
        !strict.ok || interoperable.ok || isExhausted(interoperable),
        'strict accepts what interoperable refuses',
        () => codeOf(interoperable),
      );
      judgeDecision(input, trustIn({ anchors: input.anchors }) as TrustStore, interoperable);
      judgeOrder(input, answer);
      return `${codeOf(strict)} ${codeOf(interoperable)}`;
    },
    compared: {
      isWanted: (outcome) => outcome.endsWith(' accepted'),
      ask: (input) => compare(input, openssl, pkijs),
    },
    size: ({ presented, anchors }) => [...presented, ...anchors].reduce((sum, { length }) => sum + length, 0),
    print,
    parse,
  };
}

function trustIn(options: Parameters<typeof createTrustStore>[0]): TrustStore | TypeError {
  try {
    // Read when nothing has ended: inputs have a time of their own, and anchors that end before it.
    return createTrustStore(options, { clock: () => 0 });
  } catch (error) {
    if (error instanceof TypeError) return error;
    throw error;
  }
}

function verifyUnderBoth(input: PathInput, trust: TrustStore): PathResult {
  return { strict: verify(input, trust, 'strict'), interoperable: verify(input, trust, 'interoperable') };
}

function verify(
  { presented, nowMs }: PathInput,
  trust: TrustStore,
  profile: PathSettings['profile'],
): Outcome<VerifiedPath> {
  const chain = parseChain(presented, defaultLimits);
  if (!chain.ok) return chain;
  const settings: PathSettings = { ...defaultPathSettings, limits: defaultLimits, profile };
  return verifyPath(chain.value.leaf, chain.value.others, trust.current, settings, nowMs);
}

const facts: RequestFacts = {
  socket: null,
  rawHeaders: [],
  trailers: [],
  peerAddress: '192.0.2.1',
  requestTarget: '/',
};

/** The whole line says the same as its stages. */
function judgeDecision({ presented, nowMs }: PathInput, trust: TrustStore, outcome: Outcome<VerifiedPath>): void {
  const source: Source = {
    name: 'fuzz',
    present: () => ({ ok: true, value: { source: 'fuzz', certificates: presented, verdict: { by: 'nobody' } } }),
  };
  const authenticator = createAuthenticator({ source, trust, clock: () => nowMs });
  // Once for the answer, once more from memory.
  for (const decision of [authenticator.authenticate(facts), authenticator.authenticate(facts)]) {
    ensure(!(decision instanceof Promise), 'a decision without policy functions takes time');
    ensure(
      codeOfDecision(decision) === (outcome.ok ? 'allow' : outcome.reason.code),
      'the decision is not the verdict',
      () => `${codeOfDecision(decision)}, not ${codeOf(outcome)}`,
    );
  }
}

function codeOfDecision(decision: Decision): string {
  return decision.outcome === 'deny' ? decision.reason.code : decision.outcome;
}

/** RFC 4158: neither the order of certificates matters, nor that some are repeated, nor who configured them. */
function judgeOrder(input: PathInput, answer: PathResult): void {
  const [leaf, ...others] = input.presented;
  if (leaf === undefined || others.length === 0) return;
  const limit = defaultLimits.presentedCertificates;
  const variants = [
    ['order', [leaf, ...others.toReversed()], []],
    ['repetition', [leaf, ...others, leaf, ...others].slice(0, Math.max(limit, input.presented.length)), []],
    ['configuration', [leaf], others],
  ] as const;
  // One of them, always the same for the same input, because each costs as much as the question itself.
  const [what, presented, intermediates] = variants[leaf.length % variants.length] as (typeof variants)[number];
  const trust = trustIn({ anchors: input.anchors, intermediates });
  if (trust instanceof TypeError) return;
  for (const profile of profiles) {
    const other = verify({ ...input, presented }, trust, profile);
    const first = answer[profile];
    if (isExhausted(other) || isExhausted(first)) continue;
    ensure(
      other.ok === first.ok,
      `${what} of the intermediates changes the verdict`,
      () => `${codeOf(first)}, then ${codeOf(other)}`,
    );
  }
}

function isExhausted(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && (outcome.reason.code === 'path_budget_exceeded' || outcome.reason.code === 'input_too_large');
}

/** What can be said of any verified path without validating it again: links, dates, authorities, the anchor. */
function judgeVerified({ anchors, presented, nowMs }: PathInput, path: VerifiedPath): void {
  const { certificates, anchor, validUntilMs } = path;
  const [leaf] = certificates;
  ensure(leaf !== undefined && sameBytes(leaf.der, presented[0] as Uint8Array), 'the path is that of another leaf');
  ensure(anchor !== undefined, 'the path has no anchor');
  ensure(
    anchors.some((one) => sameBytes(one, anchor.certificate.der)),
    'the anchor is not one of those trusted',
  );
  ensure(validUntilMs >= nowMs, 'the path is valid no more');
  const whole = wholePath(path);
  const theirs = whole.map(readWithNode);
  whole.forEach((certificate, index) => {
    ensure(
      certificate.notBeforeMs <= nowMs && nowMs < certificate.notAfterMs + 1000,
      'a certificate of the path is not valid now',
    );
    const issuer = whole[index + 1];
    if (issuer === undefined) return;
    ensure(issuer.basicConstraints?.cA === true, 'an issuer of the path is no authority');
    ensure(certificate.issuer.canonical === issuer.subject.canonical, 'names of the path do not chain');
    const key = theirs[index + 1]?.publicKey;
    ensure(key === undefined || theirs[index]?.verify(key) !== false, 'a signature of the path does not verify');
  });
}

/** The leaf first, the anchor last; a leaf that is itself the anchor, alone. */
function wholePath({ certificates, anchor }: VerifiedPath): readonly Certificate[] {
  const [leaf] = certificates;
  const isAlone = anchor !== undefined && leaf !== undefined && sameBytes(leaf.der, anchor.certificate.der);
  return anchor === undefined || isAlone ? certificates : [...certificates, anchor.certificate];
}

/**
 * Whatever core accepts and others refuse has to be explained. They are asked about the very path that core found: other
 * ways through the same certificates they may miss, and pkijs refuses them all when one that is not needed has no issuer.
 */
async function compare(
  input: PathInput,
  openssl: ReturnType<typeof createOpenssl>,
  pkijs: Pkijs,
): Promise<readonly Finding[]> {
  const trust = trustIn({ anchors: input.anchors });
  if (trust instanceof TypeError) return [];
  const { strict, interoperable } = verifyUnderBoth(input, trust);
  const accepted = strict.ok ? strict : interoperable;
  if (!accepted.ok) return [];
  const { certificates } = accepted.value;
  const whole = wholePath(accepted.value);
  const path: PathInput = {
    presented: certificates.map(({ der }) => der),
    anchors: whole.slice(-1).map(({ der }) => der),
    nowMs: input.nowMs,
  };
  const opinions = [
    ['openssl', await openssl?.(path, strict.ok)],
    ['pkijs', await pkijs.ask(path)],
  ] as const;
  const how = strict.ok ? 'accepted' : 'accepted as interoperable';
  return opinions.flatMap(([by, said]) =>
    said === undefined || said === 'no answer' || isExplained(by, said, whole, input.nowMs)
      ? []
      : [new Finding(`${how}, and ${by} refuses: ${said}`)],
  );
}

function print({ presented, anchors, nowMs }: PathInput): string {
  const encode = (list: readonly Uint8Array[]): string[] => list.map((one) => Buffer.from(one).toString('base64'));
  return JSON.stringify({ presented: encode(presented), anchors: encode(anchors), nowMs });
}

function parse(line: string): PathInput {
  const { presented, anchors, nowMs } = JSON.parse(line) as { presented: string[]; anchors: string[]; nowMs: number };
  const decode = (list: readonly string[]): Uint8Array[] =>
    list.map((one) => Uint8Array.from(Buffer.from(one, 'base64')));
  return { presented: decode(presented), anchors: decode(anchors), nowMs };
}
