import { Buffer } from 'node:buffer';
import type { Certificate } from '../certificate/model.ts';
import type { MaybePromise } from '../decision.ts';
import { type FileSource, isFileSource } from '../file-watcher.ts';
import { about } from '../path/checks.ts';
import type { PathSettings } from '../path/settings.ts';
import type { TrustSnapshot } from '../path/trust-store.ts';
import type { VerifiedPath } from '../path/verified-path.ts';
import { type Outcome, type Reason, reason } from '../reasons.ts';
import type { CheckedPath, RevocationStatus } from './checked-path.ts';
import { type CrlIssuerSettings, crlIssuersUnder } from './crl-issuers.ts';
import { type KnownRevocations, scopeUnder } from './known-revocations.ts';
import type { Finding, RevocationMethod, StatusQuestion } from './question.ts';
import type { RevocationEvent } from './source-status.ts';
import { type CertificateStatus, type UndeterminedKind, undetermined } from './status.ts';
import { stricterOf } from './strictness.ts';
import { troubleOf } from './trouble.ts';

export interface CheckerSettings {
  /** In the order in which they are asked: the first one that determines a status is the last that is asked. */
  readonly methods: readonly RevocationMethod[];
  readonly scope: 'leaf' | 'path';
  readonly on: Readonly<Record<UndeterminedKind, 'deny' | 'allow'>>;
  /** Those of the one who made the checker. An instance that asks may be stricter. */
  readonly path: PathSettings;
  readonly crlIssuers: (anchor: Certificate, settings: PathSettings, nowMs: number) => CrlIssuerSettings;
  /** Hears which anchors are trusted now. */
  readonly onTrust: (trust: TrustSnapshot) => void;
  readonly tell: (event: RevocationEvent) => void;
  /** The files and contents that the options name as lists. */
  readonly listSources?: readonly (string | Uint8Array | FileSource)[];
  /** What every finding is held against. */
  readonly known: KnownRevocations;
}

/** Checks every certificate of a path that the options ask about, and says what follows from it. */
export class RevocationChecker {
  readonly #settings: CheckerSettings;
  readonly #stricter: WeakMap<PathSettings, PathSettings> = new WeakMap();
  #revision = 1;
  #trust: TrustSnapshot | undefined;

  constructor(settings: CheckerSettings) {
    this.#settings = settings;
  }

  /** Whether a bare name, of which nothing can be asked, goes through. */
  get allowsNames(): boolean {
    return this.#settings.on.noSource === 'allow';
  }

  /** Whether the options name this file, or these very octets, as lists. */
  consults(source: string | Uint8Array | FileSource): boolean {
    return (this.#settings.listSources ?? []).some((named) => {
      if (isFileSource(source)) return isFileSource(named) && named.path === source.path;
      return !isFileSource(named) && Buffer.from(named).equals(Buffer.from(source));
    });
  }

  /** Something is known that was not known before: whatever was checked is to be checked again. */
  changed(): void {
    this.#revision += 1;
  }

  /** Whether a result is still what checking again would come to. */
  isCurrent({ revision, recheckAtMs, validUntilMs }: CheckedPath, nowMs: number): boolean {
    return revision === this.#knowledge && nowMs < recheckAtMs && nowMs <= validUntilMs;
  }

  /** Of what this checker knows, and of what all do. Both only grow, so that the sum tells of either. */
  get #knowledge(): number {
    return this.#revision + this.#settings.known.revision;
  }

  check(
    path: VerifiedPath,
    trust: TrustSnapshot,
    settings: PathSettings,
    nowMs: number,
  ): MaybePromise<Outcome<CheckedPath>> {
    if (trust !== this.#trust) {
      this.#trust = trust;
      this.#settings.onTrust(trust);
    }
    const revision = this.#knowledge;
    const findings = this.#findings(path, trust, this.#under(settings), nowMs);
    return findings.some((finding) => finding instanceof Promise)
      ? Promise.all(findings.map(async (finding) => finding)).then((all) => this.#conclude(path, all, revision, nowMs))
      : this.#conclude(path, findings as readonly Finding[], revision, nowMs);
  }

  /** One object for each instance that asks: what is remembered of issuers of lists hangs on it. */
  #under(settings: PathSettings): PathSettings {
    const { path } = this.#settings;
    if (settings === path) return path;
    const known = this.#stricter.get(settings);
    if (known !== undefined) return known;
    const made = stricterOf(settings, path);
    this.#stricter.set(settings, made);
    return made;
  }

  /** One for each certificate that is asked about. The trust anchor is none: it is trusted until it is removed. */
  #findings(
    path: VerifiedPath,
    trust: TrustSnapshot,
    settings: PathSettings,
    nowMs: number,
  ): readonly MaybePromise<Finding>[] {
    const { anchor, certificates } = path;
    const asked = this.#settings.scope === 'leaf' ? certificates.slice(0, 1) : certificates;
    // Under a delegated verdict nobody here knows who was trusted, nor whose word on the certificate counts.
    if (anchor === undefined) return asked.map(() => nothingToAsk);
    const { certificate: trusted } = anchor;
    const crlIssuers = crlIssuersUnder(path, trust, this.#settings.crlIssuers(trusted, settings, nowMs), nowMs);
    const client = (certificates[0] as Certificate).thumbprint;
    return asked.flatMap((certificate, index) => {
      if (certificate === trusted) return [];
      const issuer = certificates[index + 1] ?? trusted;
      const asking = { anchor: trusted, nowMs, strictness: settings, client, crlIssuers };
      return this.#find({ certificate, issuer, ...asking });
    });
  }

  /** What the methods come to beside what is known already. For whoever is revoked for good nobody is asked. */
  #find(question: StatusQuestion): MaybePromise<Finding> {
    const { anchor, certificate, issuer } = question;
    const { known } = this.#settings;
    const under = scopeUnder(anchor);
    const final = known.finalOf(under, certificate, issuer);
    if (final !== undefined) return { ...nothingToAsk, status: final };
    const weigh = (found: Finding): Finding => {
      const status = known.weigh(under, certificate, issuer, found.status);
      return status === found.status ? found : { ...found, status };
    };
    const finding = this.#ask(question, 0);
    return finding instanceof Promise ? finding.then(weigh) : weigh(finding);
  }

  /** The methods in their order, until one determines the status. */
  #ask(question: StatusQuestion, index: number, before?: Finding): MaybePromise<Finding> {
    const method = this.#settings.methods[index];
    if (method === undefined) return before ?? nothingToAsk;
    const next = (found: Finding): MaybePromise<Finding> => {
      const both = before === undefined ? found : this.#both(before, found);
      switch (found.status.status) {
        case 'undetermined':
          return this.#ask(question, index + 1, both);
        case 'good':
          return this.#unlessRevoked(question, index + 1, both);
        case 'revoked':
          return both;
      }
    };
    const finding = method.statusOf(question);
    return finding instanceof Promise ? finding.then(next) : next(finding);
  }

  /**
   * That one says good ends the asking, but nobody is let in against what is at hand: the others are not sent for
   * anything, and what they know of a revocation counts in whatever order they stand.
   */
  #unlessRevoked(question: StatusQuestion, index: number, good: Finding): MaybePromise<Finding> {
    const method = this.#settings.methods[index];
    if (method === undefined) return good;
    const next = (status: CertificateStatus): MaybePromise<Finding> =>
      status.status === 'revoked' ? { ...good, status } : this.#unlessRevoked(question, index + 1, good);
    const status = method.statusAtHand(question);
    return status instanceof Promise ? status.then(next) : next(status);
  }

  /**
   * What two methods come to, of which the first determined nothing. It is asked again as soon as it may know more. Where
   * both determine nothing, that one has nothing to consult is of no account if the other has; of the rest, whatever
   * denies counts.
   */
  #both(one: Finding, other: Finding): Finding {
    const both = [one, other];
    return {
      status: other.status.status === 'undetermined' ? this.#decisive([one.status, other.status]) : other.status,
      recheckAtMs: Math.min(one.recheckAtMs, other.recheckAtMs),
      retryAtMs: both.map(({ retryAtMs }) => retryAtMs).reduce(earlier),
    };
  }

  #decisive(statuses: readonly CertificateStatus[]): CertificateStatus {
    const consulted = severity.flatMap((kind) =>
      statuses.filter((status) => status.status === 'undetermined' && status.kind === kind),
    );
    const denying = consulted.find((one) => one.status === 'undetermined' && this.#settings.on[one.kind] === 'deny');
    return denying ?? consulted[0] ?? statuses[0] ?? undetermined('noSource');
  }

  #conclude(path: VerifiedPath, findings: readonly Finding[], revision: number, nowMs: number): Outcome<CheckedPath> {
    const refusal = this.#refusal(path.certificates, findings, nowMs);
    if (refusal !== undefined) return { ok: false, reason: refusal };
    let validUntilMs = path.validUntilMs;
    let isDetermined = true;
    for (const [index, { status }] of findings.entries()) {
      if (status.status === 'good') {
        validUntilMs = Math.min(validUntilMs, status.validUntilMs);
      } else if (status.status === 'undetermined') {
        isDetermined = false;
        const { subject } = path.certificates[index] as Certificate;
        const type = 'revocation_undetermined_allowed';
        const trouble = troubleOf(status);
        this.#settings.tell({ type, kind: status.kind, index, subject: subject.toString(), trouble });
      }
    }
    const revocation: RevocationStatus = Object.freeze({
      mode: this.#settings.scope,
      certificates: Object.freeze(findings.map(({ status }) => status)),
    });
    const recheckAtMs = Math.min(...findings.map((finding) => finding.recheckAtMs));
    return {
      ok: true,
      value: { path, revocation, validUntilMs, recheckAtMs, revision, isDetermined } as CheckedPath,
    };
  }

  /** A certificate that is revoked, before one of which nothing is known; the leaf before its issuers. */
  #refusal(certificates: readonly Certificate[], findings: readonly Finding[], nowMs: number): Reason | undefined {
    let unavailable: Reason | undefined;
    for (const [index, { retryAtMs, status }] of findings.entries()) {
      const which = about(certificates[index] as Certificate, index);
      if (status.status === 'revoked') {
        const { revocationDate, revocationReason, source } = status;
        return reason('certificate_revoked', { ...which, revocationDate, revocationReason, by: source });
      }
      if (status.status !== 'undetermined' || this.#settings.on[status.kind] === 'allow') continue;
      unavailable ??=
        status.kind === 'unknown'
          ? reason('certificate_status_unknown', which)
          : reason('revocation_unavailable', {
              ...which,
              kind: status.kind,
              retryAfterSeconds: retryAfterSeconds(retryAtMs, nowMs),
              trouble: troubleOf(status),
            });
    }
    return unavailable;
  }
}

const nothingToAsk: Finding = {
  status: undetermined('noSource'),
  recheckAtMs: Number.POSITIVE_INFINITY,
  retryAtMs: undefined,
};

/** The more it looks like an attack, the earlier. */
const severity: readonly UndeterminedKind[] = ['unknown', 'malformed', 'stale', 'unreachable'];

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** Where nothing is going to ask by itself, an operator has to do something: that takes a minute. */
const unknownWaitSeconds = 60;
const longestWaitSeconds = 300;

function retryAfterSeconds(retryAtMs: number | undefined, nowMs: number): number {
  if (retryAtMs === undefined || !Number.isFinite(retryAtMs)) return unknownWaitSeconds;
  return Math.min(longestWaitSeconds, Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000)));
}

/** A bare name that a proxy asserts goes through only where certificates without any source do: nothing can be asked. */
export function nameRefusal({ allowsNames }: RevocationChecker): Reason | undefined {
  return allowsNames
    ? undefined
    : reason('revocation_unavailable', { index: 0, kind: 'noSource', retryAfterSeconds: unknownWaitSeconds });
}
