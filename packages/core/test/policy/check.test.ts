import { describe, expect, it, vi } from 'vitest';
import { type CheckFunction, compileCheck } from '../../src/policy/check.ts';
import type { ClientIdentity } from '../../src/policy/identity.ts';
import { reason } from '../../src/reasons.ts';
import { facts } from './clients.ts';

const client = { id: 'x' } as ClientIdentity;
const run = (check: unknown) => compileCheck(check as CheckFunction, 20)(client, facts);
const rejected = (by: string) => ({ ok: false, reason: reason('policy_rejected', { client: 'x', by }) });
const unavailable = (by: string) => ({ ok: false, reason: reason('policy_unavailable', { by, retryAfterSeconds: 5 }) });

describe('check', () => {
  it('sees the client and the facts of the request', () => {
    const check = vi.fn<CheckFunction>(() => true);
    void compileCheck(check, 20)(client, facts);
    expect(check).toHaveBeenCalledExactlyOnceWith(client, facts);
  });

  it('allows by true, at once or later', async () => {
    expect(run(() => true)).toEqual({ ok: true, value: client });
    expect(await run(async () => true)).toEqual({ ok: true, value: client });
  });

  it('refuses by false, at once or later', async () => {
    expect(run(() => false)).toEqual(rejected('check'));
    expect(await run(async () => false)).toEqual(rejected('check'));
  });

  it.each([
    ['yes', '"yes"'],
    ['true', '"true"'],
    [1, '1'],
    [{}, 'an object'],
    [[], 'an empty list'],
    [Object(true), 'an object'],
    [() => true, 'a function'],
    [undefined, 'undefined'],
    [null, 'null'],
    [0, '0'],
    ['', '""'],
  ])('refuses by an answer that is no boolean, truthy or not: %s', async (answer, shown) => {
    const refusal = rejected(`check, which answered ${shown} instead of true or false`);
    expect(run(() => answer)).toEqual(refusal);
    expect(await run(async () => answer)).toEqual(refusal);
  });

  it('cannot decide when it throws, rejects or hangs', async () => {
    expect(
      run(() => {
        throw new Error('down');
      }),
    ).toEqual(unavailable('check threw Error: down'));
    expect(await run(() => Promise.reject(new Error('down')))).toEqual(unavailable('check rejected with Error: down'));
    expect(await run(() => new Promise(() => {}))).toEqual(unavailable('check gave no answer within 20 ms'));
  });

  it.each([true, 'check', {}, undefined, null])('must be a function, not %j', (value) => {
    expect(() => compileCheck(value as never, 20)).toThrow('check: expected a function (client, facts) => boolean');
  });
});
