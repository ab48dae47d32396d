import type { Certificate, PolicyMapping } from '../certificate/model.ts';

/**
 * Certificate policies along a path: RFC 5280 6.1.2 (a, d, e, f), 6.1.3 (d, e, f), 6.1.4 (a, b, h, i, j), 6.1.5 (a, b, g).
 *
 * The valid_policy_tree of RFC 5280 grows exponentially with the length of a hostile path, so this is the
 * valid_policy_graph of RFC 9618, which replaces it with the same outcome: at most one node for each policy and depth,
 * with as many parents as expect it. Policy qualifiers are neither kept nor returned.
 *
 * Only the deepest level is held, and each node holds its parents. The pruning of RFC 9618 (6.1.3 d 3 and 6.1.4 b 2 ii)
 * removes nodes without children; here they are nodes that nothing refers to any more. The graph is NULL exactly when its
 * deepest level is empty.
 */

export interface PolicyValidationOptions {
  /** user-initial-policy-set: dotted object identifiers, or `'any'` for { anyPolicy } (6.1.1 c). */
  readonly initialPolicySet: ReadonlySet<string> | 'any';
  /** initial-explicit-policy (6.1.1 f). */
  readonly initialExplicitPolicy: boolean;
  /** initial-policy-mapping-inhibit (6.1.1 e). */
  readonly initialPolicyMappingInhibit: boolean;
  /** initial-any-policy-inhibit (6.1.1 g). */
  readonly initialAnyPolicyInhibit: boolean;
  /** n: certificates of the path, the trust anchor not counted (6.1.1 a). */
  readonly pathLength: number;
  /** Nodes of the graph in all. Edges need no limit: they are at most as many as nodes and policy mappings together. */
  readonly nodeLimit: number;
}

export type PolicyVerdict = 'ok' | 'policy_constraint_violated' | 'budget';

/** What policy processing reads of a certificate. */
export type PolicyExtensions = Pick<
  Certificate,
  'certificatePolicies' | 'policyMappings' | 'policyConstraints' | 'inhibitAnyPolicy' | 'isSelfIssued'
>;

/**
 * The policy steps of one walk from the trust anchor to the leaf. Call `processCertificate` for each certificate, then
 * `prepareForNext` for all but the last, or `wrapUp` for the last; after anything but `'ok'` the path has failed.
 */
export interface PolicyValidation {
  /** 6.1.3 (d, e, f) for certificate `i`, counted from 1 at the anchor's end. */
  processCertificate(certificate: PolicyExtensions, i: number): PolicyVerdict;
  /** 6.1.4 (a, b, h, i, j). */
  prepareForNext(certificate: PolicyExtensions): PolicyVerdict;
  /** 6.1.5 (a, b, g). */
  wrapUp(certificate: PolicyExtensions): PolicyVerdict;
  /** 6.1.6; both sets are empty before `wrapUp`. */
  result(): PolicySets;
  /** Nodes of the graph that were made until now. */
  readonly nodes: number;
}

/** The policies of a path, dotted object identifiers; `'any'`: anyPolicy is among them. */
export interface PolicySets {
  /** The policies for which the authorities of the path vouch. */
  readonly authoritiesConstrainedPolicies: ReadonlySet<string> | 'any';
  /** Those of them that are in the initial policy set. */
  readonly userConstrainedPolicies: ReadonlySet<string> | 'any';
}

const anyPolicy = '2.5.29.32.0';

/** The state of 6.1.2 (a, d, e, f). */
export function createPolicyValidation(options: PolicyValidationOptions): PolicyValidation {
  return new PolicyGraph(options);
}

interface PolicyNode {
  readonly validPolicy: string;
  readonly parents: readonly PolicyNode[];
  /** `undefined`: valid_policy alone, as it is unless a mapping says otherwise. */
  expectedPolicySet: ReadonlySet<string> | undefined;
}

/** One depth of the graph, by valid_policy. */
type PolicyLevel = Map<string, PolicyNode>;

class PolicyGraph implements PolicyValidation {
  readonly #initialPolicySet: ReadonlySet<string> | 'any';
  readonly #pathLength: number;
  #explicitPolicy: number;
  #policyMapping: number;
  #inhibitAnyPolicy: number;
  readonly #nodeLimit: number;
  nodes: number = 0;
  /** The deepest level of the valid_policy_graph; `undefined` for NULL, as it is after most certificates. */
  #level: PolicyLevel | undefined;
  #result: PolicySets | undefined;

  constructor(options: PolicyValidationOptions) {
    const { initialPolicySet, pathLength } = options;
    this.#initialPolicySet = initialPolicySet === 'any' || initialPolicySet.has(anyPolicy) ? 'any' : initialPolicySet;
    this.#pathLength = pathLength;
    this.#nodeLimit = options.nodeLimit;
    const level: PolicyLevel = new Map();
    this.#addNode(level, anyPolicy, []);
    this.#level = level;
    this.#explicitPolicy = options.initialExplicitPolicy ? 0 : pathLength + 1;
    this.#policyMapping = options.initialPolicyMappingInhibit ? 0 : pathLength + 1;
    this.#inhibitAnyPolicy = options.initialAnyPolicyInhibit ? 0 : pathLength + 1;
  }

  processCertificate(certificate: PolicyExtensions, i: number): PolicyVerdict {
    const anyPolicyCounts = this.#inhibitAnyPolicy > 0 || (i < this.#pathLength && certificate.isSelfIssued);
    this.#level = this.#nextLevel(certificate, anyPolicyCounts); // (d, e)
    if (this.nodes > this.#nodeLimit) return 'budget';
    return this.#explicitPolicy > 0 || this.#level !== undefined ? 'ok' : 'policy_constraint_violated'; // (f)
  }

  prepareForNext(certificate: PolicyExtensions): PolicyVerdict {
    const mappings = certificate.policyMappings;
    if (mappings !== undefined) {
      if (mappings.some(mapsAnyPolicy)) return 'policy_constraint_violated'; // (a)
      this.#mapPolicies(mappings); // (b)
      if (this.nodes > this.#nodeLimit) return 'budget';
    }
    // (h)
    if (!certificate.isSelfIssued) {
      this.#explicitPolicy = decrement(this.#explicitPolicy);
      this.#policyMapping = decrement(this.#policyMapping);
      this.#inhibitAnyPolicy = decrement(this.#inhibitAnyPolicy);
    }
    const constraints = certificate.policyConstraints;
    this.#explicitPolicy = smaller(this.#explicitPolicy, constraints?.requireExplicitPolicy); // (i 1)
    this.#policyMapping = smaller(this.#policyMapping, constraints?.inhibitPolicyMapping); // (i 2)
    this.#inhibitAnyPolicy = smaller(this.#inhibitAnyPolicy, certificate.inhibitAnyPolicy); // (j)
    return 'ok';
  }

  wrapUp(certificate: PolicyExtensions): PolicyVerdict {
    this.#explicitPolicy = decrement(this.#explicitPolicy); // (a)
    if (certificate.policyConstraints?.requireExplicitPolicy === 0) this.#explicitPolicy = 0; // (b)
    // (g)
    const authoritiesConstrainedPolicies = authoritiesConstrained(this.#level);
    const userConstrainedPolicies = intersection(authoritiesConstrainedPolicies, this.#initialPolicySet);
    this.#result = { authoritiesConstrainedPolicies, userConstrainedPolicies };
    const isEmpty = userConstrainedPolicies !== 'any' && userConstrainedPolicies.size === 0;
    return this.#explicitPolicy > 0 || !isEmpty ? 'ok' : 'policy_constraint_violated';
  }

  result(): PolicySets {
    return this.#result ?? { authoritiesConstrainedPolicies: new Set(), userConstrainedPolicies: new Set() };
  }

  /** 6.1.3 (d) and (e). */
  #nextLevel({ certificatePolicies }: PolicyExtensions, anyPolicyCounts: boolean): PolicyLevel | undefined {
    const level = this.#level;
    if (certificatePolicies === undefined || level === undefined) return undefined; // (e)
    const next: PolicyLevel = new Map();
    const expecting = byExpectedPolicy(level);
    const anyPolicyNode = level.get(anyPolicy);
    let assertsAnyPolicy = false;
    for (const { policyIdentifier } of certificatePolicies) {
      if (policyIdentifier === anyPolicy) {
        assertsAnyPolicy = true;
        continue;
      }
      const parents = expecting.get(policyIdentifier) ?? (anyPolicyNode === undefined ? undefined : [anyPolicyNode]);
      if (parents !== undefined) this.#addNode(next, policyIdentifier, parents); // (d 1)
    }
    if (assertsAnyPolicy && anyPolicyCounts) {
      // (d 2)
      for (const [policy, parents] of expecting) {
        if (!next.has(policy)) this.#addNode(next, policy, parents);
      }
    }
    return nullIfEmpty(next);
  }

  /** 6.1.4 (b). */
  #mapPolicies(mappings: readonly PolicyMapping[]): void {
    const level = this.#level;
    if (level === undefined) return;
    for (const [issuerDomainPolicy, subjectDomainPolicies] of byIssuerDomain(mappings)) {
      if (this.#policyMapping === 0) {
        level.delete(issuerDomainPolicy); // (b 2)
        continue;
      }
      // (b 1): anyPolicy stands for the policy where the certificate does not name it.
      const anyPolicyNode = level.get(anyPolicy);
      if (!level.has(issuerDomainPolicy) && anyPolicyNode !== undefined) {
        this.#addNode(level, issuerDomainPolicy, anyPolicyNode.parents);
      }
      const node = level.get(issuerDomainPolicy);
      if (node !== undefined) node.expectedPolicySet = subjectDomainPolicies;
    }
    this.#level = nullIfEmpty(level);
  }

  #addNode(level: PolicyLevel, validPolicy: string, parents: readonly PolicyNode[]): void {
    this.nodes += 1;
    level.set(validPolicy, { validPolicy, parents, expectedPolicySet: undefined });
  }
}

/** authority_constrained_policy_set (RFC 9618, 6.1.5 g): what the graph holds directly below anyPolicy. */
function authoritiesConstrained(level: PolicyLevel | undefined): ReadonlySet<string> | 'any' {
  if (level === undefined) return new Set();
  if (level.has(anyPolicy)) return 'any';
  const policies = new Set<string>();
  const reached = new Set(level.values());
  for (const { validPolicy, parents } of reached) {
    for (const parent of parents) {
      if (parent.validPolicy === anyPolicy) policies.add(validPolicy);
      else reached.add(parent);
    }
  }
  return policies;
}

function intersection(
  policies: ReadonlySet<string> | 'any',
  initialPolicySet: ReadonlySet<string> | 'any',
): ReadonlySet<string> | 'any' {
  if (initialPolicySet === 'any') return policies;
  if (policies === 'any') return new Set(initialPolicySet);
  return new Set([...policies].filter((policy) => initialPolicySet.has(policy)));
}

/** The nodes of a level by each policy that they expect. */
function byExpectedPolicy(level: PolicyLevel): ReadonlyMap<string, readonly PolicyNode[]> {
  const expecting = new Map<string, PolicyNode[]>();
  for (const node of level.values()) {
    for (const policy of node.expectedPolicySet ?? [node.validPolicy]) {
      const nodes = expecting.get(policy);
      if (nodes === undefined) expecting.set(policy, [node]);
      else nodes.push(node);
    }
  }
  return expecting;
}

function nullIfEmpty(level: PolicyLevel): PolicyLevel | undefined {
  return level.size === 0 ? undefined : level;
}

function byIssuerDomain(mappings: readonly PolicyMapping[]): ReadonlyMap<string, ReadonlySet<string>> {
  const domains = new Map<string, Set<string>>();
  for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
    const policies = domains.get(issuerDomainPolicy);
    if (policies === undefined) domains.set(issuerDomainPolicy, new Set([subjectDomainPolicy]));
    else policies.add(subjectDomainPolicy);
  }
  return domains;
}

const mapsAnyPolicy = ({ issuerDomainPolicy, subjectDomainPolicy }: PolicyMapping): boolean =>
  issuerDomainPolicy === anyPolicy || subjectDomainPolicy === anyPolicy;

const decrement = (counter: number): number => Math.max(counter - 1, 0);

const smaller = (counter: number, skipCerts: number | undefined): number =>
  skipCerts === undefined ? counter : Math.min(counter, skipCerts);
