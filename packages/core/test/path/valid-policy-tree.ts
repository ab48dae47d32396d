import type { PolicyExtensions, PolicySets, PolicyValidationOptions } from '../../src/path/policy-tree.ts';

/**
 * The valid_policy_tree of RFC 5280 section 6.1 in its original form, node by node and with every duplicate, as the second
 * opinion on the graph of RFC 9618. Exponential: only for short paths.
 */

const anyPolicy = '2.5.29.32.0';

interface TreeNode {
  readonly depth: number;
  readonly validPolicy: string;
  expected: Set<string>;
  readonly parent: TreeNode | undefined;
}

type Options = Omit<PolicyValidationOptions, 'nodeLimit' | 'pathLength'>;

/** `undefined` when the path fails. */
export function validPolicyTree(path: readonly PolicyExtensions[], options: Options): PolicySets | undefined {
  const n = path.length;
  const initial = options.initialPolicySet === 'any' ? new Set([anyPolicy]) : options.initialPolicySet;
  let explicitPolicy = options.initialExplicitPolicy ? 0 : n + 1;
  let inhibitAnyPolicy = options.initialAnyPolicyInhibit ? 0 : n + 1;
  let policyMapping = options.initialPolicyMappingInhibit ? 0 : n + 1;
  // An empty list is the NULL tree.
  let tree: TreeNode[] = [{ depth: 0, validPolicy: anyPolicy, expected: new Set([anyPolicy]), parent: undefined }];

  const at = (depth: number): TreeNode[] => tree.filter((node) => node.depth === depth);
  const add = (parent: TreeNode, validPolicy: string, expected: Iterable<string> = [validPolicy]): void => {
    tree.push({ depth: parent.depth + 1, validPolicy, expected: new Set(expected), parent });
  };
  const prune = (depth: number): void => {
    for (let level = depth - 1; level >= 0; level -= 1) {
      tree = tree.filter((node) => node.depth !== level || tree.some((child) => child.parent === node));
    }
  };
  const childrenOf = (node: TreeNode): TreeNode[] => tree.filter((child) => child.parent === node);

  for (const [index, certificate] of path.entries()) {
    const i = index + 1;
    const { certificatePolicies, policyMappings, policyConstraints, isSelfIssued } = certificate;

    // 6.1.3 (d, e, f)
    if (certificatePolicies === undefined) {
      tree = [];
    } else if (tree.length > 0) {
      const policies = certificatePolicies.map((information) => information.policyIdentifier);
      for (const policy of policies.filter((identifier) => identifier !== anyPolicy)) {
        const matching = at(i - 1).filter((node) => node.expected.has(policy));
        const parents = matching.length > 0 ? matching : at(i - 1).filter((node) => node.validPolicy === anyPolicy);
        for (const parent of parents) add(parent, policy);
      }
      if (policies.includes(anyPolicy) && (inhibitAnyPolicy > 0 || (i < n && isSelfIssued))) {
        for (const node of at(i - 1)) {
          const taken = new Set(childrenOf(node).map((child) => child.validPolicy));
          for (const policy of node.expected) if (!taken.has(policy)) add(node, policy);
        }
      }
      prune(i);
    }
    if (explicitPolicy === 0 && tree.length === 0) return undefined;

    if (i === n) {
      // 6.1.5 (a, b)
      if (explicitPolicy > 0) explicitPolicy -= 1;
      if (policyConstraints?.requireExplicitPolicy === 0) explicitPolicy = 0;
      break;
    }

    // 6.1.4 (a)
    const mappings = policyMappings ?? [];
    if (mappings.some((pair) => [pair.issuerDomainPolicy, pair.subjectDomainPolicy].includes(anyPolicy))) {
      return undefined;
    }
    // (b)
    for (const issuerDomain of new Set(mappings.map((pair) => pair.issuerDomainPolicy))) {
      const subjectDomain = mappings
        .filter((pair) => pair.issuerDomainPolicy === issuerDomain)
        .map((pair) => pair.subjectDomainPolicy);
      const nodes = at(i).filter((node) => node.validPolicy === issuerDomain);
      if (policyMapping > 0) {
        for (const node of nodes) node.expected = new Set(subjectDomain);
        if (nodes.length === 0 && at(i).some((node) => node.validPolicy === anyPolicy)) {
          for (const parent of at(i - 1).filter((node) => node.validPolicy === anyPolicy)) {
            add(parent, issuerDomain, subjectDomain);
          }
        }
      } else {
        tree = tree.filter((node) => !nodes.includes(node));
        prune(i);
      }
    }
    // (h, i, j)
    if (!isSelfIssued) {
      if (explicitPolicy !== 0) explicitPolicy -= 1;
      if (policyMapping !== 0) policyMapping -= 1;
      if (inhibitAnyPolicy !== 0) inhibitAnyPolicy -= 1;
    }
    explicitPolicy = Math.min(explicitPolicy, policyConstraints?.requireExplicitPolicy ?? explicitPolicy);
    policyMapping = Math.min(policyMapping, policyConstraints?.inhibitPolicyMapping ?? policyMapping);
    inhibitAnyPolicy = Math.min(inhibitAnyPolicy, certificate.inhibitAnyPolicy ?? inhibitAnyPolicy);
  }

  // 6.1.5 (g): the intersection of the tree with the user-initial-policy-set.
  const belowAnyPolicy = (): TreeNode[] =>
    tree.filter(
      (node) => node.parent?.validPolicy === anyPolicy && (node.validPolicy !== anyPolicy || node.depth === n),
    );
  const authorities = policySet(belowAnyPolicy());
  if (!initial.has(anyPolicy) && tree.length > 0) {
    const unwanted = new Set(
      belowAnyPolicy().filter((node) => node.validPolicy !== anyPolicy && !initial.has(node.validPolicy)),
    );
    const isUnwanted = (node: TreeNode | undefined): boolean =>
      node !== undefined && (unwanted.has(node) || isUnwanted(node.parent));
    tree = tree.filter((node) => !isUnwanted(node));
    const last = at(n).find((node) => node.validPolicy === anyPolicy);
    if (last?.parent !== undefined) {
      const present = new Set(belowAnyPolicy().map((node) => node.validPolicy));
      for (const policy of initial) if (!present.has(policy)) add(last.parent, policy);
      tree = tree.filter((node) => node !== last);
    }
    prune(n);
  }
  if (explicitPolicy === 0 && tree.length === 0) return undefined;
  return { authoritiesConstrainedPolicies: authorities, userConstrainedPolicies: policySet(belowAnyPolicy()) };
}

function policySet(nodes: readonly TreeNode[]): ReadonlySet<string> | 'any' {
  const policies = new Set(nodes.map((node) => node.validPolicy));
  return policies.has(anyPolicy) ? 'any' : policies;
}
