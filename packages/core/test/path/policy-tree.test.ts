import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createPolicyValidation,
  type PolicyExtensions,
  type PolicySets,
  type PolicyValidationOptions,
  type PolicyVerdict,
} from '../../src/path/policy-tree.ts';
import { validPolicyTree } from './valid-policy-tree.ts';

const anyPolicy = '2.5.29.32.0';

/** What a certificate says of policies; policy 1 stands for an object identifier, as `any` does for anyPolicy. */
interface Said {
  readonly policies?: readonly (number | 'any')[];
  readonly maps?: readonly (readonly [number | 'any', number | 'any'])[];
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
  readonly inhibitAnyPolicy?: number;
  readonly selfIssued?: boolean;
}

const oid = (policy: number | 'any'): string => (policy === 'any' ? anyPolicy : `2.16.840.1.101.3.2.1.48.${policy}`);

function certificate(said: Said): PolicyExtensions {
  const { requireExplicitPolicy, inhibitPolicyMapping } = said;
  return {
    certificatePolicies: said.policies?.map((policy) => ({
      policyIdentifier: oid(policy),
      qualifiers: undefined,
      qualifierIds: [],
    })),
    policyMappings: said.maps?.map(([issuerDomain, subjectDomain]) => ({
      issuerDomainPolicy: oid(issuerDomain),
      subjectDomainPolicy: oid(subjectDomain),
    })),
    policyConstraints:
      requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined
        ? undefined
        : { requireExplicitPolicy, inhibitPolicyMapping },
    inhibitAnyPolicy: said.inhibitAnyPolicy,
    isSelfIssued: said.selfIssued ?? false,
  };
}

interface Asked {
  readonly initialPolicySet?: readonly number[];
  readonly explicitPolicy?: boolean;
  readonly mappingInhibit?: boolean;
  readonly anyPolicyInhibit?: boolean;
  readonly nodeLimit?: number;
}

const optionsOf = (asked: Asked, pathLength: number): PolicyValidationOptions => ({
  initialPolicySet: asked.initialPolicySet === undefined ? 'any' : new Set(asked.initialPolicySet.map(oid)),
  initialExplicitPolicy: asked.explicitPolicy ?? false,
  initialPolicyMappingInhibit: asked.mappingInhibit ?? false,
  initialAnyPolicyInhibit: asked.anyPolicyInhibit ?? false,
  pathLength,
  nodeLimit: asked.nodeLimit ?? 1000,
});

/** The walk of section 6.1, from the certificate that the anchor issued to the leaf. */
function walk(path: readonly PolicyExtensions[], options: PolicyValidationOptions): PolicySets | PolicyVerdict {
  const validation = createPolicyValidation(options);
  for (const [index, one] of path.entries()) {
    const processed = validation.processCertificate(one, index + 1);
    if (processed !== 'ok') return processed;
    const next = index === path.length - 1 ? validation.wrapUp(one) : validation.prepareForNext(one);
    if (next !== 'ok') return next;
  }
  return validation.result();
}

const validate = (path: readonly Said[], asked: Asked = {}): PolicySets | PolicyVerdict =>
  walk(path.map(certificate), optionsOf(asked, path.length));

const sets = (authorities: readonly number[] | 'any', user: readonly number[] | 'any' = authorities): PolicySets => ({
  authoritiesConstrainedPolicies: authorities === 'any' ? 'any' : new Set(authorities.map(oid)),
  userConstrainedPolicies: user === 'any' ? 'any' : new Set(user.map(oid)),
});

const violated = 'policy_constraint_violated';

describe('certificate policies (as in PKITS 4.8)', () => {
  const samePolicy = [{ policies: [1] }, { policies: [1] }];

  it('finds the policy that all certificates share', () => {
    expect(validate(samePolicy)).toEqual(sets([1]));
    expect(validate(samePolicy, { explicitPolicy: true })).toEqual(sets([1]));
    expect(validate(samePolicy, { explicitPolicy: true, initialPolicySet: [1] })).toEqual(sets([1]));
    expect(validate(samePolicy, { explicitPolicy: true, initialPolicySet: [1, 2] })).toEqual(sets([1]));
  });

  it('refuses a path for none of the initial policies only where a policy is required', () => {
    expect(validate(samePolicy, { explicitPolicy: true, initialPolicySet: [2] })).toBe(violated);
    expect(validate(samePolicy, { initialPolicySet: [2] })).toEqual(sets([1], []));
  });

  it('takes an initial policy set with anyPolicy in it as anyPolicy', () => {
    const options = { ...optionsOf({}, 2), initialPolicySet: new Set([oid(2), anyPolicy]) };
    expect(walk(samePolicy.map(certificate), options)).toEqual(sets([1]));
  });

  it('accepts a path without policies unless one is required', () => {
    expect(validate([{}, {}])).toEqual(sets([]));
    expect(validate([{}, {}], { explicitPolicy: true })).toBe(violated);
  });

  it('finds nothing where one certificate of the path has no policies', () => {
    expect(validate([{ policies: [1] }, {}, { policies: [1] }])).toEqual(sets([]));
    expect(validate([{}, { policies: [1] }])).toEqual(sets([]));
  });

  it('finds nothing where no policy is common to all', () => {
    const different = [{ policies: [1] }, { policies: [2] }, { policies: [1] }];
    expect(validate(different)).toEqual(sets([]));
    expect(validate(different, { explicitPolicy: true })).toBe(violated);
    expect(validate(different, { explicitPolicy: true, initialPolicySet: [1, 2] })).toBe(violated);
  });

  it('refuses different policies where an authority requires one', () => {
    expect(validate([{ policies: [1], requireExplicitPolicy: 0 }, { policies: [1] }, { policies: [2] }])).toBe(
      violated,
    );
    expect(validate([{ policies: [1] }, { policies: [2], requireExplicitPolicy: 0 }, { policies: [1] }])).toBe(
      violated,
    );
    expect(validate([{ policies: [3], requireExplicitPolicy: 0 }, { policies: [4] }])).toBe(violated);
  });

  it('narrows overlapping policies from one authority to the next', () => {
    const overlapping = [
      { policies: [1, 2, 3, 4], requireExplicitPolicy: 0 },
      { policies: [1, 2, 3] },
      { policies: [1, 2] },
      { policies: [1] },
    ];
    expect(validate(overlapping)).toEqual(sets([1]));
    expect(validate(overlapping, { initialPolicySet: [1] })).toEqual(sets([1]));
    expect(validate(overlapping, { initialPolicySet: [2] })).toBe(violated);
  });

  it('returns each of several common policies', () => {
    const several = [{ policies: [1, 2, 3], requireExplicitPolicy: 0 }, { policies: [1, 2, 3] }];
    expect(validate(several)).toEqual(sets([1, 2, 3]));
    expect(validate(several, { initialPolicySet: [2] })).toEqual(sets([1, 2, 3], [2]));
    expect(validate(several, { initialPolicySet: [3, 4] })).toEqual(sets([1, 2, 3], [3]));
  });

  it('takes anyPolicy in all certificates for every initial policy', () => {
    const any: readonly Said[] = [{ policies: ['any'], requireExplicitPolicy: 0 }, { policies: ['any'] }];
    expect(validate(any)).toEqual(sets('any'));
    expect(validate(any, { initialPolicySet: [1] })).toEqual(sets('any', [1]));
    expect(validate(any, { initialPolicySet: [1, 2] })).toEqual(sets('any', [1, 2]));
    expect(validate(any, { initialPolicySet: [] })).toBe(violated);
  });

  it('lets a leaf choose its policy under an authority for anyPolicy', () => {
    const chosen: readonly Said[] = [{ policies: ['any'], requireExplicitPolicy: 0 }, { policies: [1] }];
    expect(validate(chosen, { initialPolicySet: [1] })).toEqual(sets([1]));
    expect(validate(chosen, { initialPolicySet: [2] })).toBe(violated);
  });

  it('limits anyPolicy of a leaf to the policies of its authority', () => {
    const limited: readonly Said[] = [{ policies: [1, 2] }, { policies: ['any'] }];
    expect(validate(limited)).toEqual(sets([1, 2]));
    expect(validate(limited, { initialPolicySet: [2, 3] })).toEqual(sets([1, 2], [2]));
  });

  it('says anyPolicy when a policy is named beside it', () => {
    expect(validate([{ policies: [1, 'any'] }, { policies: ['any', 1] }])).toEqual(sets('any'));
    expect(validate([{ policies: [1, 'any'] }, { policies: ['any', 1] }], { initialPolicySet: [2] })).toEqual(
      sets('any', [2]),
    );
  });
});

describe('requireExplicitPolicy (as in PKITS 4.9)', () => {
  const withoutPolicies = (requireExplicitPolicy: number): Said[] => [{ requireExplicitPolicy }, {}, {}, {}, {}];

  it('counts the certificates that may still follow without a policy', () => {
    expect(validate(withoutPolicies(10))).toEqual(sets([]));
    expect(validate(withoutPolicies(5))).toEqual(sets([]));
    expect(validate(withoutPolicies(4))).toBe(violated);
    expect(validate(withoutPolicies(0))).toBe(violated);
  });

  it('is satisfied by a common policy', () => {
    expect(validate([{ policies: [1], requireExplicitPolicy: 0 }, { policies: [1] }, { policies: [1] }])).toEqual(
      sets([1]),
    );
  });

  it('can be tightened and never loosened further down', () => {
    expect(
      validate([{ requireExplicitPolicy: 7 }, { requireExplicitPolicy: 2 }, { requireExplicitPolicy: 4 }, {}, {}]),
    ).toBe(violated);
    expect(validate([{ requireExplicitPolicy: 7 }, { requireExplicitPolicy: 4 }, {}, {}])).toEqual(sets([]));
  });

  it('does not count self-issued certificates', () => {
    expect(validate([{ requireExplicitPolicy: 2 }, { selfIssued: true }, {}])).toEqual(sets([]));
    expect(validate([{ requireExplicitPolicy: 2 }, { selfIssued: true }, {}, {}])).toBe(violated);
    expect(validate([{ requireExplicitPolicy: 2 }, { selfIssued: true }, {}, { selfIssued: true }, {}])).toBe(violated);
    expect(validate([{ requireExplicitPolicy: 2 }, {}, {}])).toBe(violated);
  });

  it('counts the leaf, self-issued or not', () => {
    expect(validate([{ requireExplicitPolicy: 1 }, { selfIssued: true }])).toBe(violated);
    expect(validate([{ requireExplicitPolicy: 2 }, { selfIssued: true }])).toEqual(sets([]));
  });

  it('of a leaf binds the leaf itself only if it is 0', () => {
    expect(validate([{ requireExplicitPolicy: 0 }])).toBe(violated);
    expect(validate([{ requireExplicitPolicy: 1 }])).toEqual(sets([]));
    expect(validate([{ policies: [1], requireExplicitPolicy: 0 }])).toEqual(sets([1]));
    expect(validate([{ inhibitPolicyMapping: 0 }])).toEqual(sets([]));
  });

  it('refuses at the very certificate that loses the last policy', () => {
    const validation = createPolicyValidation(optionsOf({ explicitPolicy: true }, 3));
    expect(validation.processCertificate(certificate({ policies: [1] }), 1)).toBe('ok');
    expect(validation.prepareForNext(certificate({ policies: [1] }))).toBe('ok');
    expect(validation.processCertificate(certificate({ policies: [2] }), 2)).toBe(violated);
  });
});

describe('policy mappings (as in PKITS 4.10)', () => {
  const oneToTwo: Said = { policies: [1], maps: [[1, 2]], requireExplicitPolicy: 0 };

  it('translates a policy for the certificates below, and names it as the authorities do', () => {
    expect(validate([oneToTwo, { policies: [2] }])).toEqual(sets([1]));
    expect(validate([oneToTwo, { policies: [2] }], { initialPolicySet: [1] })).toEqual(sets([1]));
    expect(validate([oneToTwo, { policies: [2] }], { initialPolicySet: [2] })).toBe(violated);
  });

  it('no longer takes the policy that was translated', () => {
    expect(validate([oneToTwo, { policies: [1] }])).toBe(violated);
    expect(validate([oneToTwo, { policies: [1] }], { mappingInhibit: true })).toBe(violated);
    expect(validate([oneToTwo, { policies: [2] }], { mappingInhibit: true })).toBe(violated);
  });

  it('leaves the policies alone that are not mapped', () => {
    const path: readonly Said[] = [
      { policies: [1, 2], maps: [[1, 3]], requireExplicitPolicy: 0 },
      { policies: [2, 3] },
      { policies: [2] },
    ];
    expect(validate(path)).toEqual(sets([2]));
    expect(validate(path, { initialPolicySet: [1] })).toBe(violated);
  });

  it('follows one policy into several and several into one', () => {
    const spread: readonly Said[] = [
      {
        policies: [1],
        maps: [
          [1, 2],
          [1, 3],
          [1, 4],
        ],
        requireExplicitPolicy: 0,
      },
      {
        policies: [2, 3],
        maps: [
          [2, 5],
          [3, 5],
        ],
      },
      { policies: [5] },
    ];
    expect(validate(spread)).toEqual(sets([1]));
    expect(validate(spread, { initialPolicySet: [5] })).toBe(violated);
    const joined: readonly Said[] = [
      {
        policies: [1, 2],
        maps: [
          [1, 3],
          [2, 3],
        ],
        requireExplicitPolicy: 0,
      },
      { policies: [3] },
    ];
    expect(validate(joined)).toEqual(sets([1, 2]));
    expect(validate(joined, { initialPolicySet: [2] })).toEqual(sets([1, 2], [2]));
  });

  it('keeps apart what each of two domains calls by one name', () => {
    // 1 is called 2 below, and 2 is called 1.
    const swapped: readonly Said[] = [
      {
        policies: [1, 2],
        maps: [
          [1, 2],
          [2, 1],
        ],
      },
      { policies: [1] },
    ];
    expect(validate(swapped)).toEqual(sets([2]));
  });

  it('refuses a mapping from or to anyPolicy', () => {
    expect(validate([{ policies: [1, 'any'], maps: [['any', 1]] }, { policies: [1] }])).toBe(violated);
    expect(validate([{ policies: [1], maps: [[1, 'any']] }, { policies: [1] }])).toBe(violated);
    expect(
      validate([
        {
          policies: [1],
          maps: [
            [1, 2],
            [3, 'any'],
          ],
        },
        { policies: [1] },
      ]),
    ).toBe(violated);
  });

  it('ignores what a leaf maps', () => {
    expect(validate([{ policies: [1] }, { policies: [1], maps: [['any', 1]] }])).toEqual(sets([1]));
  });

  it('maps a policy that anyPolicy stands for', () => {
    const any: Said = { policies: ['any'], maps: [[1, 2]], requireExplicitPolicy: 0 };
    expect(validate([any, { policies: [2] }])).toEqual(sets([1]));
    expect(validate([any, { policies: [2] }], { initialPolicySet: [2] })).toBe(violated);
    // anyPolicy itself stays beside the mapping.
    expect(validate([any, { policies: [1] }])).toEqual(sets([1]));
    expect(validate([any, { policies: [3] }])).toEqual(sets([3]));
    expect(validate([any, { policies: ['any'] }])).toEqual(sets('any'));
  });

  it('maps a policy that anyPolicy stands for only within what the authority above has', () => {
    const good: Said = { policies: [1], requireExplicitPolicy: 0 };
    const any: Said = { policies: ['any'], maps: [[1, 2]] };
    expect(validate([good, any, { policies: [2] }])).toEqual(sets([1]));
    expect(validate([good, any, { policies: [1] }])).toBe(violated);
    expect(validate([good, { policies: ['any'], maps: [[3, 2]] }, { policies: [2] }])).toBe(violated);
  });

  it('maps the named policy where the same certificate also asserts anyPolicy', () => {
    const both: Said = { policies: [1, 'any'], maps: [[1, 2]], requireExplicitPolicy: 0 };
    expect(validate([both, { policies: [2] }])).toEqual(sets([1]));
    expect(validate([both, { policies: [1] }])).toEqual(sets([1]));
  });

  it('does nothing without policies to map', () => {
    expect(validate([{ maps: [[1, 2]] }, { policies: [2] }])).toEqual(sets([]));
    expect(validate([{ policies: [3], maps: [[1, 2]] }, { policies: [2] }])).toEqual(sets([]));
    expect(validate([{ policies: [3], maps: [[1, 2]] }, { policies: [3] }])).toEqual(sets([3]));
  });
});

describe('inhibitPolicyMapping (as in PKITS 4.11)', () => {
  const inhibit = (inhibitPolicyMapping: number): Said => ({
    policies: [1, 2],
    inhibitPolicyMapping,
    requireExplicitPolicy: 0,
  });
  const map12to34: Said = {
    policies: [1, 2],
    maps: [
      [1, 3],
      [2, 4],
    ],
  };

  it('deletes a policy that is mapped although mapping is inhibited', () => {
    expect(validate([inhibit(0), map12to34, { policies: [3] }])).toBe(violated);
    expect(validate([inhibit(0), map12to34, { policies: [1] }])).toBe(violated);
    expect(validate([inhibit(0), { policies: [1, 2], maps: [[1, 3]] }, { policies: [1, 2, 3] }])).toEqual(sets([2]));
  });

  it('counts the certificates that may still map', () => {
    const map3to5: Said = { policies: [3, 4], maps: [[3, 5]] };
    expect(validate([inhibit(1), map12to34, { policies: [3] }])).toEqual(sets([1]));
    expect(validate([inhibit(1), map12to34, map3to5, { policies: [4] }])).toEqual(sets([2]));
    expect(validate([inhibit(1), map12to34, map3to5, { policies: [5] }])).toBe(violated);
    expect(validate([inhibit(5), map12to34, map3to5, { policies: [5] }])).toEqual(sets([1]));
  });

  it('can be tightened and never loosened further down', () => {
    const path = (second: Said): Said[] => [inhibit(1), { policies: [1, 2], ...second }, map12to34, { policies: [3] }];
    expect(validate(path({ inhibitPolicyMapping: 5 }))).toBe(violated);
    expect(validate([inhibit(5), { policies: [1, 2], inhibitPolicyMapping: 0 }, map12to34, { policies: [3] }])).toBe(
      violated,
    );
  });

  it('does not count self-issued certificates', () => {
    const selfIssued: Said = { policies: [1, 2], selfIssued: true };
    expect(validate([inhibit(1), selfIssued, map12to34, { policies: [3] }])).toEqual(sets([1]));
    expect(validate([inhibit(1), { policies: [1, 2] }, map12to34, { policies: [3] }])).toBe(violated);
  });

  it('lets a self-issued certificate map only while others may', () => {
    expect(validate([inhibit(0), { ...map12to34, selfIssued: true }, { policies: [3] }])).toBe(violated);
    expect(validate([inhibit(1), { ...map12to34, selfIssued: true }, { policies: [3] }])).toEqual(sets([1]));
  });

  it('leaves anyPolicy alone', () => {
    const any: Said = { policies: ['any'], maps: [[1, 2]] };
    expect(validate([any, { policies: [1] }], { mappingInhibit: true })).toEqual(sets([1]));
    expect(validate([any, { policies: [2] }], { mappingInhibit: true })).toEqual(sets([2]));
  });
});

describe('inhibitAnyPolicy (as in PKITS 4.12)', () => {
  const inhibit = (inhibitAnyPolicy: number): Said => ({ policies: [1], inhibitAnyPolicy, requireExplicitPolicy: 0 });

  it('makes anyPolicy count for nothing', () => {
    expect(validate([inhibit(0), { policies: ['any'] }])).toBe(violated);
    expect(validate([inhibit(0), { policies: ['any', 1] }])).toEqual(sets([1]));
    expect(validate([{ policies: ['any'] }, { policies: [1] }], { anyPolicyInhibit: true })).toEqual(sets([]));
  });

  it('counts the certificates that may still assert anyPolicy', () => {
    expect(validate([inhibit(1), { policies: ['any'] }])).toEqual(sets([1]));
    expect(validate([inhibit(1), { policies: ['any'] }, { policies: [1] }])).toEqual(sets([1]));
    expect(validate([inhibit(1), { policies: ['any'] }, { policies: ['any'] }])).toBe(violated);
    expect(validate([inhibit(2), { policies: ['any'] }, { policies: ['any'] }])).toEqual(sets([1]));
  });

  it('can be tightened and never loosened further down', () => {
    expect(validate([inhibit(1), { policies: ['any'], inhibitAnyPolicy: 5 }, { policies: ['any'] }])).toBe(violated);
    expect(validate([inhibit(5), { policies: [1], inhibitAnyPolicy: 0 }, { policies: ['any'] }])).toBe(violated);
  });

  it('does not count self-issued certificates', () => {
    const selfIssued: Said = { policies: [1], selfIssued: true };
    expect(validate([inhibit(1), selfIssued, { policies: ['any'] }])).toEqual(sets([1]));
    expect(validate([inhibit(1), { policies: [1] }, { policies: ['any'] }])).toBe(violated);
  });

  it('does not bind a self-issued certificate that is not the leaf', () => {
    const selfIssued: Said = { policies: ['any'], selfIssued: true };
    expect(validate([inhibit(0), selfIssued, { policies: [1] }])).toEqual(sets([1]));
    expect(validate([inhibit(0), selfIssued])).toBe(violated);
    expect(validate([inhibit(0), selfIssued, { policies: [1] }, selfIssued])).toBe(violated);
  });
});

describe('the policy graph (RFC 9618)', () => {
  it('gives the answers of the tree of RFC 5280 on every short path', () => {
    const policy = fc.constantFrom<number | 'any'>(1, 2, 3, 'any');
    const skip = fc.option(fc.nat(2), { nil: undefined, freq: 3 });
    const arbitrary = fc.record({
      policies: fc.option(fc.uniqueArray(policy, { minLength: 1, maxLength: 4 }), { nil: undefined, freq: 8 }),
      maps: fc.option(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), { maxLength: 4 }),
        {
          nil: undefined,
        },
      ),
      requireExplicitPolicy: skip,
      inhibitPolicyMapping: skip,
      inhibitAnyPolicy: skip,
      selfIssued: fc.boolean(),
    });
    const asked = fc.record({
      initialPolicySet: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1 }), { nil: undefined }),
      explicitPolicy: fc.boolean(),
      mappingInhibit: fc.boolean(),
      anyPolicyInhibit: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 5 }), asked, (said, questions) => {
        const path = said.map((one) => certificate(one as Said));
        const options = optionsOf(questions as Asked, path.length);
        expect(walk(path, options)).toEqual(validPolicyTree(path, options) ?? violated);
      }),
      { numRuns: 3000 },
    );
  });

  it('stays small where the tree would double with each certificate', () => {
    const doubling: Said = {
      policies: [1, 2],
      maps: [
        [1, 1],
        [1, 2],
        [2, 1],
        [2, 2],
      ],
    };
    const path = [...Array.from({ length: 60 }, () => doubling), { policies: [1] }];
    expect(validate(path, { nodeLimit: 122 })).toEqual(sets([1, 2]));
    expect(validate(path, { nodeLimit: 121 })).toBe('budget');
  });

  it('ends when the nodes are used up by policies', () => {
    expect(validate([{ policies: [1, 2, 3] }], { nodeLimit: 4 })).toEqual(sets([1, 2, 3]));
    expect(validate([{ policies: [1, 2, 3] }], { nodeLimit: 3 })).toBe('budget');
  });

  it('holds one node for each policy of a depth, however often it is asserted or expected', () => {
    expect(validate([{ policies: ['any'] }, { policies: ['any'] }], { nodeLimit: 3 })).toEqual(sets('any'));
    expect(validate([{ policies: [1] }, { policies: [1, 'any'] }], { nodeLimit: 3 })).toEqual(sets([1]));
  });

  it('ends when the nodes are used up by mappings', () => {
    const path: readonly Said[] = [
      {
        policies: ['any'],
        maps: [
          [1, 2],
          [2, 3],
          [3, 4],
        ],
      },
      { policies: [4] },
    ];
    expect(validate(path, { nodeLimit: 6 })).toEqual(sets([3]));
    expect(validate(path, { nodeLimit: 5 })).toBe('budget');
    const mapping = certificate(path[0] as Said);
    for (const [nodeLimit, verdict] of [
      [5, 'ok'],
      [4, 'budget'],
    ] as const) {
      const validation = createPolicyValidation(optionsOf({ nodeLimit }, 2));
      expect(validation.processCertificate(mapping, 1)).toBe('ok');
      expect(validation.prepareForNext(mapping)).toBe(verdict);
    }
  });

  it('knows no policies before the walk ends', () => {
    const validation = createPolicyValidation(optionsOf({}, 1));
    expect(validation.result()).toEqual(sets([]));
    expect(validation.processCertificate(certificate({ policies: [1] }), 1)).toBe('ok');
    expect(validation.result()).toEqual(sets([]));
  });
});
