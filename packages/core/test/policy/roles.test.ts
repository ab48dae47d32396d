import { describe, expect, it, vi } from 'vitest';
import { type Evidence, evidenceOfName } from '../../src/policy/evidence.ts';
import type { ClientIdentity } from '../../src/policy/identity.ts';
import { compileRoles, type GivenRoles, type RoleFunction } from '../../src/policy/roles.ts';
import { type Outcome, reason } from '../../src/reasons.ts';
import { acme, evidence, partner } from './clients.ts';

const client = { id: 'x' } as ClientIdentity;
const admin = await evidence({ subject: [{ O: 'Acme' }, { OU: 'Administrators' }, { OU: 'ops' }, { CN: 'a' }] });
const partnersAdmin = await evidence({ subject: [{ OU: 'Administrators' }, { CN: 'a' }] }, { by: partner });
const plain = await evidence({ subject: 'CN=a' });
const bare = evidenceOfName({ subject: admin.subject, issuer: admin.issuer, serialNumber: undefined });

const namesIn = (outcome: unknown): string[] => [...(outcome as { value: Set<string> }).value];

function rolesOf(of: Evidence, roles?: GivenRoles, defaultRoles?: string | string[]): string[] {
  const outcome = compileRoles(roles, defaultRoles, 20)(of, () => client) as Outcome<ReadonlySet<string>>;
  if (!outcome.ok) throw new Error(outcome.reason.code);
  return [...outcome.value];
}

describe('roles from a mapping of OUs', () => {
  it('are the union over all OUs', () => {
    expect(rolesOf(admin, { Administrators: 'admin', ops: ['operator', 'admin'], sales: 'seller' })).toEqual([
      'admin',
      'operator',
    ]);
  });

  it('are none for a client without such an OU, or in another case', () => {
    expect(rolesOf(plain, { Administrators: 'admin' })).toEqual([]);
    expect(rolesOf(admin, { administrators: 'admin', OPS: 'operator' })).toEqual([]);
  });

  it('come from the OUs of all RDNs, multi-valued ones included', async () => {
    const several = await evidence({ subject: [{ OU: ['a', 'b'] }, { OU: 'c', CN: 'x' }] });
    expect(rolesOf(several, { a: '1', b: '2', c: '3' })).toEqual(['1', '2', '3']);
  });

  it('do not come from a CN that looks like an OU', async () => {
    const crafted = await evidence({ subject: [{ CN: 'x,OU=Administrators' }] });
    expect(rolesOf(crafted, { Administrators: 'admin', 'x,OU=Administrators': 'admin' })).toEqual([]);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype'])(
    'do not come from an OU named %s',
    async (OU) => {
      const odd = await evidence({ subject: [{ OU }] });
      expect(rolesOf(odd, { Administrators: 'admin' })).toEqual([]);
      expect(rolesOf(odd, { Administrators: 'admin' }, 'default')).toEqual(['default']);
    },
  );

  it('can be mapped from an OU of such a name, if it is a key of its own', async () => {
    const odd = await evidence({ subject: [{ OU: '__proto__' }, { OU: 'constructor' }] });
    expect(rolesOf(odd, JSON.parse('{"__proto__":"a","constructor":"b"}') as GivenRoles)).toEqual(['a', 'b']);
    expect(rolesOf(odd, Object.assign(Object.create(null) as object, { constructor: 'b' }) as GivenRoles)).toEqual([
      'b',
    ]);
  });

  it('are given to bare names, too: the OU is what the proxy asserts', () => {
    expect(rolesOf(bare, { Administrators: 'admin' })).toEqual(['admin']);
  });

  it('are answered at once, and do not change with the mapping', () => {
    const mapping: Record<string, string[]> = { Administrators: ['admin'] };
    const compiled = compileRoles(mapping, undefined, 20);
    mapping['Administrators']!.push('root');
    mapping['ops'] = ['root'];
    const client = vi.fn<() => ClientIdentity>();
    const outcome = compiled(admin, client);
    expect(outcome).not.toBeInstanceOf(Promise);
    expect(client).not.toHaveBeenCalled();
    expect(namesIn(outcome)).toEqual(['admin']);
  });

  it.each([
    [{}, 'roles: an empty mapping'],
    [{ '': 'admin' }, 'roles: an OU is never empty'],
    [{ a: '' }, 'roles["a"]: expected the name of a role'],
    [{ a: [] }, 'roles["a"]: expected the name of a role'],
    [{ a: ['x', ''] }, 'roles["a"]: expected the name of a role'],
    [{ a: ['x', 7] }, 'roles["a"]: expected the name of a role'],
    [{ a: undefined }, 'roles["a"]: expected the name of a role'],
    [{ a: true }, 'roles["a"]: expected the name of a role'],
    [{ __proto__: { a: 'x' } }, 'a plain object, a list of rules or a function, got an object'],
    [new Map([['a', 'x']]), 'a plain object, a list of rules or a function, got an object'],
    ['admin', "roles: expected { Administrators: 'admin' }"],
    [null, "roles: expected { Administrators: 'admin' }"],
    [7, "roles: expected { Administrators: 'admin' }"],
  ])('refuse %o', (roles, message) => {
    expect(() => compileRoles(roles as GivenRoles, undefined, 20)).toThrow(TypeError);
    expect(() => compileRoles(roles as GivenRoles, undefined, 20)).toThrow(message);
  });
});

describe('roles from rules scoped by authority', () => {
  it('come only from the OU of that anchor or issuer', () => {
    for (const scope of [{ anchor: acme.root.certificatePem }, { issuer: acme.issuing.certificatePem }]) {
      const rules = [{ ...scope, ou: 'Administrators', role: 'admin' }];
      expect(rolesOf(admin, rules)).toEqual(['admin']);
      expect(rolesOf(partnersAdmin, rules)).toEqual([]);
    }
  });

  it('need both where both are given', () => {
    const both = (anchor: string, issuer: string) => [{ anchor, issuer, ou: 'Administrators', role: 'admin' }];
    expect(rolesOf(admin, both(acme.root.certificatePem, acme.issuing.certificatePem))).toEqual(['admin']);
    expect(rolesOf(admin, both(partner.root.certificatePem, acme.issuing.certificatePem))).toEqual([]);
    expect(rolesOf(admin, both(acme.root.certificatePem, partner.issuing.certificatePem))).toEqual([]);
  });

  it('are the union of all that apply', () => {
    const anchor = acme.root.certificatePem;
    expect(
      rolesOf(admin, [
        { anchor, ou: 'Administrators', role: ['admin', 'audit'] },
        { anchor, ou: 'ops', role: 'operator' },
        { anchor, ou: 'sales', role: 'seller' },
      ]),
    ).toEqual(['admin', 'audit', 'operator']);
  });

  it('are none under a delegated verdict or for bare names, which show no authority', async () => {
    const delegated = await evidence({ subject: [{ OU: 'Administrators' }] }, { verifiedBy: 'proxy' });
    const rules = [
      { anchor: acme.root.certificatePem, ou: 'Administrators', role: 'admin' },
      { issuer: acme.issuing.certificatePem, ou: 'Administrators', role: 'admin' },
    ];
    expect(rolesOf(delegated, rules)).toEqual([]);
    expect(rolesOf(bare, rules)).toEqual([]);
    expect(rolesOf(bare, [{ issuer: 'CN=Issuing CA,O=Acme', ou: 'ops', role: 'operator' }])).toEqual(['operator']);
  });

  it.each([
    [[], 'roles: an empty list'],
    [[{ ou: 'a', role: 'b' }], 'roles[0]: name the issuer or the anchor'],
    [[{ issuer: undefined, ou: 'a', role: 'b' }], 'issuer() is neither PEM text nor DER bytes'],
    [[{ anchor: undefined, ou: 'a', role: 'b' }], 'anchor() is neither PEM text nor DER bytes'],
    [[{ issuer: 'CN=a', role: 'b' }], 'roles[0].ou: expected the exact OU'],
    [[{ issuer: 'CN=a', ou: '', role: 'b' }], 'roles[0].ou: expected the exact OU'],
    [[{ issuer: 'CN=a', ou: 'a' }], 'roles[0].role: expected the name of a role'],
    [[{ issuer: 'CN=a', ou: 'a', roles: 'b' }], 'roles[0]: unknown option "roles"; did you mean "role"?'],
    [['Administrators'], 'roles[0]: expected an object'],
  ])('refuse %o', (roles, message) => {
    expect(() => compileRoles(roles as GivenRoles, undefined, 20)).toThrow(TypeError);
    expect(() => compileRoles(roles as GivenRoles, undefined, 20)).toThrow(message);
  });
});

describe('roles from a function', () => {
  const ask = (roles: unknown, of = plain, defaults?: string) =>
    compileRoles(roles as GivenRoles, defaults, 20)(of, () => client);
  const unavailable = (by: string) => ({
    ok: false,
    reason: reason('policy_unavailable', { by, retryAfterSeconds: 5 }),
  });

  it('are what it answers for the client, at once or later', async () => {
    const roles = vi.fn<RoleFunction>(() => ['a', 'b', 'a']);
    expect(namesIn(ask(roles))).toEqual(['a', 'b']);
    expect(roles).toHaveBeenCalledExactlyOnceWith(client);
    expect(namesIn(await ask(async () => ['a']))).toEqual(['a']);
    expect(await ask(() => [])).toEqual({ ok: true, value: [] });
  });

  it('do not change with the list that it answered', () => {
    const list = ['a'];
    const outcome = ask(() => list);
    list.push('root');
    expect(namesIn(outcome)).toEqual(['a']);
  });

  it('cannot be decided when it throws, rejects or hangs', async () => {
    const down = new Error('down');
    expect(
      ask(() => {
        throw down;
      }),
    ).toEqual(unavailable('roles threw Error: down'));
    expect(await ask(() => Promise.reject(down))).toEqual(unavailable('roles rejected with Error: down'));
    expect(await ask(() => new Promise(() => {}))).toEqual(unavailable('roles gave no answer within 20 ms'));
  });

  it.each([
    ['admin', '"admin"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [{ 0: 'admin', length: 1 }, 'an object'],
    [new Set(['admin']), 'an object'],
    [[''], 'a list'],
    [['admin', 7], 'a list'],
    [['admin', null], 'a list'],
    [[['admin']], 'a list'],
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    [['admin', , 'b'], 'a list'],
  ])('cannot be decided by %o', async (answer, shown) => {
    const refusal = unavailable(`roles, which answered ${shown} instead of role names`);
    expect(ask(() => answer, plain, 'default')).toEqual(refusal);
    expect(await ask(async () => answer, plain, 'default')).toEqual(refusal);
  });
});

describe('default roles', () => {
  it('come besides what is mapped', async () => {
    expect(rolesOf(admin, { ops: 'operator' }, ['user', 'operator'])).toEqual(['operator', 'user']);
    expect(rolesOf(plain, { ops: 'operator' }, 'user')).toEqual(['user']);
    expect(rolesOf(plain, undefined, 'user')).toEqual(['user']);
    expect(rolesOf(plain, () => ['x'], 'user')).toEqual(['x', 'user']);
  });

  it('never come to a bare name asserted by a proxy', () => {
    expect(rolesOf(bare, undefined, 'user')).toEqual([]);
    expect(rolesOf(bare, { ops: 'operator' }, 'user')).toEqual(['operator']);
    expect(rolesOf(bare, () => ['x'], 'user')).toEqual(['x']);
  });

  it('are none when there are no options', () => {
    expect(rolesOf(admin)).toEqual([]);
  });

  it.each([[''], [[]], [['a', '']], [7], [null], [{ a: 'b' }]])('refuse %j', (defaults) => {
    expect(() => compileRoles(undefined, defaults as never, 20)).toThrow(
      'defaultRoles: expected the name of a role or a list of names',
    );
  });
});
