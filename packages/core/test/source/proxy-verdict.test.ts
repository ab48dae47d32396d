import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeVerdict, type VerdictHeader } from '../../src/source/proxy-verdict.ts';

const used: VerdictHeader = { header: 'used', verified: ['1'], absent: ['0'] };
const verify: VerdictHeader = { header: 'verify', verified: ['0'], absent: [] };

describe('the verdict of a proxy', () => {
  it.each<[readonly VerdictHeader[], readonly (string | undefined)[], boolean, unknown]>([
    [[], [], true, 'present'],
    [[], [], false, 'absent'],
    [[used, verify], ['1', '0'], true, 'present'],
    [[used, verify], ['0', '0'], false, 'absent'],
    [[used, verify], ['0', '18'], false, 'absent'],
    [[used, verify], [undefined, undefined], false, 'absent'],
    [[used, verify], ['0', '0'], true, 'verdict_contradicted'],
    [[used, verify], ['1', '0'], false, 'verdict_without_certificate'],
    [[used, verify], [undefined, undefined], true, 'verdict_missing'],
    [[used, verify], ['1', undefined], true, 'verdict_missing'],
    [[used, verify], [undefined, '0'], true, 'verdict_missing'],
    [[used, verify], ['1', undefined], false, 'verdict_missing'],
    [[used, verify], ['1', '18'], true, 'proxy_verification_failed'],
    [[used, verify], ['1', '18'], false, 'proxy_verification_failed'],
    [[used, verify], ['yes', '0'], true, 'proxy_verification_failed'],
  ])('%j with %j, something there: %s, is %s', (verdict, values, isThere, expected) => {
    const judged = judgeVerdict(verdict, values, isThere);
    expect(typeof judged === 'string' ? judged : 'rule' in judged.detail ? judged.detail.rule : judged.code).toBe(
      expected,
    );
  });

  it('is quoted for the log, in part when it is long', () => {
    const judged = judgeVerdict([verify], ['F'.repeat(5_000)], true);
    expect(judged).toMatchObject({
      code: 'proxy_verification_failed',
      detail: { header: 'verify', verdict: 'F'.repeat(200) },
    });
  });

  it('lets nothing through but what every header verifies', () => {
    const value = fc.option(fc.constantFrom('0', '1', '', 'x'), { nil: undefined });
    fc.assert(
      fc.property(value, value, fc.boolean(), (first, second, isThere) => {
        const isPresent = judgeVerdict([used, verify], [first, second], isThere) === 'present';
        return isPresent === (first === '1' && second === '0' && isThere);
      }),
    );
  });
});
