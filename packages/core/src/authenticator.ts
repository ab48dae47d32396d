import { type AssertedName, parseAssertedName } from './certificate/asserted-name.ts';
import { createCertificateCheck } from './certificate-check.ts';
import type { Decision, MaybePromise } from './decision.ts';
import { PeercertFailure } from './error.ts';
import { createMisdirectionCheck } from './misdirection.ts';
import { observer } from './observer.ts';
import { shown } from './option-keys.ts';
import { type CompiledOptions, compileOptions, type MtlsOptions } from './options.ts';
import type { TrustSnapshot } from './path/trust-store.ts';
import { createExpiryWatch } from './policy/expiry.ts';
import { type ClientIdentity, leafOf } from './policy/identity.ts';
import { applyPolicy, versionOf } from './policy/policy.ts';
import { type Outcome, type Reason, reason } from './reasons.ts';
import { type BudgetedFor, renewBudget } from './request-budget.ts';
import type { CheckedPath } from './revocation/checked-path.ts';
import { nameRefusal } from './revocation/checker.ts';
import { deniedNameRefusal, deniedPathRefusal } from './revocation/deny-list.ts';
import { hasServerLists, ignoredServerLists, serverListRefusal } from './server-lists.ts';
import { clientAddressOf } from './source/client-address.ts';
import type { RequestFacts } from './source/facts.ts';
import { compileLookedFor, type LookedFor } from './source/looked-for.ts';
import type { Presented, PresentedName } from './source/presented.ts';
import { isPlainSocket } from './source/tls-socket.ts';
import { createStandingAllows, type StandingAllow } from './standing-allow.ts';
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
  const { authenticate } = assemble(compileOptions(options));
  return Object.freeze({
    authenticate(facts: RequestFacts) {
      renewBudget(facts);
      return authenticate(facts);
    },
  });
}

/** The line as the rest of this package uses it. */
export interface Line extends Authenticator {
  /** The allow that stands on a connection: what `authenticate` would answer to every request of it. */
  standing(connection: unknown): StandingAllow | undefined;
  /** Where a certificate was looked for in vain. */
  lookedFor(facts: RequestFacts): LookedFor;
}

/**
 * The line of options that were compiled already.
 *
 * @param about whose certificates it decides about
 */
export function assemble(options: CompiledOptions, about: BudgetedFor = 'clients'): Line {
  const trustFor = resolveTrust(options.trust, options);
  const misdirectionOf = createMisdirectionCheck(options.trust);
  const checkCertificates = createCertificateCheck(options, about);
  const expiryWatch = createExpiryWatch();
  const lookedFor = compileLookedFor(options.sources, options.forwarding.isFromProxy);
  const standingAllows = createStandingAllows(options, trustFor);
  const { denyList, revocation } = options;
  const onEvent = options.onEvent && observer(options.onEvent);

  /** A time that is no number would be neither before the beginning of a certificate nor after its end. */
  function now(): number {
    const nowMs: unknown = options.clock();
    if (typeof nowMs === 'number' && Number.isFinite(nowMs)) return nowMs;
    throw new PeercertFailure('setup', `clock must answer milliseconds since the epoch, and answered ${shown(nowMs)}`);
  }

  function standing(connection: unknown): StandingAllow | undefined {
    return standingAllows?.find(connection, now());
  }

  function authenticate(facts: RequestFacts): MaybePromise<Decision> {
    const nowMs = now();
    const stands = standingAllows?.find(facts.socket, nowMs);
    if (stands !== undefined) return stands.decision;
    const misdirection = misdirectionOf?.(facts);
    if (misdirection !== undefined) return deny(misdirection);
    const presented = present(options, facts);
    if (presented === undefined) return withoutCertificate(facts);
    if (!presented.ok) return deny(presented.reason);
    requireListsHeeded(presented.value);

    const trust = trustFor(presented.value, facts.socket);
    const subject =
      'assertedName' in presented.value
        ? checkName(presented.value.assertedName)
        : checkCertificates(presented.value, trust, facts, nowMs);
    if (!(subject instanceof Promise)) return judge(subject, presented.value, trust, facts, nowMs);
    // While a status was fetched, an authority may have been removed: what was found counts only under the same trust.
    return subject.then((late) =>
      trustFor(presented.value, facts.socket) === trust
        ? judge(late, presented.value, trust, facts, nowMs)
        : authenticate(facts),
    );
  }

  /** On a server without TLS nobody ever has a certificate, unless a proxy forwards it. */
  function withoutCertificate(facts: RequestFacts): Decision {
    const isReadFromSockets = about === 'clients' && options.sources.every(({ of }) => of === 'connection');
    if (isReadFromSockets && isPlainSocket(facts.socket)) {
      throw new PeercertFailure(
        'setup',
        ('bun' in process.versions
          ? 'mtls() runs on Bun, which does not show the certificate of a client: run it on Node, or, '
          : 'mtls() runs on a server without TLS, where no client can present a certificate: create it with node:https, or, ') +
          "behind a proxy, give the option source: fromNginx({ trustedProxies: ['10.0.0.10'], verifiedBy: 'peercert' })",
      );
    }
    return options.presence === 'optional'
      ? { outcome: 'anonymous' }
      : deny(reason('certificate_missing', lookedFor(facts)));
  }

  function judge(
    subject: Outcome<CheckedPath | AssertedName>,
    presented: Presented,
    trust: TrustSnapshot,
    facts: RequestFacts,
    nowMs: number,
  ): MaybePromise<Decision> {
    if (!subject.ok) return deny(subject.reason);
    const denied = denyListRefusal(subject.value);
    if (denied !== undefined) return deny(denied);
    const revoked = 'path' in subject.value ? serverListRefusal(presented, subject.value) : undefined;
    if (revoked !== undefined) return deny(revoked);
    const address = clientAddressOf(facts, options.clientAddress, options.forwarding);
    const version = versionOf(options.policy);
    const client = applyPolicy(options.policy, subject.value, presented.source, facts, address);
    if (!(client instanceof Promise)) {
      const decision = decide(client, nowMs);
      if (decision.outcome === 'allow' && 'path' in subject.value) {
        standingAllows?.keep(facts.socket, decision, { presented, trust, checked: subject.value, fromMs: nowMs });
      }
      return decision;
    }
    // While a role function ran, an authority may have been removed, a file of the policy replaced, or a certificate denied.
    return client.then((late) => {
      if (trustFor(presented, facts.socket) !== trust || versionOf(options.policy) !== version)
        return authenticate(facts);
      const revoked = denyListRefusal(subject.value);
      return revoked === undefined ? decide(late, nowMs) : deny(revoked);
    });
  }

  /** Of a proxy, whose own certificate has no option for revocation, what Node found in the lists is all there is. */
  function requireListsHeeded(presented: Presented): void {
    if (revocation !== undefined || about === 'proxies' || !('handshake' in presented)) return;
    if (presented.handshake !== undefined && hasServerLists(presented.handshake)) throw ignoredServerLists();
  }

  function decide(client: Outcome<ClientIdentity>, nowMs: number): Decision {
    if (!client.ok) return deny(client.reason);
    const leaf = onEvent && leafOf(client.value);
    const event = leaf && expiryWatch(leaf, nowMs);
    if (event) onEvent?.(event);
    return Object.freeze({ outcome: 'allow', client: client.value });
  }

  function checkName(texts: PresentedName['assertedName']): Outcome<AssertedName> {
    const name = parseAssertedName(texts);
    const refusal = name.ok && revocation !== undefined ? nameRefusal(revocation) : undefined;
    return refusal === undefined ? name : { ok: false, reason: refusal };
  }

  function denyListRefusal(subject: CheckedPath | AssertedName): Reason | undefined {
    if (denyList === undefined || denyList.size === 0) return undefined;
    return 'path' in subject ? deniedPathRefusal(denyList, subject.path) : deniedNameRefusal(denyList, subject);
  }

  return { authenticate, standing, lookedFor };
}

/**
 * The first source that has something to say decides, be it that its header is malformed. A peer that is a trusted proxy
 * is never itself the client, whatever certificate it has of its own.
 */
function present({ sources, forwarding }: CompiledOptions, facts: RequestFacts): Outcome<Presented> | undefined {
  const forged = forwarding.refusalOf(facts);
  if (forged !== undefined) return { ok: false, reason: forged };
  const isFromProxy = forwarding.isFromProxy(facts);
  for (const source of sources) {
    if (isFromProxy && source.of === 'connection') continue;
    const presented = source.present(facts);
    if (presented !== undefined) return presented;
  }
  return undefined;
}

function deny(why: Extract<Decision, { outcome: 'deny' }>['reason']): Decision {
  return { outcome: 'deny', reason: why };
}
