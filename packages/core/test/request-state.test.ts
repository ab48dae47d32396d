import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PeercertFailure } from '../src/error.ts';
import type { ClientIdentity } from '../src/policy/identity.ts';
import { clientOf, leaveState, type StateHolder, stateIfAny, stateOf } from '../src/request-state.ts';

const report = (): undefined => undefined;
const lookedFor = (): Record<never, never> => ({});

/** A request on which the state of somebody, or of nobody, was left. */
function met(id: string | null, request: StateHolder = {}, holder: StateHolder = request): Required<StateHolder> {
  leaveState(holder, request, {
    decision: id === null ? { outcome: 'anonymous' } : { outcome: 'allow', client: { id } as ClientIdentity },
    clientAddress: '192.0.2.7',
    denials: 'throw',
    challenge: 'Mutual',
    vary: ['Client-Cert'],
    lookedFor,
    report,
  });
  return holder as Required<StateHolder>;
}

describe('what mtls() leaves on a request', () => {
  it('is the client, the decision and the address for handlers, and the rest for guards', () => {
    const request = met('alice');
    const { mtls } = request;
    expect(mtls).toMatchObject({ client: { id: 'alice' }, decision: { outcome: 'allow' }, clientAddress: '192.0.2.7' });
    expect(stateOf(request)).toEqual({
      mtls,
      denials: 'throw',
      challenge: 'Mutual',
      vary: ['Client-Cert'],
      lookedFor,
      report,
    });
    expect(stateIfAny(request)).toEqual(stateOf(request));
    expect(clientOf(request)?.id).toBe('alice');
  });

  it('is null for a client that is anonymous', () => {
    expect(clientOf(met(null))).toBeNull();
  });

  it('is what the last decision about the request came to', () => {
    const request = met('alice');
    expect(clientOf(met('bob', request))?.id).toBe('bob');
  });

  it('cannot be changed by a handler, nor can that of any other request through it', () => {
    const { mtls } = met('alice');
    expect(() => {
      (mtls as { client: unknown }).client = null;
    }).toThrow(TypeError);
    expect(Object.isFrozen(mtls)).toBe(true);
    expect(Object.isFrozen(Object.getPrototypeOf(mtls))).toBe(true);
  });

  it('shows handlers nothing but their own', () => {
    const { mtls } = met('alice');
    expect(JSON.parse(JSON.stringify(mtls))).toEqual({
      client: { id: 'alice' },
      decision: { outcome: 'allow', client: { id: 'alice' } },
      clientAddress: '192.0.2.7',
    });
    expect(inspect(mtls)).not.toContain('Mutual');
  });

  it('is understood by every copy of this package', () => {
    const request = {};
    const state = stateOf(met('alice', request));
    const ofAnotherCopy = {
      [Symbol.for('peercert.request')]: (asked: object) => (asked === request ? state : undefined),
    };
    expect(stateOf({ mtls: ofAnotherCopy }, request)).toBe(state);
  });

  it.each([
    {},
    { mtls: null },
    { mtls: undefined },
    { mtls: 'alice' },
    { mtls: { client: { id: 'mallory' }, decision: { outcome: 'allow' } } },
    { mtls: { ...met('alice').mtls } },
  ])('is a failure that names the fix when it never ran: %o', (request) => {
    expect(stateIfAny(request)).toBeUndefined();
    for (const ask of [stateOf, clientOf]) {
      expect(() => ask(request)).toThrow(
        new PeercertFailure(
          'setup',
          'A guard or clientOf() ran on a request that never met mtls(): register mtls() before the routes it protects, ' +
            'and do not replace what holds its result (res.locals in Express, ctx.state in Koa) after it',
        ),
      );
    }
  });
});

describe('the state of one request', () => {
  const asked = expect.objectContaining({
    cause: expect.objectContaining({
      message: expect.stringMatching(/The state of another request .* res\.locals = \{ \.\.\.app\.locals \}/),
    }),
  });

  it('is none of another, though they share what holds it', () => {
    const [first, second, holder]: [object, object, StateHolder] = [{}, {}, {}];
    met('alice', first, holder);
    expect(stateIfAny(holder, second)).toBeUndefined();
    expect(clientOf(holder, first)?.id).toBe('alice');
    for (const ask of [stateOf, clientOf]) expect(() => ask(holder, second)).toThrow(asked);
  });

  it('is never put in the place of another’s, nor of a copy', () => {
    const [first, second, holder]: [object, object, StateHolder] = [{}, {}, {}];
    met('alice', first, holder);
    expect(() => met('bob', second, holder)).toThrow(asked);
    expect(clientOf(holder, first)?.id).toBe('alice');
    const copied = { mtls: Object.create(holder.mtls as object) };
    expect(() => met('bob', second, copied)).toThrow(asked);
  });

  it('takes the place of what an application or a client put there', () => {
    for (const mtls of [null, 'alice', { client: { id: 'mallory' } }]) {
      expect(clientOf(met('alice', { mtls } as StateHolder))?.id).toBe('alice');
    }
  });

  it.each<[string, (mtls: object) => unknown]>([
    ['the very object', (mtls) => mtls],
    ['one that inherits from it', (mtls) => Object.create(mtls)],
    ['a proxy', (mtls) => new Proxy(mtls, {})],
    ['a copy', (mtls) => Object.defineProperties({}, Object.getOwnPropertyDescriptors(mtls))],
    ['a copy of its kind', (mtls) => Object.assign(Object.create(Object.getPrototypeOf(mtls)), mtls)],
  ])('is none where an application assigns it to another: %s', (_, carried) => {
    const request = { mtls: carried(met('alice').mtls as object) };
    expect(stateIfAny(request)).toBeUndefined();
    for (const ask of [stateOf, clientOf]) {
      expect(() => ask(request)).toThrow(expect.objectContaining({ name: 'PeercertFailure', code: 'setup' }));
    }
  });
});
