import { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { Certificate, Name } from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import { nameOfDer } from '../../encoding/content-kind.ts';
import type { CertificateStatus } from '../status.ts';
import { type Strictness, stricterOf } from '../strictness.ts';
import type { ListProblem } from '../trouble.ts';
import { type Crl, parseCrl } from './crl.ts';
import { type CrlPolicy, crlStatus, isOfFuture, isRefused, newestFirst, staleness } from './crl-status.ts';
import { type CrlDeviation, crlDeviations } from './deviations.ts';
import { faultOf } from './fault.ts';
import type { ListBlocks } from './file-intake.ts';
import { readCrlBlocks } from './pem.ts';
import type { CrlRule } from './rules.ts';
import { findSigner, isExpectedSigner } from './signer.ts';

export interface CrlStoreOptions {
  readonly policy: CrlPolicy;
  /**
   * Certificates with this subject that may sign lists and are known without any client: trust anchors and configured
   * intermediates. With them a list is verified when it is added, else when a certificate is first asked about. Default:
   * none.
   */
  readonly crlIssuers?: (name: Name) => readonly Certificate[];
  /** Milliseconds since the epoch, for lists that are of the future. Default: none is. */
  readonly clock?: () => number;
  /** Hears of lists that were of the future, and answer from now on. */
  readonly onUsable?: (lists: readonly Crl[]) => void;
}

/** What became of one list that was given to the store. */
export type CrlAddition =
  | { readonly outcome: 'added' | 'unchanged'; readonly crl: Crl }
  /** It is of the future, and kept beside the one that answers until it takes that one's place by itself. */
  | { readonly outcome: 'early'; readonly crl: Crl; readonly isNew: boolean; readonly usableAtMs: number }
  /**
   * It is not current, and kept: whom it names is revoked. Where there is another one that is, that one answers. A list without
   * nextUpdate never is, unless the options say how old it may become.
   */
  | { readonly outcome: 'unusable'; readonly crl: Crl; readonly isNew: boolean; readonly problem: ListProblem }
  | {
      readonly outcome: 'refused';
      readonly refusal: CrlRefusal;
      /** What the content is instead, in words that follow its name. */
      readonly detail?: string | undefined;
    };

export type CrlRefusal = CrlRule | Unfit;

/** A list that can be read. */
type Unfit =
  | CrlDeviation
  /** It is not signed with the key of the issuer that is known under its name. */
  | 'crl_signature_invalid'
  /** There is a list of the same issuer and scope that is as new or newer (RFC 5280 5.2.3). */
  | 'crl_not_newer';

/** For the log, behind the name of the list. */
function refusalWords(refusal: Unfit): string {
  switch (refusal) {
    case 'crl_signature_invalid':
      return 'is not signed with the key of the issuer that is known under its name';
    case 'crl_not_newer':
      return 'is not newer than the list of the same issuer and scope that is in use';
    default: {
      const { section, sentence } = crlDeviations[refusal];
      return `breaks ${refusal} (${section}: ${sentence}): profile 'strict' refuses it, 'interoperable' takes it`;
    }
  }
}

/** How one list is doing. */
export interface CrlSummary {
  /** RFC 4514 text. */
  readonly issuer: string;
  readonly isDelta: boolean;
  readonly crlNumber: bigint | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** Since thisUpdate. */
  readonly ageSeconds: number;
  readonly entryCount: number;
  /** Its signature was checked with a key of its issuer. */
  readonly isVerified: boolean;
  /** Why the last list that should have taken its place was refused. */
  readonly lastRefusal: CrlRefusal | undefined;
}

interface Held {
  readonly crl: Crl;
  readonly signer: Certificate | undefined;
  /** Beside the one that answers: whom it names is revoked, and nothing else. */
  readonly isEarly: boolean;
  /** When it takes that one's place. `Infinity`: never, as it is not current. */
  readonly usableAtMs: number;
  /** As in `status()` of the revocation. */
  readonly source: string | undefined;
  lastRefusal: CrlRefusal | undefined;
}

/** Of one file: after so many others may run. No authority in honest use has more lists. */
const listsAtOnce = 64;
/** Delta CRLs kept for one scope: an older one may fit a complete CRL that the newest does not. */
const mostDeltas = 4;
/** Lists kept for one scope whose signer is not known yet: whoever is on the way to a server can send such a list. */
const mostUnverified = 2;
/** The same for all scopes. */
const mostUnverifiedInAll = 64;

/**
 * Revocation lists by issuer and scope, which can be replaced while requests run. A list takes its place at once, when it
 * was read, prepared and verified; until then the one before it answers. An older list never replaces a newer one, nor
 * does one of the future replace one that is good now: it waits beside it until its thisUpdate has come.
 */
export class CrlStore {
  readonly #policy: CrlPolicy;
  readonly #knownIssuers: (name: Name) => readonly Certificate[];
  #held: readonly Held[] = [];
  #byIssuer: ReadonlyMap<string, readonly Crl[]> = new Map();
  readonly #clock: () => number;
  readonly #onUsable: (lists: readonly Crl[]) => void;
  #nextUsableAtMs = Number.POSITIVE_INFINITY;

  constructor(options: CrlStoreOptions) {
    const { policy, crlIssuers = () => [], clock = endOfTime, onUsable = () => undefined } = options;
    this.#policy = policy;
    this.#knownIssuers = crlIssuers;
    this.#clock = clock;
    this.#onUsable = onUsable;
  }

  /** When the next list of the future is to be used; `Infinity`: there is none. */
  get nextUsableAtMs(): number {
    return this.#nextUsableAtMs;
  }

  /**
   * Adds every list of a file, DER or PEM (RFC 7468 section 6: label `X509 CRL`, several blocks allowed), in their order.
   * What cannot be used is refused and changes nothing. Octets of DER are kept, not copied: they must not be changed.
   *
   * @param source Where they come from, for the log.
   * @throws {TypeError} When the input is neither text nor octets.
   */
  async add(input: string | Uint8Array, source?: string): Promise<readonly CrlAddition[]> {
    return this.addBlocks(await readCrlBlocks(input), source);
  }

  /** Adds what was read from a file. */
  async addBlocks(blocks: ListBlocks, source?: string): Promise<readonly CrlAddition[]> {
    if (!blocks.ok) return [{ outcome: 'refused', refusal: blocks.rule, detail: blocks.detail }];
    const additions: CrlAddition[] = [];
    for (const der of blocks.value) {
      // What an unknown hand put into one file may be half a million lists, each with a signature to check.
      if (additions.length > 0 && additions.length % listsAtOnce === 0) await setImmediate();
      additions.push(await this.#addOne(der, source));
    }
    return additions;
  }

  async #addOne(der: Uint8Array, source: string | undefined): Promise<CrlAddition> {
    this.settle(this.#clock());
    const same = this.#held.find((held) => Buffer.compare(held.crl.der, der) === 0);
    if (same !== undefined) return this.#kept(same, false, this.#clock());
    const parsed = await parseCrl(der);
    if (!parsed.ok)
      return { outcome: 'refused', refusal: parsed.rule, detail: nameOfDer(der, 'lists') ?? faultOf(der, parsed.rule) };
    const crl = parsed.value;
    const [deviation] = crl.deviations;
    if (deviation !== undefined && isRefused(crl, this.#policy)) return this.#refuse(crl, deviation);
    const candidates = [...this.#knownIssuers(crl.issuer), ...this.#signersOf(crl)];
    const signer = await findSigner(crl, candidates, this.#policy);
    if (signer === undefined && candidates.some((one) => isExpectedSigner(crl, one))) {
      return this.#refuse(crl, 'crl_signature_invalid');
    }
    const nowMs = this.#clock();
    const held: Held = { crl, signer, ...this.#placeFor(crl, signer, nowMs), source, lastRefusal: undefined };
    return this.#place(held) ? this.#kept(held, true, nowMs) : this.#refuse(crl, 'crl_not_newer');
  }

  #kept({ crl, isEarly, usableAtMs }: Held, isNew: boolean, nowMs: number): CrlAddition {
    if (isEarly && Number.isFinite(usableAtMs)) return { outcome: 'early', crl, isNew, usableAtMs };
    const problem = this.#staleness(crl, nowMs);
    // One that alone is over is as it is: its issuer has no better one yet.
    if (problem !== undefined && (isEarly || problem === 'crl_next_update_missing')) {
      return { outcome: 'unusable', crl, isNew, problem };
    }
    return { outcome: isNew ? 'added' : 'unchanged', crl };
  }

  /** Beside the one that answers, as long as a list cannot be used and that one can. */
  #placeFor(crl: Crl, signer: Certificate | undefined, nowMs: number): Pick<Held, 'isEarly' | 'usableAtMs'> {
    if (isOfFuture(crl, nowMs, this.#policy)) {
      return { isEarly: true, usableAtMs: crl.thisUpdateMs - (this.#policy.clockToleranceMs ?? 0) };
    }
    const isAside =
      !crl.isDelta &&
      this.#staleness(crl, nowMs) !== undefined &&
      this.#peersOf(crl, signer).some((held) => !held.isEarly && this.#staleness(held.crl, nowMs) === undefined);
    return { isEarly: isAside, usableAtMs: Number.POSITIVE_INFINITY };
  }

  #staleness(crl: Crl, nowMs: number): ListProblem | undefined {
    // Without a clock nothing is known of it.
    return Number.isFinite(nowMs) ? staleness(crl, nowMs, this.#policy) : undefined;
  }

  /** For the same scope, and of the same signer. */
  #peersOf(crl: Crl, signer: Certificate | undefined): readonly Held[] {
    return this.#held.filter((held) => isSameScope(held.crl, crl) && held.signer?.spkiSha256 === signer?.spkiSha256);
  }

  /** Lists whose moment has come take the place that they deserve. */
  settle(nowMs: number): void {
    if (!(nowMs >= this.#nextUsableAtMs)) return;
    const due = this.#held.filter(({ usableAtMs }) => Number.isFinite(usableAtMs) && nowMs >= usableAtMs);
    const inOrder = due.sort((one, other) => one.crl.thisUpdateMs - other.crl.thisUpdateMs);
    this.#hold(this.#held.filter((held) => !due.includes(held)));
    for (const held of inOrder) this.#place({ ...held, ...this.#placeFor(held.crl, held.signer, nowMs) });
    const usable = this.#held.filter(({ crl, isEarly }) => !isEarly && due.some((one) => one.crl === crl));
    if (due.length > 0) this.#onUsable(usable.map(({ crl }) => crl));
  }

  /** Who signed the lists of this issuer that are there: found in a verified path, if not known before. */
  #signersOf({ issuer }: Crl): readonly Certificate[] {
    return this.#held.flatMap(({ crl, signer }) =>
      signer !== undefined && crl.issuer.canonical === issuer.canonical ? [signer] : [],
    );
  }

  #refuse(crl: Crl, refusal: Unfit): CrlAddition {
    for (const held of this.#held) if (isSameScope(held.crl, crl)) held.lastRefusal = refusal;
    return { outcome: 'refused', refusal, detail: refusalWords(refusal) };
  }

  /** Puts a list in its place, unless it is too old for it. */
  #place(placed: Held): boolean {
    const { crl, isEarly, signer } = placed;
    const peers = this.#peersOf(crl, signer);
    const waits = ({ usableAtMs }: Held): boolean => Number.isFinite(usableAtMs);
    const rivals = peers.filter((held) => held.isEarly === isEarly && waits(held) === waits(placed));
    if (signer === undefined) {
      // Nobody can tell yet which of them are real. The newest stay: old ones that are shown again do not push out the one
      // that revokes, and forged ones that do let nobody in.
      const kept = [placed, ...rivals].sort((one, other) => newestFirst(one.crl, other.crl)).slice(0, mostUnverified);
      this.#hold([...kept, ...this.#held.filter((held) => !rivals.includes(held))]);
      return kept.includes(placed);
    }
    if (peers.some((held) => !held.isEarly && !isNewer(crl, held.crl))) return false;
    if (isEarly) return this.#placeEarly(placed, rivals);
    // What an authority signed with a higher number, when its clock was right again, is later than what it signed before.
    const others = this.#held.filter(
      (held) => !peers.includes(held) || (held.isEarly && (crl.isDelta || isNewer(held.crl, crl))),
    );
    this.#hold([placed, ...rivals.slice(0, crl.isDelta ? mostDeltas - 1 : 0), ...others]);
    return true;
  }

  /**
   * Of the lists for one scope that are of the future, the one whose moment comes first is kept, so that it comes, and the
   * newest, which names whoever was revoked last.
   */
  #placeEarly(placed: Held, rivals: readonly Held[]): boolean {
    const inOrder = [placed, ...rivals].sort((one, other) => newestFirst(one.crl, other.crl));
    const kept = placed.crl.isDelta
      ? inOrder.slice(0, mostDeltas)
      : inOrder.filter((_, index) => index === 0 || index === inOrder.length - 1);
    this.#hold([...kept, ...this.#held.filter((held) => !rivals.includes(held))]);
    return kept.includes(placed);
  }

  #hold(held: readonly Held[]): void {
    let unverified = 0;
    this.#held = held.filter(({ signer }) => signer !== undefined || ++unverified <= mostUnverifiedInAll);
    const byIssuer = new Map<string, Crl[]>();
    for (const { crl } of this.#held) {
      const { canonical } = crl.issuer;
      byIssuer.set(canonical, [...(byIssuer.get(canonical) ?? []), crl]);
    }
    this.#byIssuer = byIssuer;
    this.#nextUsableAtMs = this.#held.reduce(
      (earliest, { usableAtMs }) => Math.min(earliest, usableAtMs),
      Number.POSITIVE_INFINITY,
    );
  }

  /** Whether this very list is there still. */
  holds(crl: Crl | undefined): boolean {
    return this.#held.some((held) => held.crl === crl);
  }

  /** Whether this very list is there, and of the future still. */
  holdsEarly(crl: Crl | undefined): boolean {
    return this.#held.some((held) => held.crl === crl && Number.isFinite(held.usableAtMs));
  }

  /** Every list that names this issuer, of those for one scope the one added last first. */
  crlsBy({ canonical }: Name): readonly Crl[] {
    return this.#byIssuer.get(canonical) ?? [];
  }

  /**
   * RFC 5280 6.3.3 over the lists that are there.
   *
   * @param issuer The certificate that vouches for it in its verified path.
   * @param crlIssuers Other issuers of lists, as `CrlQuestion` asks for them. Default: none.
   * @param strictness Of whoever asks, who may be stricter than the store. Default: as the store.
   */
  statusOf(
    certificate: Certificate,
    issuer: Certificate,
    nowMs: number,
    crlIssuers: (name: Name) => MaybePromise<readonly Certificate[]> = () => [],
    strictness: Strictness = this.#policy,
  ): MaybePromise<CertificateStatus> {
    this.settle(nowMs);
    return crlStatus({
      certificate,
      issuer,
      nowMs,
      crlsBy: (name) => this.crlsBy(name),
      crlIssuers,
      onSigner: (crl, signer) => this.#learn(crl, signer),
      sourceOf: (crl) => this.#held.find((held) => held.crl === crl)?.source,
      policy: strictness === this.#policy ? this.#policy : stricterOf(this.#policy, strictness),
    });
  }

  /** A list whose signer was not known when it was added takes the place that it deserves. */
  #learn(crl: Crl, signer: Certificate): void {
    const held = this.#held.find((one) => one.crl === crl);
    if (held === undefined || held.signer !== undefined) return;
    this.#held = this.#held.filter((one) => one !== held);
    if (!this.#place({ ...held, signer })) this.#hold(this.#held);
  }

  /** How each list is doing. */
  status(nowMs: number): readonly CrlSummary[] {
    return this.#held.map(({ crl, signer, lastRefusal }) => ({
      issuer: crl.issuer.toString(),
      isDelta: crl.isDelta,
      crlNumber: crl.crlNumber,
      thisUpdate: new Date(crl.thisUpdateMs),
      nextUpdate: crl.nextUpdateMs === undefined ? undefined : new Date(crl.nextUpdateMs),
      ageSeconds: Math.floor((nowMs - crl.thisUpdateMs) / 1000),
      entryCount: crl.entryCount,
      isVerified: signer !== undefined,
      lastRefusal,
    }));
  }
}

const endOfTime = (): number => Number.POSITIVE_INFINITY;

/** Of the same issuer, key identifier and issuing distribution point, both complete or both delta. */
function isSameScope(one: Crl, other: Crl): boolean {
  return (
    one.issuer.canonical === other.issuer.canonical &&
    one.isDelta === other.isDelta &&
    Buffer.compare(one.scopeDer, other.scopeDer) === 0 &&
    Buffer.compare(keyIdentifierOf(one), keyIdentifierOf(other)) === 0
  );
}

const none = new Uint8Array();
const keyIdentifierOf = ({ authorityKeyIdentifier }: Crl): Uint8Array => authorityKeyIdentifier?.keyIdentifier ?? none;

/**
 * 5.2.3: the CRL number is "a monotonically increasing sequence number". Neither the number nor thisUpdate may go back, and
 * one of them must go forward.
 */
function isNewer(crl: Crl, held: Crl): boolean {
  const hasNumbers = crl.crlNumber !== undefined && held.crlNumber !== undefined;
  const numberGain = hasNumbers ? Number(crl.crlNumber - held.crlNumber) : 0;
  const timeGain = crl.thisUpdateMs - held.thisUpdateMs;
  return numberGain >= 0 && timeGain >= 0 && numberGain + timeGain > 0;
}
