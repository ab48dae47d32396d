import type { MaybePromise } from '../decision.ts';
import type { FileSource } from '../file-watcher.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import type { Outcome } from '../reasons.ts';
import { type Answer, ask } from './deadline.ts';
import type { ClientIdentity } from './identity.ts';
import type { CertificateOption, IssuerOption } from './issuer-option.ts';
import { anchor, issuer } from './path-rules.ts';
import type { Followed } from './policy-file.ts';
import type { RoleStore } from './role-file.ts';
import { roleList } from './role-set.ts';
import { matchesRule, type Rule, type RuleSubject } from './rule.ts';
import { unavailable } from './unavailable.ts';

/** OU to role or roles. Every OU of the subject counts; OUs are compared exactly. */
export type RoleMap = Readonly<Record<string, string | readonly string[]>>;

/** An OU gives a role only if this authority vouches for it: at least one of `issuer` and `anchor`, both if given. */
export interface RoleRule {
  /** As for the rule function `issuer`: prefer a certificate to a name. */
  readonly issuer?: IssuerOption;
  /** As for the rule function `anchor`. */
  readonly anchor?: CertificateOption;
  readonly ou: string;
  readonly role: string | readonly string[];
}

/**
 * Roles from elsewhere, such as a directory. Answers a list of names; anything else, or nothing within
 * `limits.policyMilliseconds`, is `policy_unavailable`. The client it is given has no roles yet.
 */
export type RoleFunction = (client: ClientIdentity) => readonly string[] | PromiseLike<readonly string[]>;

/** A mapping, one in a file that is followed (`fromFile('roles.json')`, or what `createRoleStore` makes), or a function. */
export type RolesOption = GivenRoles | FileSource | RoleStore;

/** Roles that are said in the options themselves. */
export type GivenRoles = RoleMap | readonly RoleRule[] | RoleFunction;

/** The roles that a mapping gives by the OUs of a subject. */
export type RoleMapping = (evidence: RoleEvidence) => readonly string[];

/** `client` is called only where a function asks for it. */
export type CompiledRoles = (
  evidence: RoleEvidence,
  client: () => ClientIdentity,
) => MaybePromise<Outcome<readonly string[]>>;

export interface RoleEvidence extends RuleSubject {
  readonly organizationalUnits: readonly string[];
}

/**
 * The union of mapped roles and default roles; a mapping is answered at once. Default roles are for clients with a
 * certificate: a bare name asserted by a proxy gets none. Throws TypeError for an empty or malformed mapping.
 */
export function compileRoles(
  roles: GivenRoles | undefined,
  defaultRoles: string | readonly string[] | undefined,
  milliseconds: number,
): CompiledRoles {
  const withDefaults = compileDefaults(defaultRoles);
  if (typeof roles === 'function') {
    return (evidence, client) => {
      const judge = (answer: Answer): Outcome<readonly string[]> => {
        if (!answer.answered) return unavailable(`roles ${answer.problem}`);
        const given = listOfNames(answer.value);
        return given === undefined
          ? unavailable(`roles, which answered ${shown(answer.value)} instead of role names`)
          : withDefaults(given, evidence);
      };
      const answer = ask(() => roles(client()), milliseconds);
      return answer instanceof Promise ? answer.then(judge) : judge(answer);
    };
  }
  const mapping = roles === undefined ? (): string[] => [] : compileRoleMapping(roles);
  return (evidence) => withDefaults(mapping(evidence), evidence);
}

/** The same for a mapping that is replaced while requests run. */
export function compileFollowedRoles(
  followed: Followed<RoleMapping>,
  defaultRoles: string | readonly string[] | undefined,
): CompiledRoles {
  const withDefaults = compileDefaults(defaultRoles);
  return (evidence) => withDefaults(followed.current(evidence), evidence);
}

/** Throws TypeError for an empty or malformed mapping. */
export function compileRoleMapping(roles: RoleMap | readonly RoleRule[]): RoleMapping {
  return isRuleList(roles) ? compileRules(roles) : compileMap(roles);
}

type WithDefaults = (mapped: readonly string[], evidence: RoleEvidence) => Outcome<readonly string[]>;

function compileDefaults(defaultRoles: string | readonly string[] | undefined): WithDefaults {
  const defaults = defaultRoles === undefined ? [] : readRoles(defaultRoles, 'defaultRoles');
  return (mapped, { certificate }) => ({
    ok: true,
    value: roleList(certificate === null || defaults.length === 0 ? mapped : [...mapped, ...defaults]),
  });
}

function compileMap(map: RoleMap): RoleMapping {
  // An object literal with a bare `__proto__` key has no such key but another prototype.
  const prototype: unknown = typeof map === 'object' && map !== null ? Object.getPrototypeOf(map) : undefined;
  if (prototype !== null && !isObjectPrototype(prototype)) {
    throw new TypeError(
      `roles: expected { Administrators: 'admin' }, a plain object, a list of rules or a function, got ${shown(map)}`,
    );
  }
  const byUnit = new Map(
    Object.entries(map).map(([ou, names]) => {
      if (ou === '') throw new TypeError('roles: an OU is never empty; name the OU that gives the role');
      return [ou, readRoles(names, `roles[${shown(ou)}]`)] as const;
    }),
  );
  if (byUnit.size === 0) {
    throw new TypeError('roles: an empty mapping gives no role; leave the option out or map an OU');
  }
  return ({ organizationalUnits }) => {
    const found: string[] = [];
    for (const ou of organizationalUnits) found.push(...(byUnit.get(ou) ?? []));
    return found;
  };
}

interface CompiledRoleRule {
  readonly scope: readonly Rule[];
  readonly ou: string;
  readonly roles: readonly string[];
}

function compileRules(rules: readonly RoleRule[]): RoleMapping {
  if (rules.length === 0) throw new TypeError('roles: an empty list gives no role; leave the option out or add a rule');
  const compiled = Array.from(rules, compileRule);
  return (evidence) =>
    compiled.flatMap(({ scope, ou, roles }) =>
      evidence.organizationalUnits.includes(ou) && scope.every((rule) => matchesRule(rule, evidence)) ? roles : [],
    );
}

function compileRule(rule: RoleRule, index: number): CompiledRoleRule {
  const where = `roles[${index}]`;
  refuseUnknownKeys(rule, ['issuer', 'anchor', 'ou', 'role'], where);
  if (typeof rule.ou !== 'string' || rule.ou === '') {
    throw new TypeError(`${where}.ou: expected the exact OU, a string that is not empty, got ${shown(rule.ou)}`);
  }
  const scope: Rule[] = [];
  if ('issuer' in rule) scope.push(issuer(rule.issuer as IssuerOption));
  if ('anchor' in rule) scope.push(anchor(rule.anchor as CertificateOption));
  if (scope.length === 0) {
    throw new TypeError(
      `${where}: name the issuer or the anchor that this OU must come from; for any authority write roles: { ${shown(rule.ou)}: ... }`,
    );
  }
  return { scope, ou: rule.ou, roles: readRoles(rule.role, `${where}.role`) };
}

function readRoles(value: unknown, where: string): readonly string[] {
  const names = listOfNames(typeof value === 'string' ? [value] : value);
  if (names === undefined || names.length === 0) {
    throw new TypeError(`${where}: expected the name of a role or a list of names, got ${shown(value)}`);
  }
  return names;
}

/** A copy of a list of names that are not empty; `undefined` for anything else, a list with a hole included. */
function listOfNames(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = Array.from(value as unknown[]);
  return names.every((name): name is string => typeof name === 'string' && name !== '') ? names : undefined;
}

function isRuleList(roles: RoleMap | readonly RoleRule[]): roles is readonly RoleRule[] {
  return Array.isArray(roles);
}

/** The prototype of plain objects, of this or another realm. */
function isObjectPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'isPrototypeOf');
}
