import type { CrlRefusal } from './crl/store.ts';
import type { FetchProblem } from './fetch-problems.ts';
import type { OcspRule } from './ocsp/rules.ts';
import type { UndeterminedKind } from './status.ts';
import type { ListProblem, RevocationTrouble } from './trouble.ts';

/** How a source of revocation information is doing. */
export interface RevocationSourceStatus {
  /** `crl http://crl.example.com/ca.crl`, `crl /etc/pki/ca.crl`, `crl 1` (given inline), `ocsp http://ocsp.example.com/`. */
  readonly source: string;
  /** When it last gave something usable. */
  readonly updatedAt: Date | undefined;
  /** Since then. */
  readonly ageSeconds: number | undefined;
  /** The earliest nextUpdate of what it gave. */
  readonly nextUpdate: Date | undefined;
  /** Entries of its lists, or answers of a responder that are remembered. */
  readonly entries: number;
  /** When it is asked again; `undefined` for what changes by itself, or not at all. */
  readonly nextAttempt: Date | undefined;
  /** `undefined` when the last attempt succeeded. */
  readonly lastError: RevocationSourceError | undefined;
  /** What it gave ahead of its time: whom it names is revoked already, and the rest of it waits. Empty where there is none. */
  readonly early: readonly EarlyList[];
}

/** A list whose thisUpdate is further ahead than the clock of an authority may be (`crls.clockToleranceSeconds`). */
export interface EarlyList {
  /** RFC 4514 text. */
  readonly issuer: string;
  /** Decimal. `undefined`: the list has none. */
  readonly crlNumber: string | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** When it takes the place of the one before it, by itself. */
  readonly usableAt: Date;
}

export interface RevocationSourceError {
  readonly at: Date;
  readonly kind: UndeterminedKind;
  /** Which rule was broken, or what went wrong. */
  readonly problem: RevocationProblem;
  readonly detail: string;
}

export type RevocationProblem =
  | FetchProblem
  | CrlRefusal
  | OcspRule
  /** A file that cannot be read: the detail names it, the error of Node and the remedy. */
  | 'file_unreadable'
  /** A list that is over already, and that the source has no newer one for. */
  | 'crl_next_update_past'
  /** Another reason why a list is not current. */
  | ListProblem;

/** What a source tells of itself, beside its status. */
export type RevocationEvent =
  | {
      readonly type: 'revocation_source_updated';
      readonly source: string;
      readonly entries: number;
      readonly nextUpdate: Date | undefined;
    }
  /**
   * A source gave a list of the future. The one before it answers until this one's moment has come, which is told as
   * `revocation_source_updated`; whom this one names is revoked from now on.
   */
  | ({ readonly type: 'crl_this_update_in_future'; readonly source: string } & EarlyList)
  /** What was known before stays in use within its own validity. */
  | ({
      readonly type: 'revocation_source_failed';
      readonly source: string;
      /** `undefined`: when it changes. */
      readonly nextAttempt: Date | undefined;
    } & RevocationSourceError)
  /** A request went on although a status could not be determined, because `revocation.on` says so. */
  | {
      readonly type: 'revocation_undetermined_allowed';
      readonly kind: UndeterminedKind;
      /** 0 is the leaf. */
      readonly index: number;
      /** RFC 4514 text. */
      readonly subject: string;
      /** Why, as far as it is known. */
      readonly trouble: RevocationTrouble | undefined;
    };
