import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { createExpiryWatch } from '../../src/policy/expiry.ts';
import { dayMs, evidence, now } from './clients.ts';

async function leafWithDays(days: number): Promise<Certificate> {
  const client = await evidence({ subject: 'CN=soon,O=Acme', validity: { notAfter: new Date(now + days * dayMs) } });
  return client.certificate!;
}

describe('the watch on expiry', () => {
  it('reports a certificate within 30 days of its expiry', async () => {
    const leaf = await leafWithDays(30);
    expect(createExpiryWatch()(leaf, now)).toEqual({
      type: 'certificate_expiring',
      thumbprint: leaf.thumbprint,
      subject: 'CN=soon,O=Acme',
      notAfter: new Date(now + 30 * dayMs),
      daysLeft: 30,
    });
    expect(createExpiryWatch()(leaf, now - 1)).toBeUndefined();
  });

  it('reports a certificate once a day, by the day of UTC', async () => {
    const leaf = await leafWithDays(10);
    const watch = createExpiryWatch();
    const seen = (hours: number) => watch(leaf, now + hours * 3_600_000)?.daysLeft;
    expect([seen(0), seen(1), seen(11.99), seen(12), seen(13), seen(36)]).toEqual([
      10,
      undefined,
      undefined,
      9,
      undefined,
      8,
    ]);
  });

  it('reports each certificate on its own, and one that was read again only once', async () => {
    const watch = createExpiryWatch();
    const [one, other] = [await leafWithDays(3), await leafWithDays(3)];
    expect(watch(one, now)?.thumbprint).toBe(one.thumbprint);
    expect(watch(other, now)?.thumbprint).toBe(other.thumbprint);
    expect(watch({ ...one, thumbprint: one.thumbprint, notAfterMs: one.notAfterMs }, now)).toBeUndefined();
  });

  it('counts no negative days', async () => {
    const leaf = await leafWithDays(1);
    expect(createExpiryWatch()(leaf, leaf.notAfterMs - 1)?.daysLeft).toBe(0);
    expect(createExpiryWatch()(leaf, leaf.notAfterMs + 1)?.daysLeft).toBe(0);
  });

  it('remembers a bounded number of certificates a day, and reports no more than these', async () => {
    const watch = createExpiryWatch(2);
    const leaves = await Promise.all([1, 2, 3].map(leafWithDays));
    expect(leaves.map((leaf) => watch(leaf, now) !== undefined)).toEqual([true, true, false]);
    expect(leaves.map((leaf) => watch(leaf, now + 1) !== undefined)).toEqual([false, false, false]);
    expect(watch(leaves[2]!, now + dayMs)).toBeDefined();
  });

  it('gives each listener a date of its own', async () => {
    const leaf = await leafWithDays(1);
    createExpiryWatch()(leaf, now)?.notAfter.setTime(0);
    expect(leaf.notAfter.getTime()).toBe(now + dayMs);
  });
});
