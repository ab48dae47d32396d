import { compareTimes, isFinal } from '../status.ts';
import { type OcspVerdict, refused } from './check-response.ts';

/**
 * Whether an answer about a certificate takes the place of the one that is held. RFC 6960 section 5 warns of answers that
 * said good before the certificate was revoked: each can be shown again until its nextUpdate. So no earlier answer replaces
 * a later one, and good replaces a hold only when it is later. What was revoked for good stays so, whenever it was said.
 *
 * @param held What was accepted last. `undefined`: nothing was.
 */
export function supersedes({ said, status }: OcspVerdict, held: OcspVerdict | undefined): boolean {
  if (said === undefined) return false;
  if (held?.said === undefined) return true;
  const isRevocation = status.status === 'revoked';
  if (isRevocation && isFinal(status)) return true;
  const wasRevocation = held.status.status === 'revoked';
  if (wasRevocation && isFinal(held.status)) return false;
  const order = compareTimes(said, held.said);
  return order > 0 || (order === 0 && (isRevocation || !wasRevocation));
}

/** An answer that tells a status, or the refusal of one that may not take the place of the one that is held. */
export function unlessOlder(found: OcspVerdict, held: OcspVerdict | undefined): OcspVerdict {
  return found.status.status === 'undetermined' || supersedes(found, held) ? found : refused('ocsp_not_newer');
}
