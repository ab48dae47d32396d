import { describe, expect, it } from 'vitest';
import { fromNginx } from '../../src/source/nginx.ts';
import type { Presented } from '../../src/source/presented.ts';
import { PresentedMemory } from '../../src/source/presented-memory.ts';
import * as p from './proxied.ts';

const presented = (): Presented => ({ source: 'x', certificates: [Uint8Array.of(1)], verdict: { by: 'nobody' } });
/** Values that differ, with the same end. */
const long = (start: string): string => start.padEnd(200, '=');
const twice = (memory: PresentedMemory, values: readonly (string | undefined)[], one: Presented): void => {
  memory.set(values, one);
  memory.set(values, one);
};

describe('what was read from headers before', () => {
  it('is kept when it comes for the second time', () => {
    const memory = new PresentedMemory();
    const known = presented();
    memory.set([long('a'), 'SUCCESS'], known);
    expect(memory.get([long('a'), 'SUCCESS'])).toBeUndefined();
    memory.set([long('a'), 'SUCCESS'], known);
    expect(memory.get([long('a'), 'SUCCESS'])).toBe(known);
  });

  it('is known by every one of its values', () => {
    const memory = new PresentedMemory();
    const known = presented();
    twice(memory, [long('a'), 'SUCCESS', undefined], known);
    expect(memory.get([long('a'), 'SUCCESS', undefined])).toBe(known);
    expect(memory.get([long('b'), 'SUCCESS', undefined])).toBeUndefined();
    expect(memory.get([long('a'), 'FAILED', undefined])).toBeUndefined();
    expect(memory.get([long('a'), 'SUCCESS', ''])).toBeUndefined();
    expect(memory.get([undefined, 'SUCCESS', undefined])).toBeUndefined();
  });

  it('gives way to what has the same end', () => {
    const memory = new PresentedMemory();
    twice(memory, [long('a')], presented());
    const later = presented();
    twice(memory, [long('b')], later);
    expect(memory.get([long('a')])).toBeUndefined();
    expect(memory.get([long('b')])).toBe(later);
  });

  it('is forgotten, the oldest first', () => {
    const memory = new PresentedMemory();
    for (let index = 0; index <= PresentedMemory.capacity; index += 1) twice(memory, [`value ${index}`], presented());
    expect(memory.get(['value 0'])).toBeUndefined();
    expect(memory.get(['value 1'])).toBeDefined();
    expect(memory.get([`value ${PresentedMemory.capacity}`])).toBeDefined();
  });

  it('is the same object for each request of a client, as on a connection', () => {
    const source = fromNginx({ trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' });
    const present = (pem: string, verdict = 'SUCCESS'): unknown => {
      const headers = { 'X-SSL-Client-Cert': p.escaped(pem), 'X-SSL-Client-Verify': verdict };
      const answer = source.present(p.proxied(headers));
      return answer?.ok ? answer.value : answer?.reason.code;
    };
    const { certificatePem } = p.client;
    const [first, second, third] = [present(certificatePem), present(certificatePem), present(certificatePem)];
    expect(second).toEqual(first);
    expect(third).toBe(second);
    expect(present(certificatePem, 'FAILED')).toBe('proxy_verification_failed');
    expect(present(p.admin.certificatePem)).not.toEqual(first);
  });
});
