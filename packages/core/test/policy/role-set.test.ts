import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createRoleSet, noRoles, roleList } from '../../src/policy/role-set.ts';

describe('the roles of a client', () => {
  const roles = createRoleSet(['admin', 'partner', 'admin']);

  it('are a set', () => {
    expect([...roles]).toEqual(['admin', 'partner']);
    expect(roles.size).toBe(2);
    expect(roles.has('admin')).toBe(true);
    expect(roles.has('constructor')).toBe(false);
    expect(new Set(roles)).toEqual(new Set(['admin', 'partner']));
  });

  it.each(['add', 'delete', 'clear'] as const)('cannot be changed with %s', (method) => {
    expect(() => (roles as Set<string>)[method]('root')).toThrow('The roles of a client cannot be changed');
    expect(roles.has('root')).toBe(false);
    expect(Object.isFrozen(roles)).toBe(true);
    expect(Object.isFrozen(Object.getPrototypeOf(roles))).toBe(true);
    expect(roles.size).toBe(2);
  });

  it('show as JSON and on the console', () => {
    expect(JSON.stringify({ roles })).toBe('{"roles":["admin","partner"]}');
    expect(inspect(roles)).toContain("{ 'admin', 'partner' }");
  });

  it('are none when none are given', () => {
    expect(createRoleSet([]).size).toBe(0);
    expect(createRoleSet([])).not.toBe(createRoleSet([]));
  });

  it('are a list, each once, for those that decide by them', () => {
    expect(roleList(['admin', 'partner', 'admin'])).toEqual(['admin', 'partner']);
    expect(roleList([])).toBe(noRoles);
    for (const list of [noRoles, roleList(['admin'])]) expect(Object.isFrozen(list)).toBe(true);
  });
});
