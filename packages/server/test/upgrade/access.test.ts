import { createRoleGuard, type Guard, subjectCn } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { compileAccess } from '../../src/upgrade/access.ts';

const compile = (access: object | undefined): readonly Guard[] => compileAccess(access, 'authenticateUpgrade()');

describe('what an upgrade asks for', () => {
  it('is one guard for each thing', () => {
    expect(compile(undefined)).toEqual([]);
    expect(compile({})).toEqual([]);
    const guard = createRoleGuard('admin');
    expect(compile({ role: 'admin', client: subjectCn('alice'), guards: [guard, guard] })).toHaveLength(4);
    expect(compile({ role: ['admin', 'operator'] })).toHaveLength(1);
    expect(compile({ client: 'any' })).toHaveLength(1);
  });

  it.each([
    [{ role: undefined }, /needs the name of a role/],
    [{ role: '' }, /needs the name of a role/],
    [{ role: [] }, /needs the name of a role/],
    [{ client: undefined }, /requireClient\(\)/],
    [{ client: 'alice' }, /requireClient\(\)/],
    [{ guards: [] }, /guards must be a list/],
    [{ guards: undefined }, /guards must be a list/],
    [{ guards: [undefined] }, /guards must be a list/],
    [{ roles: ['admin'] }, /unknown option "roles"; did you mean "role"\?/],
    ['admin', /expected an object with options/],
  ])('is never nothing by mistake: %j', (access, message) => {
    expect(() => compile(access as object)).toThrow(TypeError);
    expect(() => compile(access as object)).toThrow(message);
  });

  it('is no middleware, whose answer would say nothing', () => {
    const middleware = (_request: object, _response: object, next: () => void) => next();
    expect(() => compile({ guards: [middleware] })).toThrow(/guards must not be middleware: write \{ role: 'admin' \}/);
  });
});
