import { CheckedPathCache } from './cache.ts';
import { parseChain } from './certificate/chain.ts';
import type { Decision, MaybePromise } from './decision.ts';
import { type CompiledOptions, compileOptions, type MtlsOptions } from './options.ts';
import { delegatePath } from './path/delegated-path.ts';
import type { TrustSnapshot } from './path/trust-store.ts';
import { verifyPath } from './path/verify-path.ts';
import { createExpiryWatch } from './policy/expiry.ts';
import type { ClientIdentity } from './policy/identity.ts';
import { applyPolicy } from './policy/policy.ts';
import { type Outcome, reason } from './reasons.ts';
import { type CheckedPath, checkRevocation } from './revocation/checked-path.ts';
import { clientAddressOf } from './source/client-address.ts';
import type { RequestFacts } from './source/facts.ts';
import type { Presented } from './source/presented.ts';
import { resolveTrust } from './trust.ts';

/**
 * The line: what was presented, read, verified up to a trust anchor, checked for revocation, judged by policy. Each
 * stage takes only what the stage before it makes.
 */
export interface Authenticator {
  /**
   * Decides one request. Hostile input is a decision, never an exception; what is known already is answered without a
   * promise. Throws `PeercertFailure` where the set-up leaves no safe answer, which is a 500.
   */
  authenticate(facts: RequestFacts): MaybePromise<Decision>;
}

/** Throws TypeError for every wrong option. */
export function createAuthenticator(options: MtlsOptions = {}): Authenticator {
  return assemble(compileOptions(options));
}

/** The authenticator of options that were compiled already. */
export function assemble(options: CompiledOptions): Authenticator {
  const trustFor = resolveTrust(options.trust);
  const cache = new CheckedPathCache(options.limits);
  const expiryWatch = createExpiryWatch();
  const { onEvent } = options;

  function authenticate(facts: RequestFacts): MaybePromise<Decision> {
    const nowMs = options.clock();
    const presented = present(options, facts);
    if (presented === undefined) {
      return options.presence === 'optional' ? { outcome: 'anonymous' } : deny(reason('certificate_missing', {}));
    }
    if (!presented.ok) return deny(presented.reason);

    const trust = trustFor(presented.value);
    const checked = check(presented.value, trust, nowMs);
    if (!checked.ok) return deny(checked.reason);

    const address = clientAddressOf(facts, options.clientAddress);
    const client = applyPolicy(options.policy, checked.value, presented.value.source, facts, address);
    if (!(client instanceof Promise)) return decide(client, nowMs);
    // While a role function ran, an authority may have been removed: the answer counts only if trust is as it was.
    return client.then((late) => (trustFor(presented.value) === trust ? decide(late, nowMs) : authenticate(facts)));
  }

  function decide(client: Outcome<ClientIdentity>, nowMs: number): Decision {
    if (!client.ok) return deny(client.reason);
    const { certificate } = client.value;
    const event = onEvent && certificate && expiryWatch(certificate, nowMs);
    if (event) onEvent(event);
    return { outcome: 'allow', client: client.value };
  }

  function check(presented: Presented, trust: TrustSnapshot, nowMs: number): Outcome<CheckedPath> {
    const remembered = cache.get(presented, trust, nowMs);
    if (remembered !== undefined) return { ok: true, value: remembered };
    const chain = parseChain(presented.certificates, options.limits, (der) => trust.memory.recall(der));
    if (!chain.ok) return chain;
    const { leaf, others } = chain.value;
    let path = verifyPath(leaf, others, trust, options.path, nowMs);
    if (!path.ok && path.reason.code === 'issuer_unknown' && nodeVouches(presented)) {
      path = delegatePath(leaf, 'node', options.path, nowMs);
    }
    if (!path.ok) return path;
    const checked = checkRevocation(path.value, { mode: 'off' });
    cache.set(presented, trust, checked, nowMs);
    return { ok: true, value: checked };
  }

  /**
   * Some versions of Node show the leaf alone, so that the path cannot be built here. Then the verdict of a fresh
   * handshake stands in, but only where it was made against the very anchors that count: the server's own `ca`.
   */
  function nodeVouches({ certificates, verdict }: Presented): boolean {
    return options.trust === undefined && verdict.by === 'node' && verdict.fresh && certificates.length === 1;
  }

  return Object.freeze({ authenticate });
}

/** The first source that has something to say decides, be it that its header is malformed. */
function present({ sources }: CompiledOptions, facts: RequestFacts): Outcome<Presented> | undefined {
  for (const source of sources) {
    const presented = source.present(facts);
    if (presented !== undefined) return presented;
  }
  return undefined;
}

function deny(why: Extract<Decision, { outcome: 'deny' }>['reason']): Decision {
  return { outcome: 'deny', reason: why };
}
