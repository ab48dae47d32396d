import { describe, expect, it } from 'vitest';
import { malformedRules } from '../../../src/certificate/malformed.ts';
import { OcspError, ocspRules } from '../../../src/revocation/ocsp/rules.ts';

const own = Object.entries(ocspRules).filter(([rule]) => rule.startsWith('ocsp_'));

describe('the rules of OCSP answers', () => {
  it.each(own)('say of %s where it stands and what it is', (_, { section, explanation }) => {
    expect(section).toMatch(/^RFC \d+ \d/);
    expect(explanation).toMatch(/^[A-Z].{10}/);
  });

  it('make of every broken form an answer that cannot be used', () => {
    for (const rule of Object.keys(malformedRules) as (keyof typeof malformedRules)[]) {
      expect(ocspRules[rule]).toEqual({ ...malformedRules[rule], kind: 'malformed' });
    }
  });

  it('never make an unsigned error an answer', () => {
    const statuses = own.filter(([rule]) => /^ocsp_status_(?!unknown)/.test(rule));
    expect(statuses.map(([, { kind }]) => kind)).toEqual(Array(5).fill('unreachable'));
  });

  it('make stale what was right at another time, and unknown what the responder does not know', () => {
    const of = (wanted: string): string[] => own.filter(([, { kind }]) => kind === wanted).map(([rule]) => rule);
    expect(of('stale')).toEqual([
      'ocsp_produced_before_certificate',
      'ocsp_produced_in_future',
      'ocsp_this_update_in_future',
      'ocsp_next_update_past',
      'ocsp_not_newer',
      'ocsp_too_old',
    ]);
    expect(of('unknown')).toEqual(['ocsp_status_unknown']);
    expect(of('noSource')).toEqual([]);
  });

  it('give an error the words of its rule', () => {
    expect(new OcspError('ocsp_version')).toMatchObject({ rule: 'ocsp_version', message: 'A version other than 1' });
  });
});
