interface Branch {
  isBase: boolean;
  /** A base lies exactly one label below. */
  hasBaseBelow: boolean;
  readonly children: Map<string, Branch>;
}

const createBranch = (): Branch => ({ isBase: false, hasBaseBelow: false, children: new Map() });

/**
 * Subtrees of a hierarchy whose names are paths of labels, most significant label first: domain names and distinguished
 * names. A look-up takes as many steps as the deepest base has labels, however many bases there are.
 */
export class LabelTree {
  readonly #root: Branch = createBranch();

  add(base: readonly string[]): void {
    let branch = this.#root;
    let parent: Branch | undefined;
    for (const label of base) {
      parent = branch;
      let child = branch.children.get(label);
      if (child === undefined) {
        child = createBranch();
        branch.children.set(label, child);
      }
      branch = child;
    }
    branch.isBase = true;
    if (parent !== undefined) parent.hasBaseBelow = true;
  }

  /** Whether `path` is a base or lies below one. */
  covers(path: readonly string[]): boolean {
    let branch: Branch | undefined = this.#root;
    for (const label of path) {
      if (branch.isBase) return true;
      branch = branch.children.get(label);
      if (branch === undefined) return false;
    }
    return branch.isBase;
  }

  /** Whether a base is `path` with exactly one label added. */
  hasBaseBelow(path: readonly string[]): boolean {
    let branch: Branch | undefined = this.#root;
    for (const label of path) {
      branch = branch.children.get(label);
      if (branch === undefined) return false;
    }
    return branch.hasBaseBelow;
  }
}
