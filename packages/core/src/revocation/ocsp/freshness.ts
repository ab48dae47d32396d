import type { OcspSubject } from './cert-id.ts';
import type { OcspRule } from './rules.ts';
import type { OcspSettings } from './settings.ts';
import type { SingleResponse } from './single-response.ts';

type Ages = Pick<OcspSettings, 'clockToleranceSeconds' | 'maxAgeSeconds' | 'lifetimeSeconds'>;

/**
 * RFC 6960 2.4: producedAt is "the time at which the OCSP responder signed this response". Good means no more than that
 * the serial number was not revoked (2.2), which was true before the certificate was issued, too.
 */
export function productionRefusal(
  producedAtMs: number,
  { notBeforeMs }: OcspSubject,
  nowMs: number,
  { clockToleranceSeconds }: Ages,
): OcspRule | undefined {
  if (producedAtMs > nowMs + clockToleranceSeconds * 1_000) return 'ocsp_produced_in_future';
  return producedAtMs < notBeforeMs ? 'ocsp_produced_before_certificate' : undefined;
}

/**
 * RFC 6960 4.2.2.1: "Responses where the thisUpdate time is later than the local system time SHOULD be considered
 * unreliable", and so those with an earlier nextUpdate. 3.2 (5): thisUpdate is "sufficiently recent".
 */
export function freshnessRefusal(
  single: Pick<SingleResponse, 'thisUpdateMs' | 'nextUpdateMs'>,
  nowMs: number,
  ages: Ages,
): OcspRule | undefined {
  const { thisUpdateMs, nextUpdateMs } = single;
  if (nextUpdateMs !== undefined && nextUpdateMs < thisUpdateMs) return 'ocsp_update_order';
  if (thisUpdateMs > nowMs + ages.clockToleranceSeconds * 1_000) return 'ocsp_this_update_in_future';
  if (nowMs <= currentUntilMs(single, ages)) return undefined;
  return nextUpdateMs !== undefined && nowMs >= nextUpdateMs ? 'ocsp_next_update_past' : 'ocsp_too_old';
}

/**
 * The last millisecond at which an answer is current. 3.2 (6): nextUpdate "is greater than the current time". Without it
 * "newer revocation information is available all the time" (2.4), so that we set a term ourselves.
 */
export function currentUntilMs(
  { thisUpdateMs, nextUpdateMs }: Pick<SingleResponse, 'thisUpdateMs' | 'nextUpdateMs'>,
  { maxAgeSeconds, lifetimeSeconds }: Ages,
): number {
  const longest = thisUpdateMs + maxAgeSeconds * 1_000;
  return Math.min(longest, nextUpdateMs === undefined ? thisUpdateMs + lifetimeSeconds * 1_000 : nextUpdateMs - 1);
}
