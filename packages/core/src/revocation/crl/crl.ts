import { Buffer } from 'node:buffer';
import { isSharedArrayBuffer, isUint8Array } from 'node:util/types';
import { decodeAlgorithm } from '../../certificate/algorithm.ts';
import { MalformedError } from '../../certificate/malformed.ts';
import type {
  AlgorithmIdentifier,
  AuthorityKeyIdentifier,
  Certificate,
  DistributionPoint,
  Name,
} from '../../certificate/model.ts';
import type { MaybePromise } from '../../decision.ts';
import { DerError, DerReader } from '../../encoding/der.ts';
import { serialOctetsText, serialReadAsSigned } from '../../encoding/serial-number.ts';
import type { CertificateIssuers } from './certificate-issuers.ts';
import type { CrlDeviation } from './deviations.ts';
import { type CrlEntry, entryAt } from './entries.ts';
import { EntryIndex } from './entry-index.ts';
import type { IssuingDistributionPoint } from './issuing-distribution-point.ts';
import { type CrlLayout, readCrlLayout } from './layout.ts';
import { CrlError, type CrlRule } from './rules.ts';
import { runInSlices, type Sliced } from './slices.ts';

/** A list that can be used as far as its form goes, or the rule that it breaks. */
export type CrlOutcome = { readonly ok: true; readonly value: Crl } | { readonly ok: false; readonly rule: CrlRule };

/**
 * Reads one DER certificate revocation list strictly (RFC 5280 section 5.1) and prepares it for look-ups. The work is
 * done in slices of about a millisecond; a list that needs no second slice is answered at once.
 *
 * The octets are not copied, because lists can be large: they must not be changed afterwards.
 *
 * @throws {TypeError} When `der` is not a `Uint8Array`: a mistake of the program, not of the issuer.
 */
export function parseCrl(der: Uint8Array): MaybePromise<CrlOutcome> {
  if (!isUint8Array(der)) throw new TypeError('parseCrl takes DER as a Uint8Array');
  // Other threads write into shared memory, also while it is read.
  return runInSlices(readCrl(isSharedArrayBuffer(der.buffer) ? new Uint8Array(der) : der));
}

function* readCrl(der: Uint8Array): Sliced<CrlOutcome> {
  try {
    const layout = yield* readCrlLayout(der);
    const index = yield* EntryIndex.build(der, layout.entries, removalTest(der, layout.entries.hasRemovals));
    return { ok: true, value: new Crl(der, layout, index) };
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError || error instanceof CrlError) {
      return { ok: false, rule: error.rule };
    }
    throw error;
  }
}

/** Kept with the list: so it may hold nothing of the layout, which is as large as the index. */
function removalTest(der: Uint8Array, hasRemovals: boolean): (offset: number) => boolean {
  return hasRemovals ? (offset) => entryAt(der, offset).reason === 'removeFromCRL' : () => false;
}

/** A certificate revocation list that was read strictly. Nothing is known yet of its signature or its freshness. */
export class Crl {
  readonly der: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number | undefined;
  readonly crlNumber: bigint | undefined;
  /** Of a delta CRL alone. */
  readonly baseCrlNumber: bigint | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** The DER of the issuing distribution point, empty without one. */
  readonly scopeDer: Uint8Array;
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly entryCount: number;
  readonly deviations: readonly CrlDeviation[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The content of the signature BIT STRING. */
  readonly signature: Uint8Array;
  /** The signed part, `tbsCertList`. */
  readonly tbsDer: Uint8Array;
  readonly #issuers: CertificateIssuers;
  readonly #index: EntryIndex;

  /** @internal Only `parseCrl` makes lists. */
  constructor(der: Uint8Array, layout: CrlLayout, index: EntryIndex) {
    const { extensions } = layout;
    this.der = der;
    this.issuer = layout.issuer;
    this.thisUpdateMs = layout.thisUpdateMs;
    this.nextUpdateMs = layout.nextUpdateMs;
    this.crlNumber = extensions.crlNumber;
    this.baseCrlNumber = extensions.baseCrlNumber;
    this.authorityKeyIdentifier = extensions.authorityKeyIdentifier;
    this.issuingDistributionPoint = extensions.issuingDistributionPoint;
    this.scopeDer = extensions.scopeDer;
    this.freshestCrl = extensions.freshestCrl;
    this.entryCount = layout.entries.count;
    this.deviations = layout.deviations;
    this.signatureAlgorithm = decodeAlgorithm(new DerReader(der, layout.algorithmStart, layout.algorithmEnd));
    this.signature = der.subarray(layout.signatureStart);
    this.tbsDer = der.subarray(layout.tbsStart, layout.tbsEnd);
    // And nothing else of the layout, which is as large as the index.
    this.#issuers = layout.entries.issuers;
    this.#index = index;
  }

  get isDelta(): boolean {
    return this.baseCrlNumber !== undefined;
  }

  /** The entry for this certificate, found by its issuer and serial number (5.3.3). */
  entryFor({ issuer, serialNumber }: Pick<Certificate, 'issuer' | 'serialNumber'>): CrlEntry | undefined {
    const numbers = this.#issuers.numbersOf(issuer);
    let found: CrlEntry | undefined;
    for (const number of numbers) {
      const entry = this.#entryOf(serialNumber, number);
      if (entry !== undefined && entry.reason !== 'removeFromCRL') return entry;
      found ??= entry;
    }
    // As some tools write it. That lifts nothing: a number is lifted by itself alone.
    const asSigned = serialReadAsSigned(serialNumber);
    if (asSigned === undefined) return found;
    for (const number of numbers) {
      const entry = this.#entryOf(asSigned, number, true);
      if (entry !== undefined && entry.reason !== 'removeFromCRL') return entry;
    }
    return found;
  }

  #entryOf(serial: string, issuerNumber: number, isExact: boolean = false): CrlEntry | undefined {
    const octets = Buffer.from(serialOctetsText(serial), 'hex');
    const offset = this.#index.get(octets, issuerNumber, serial.startsWith('-'), isExact);
    return offset === -1 ? undefined : entryAt(this.der, offset);
  }
}
