import type { Certificate, Name } from '../certificate/model.ts';
import { isSameKey } from '../certificate/public-key.ts';
import { type Outcome, type Reason, reason, reasons } from '../reasons.ts';
import { Budget } from './budget.ts';
import { type CertificateIndex, isSameName, sameBytes } from './certificate-index.ts';
import {
  about,
  anchorValidityRefusal,
  authorityPurposeRefusal,
  authorityRefusal,
  certSigningRefusal,
  criticalExtensionRefusal,
  intermediateValidityRefusal,
  isValidAt,
  profileRefusal,
  validityRefusal,
} from './checks.ts';
import { keyMatch } from './key-match.ts';
import { type Candidate, RootedIntermediates } from './rooted.ts';
import type { PathSettings, SearchStep } from './settings.ts';
import { isSelfSigned, signatureRefusal } from './signature.ts';
import type { TrustSnapshot } from './trust-store.ts';
import { type Examined, type Validation, validatePath } from './validation.ts';

/** A path that passed validation: the leaf first, the anchor last. */
export interface FoundPath {
  readonly path: readonly Certificate[];
  readonly policies: Extract<Validation, { ok: true }>['policies'];
}

/**
 * Depth-first search from the leaf towards the trust anchors (RFC 4158), the most promising issuer first. Every
 * candidate is tried before the answer is no, unless the budget runs out, which is a refusal of its own. What can be
 * known of one certificate or of one signature is examined once in a search, however many paths it is part of.
 *
 * Only intermediates that an anchor vouches for, directly or through others, are tried. So no signature is ever checked with a
 * key that a stranger chose, whose type decides what a check costs.
 */
export class PathSearch implements Examined {
  readonly budget: Budget;
  readonly #presented: CertificateIndex;
  readonly #trust: TrustSnapshot;
  readonly #settings: PathSettings;
  readonly #nowMs: number;
  readonly #examined: Map<Certificate, Examination> = new Map();
  #rootedIntermediates: RootedIntermediates | undefined;
  #refusal: Reason | undefined;
  #changesAtMs: number = Number.POSITIVE_INFINITY;

  constructor(
    presented: CertificateIndex,
    trust: TrustSnapshot,
    settings: PathSettings,
    nowMs: number,
    budget: Budget = new Budget(settings.limits),
  ) {
    this.budget = budget;
    this.#presented = presented;
    this.#trust = trust;
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  run(leaf: Certificate): Outcome<FoundPath> {
    this.#notePresence(leaf);
    const found = this.#trust.anchors.has(leaf) ? this.#complete([leaf]) : undefined;
    const answer = found ?? this.#extend([leaf]);
    if (answer !== undefined) return { ok: true, value: answer };
    const { exhausted } = this.budget;
    if (exhausted !== undefined) {
      const limit = this.#settings.limits[exhausted];
      return { ok: false, reason: reason('path_budget_exceeded', { budget: exhausted, limit }) };
    }
    const unknown = reason('issuer_unknown', { ...about(leaf, 0), issuer: leaf.issuer.toString() });
    return { ok: false, reason: this.#leafFirst(leaf, this.#refusal ?? unknown) };
  }

  /** Where neither the leaf nor an intermediate is valid now, it is the client that has something to do. */
  #leafFirst(leaf: Certificate, refusal: Reason): Reason {
    return refusal.code === 'intermediate_expired' || refusal.code === 'intermediate_not_yet_valid'
      ? (validityRefusal(leaf, this.#nowMs) ?? refusal)
      : refusal;
  }

  /**
   * Milliseconds since the epoch: a refusal holds until then at most, because a certificate that was looked at becomes valid.
   * Nothing else that time does to certificates makes a refused one acceptable.
   */
  get changesAtMs(): number {
    return this.#changesAtMs;
  }

  /**
   * RFC 5280 6.1.3 (a)(2) and 6.1.4 (k), (n), (o), with the purposes and the profile: the same in every path. Of an anchor
   * the validity is asked last, by `#complete`.
   */
  issuerRefusal(certificate: Certificate, index: number): Reason | undefined {
    const examination = this.#examinationOf(certificate);
    if (examination.issuerRefusal === undefined) {
      this.#notePresence(certificate);
      examination.issuerRefusal =
        this.#intermediateValidityRefusal(certificate, index) ??
        authorityRefusal(certificate, index) ??
        certSigningRefusal(certificate, index) ??
        criticalExtensionRefusal(certificate, index) ??
        this.profileRefusal(certificate, index) ??
        authorityPurposeRefusal(certificate, index, this.#settings) ??
        null;
    }
    return examination.issuerRefusal ?? undefined;
  }

  #intermediateValidityRefusal(certificate: Certificate, index: number): Reason | undefined {
    if (isValidAt(certificate, this.#nowMs) || this.#trust.anchors.has(certificate)) return undefined;
    return intermediateValidityRefusal(certificate, index, this.#nowMs, this.#presented.has(certificate));
  }

  /** Section 4. Only what the operator trusts may be self-signed, so nobody else can cause that check. */
  profileRefusal(certificate: Certificate, index: number): Reason | undefined {
    return profileRefusal(
      certificate,
      index,
      this.#settings,
      (anchor) => this.#trust.anchors.has(anchor) && isSelfSigned(anchor),
    );
  }

  /** RFC 5280 6.1.3 (a)(1). */
  signatureRefusal(certificate: Certificate, issuer: Certificate, index: number): Reason | undefined {
    const { signatures } = this.#examinationOf(certificate);
    for (const examined of signatures) if (examined.issuer === issuer) return examined.refusal;
    const { memory, leaves } = this.#trust;
    const verifiedBefore = (index === 0 ? leaves : memory).isSignedBy(certificate, issuer);
    const refusal = signatureRefusal(certificate, issuer, index, this.#settings, this.budget, verifiedBefore);
    signatures.push({ issuer, refusal });
    return refusal;
  }

  #examinationOf(certificate: Certificate): Examination {
    let examination = this.#examined.get(certificate);
    if (examination === undefined) {
      examination = { issuerRefusal: undefined, signatures: [] };
      this.#examined.set(certificate, examination);
    }
    return examination;
  }

  /** Every issuer of the last certificate: those named byte for byte as it says, then those of the same name. */
  #extend(path: readonly Certificate[]): FoundPath | undefined {
    const child = path[path.length - 1] as Certificate;
    const found = this.#tryEach(path, child, this.#issuersOf(child, exactly));
    if (found !== undefined || this.budget.exhausted !== undefined) return found;
    return this.#tryEach(path, child, this.#issuersOf(child, otherwise));
  }

  #tryEach(
    path: readonly Certificate[],
    current: Certificate,
    candidates: readonly Candidate[],
  ): FoundPath | undefined {
    const depth = path.length;
    for (const { certificate, isAnchor } of candidates) {
      if (!this.budget.spendStep()) return undefined;
      if (isPartOf(path, certificate)) {
        this.#tell(depth, certificate, 'loop');
        continue;
      }
      if (!isAnchor && this.#isTooDeep(path, certificate)) {
        this.#tell(depth, certificate, 'too-deep');
        this.#note(reason('path_length_exceeded', { ...about(certificate, depth), limit: this.#trust.maxDepth }));
        continue;
      }
      const unfit = this.issuerRefusal(certificate, depth);
      if (unfit === undefined && !isAnchor && !this.#rooted.has(certificate, depth)) {
        if (this.budget.exhausted !== undefined) return undefined;
        this.#tell(depth, certificate, 'unrooted');
        continue;
      }
      const refusal = unfit ?? this.signatureRefusal(current, certificate, depth - 1);
      if (this.budget.exhausted !== undefined) return undefined;
      if (refusal !== undefined) {
        this.#tell(depth, certificate, 'refused', refusal);
        this.#note(refusal);
        continue;
      }
      this.#tell(depth, certificate, isAnchor ? 'anchor' : 'candidate');
      const longer = [...path, certificate];
      const found = isAnchor ? this.#complete(longer) : this.#extend(longer);
      if (found !== undefined || this.budget.exhausted !== undefined) return found;
    }
    return undefined;
  }

  /**
   * `maxDepth` counts like pathLenConstraint (6.1.4 (l)): not the self-issued certificates, with which an authority
   * changes its key. Of those there may be one for each authority, the anchor included.
   */
  #isTooDeep(path: readonly Certificate[], next: Certificate): boolean {
    const { maxDepth } = this.#trust;
    if (path.length <= maxDepth) return false;
    const intermediates = [...path.slice(1), next];
    const selfIssued = intermediates.filter(({ isSelfIssued }) => isSelfIssued).length;
    return intermediates.length - selfIssued > maxDepth || selfIssued > maxDepth + 1;
  }

  #complete(path: readonly Certificate[]): FoundPath | undefined {
    const validation = validatePath(path, this.#settings, this.#nowMs, this.budget, this);
    const anchor = path[path.length - 1] as Certificate;
    const refusal = validation.ok ? this.#anchorRefusal(path, anchor) : validation.reason;
    if (validation.ok && refusal === undefined) {
      this.#tell(path.length - 1, anchor, 'verified');
      return { path, policies: validation.policies };
    }
    this.#tell(path.length - 1, anchor, 'refused', refusal);
    if (refusal !== undefined) this.#note(refusal);
    return undefined;
  }

  /**
   * Whether the anchor is valid now, asked when there is nothing else against the path: only then is it the operator's
   * fault alone. A leaf that is itself the anchor was asked as any leaf: its validity is the client's own.
   */
  #anchorRefusal(path: readonly Certificate[], anchor: Certificate): Reason | undefined {
    if (path.length === 1) return undefined;
    const refusal = anchorValidityRefusal(anchor, path.length - 1, this.#nowMs);
    if (refusal?.code === 'trust_anchor_expired') this.#trust.onAnchorEnded?.(anchor);
    return refusal;
  }

  /** Issuers by name: anchors before intermediates, then by key identifier and validity (RFC 4158 section 3.5). */
  #issuersOf(child: Certificate, find: Find): readonly Candidate[] {
    const { anchors, intermediates, memory } = this.#trust;
    const candidates: Candidate[] = [];
    for (const certificate of find(anchors, child.issuer)) candidates.push({ certificate, isAnchor: true });
    for (const index of [this.#presented, intermediates, memory.index]) {
      const earlier = candidates.length;
      for (const certificate of find(index, child.issuer)) {
        // A client may send the anchor along, and configuration may repeat it: it is the anchor then.
        if (anchors.has(certificate) || isAmong(certificate, candidates, earlier)) continue;
        candidates.push({ certificate, isAnchor: false });
      }
    }
    // Nearly always there is one, which is not worth looking at its key identifier.
    return candidates.length > 1 ? this.#ranked(child, candidates) : candidates;
  }

  #ranked(child: Certificate, candidates: readonly Candidate[]): readonly Candidate[] {
    return candidates
      .map((candidate) => ({ candidate, promise: this.#promise(child, candidate) }))
      .sort((a, b) => b.promise - a.promise)
      .map(({ candidate }) => candidate);
  }

  #promise(child: Certificate, { certificate: issuer, isAnchor }: Candidate): number {
    const valid = isValidAt(issuer, this.#nowMs);
    return keyMatch(child, issuer) * 4 + (valid ? 2 : 0) + (isAnchor ? 1 : 0);
  }

  /** Made when it is needed: many leaves were issued by an anchor. */
  get #rooted(): RootedIntermediates {
    this.#rootedIntermediates ??= new RootedIntermediates({
      issuersOf: (child) => [...this.#issuersOf(child, exactly), ...this.#issuersOf(child, otherwise)],
      spendStep: () => this.budget.spendStep(),
      refusalOf: (issuer, depth) => this.#noted(this.issuerRefusal(issuer, depth)),
      signatureRefusalOf: (child, issuer, depth) => this.#noted(this.signatureRefusal(child, issuer, depth)),
    });
    return this.#rootedIntermediates;
  }

  #noted(refusal: Reason | undefined): Reason | undefined {
    if (refusal !== undefined) this.#note(refusal);
    return refusal;
  }

  #notePresence({ notBeforeMs }: Certificate): void {
    if (notBeforeMs > this.#nowMs) this.#changesAtMs = Math.min(this.#changesAtMs, notBeforeMs);
  }

  /** Keeps the most specific reason; the first one among equals, since better candidates come first. */
  #note(refusal: Reason): void {
    if (this.#refusal === undefined || reasons[refusal.code].rank > reasons[this.#refusal.code].rank) {
      this.#refusal = refusal;
    }
  }

  #tell(depth: number, { subject }: Certificate, event: SearchStep['event'], refusal?: Reason): void {
    this.#settings.trace?.({
      depth,
      subject: subject.toString(),
      event,
      ...(refusal === undefined ? {} : { code: refusal.code }),
    });
  }
}

/** What was found out of one certificate. */
interface Examination {
  /** `undefined`: not asked yet. `null`: it may be an issuer. */
  issuerRefusal: Reason | null | undefined;
  /** By each issuer that was tried: few have one name, so a list. */
  readonly signatures: { readonly issuer: Certificate; readonly refusal: Reason | undefined }[];
}

type Find = (index: CertificateIndex, name: Name) => readonly Certificate[];

function exactly(index: CertificateIndex, name: Name): readonly Certificate[] {
  return index.withExactSubject(name);
}

function otherwise(index: CertificateIndex, name: Name): readonly Certificate[] {
  return index.withSubject(name).filter(({ subject }) => !sameBytes(subject.der, name.der));
}

/** The very object among the first candidates: an intermediate that was remembered is presented as the same object. */
function isAmong(certificate: Certificate, candidates: readonly Candidate[], count: number): boolean {
  for (let index = 0; index < count; index += 1) {
    if (candidates[index]?.certificate === certificate) return true;
  }
  return false;
}

function isPartOf(path: readonly Certificate[], certificate: Certificate): boolean {
  for (const earlier of path) if (isSameEntity(earlier, certificate)) return true;
  return false;
}

/** RFC 4158 section 5.2: the same name with the same key twice in a path is a loop. */
function isSameEntity(a: Certificate, b: Certificate): boolean {
  return a === b || (isSameKey(a.publicKey, b.publicKey) && isSameName(a.subject, b.subject));
}
