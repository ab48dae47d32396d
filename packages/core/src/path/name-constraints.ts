import type { Certificate, GeneralName, NameConstraints } from '../certificate/model.ts';
import { uncomparableText } from '../certificate/uncomparable-text.ts';
import type { Relation } from './name-constraints/relation.ts';
import { formOf, type NameForm, Subtrees } from './name-constraints/subtrees.ts';

/**
 * Name constraints: RFC 5280 4.2.1.10, 6.1.3 (b) and (c), 6.1.4 (g).
 *
 * The intersection of permitted subtrees is never computed: one permitted list is kept for each CA, and a name must be
 * inside every list that speaks of its kind, which is the same. Excluded lists are kept beside them, for a union.
 *
 * Deviations, all towards refusal:
 * - the subject's emailAddress attributes are checked when no rfc822Name is in subjectAltName, where 4.2.1.10 asks for it
 *   only when there is no subjectAltName at all;
 * - constraints are enforced whether or not the extension is critical;
 * - a constraint that cannot be processed refuses every name of its kind, critical or not.
 */

/** Counts comparisons of a name with a subtree, as if each were made one by one, whatever was really needed. */
export interface ComparisonMeter {
  /** False: the budget is used up. */
  spendComparisons(count: number): boolean;
}

/** Why an authority may not certify a name. */
export type NameConstraintProblem =
  /** It is outside the permitted subtrees. */
  | 'not permitted'
  /** It is inside the excluded subtrees. */
  | 'excluded'
  /** It stands for several names, some inside and some not, or two readings of the constraint differ about it. */
  | 'ambiguous'
  /** It is in no form that can be compared. */
  | 'not comparable'
  /** A constraint on names of its kind cannot be processed, whatever it says. */
  | 'constraint not supported';

export type NameConstraintViolation =
  | {
      readonly kind: 'violated';
      readonly name: string;
      readonly problem: NameConstraintProblem;
      /** What the constraints are on: `dNSName`, or `otherName 1.3.6.1.4.1.311.20.2.3`. */
      readonly constraint: NameForm;
    }
  /** The budget is used up. */
  | { readonly kind: 'budget' };

/** permitted_subtrees and excluded_subtrees of RFC 5280 6.1.2 (b, c): what the authorities of a path may certify. */
export interface NameConstraintState {
  /** Adds the constraints of a CA certificate, or of a trust anchor (6.1.4 g). */
  restrict(constraints: NameConstraints): void;
  /**
   * The first name of `certificate` that the authorities above it may not certify, or `undefined` (6.1.3 b, c). Whether
   * a self-issued certificate is exempt is for the caller to know.
   */
  violation(certificate: ConstrainedNames, meter: ComparisonMeter): NameConstraintViolation | undefined;
}

/** What constraints speak of in a certificate. */
export type ConstrainedNames = Pick<Certificate, 'subject' | 'subjectAltName'>;

/** A state without constraints: every name is permitted, none is excluded (6.1.2 b, c). */
export function createNameConstraintState(): NameConstraintState {
  return new Authorities();
}

interface PreparedConstraints {
  readonly permitted: Subtrees;
  readonly excluded: Subtrees;
}

/** A search meets the same CA on many paths: its subtrees are prepared once. */
const prepared = new WeakMap<NameConstraints, PreparedConstraints>();

function prepare(constraints: NameConstraints): PreparedConstraints {
  let subtrees = prepared.get(constraints);
  if (subtrees === undefined) {
    subtrees = {
      permitted: new Subtrees(constraints.permittedSubtrees),
      excluded: new Subtrees(constraints.excludedSubtrees),
    };
    prepared.set(constraints, subtrees);
  }
  return subtrees;
}

class Authorities implements NameConstraintState {
  readonly #authorities: PreparedConstraints[] = [];

  restrict(constraints: NameConstraints): void {
    this.#authorities.push(prepare(constraints));
  }

  violation(certificate: ConstrainedNames, meter: ComparisonMeter): NameConstraintViolation | undefined {
    if (this.#authorities.length === 0) return undefined;
    for (const name of namesOf(certificate)) {
      for (const { permitted, excluded } of this.#authorities) {
        const violation =
          violationIn(permitted, 'inside', name, meter) ?? violationIn(excluded, 'outside', name, meter);
        if (violation !== undefined) return violation;
      }
    }
    return undefined;
  }
}

function violationIn(
  subtrees: Subtrees,
  wanted: Relation,
  name: GeneralName,
  meter: ComparisonMeter,
): NameConstraintViolation | undefined {
  const comparisons = subtrees.countFor(name);
  if (comparisons === 0) return undefined;
  if (!meter.spendComparisons(comparisons)) return { kind: 'budget' };
  const relation = subtrees.relate(name);
  if (relation === wanted) return undefined;
  return { kind: 'violated', name: textOf(name), problem: problems[relation], constraint: formOf(name) };
}

/** Permitted lists ask for `inside` and excluded ones for `outside`: that a name is one of the two is the problem of the other. */
const problems: Readonly<Record<Relation, NameConstraintProblem>> = {
  inside: 'excluded',
  outside: 'not permitted',
  overlapping: 'ambiguous',
  unintelligible: 'not comparable',
  unsupported: 'constraint not supported',
};

const emailAddress = '1.2.840.113549.1.9.1';

/** The names of 6.1.3 (b): the subject if it is not empty, its mail addresses for want of others, and subjectAltName. */
function* namesOf({ subject, subjectAltName }: ConstrainedNames): Generator<GeneralName> {
  if (!subject.isEmpty) yield { kind: 'directoryName', name: subject };
  if (!subjectAltName.some((name) => name.kind === 'rfc822Name')) {
    for (const attribute of subject.rdns.flat()) {
      // A value that is not text cannot be compared: the empty text is not a mailbox either.
      if (attribute.type === emailAddress) yield { kind: 'rfc822Name', value: attribute.text ?? '' };
    }
  }
  yield* subjectAltName;
}

/** For the log. */
function textOf(name: GeneralName): string {
  switch (name.kind) {
    case 'dNSName':
    case 'rfc822Name':
    case 'uniformResourceIdentifier':
      return `${name.kind}:${name.value}`;
    case 'directoryName':
      return `${name.kind}:${name.name.toString()}`;
    case 'iPAddress':
      return `${name.kind}:${Buffer.from(name.bytes).toString('hex')}`;
    case 'otherName':
      return `${name.kind}:${name.typeId}${name.text === undefined ? '' : `:${name.text}`}`;
    case 'registeredID':
      return `${name.kind}:${name.oid}`;
    case 'uncomparable':
      return uncomparableText(name);
    default:
      return name.kind;
  }
}
