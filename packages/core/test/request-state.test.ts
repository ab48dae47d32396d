import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PeercertFailure } from '../src/error.ts';
import type { ClientIdentity } from '../src/policy/identity.ts';
import { clientOf, createState, type RequestMtls, stateIfAny, stateOf } from '../src/request-state.ts';

const report = (): undefined => undefined;

function left(id: string | null): RequestMtls {
  return createState(
    id === null ? { outcome: 'anonymous' } : { outcome: 'allow', client: { id } as ClientIdentity },
    '192.0.2.7',
    { denials: 'throw', challenge: 'Mutual', vary: ['Client-Cert'], report },
  );
}

describe('what mtls() leaves on a request', () => {
  it('is the client, the decision and the address for handlers, and the rest for guards', () => {
    const mtls = left('alice');
    const request = { mtls };
    expect(mtls).toMatchObject({ client: { id: 'alice' }, decision: { outcome: 'allow' }, clientAddress: '192.0.2.7' });
    expect(stateOf(request)).toEqual({ mtls, denials: 'throw', challenge: 'Mutual', vary: ['Client-Cert'], report });
    expect(stateIfAny(request)).toBe(stateOf(request));
    expect(clientOf(request)?.id).toBe('alice');
  });

  it('is null for a client that is anonymous', () => {
    expect(clientOf({ mtls: left(null) })).toBeNull();
  });

  it('cannot be changed by a handler, because other requests of the connection share it', () => {
    const mtls = left('alice') as { client: unknown };
    expect(() => {
      mtls.client = null;
    }).toThrow(TypeError);
    expect(Object.isFrozen(mtls)).toBe(true);
  });

  it('shows handlers nothing but their own', () => {
    expect(JSON.parse(JSON.stringify(left('alice')))).toEqual({
      client: { id: 'alice' },
      decision: { outcome: 'allow', client: { id: 'alice' } },
      clientAddress: '192.0.2.7',
    });
    expect(inspect(left('alice'))).not.toContain('Mutual');
  });

  it('is understood by every copy of this package', () => {
    const state = { ...stateOf({ mtls: left('alice') }) };
    const ofAnotherCopy = { ...state.mtls, [Symbol.for('peercert.request')]: state };
    expect(stateOf({ mtls: ofAnotherCopy })).toBe(state);
  });

  it.each([
    {},
    { mtls: null },
    { mtls: undefined },
    { mtls: { client: { id: 'mallory' }, decision: { outcome: 'allow' } } },
    { mtls: { ...left('alice') } },
  ])('is a failure that names the fix when it never ran: %o', (request) => {
    expect(stateIfAny(request)).toBeUndefined();
    for (const ask of [stateOf, clientOf]) {
      expect(() => ask(request)).toThrow(
        new PeercertFailure(
          'setup',
          'A guard or clientOf() ran on a request that never met mtls(): register mtls() before the routes it protects',
        ),
      );
    }
  });
});
