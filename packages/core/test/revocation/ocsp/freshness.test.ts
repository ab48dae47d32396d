import { describe, expect, it } from 'vitest';
import { currentUntilMs, freshnessRefusal, productionRefusal } from '../../../src/revocation/ocsp/freshness.ts';
import { now, saying } from '../../path/certificates.ts';
import { minute, settings, subject } from './answers.ts';

const ages = { ...settings, clockToleranceSeconds: 60, lifetimeSeconds: 3_600 };

describe('an answer is produced', () => {
  const certificate = saying(subject.certificate, { notBeforeMs: now - minute });
  const refusal = (producedAtMs: number): string | undefined => productionRefusal(producedAtMs, certificate, now, ages);

  it('while the certificate is valid, up to now', () => {
    expect(refusal(now - minute)).toBeUndefined();
    expect(refusal(now)).toBeUndefined();
  });

  it('by a clock that may be ahead by the tolerance', () => {
    expect(refusal(now + minute)).toBeUndefined();
    expect(refusal(now + minute + 1)).toBe('ocsp_produced_in_future');
  });

  it('not before the certificate was valid', () => {
    expect(refusal(now - minute - 1)).toBe('ocsp_produced_before_certificate');
  });
});

describe('an answer is current', () => {
  const refusal = (thisUpdateMs: number, nextUpdateMs: number | undefined, changes: Partial<typeof ages> = {}) =>
    freshnessRefusal({ thisUpdateMs, nextUpdateMs }, now, { ...ages, ...changes });

  it('from thisUpdate on, by a clock that may be ahead by the tolerance', () => {
    expect(refusal(now, now + 1)).toBeUndefined();
    expect(refusal(now + minute, now + 2 * minute)).toBeUndefined();
    expect(refusal(now + minute + 1, now + 2 * minute)).toBe('ocsp_this_update_in_future');
  });

  it('before nextUpdate, without any tolerance', () => {
    expect(refusal(now - minute, now + 1)).toBeUndefined();
    expect(refusal(now - minute, now)).toBe('ocsp_next_update_past');
    expect(refusal(now - minute, now - 1)).toBe('ocsp_next_update_past');
  });

  it('for its lifetime where it has no nextUpdate', () => {
    expect(refusal(now - 3_600_000, undefined)).toBeUndefined();
    expect(refusal(now - 3_600_001, undefined)).toBe('ocsp_too_old');
    expect(refusal(now - 7_200_001, undefined, { lifetimeSeconds: 7_200 })).toBe('ocsp_too_old');
  });

  it('up to the longest age that the operator accepts, whatever nextUpdate says', () => {
    const maxAgeSeconds = 600;
    expect(refusal(now - 600_000, now + minute, { maxAgeSeconds })).toBeUndefined();
    expect(refusal(now - 600_001, now + minute, { maxAgeSeconds })).toBe('ocsp_too_old');
    expect(refusal(now - 600_001, undefined, { maxAgeSeconds })).toBe('ocsp_too_old');
    expect(refusal(now - 600_001, now, { maxAgeSeconds })).toBe('ocsp_next_update_past');
  });

  it('never when its nextUpdate lies before its thisUpdate', () => {
    expect(refusal(now, now - 1)).toBe('ocsp_update_order');
    expect(refusal(now + 2, now + 1)).toBe('ocsp_update_order');
    expect(refusal(now + 2, now + 2)).toBeUndefined();
  });
});

describe('an answer is current until', () => {
  const until = (nextUpdateMs: number | undefined, maxAgeSeconds = Number.POSITIVE_INFINITY): number =>
    currentUntilMs({ thisUpdateMs: now, nextUpdateMs }, { ...ages, maxAgeSeconds });

  it('the millisecond before nextUpdate, or the end of its lifetime', () => {
    expect(until(now + minute)).toBe(now + minute - 1);
    expect(until(undefined)).toBe(now + 3_600_000);
  });

  it('the longest age, if that comes first', () => {
    expect(until(now + minute, 30)).toBe(now + 30_000);
    expect(until(now + minute, 90)).toBe(now + minute - 1);
    expect(until(undefined, 30)).toBe(now + 30_000);
  });
});
