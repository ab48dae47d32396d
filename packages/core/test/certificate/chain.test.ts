import { describe, expect, it } from 'vitest';
import { parseChain } from '../../src/certificate/chain.ts';
import type { Certificate } from '../../src/certificate/model.ts';
import { defaultLimits } from '../../src/limits.ts';
import { authority, client } from '../path/certificates.ts';

const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
const leaf = client('CN=client', { by: issuing });
const all = [leaf.der, issuing.der, root.der];
const sizes = all.map(({ length }) => length);
const total = sizes.reduce((sum, size) => sum + size, 0);

const read = (
  presented: readonly Uint8Array[],
  limits: Partial<typeof defaultLimits> = {},
  recall?: (der: Uint8Array) => Certificate | undefined,
): ReturnType<typeof parseChain> => parseChain(presented, { ...defaultLimits, ...limits }, recall);

describe('a presented chain', () => {
  it('is the leaf, and the rest in the order in which it came', () => {
    const chain = read(all);
    expect(chain.ok && chain.value.leaf.der).toEqual(leaf.der);
    expect(chain.ok && chain.value.others.map(({ der }) => der)).toEqual([issuing.der, root.der]);
  });

  it('may be a leaf alone', () => {
    expect(read([leaf.der])).toMatchObject({ ok: true, value: { others: [] } });
  });

  it('of nothing is a missing certificate', () => {
    expect(read([])).toEqual({ ok: false, reason: { code: 'certificate_missing', detail: {} } });
  });

  it.each([0, 1, 2])('is refused whole when certificate %i is malformed', (damaged) => {
    const presented = all.map((der, index) => (index === damaged ? der.subarray(0, -1) : der));
    expect(read(presented)).toMatchObject({
      ok: false,
      reason: { code: 'certificate_malformed', detail: { index: damaged, rule: 'der_truncated' } },
    });
  });
});

describe('the size of a presented chain', () => {
  const tooLarge = (limit: number, actual: number, unit: 'bytes' | 'certificates'): object => ({
    ok: false,
    reason: { code: 'input_too_large', detail: { limit, actual, unit } },
  });

  it('is bounded in certificates', () => {
    expect(read(all, { presentedCertificates: 3 }).ok).toBe(true);
    expect(read(all, { presentedCertificates: 2 })).toEqual(tooLarge(2, 3, 'certificates'));
  });

  it('is bounded in bytes of one certificate, wherever it stands', () => {
    const largest = Math.max(...sizes);
    expect(read(all, { certificateBytes: largest }).ok).toBe(true);
    expect(read(all, { certificateBytes: largest - 1 })).toEqual(tooLarge(largest - 1, largest, 'bytes'));
    expect(read(all.toReversed(), { certificateBytes: largest - 1 })).toEqual(tooLarge(largest - 1, largest, 'bytes'));
  });

  it('is bounded in bytes of all', () => {
    expect(read(all, { presentedBytes: total }).ok).toBe(true);
    expect(read(all, { presentedBytes: total - 1 })).toEqual(tooLarge(total - 1, total, 'bytes'));
  });

  it('is looked at before anything is read', () => {
    const garbage = [new Uint8Array(40)];
    expect(read(garbage, { certificateBytes: 39 })).toEqual(tooLarge(39, 40, 'bytes'));
  });
});

describe('what was read before', () => {
  it('is not read again, except the leaf', () => {
    const asked: Uint8Array[] = [];
    const chain = read(all, {}, (der) => {
      asked.push(der);
      return der === issuing.der ? issuing.certificate : undefined;
    });
    expect(asked).toEqual([issuing.der, root.der]);
    expect(chain.ok && chain.value.others[0]).toBe(issuing.certificate);
    expect(chain.ok && chain.value.others[1]?.der).toEqual(root.der);
    expect(chain.ok && chain.value.leaf).not.toBe(leaf.certificate);
  });
});
