import { describe, expect, it } from 'vitest';
import { compileIdentify, type IdentifyFunction } from '../../src/policy/identify.ts';
import { reason } from '../../src/reasons.ts';
import { evidence } from './clients.ts';

const known = await evidence({ subject: 'CN=web,O=Acme' });
const name = (identify?: unknown) => compileIdentify(identify as IdentifyFunction)(known, 'tls');

describe('identify', () => {
  it('leaves the client its own id by default', () => {
    expect(name()).toEqual({ ok: true, value: undefined });
  });

  it('may choose another name from what is known', () => {
    const byOrganization: IdentifyFunction = ({ subject, source, path }) => `${source}:${subject}:${path.length}`;
    expect(name(byOrganization)).toEqual({ ok: true, value: 'tls:CN=web,O=Acme:3' });
  });

  it.each([
    ['', '""'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [['a'], 'a list'],
    [Object('a'), 'an object'],
  ])('names nobody by %o', (answer, shown) => {
    expect(name(() => answer)).toEqual({
      ok: false,
      reason: reason('policy_unavailable', {
        by: `identify, which answered ${shown} instead of a string`,
        retryAfterSeconds: 5,
      }),
    });
  });

  it('names nobody when it throws, or answers a promise, even one that rejects', () => {
    const fail = () => {
      throw new Error('x');
    };
    expect(name(fail)).toMatchObject({
      reason: { code: 'policy_unavailable', detail: { by: 'identify threw Error: x' } },
    });
    for (const answer of [async () => 'web', () => Promise.reject(new Error('x')), () => new Promise(() => {})]) {
      expect(name(answer)).toMatchObject({
        reason: {
          code: 'policy_unavailable',
          detail: { by: 'identify, which answered a promise instead of a string' },
        },
      });
    }
  });

  it.each([null, 'id', {}, true])('must be a function, not %j', (value) => {
    expect(() => name(value)).toThrow('identify: expected a function (client) => string');
  });
});
