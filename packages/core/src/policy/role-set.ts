/**
 * The roles of one client in one request. A Set, so that it does all that a ReadonlySet of the running Node does; its
 * mutators throw, so that no handler makes an administrator by accident.
 */
class RoleSet extends Set<string> {
  constructor(roles: Iterable<string>) {
    super();
    for (const role of roles) super.add(role);
    Object.freeze(this);
  }

  override add(): never {
    return refuseChange();
  }

  override delete(): never {
    return refuseChange();
  }

  override clear(): never {
    return refuseChange();
  }

  toJSON(): string[] {
    return [...this];
  }
}

function refuseChange(): never {
  throw new TypeError('The roles of a client cannot be changed: map them with the options roles and defaultRoles');
}

export const noRoles: ReadonlySet<string> = new RoleSet([]);

export function createRoleSet(roles: readonly string[]): ReadonlySet<string> {
  return roles.length === 0 ? noRoles : new RoleSet(roles);
}
