import { describe, expect, it } from 'vitest';
import type { ClientCertificateError } from '../src/error.ts';
import { PeercertFailure } from '../src/error.ts';
import { createGate } from '../src/gate.ts';
import { createClientGuard, createRoleGuard, type Guard } from '../src/guard.ts';
import type { DecisionEvent, MtlsOptions } from '../src/options.ts';
import { not, type Rule, subjectCn } from '../src/policy/rules.ts';
import { authority, client, type Entity } from './path/certificates.ts';
import { clock, facts, handing, presenting } from './requests.ts';

const root = authority('CN=Root');
const alice = client('CN=alice,OU=Staff', { by: root });
const expired = client('CN=late', { by: root, notAfter: new Date(clock() - 1000) });

interface Met {
  readonly request: object;
  readonly events: DecisionEvent[];
}

/** A request that met mtls(). */
async function met(who: Entity | null, options: MtlsOptions = {}): Promise<Met> {
  const events: DecisionEvent[] = [];
  const gate = createGate({
    source: handing,
    trust: { anchors: root.der },
    roles: { Staff: ['reader', 'writer'] },
    clock,
    onDecision: (event) => events.push(event),
    ...options,
  });
  const request = {};
  await gate.admit(request, who === null ? facts() : presenting([who]));
  events.length = 0;
  return { request, events };
}

const denied = (error: ClientCertificateError | undefined): object | undefined => error && { ...error.reason };

describe('a role guard', () => {
  it('lets a client with the role pass, and tells nobody', async () => {
    const { events, request } = await met(alice);
    expect(createRoleGuard('reader')(request)).toBeUndefined();
    expect(events).toEqual([]);
  });

  it('is content with any one of several roles', async () => {
    const { request } = await met(alice);
    expect(createRoleGuard(['admin', 'writer'])(request)).toBeUndefined();
  });

  it('answers 403 to a known client without the role', async () => {
    const { events, request } = await met(alice);
    const error = createRoleGuard(['admin', 'auditor'])(request);
    expect(error?.status).toBe(403);
    expect(denied(error)).toEqual({
      code: 'role_missing',
      detail: { client: 'alice', required: ['admin', 'auditor'], roles: ['reader', 'writer'] },
    });
    expect(events).toMatchObject([
      { by: 'guard', enforced: true, decision: { outcome: 'deny', reason: { code: 'role_missing' } } },
    ]);
  });

  it('answers 401 to an anonymous client, with the challenge of the instance', async () => {
    const { events, request } = await met(null, { presence: 'optional', challenge: 'Mutual' });
    const error = createRoleGuard('reader')(request);
    expect(denied(error)).toMatchObject({ code: 'certificate_missing', detail: { sources: ['test'] } });
    expect(error?.headers).toMatchObject({ 'WWW-Authenticate': 'Mutual' });
    expect(events).toMatchObject([{ by: 'guard', decision: { reason: { code: 'certificate_missing' } } }]);
  });

  it('refuses a client that was denied and only reported', async () => {
    const { request } = await met(expired, { enforcement: 'report-only' });
    expect(createRoleGuard('reader')(request)?.status).toBe(401);
  });

  it('is a failure for the programmer where mtls() never ran', () => {
    expect(() => createRoleGuard('reader')({})).toThrow(PeercertFailure);
  });

  it.each([undefined, null, '', [], [''], ['admin', ''], ['admin', undefined], 7, {}, new Set(['admin'])])(
    'cannot be made of %o',
    (role) => {
      expect(() => createRoleGuard(role as string)).toThrow(
        new TypeError("requireRole() needs the name of a role, or a list of names: requireRole('admin')"),
      );
    },
  );

  it('keeps the roles it was made with', async () => {
    const roles = ['admin'];
    const guard = createRoleGuard(roles);
    roles.push('reader');
    const { request } = await met(alice);
    expect(denied(guard(request))).toMatchObject({ detail: { required: ['admin'] } });
  });
});

describe('a client guard', () => {
  it('lets any known client pass', async () => {
    expect(createClientGuard()((await met(alice)).request)).toBeUndefined();
    expect(createClientGuard('any')((await met(alice)).request)).toBeUndefined();
  });

  it('answers 401 to an anonymous one', async () => {
    const { request } = await met(null, { presence: 'optional' });
    expect(denied(createClientGuard()(request))).toMatchObject({
      code: 'certificate_missing',
      detail: { sources: ['test'] },
    });
    expect(denied(createClientGuard(subjectCn('alice'))(request))).toMatchObject({
      code: 'certificate_missing',
      detail: { sources: ['test'] },
    });
  });

  it('answers 403 to one that does not match the rule', async () => {
    const { request } = await met(alice);
    expect(createClientGuard(subjectCn('alice'))(request)).toBeUndefined();
    const error = createClientGuard(subjectCn('bob'))(request);
    expect(error?.status).toBe(403);
    expect(denied(error)).toEqual({
      code: 'identity_not_allowed',
      detail: { client: 'alice', rule: 'subjectCn("bob")' },
    });
  });

  it.each([undefined, null, 'alice', {}, { enforcement: 'report-only' }, () => true])(
    'cannot be made of %o',
    (rule) => {
      expect(() => createClientGuard(rule as Rule)).toThrow(/^requireClient\(\): expected a rule such as subjectCn/);
      expect(() => createClientGuard(rule as Rule)).toThrow(TypeError);
    },
  );

  it('cannot be made of a rule that only says who may not come in', () => {
    expect(() => createClientGuard(not(subjectCn('bob')))).toThrow(/^requireClient\(\): .*admits everyone/);
  });
});

describe('a guard that only reports', () => {
  it.each<[string, Guard]>([
    ['role', createRoleGuard('admin', { enforcement: 'report-only' })],
    ['client', createClientGuard(subjectCn('bob'), { enforcement: 'report-only' })],
  ])('lets everybody pass and tells whom it would have refused (%s)', async (_, guard) => {
    const known = await met(alice);
    expect(guard(known.request)).toBeUndefined();
    expect(known.events).toMatchObject([{ by: 'guard', enforced: false, decision: { outcome: 'deny' } }]);
    const anonymous = await met(null, { presence: 'optional' });
    expect(guard(anonymous.request)).toBeUndefined();
    expect(anonymous.events).toMatchObject([
      { enforced: false, decision: { reason: { code: 'certificate_missing' } } },
    ]);
  });

  it('is asked for by name', () => {
    expect(() => createRoleGuard('a', { enforcement: 'off' as 'enforce' })).toThrow(
      new TypeError("requireRole(): enforcement must be 'enforce' or 'report-only'"),
    );
    expect(() => createClientGuard('any', { enforcement: null as never })).toThrow(
      new TypeError("requireClient(): enforcement must be 'enforce' or 'report-only'"),
    );
    expect(() => createClientGuard('any', { enforce: true } as never)).toThrow(
      /^requireClient\(\): unknown option "enforce"/,
    );
    expect(createRoleGuard('a', { enforcement: 'enforce' })).toBeTypeOf('function');
  });
});
