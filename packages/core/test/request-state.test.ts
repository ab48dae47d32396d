import { describe, expect, it } from 'vitest';
import { PeercertFailure } from '../src/error.ts';
import type { ClientIdentity } from '../src/policy/identity.ts';
import { clientOf, type RequestState, rememberState, stateOf } from '../src/request-state.ts';

function state(id: string | null): RequestState {
  const client = id === null ? null : ({ id } as ClientIdentity);
  return {
    mtls: {
      client,
      decision: client === null ? { outcome: 'anonymous' } : { outcome: 'allow', client },
      clientAddress: undefined,
    },
    denials: 'respond',
    challenge: 'ClientCertificate',
    vary: undefined,
    report: () => undefined,
  };
}

describe('what mtls() leaves on a request', () => {
  it('is found again', () => {
    const request = {};
    const left = state('alice');
    rememberState(request, left);
    expect(stateOf(request)).toBe(left);
    expect(clientOf(request)?.id).toBe('alice');
  });

  it('is null for a client that is anonymous', () => {
    const request = {};
    rememberState(request, state(null));
    expect(clientOf(request)).toBeNull();
  });

  it('is that of the inner instance when two ran', () => {
    const request = {};
    rememberState(request, state('outer'));
    rememberState(request, state('inner'));
    expect(clientOf(request)?.id).toBe('inner');
  });

  it('is shared with every copy of this package', () => {
    const request = {};
    const left = state('alice');
    const shared = (globalThis as { [key: symbol]: unknown })[Symbol.for('peercert.request')];
    (shared as WeakMap<object, RequestState>).set(request, left);
    expect(stateOf(request)).toBe(left);
  });

  it('is a failure that names the fix when it never ran', () => {
    for (const ask of [stateOf, clientOf]) {
      expect(() => ask({})).toThrow(
        new PeercertFailure(
          'setup',
          'A guard or clientOf() ran on a request that never met mtls(): register mtls() before the routes it protects',
        ),
      );
    }
  });
});
