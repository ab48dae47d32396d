/**
 * The roles of a client as a handler reads them. A Set, so that it does all that a ReadonlySet of the running Node does; its
 * mutators throw, so that no handler makes an administrator by accident. Whoever calls those of `Set.prototype` changes it
 * all the same: so it is made for each reader, and nobody decides by it.
 */
class RoleSet extends Set<string> {
  constructor(roles: readonly string[]) {
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

Object.freeze(RoleSet.prototype);

function refuseChange(): never {
  throw new TypeError('The roles of a client cannot be changed: map them with the options roles and defaultRoles');
}

export function createRoleSet(roles: readonly string[]): ReadonlySet<string> {
  return new RoleSet(roles);
}

export const noRoles: readonly string[] = Object.freeze([]);

/** Each role once. This is what guards decide by, and no handler gets hold of it. */
export function roleList(roles: readonly string[]): readonly string[] {
  return roles.length === 0 ? noRoles : Object.freeze([...new Set(roles)]);
}
