import { describe, expect, it } from 'vitest';
import { parseChain } from '../../src/certificate/chain.ts';
import { integer } from '../encoding/der-writer.ts';
import { certificate, parsed } from './template.ts';

const limits = { certificateBytes: 1_000, presentedBytes: 1_500, presentedCertificates: 3 };
const one = certificate();
const other = certificate({ serialNumber: integer(2) });

describe('a presented chain', () => {
  it('is the leaf and the others in their order', () => {
    const chain = parseChain([one, other, one], limits);
    expect(chain.ok && chain.value.leaf.der).toEqual(one);
    expect(chain.ok && chain.value.others.map(({ der }) => der)).toEqual([other, one]);
  });

  it('is refused whole for one malformed certificate', () => {
    expect(parseChain([one, other, one.subarray(1)], limits)).toMatchObject({
      reason: { code: 'certificate_malformed', detail: { index: 2 } },
    });
  });

  it('is missing when nothing came', () => {
    expect(parseChain([], limits)).toMatchObject({ reason: { code: 'certificate_missing' } });
  });

  it('takes what is remembered, but never for the leaf', () => {
    const known = parsed(other);
    const chain = parseChain([other, other], limits, (der) => (der === other ? known : undefined));
    expect(chain.ok && chain.value.others[0]).toBe(known);
    expect(chain.ok && chain.value.leaf).not.toBe(known);
  });

  it('is bounded in certificates, in octets of each, and in octets of all', () => {
    expect(parseChain([one, one, one, one], limits)).toEqual({
      ok: false,
      reason: { code: 'input_too_large', detail: { limit: 3, actual: 4, unit: 'certificates' } },
    });
    expect(parseChain([one, new Uint8Array(1_001)], limits)).toEqual({
      ok: false,
      reason: { code: 'input_too_large', detail: { limit: 1_000, actual: 1_001, unit: 'bytes' } },
    });
    expect(parseChain([new Uint8Array(1_000), new Uint8Array(501)], limits)).toEqual({
      ok: false,
      reason: { code: 'input_too_large', detail: { limit: 1_500, actual: 1_501, unit: 'bytes' } },
    });
    expect(parseChain([new Uint8Array(1_000), new Uint8Array(500)], limits)).toMatchObject({
      reason: { code: 'certificate_malformed' },
    });
  });
});
