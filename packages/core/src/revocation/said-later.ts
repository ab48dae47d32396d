import { processWide } from '../process-wide.ts';
import { type CertificateStatus, compareTimes, type RevokedStatus } from './status.ts';

/** A list, or the delta CRL that brings it up to date, among those that come one after the other. */
export interface ListPlace {
  /** The lists of one signer and scope, the delta CRLs among them: in it numbers only grow (RFC 5280 5.2.3). */
  readonly line: string;
  readonly number: bigint | undefined;
  readonly thisUpdateMs: number;
  /** certificateHold is among the reasons that it tells of. */
  readonly coversHold: boolean;
  /** It was of a moment that had not come when it was heard: that is its thisUpdate here, and only its number has an order. */
  readonly isEarly?: true;
}

/**
 * Beside the statuses and not in them: applications see those, and turn them into JSON, which knows no bigint. Of the
 * process, as what was found revoked is: a hold that one copy of this package found is ended by what another one reads.
 */
const placesOf: WeakMap<CertificateStatus, readonly ListPlace[]> = processWide('list-places.1', () => new WeakMap());

/** A status with the lists that it follows from. */
export function saidBy<Status extends CertificateStatus>(places: readonly ListPlace[], status: Status): Status {
  placesOf.set(status, places);
  return status;
}

/**
 * Whether a status was said of a later moment than a hold. Where lists say it, those count that would tell of the hold: where
 * reasons are split over lists, the one for keyCompromise may be as old as it likes, and says nothing of holds. Of one line a
 * list with a higher number is the later one also within the same second.
 */
export function isLater(status: Exclude<CertificateStatus, { status: 'undetermined' }>, hold: RevokedStatus): boolean {
  const [told] = placesOf.get(hold) ?? [];
  const telling = (placesOf.get(status) ?? []).filter(({ coversHold, line }) => coversHold || line === told?.line);
  if (telling.length === 0) return compareTimes(status, hold) > 0;
  return telling.every((place) => {
    const isOfLine = place.line === told?.line;
    if (isOfLine && isHigher(told.number, place.number)) return false;
    if (place.thisUpdateMs > hold.thisUpdateMs) return true;
    const isSameMoment = place.thisUpdateMs === hold.thisUpdateMs || told?.isEarly === true;
    return isOfLine && isSameMoment && isHigher(place.number, told.number);
  });
}

function isHigher(one: bigint | undefined, other: bigint | undefined): boolean {
  return one !== undefined && other !== undefined && one > other;
}
