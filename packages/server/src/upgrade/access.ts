import { createClientGuard, createRoleGuard, type Guard, type Rule, refuseUnknownKeys } from '@peercert/core';

/** Who of those that authenticated may open a connection. Asked again as long as the connection lives. */
export interface AccessOptions {
  /** A role that the client needs; of several any one suffices. Anonymous: 401, known without the role: 403. */
  readonly role?: string | readonly string[];
  /** `'any'`: whoever is known. A rule: whoever is known and matches it. */
  readonly client?: 'any' | Rule;
  /** Guards that were made before, by `createRoleGuard` or `createClientGuard` of `@peercert/core`. All must pass. */
  readonly guards?: readonly Guard[];
}

/**
 * The guards that the options come to. Throws TypeError for what asks for nothing: an option that is there without a
 * value is more often a role that got lost on its way than a wish to let everybody in.
 */
export function compileAccess(access: AccessOptions | undefined, where: string): readonly Guard[] {
  if (access === undefined) return nobody;
  refuseUnknownKeys(access, ['role', 'client', 'guards'], where);
  const given: Guard[] = [];
  if ('role' in access) given.push(createRoleGuard(access.role as string));
  if ('client' in access) given.push(createClientGuard(access.client));
  if ('guards' in access) given.push(...checkedGuards(access.guards, where));
  return Object.freeze(given);
}

const nobody: readonly Guard[] = Object.freeze([]);

function checkedGuards(guards: unknown, where: string): readonly Guard[] {
  if (!Array.isArray(guards) || guards.length === 0 || guards.some((guard) => typeof guard !== 'function')) {
    throw new TypeError(`${where}: guards must be a list of what createRoleGuard() or createClientGuard() makes`);
  }
  // Express' requireRole() takes (req, res, next), Koa's (ctx, next): neither answers whether it refused.
  if (guards.some((guard: Guard) => guard.length > 1)) {
    throw new TypeError(
      `${where}: guards must not be middleware: write { role: 'admin' } instead of requireRole('admin') of an adapter`,
    );
  }
  return guards;
}
