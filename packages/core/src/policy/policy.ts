import type { AssertedName } from '../certificate/asserted-name.ts';
import type { Certificate } from '../certificate/model.ts';
import type { MaybePromise } from '../decision.ts';
import type { FileSource } from '../file-watcher.ts';
import { defaultLimits, type Limits } from '../limits.ts';
import { refuseUnknownKeys } from '../option-keys.ts';
import { type Outcome, type Reason, reason } from '../reasons.ts';
import type { CheckedPath } from '../revocation/checked-path.ts';
import type { RequestFacts } from '../source/facts.ts';
import { type AddressOptions, compileAddresses } from './addresses.ts';
import { type CheckFunction, type CompiledCheck, compileCheck } from './check.ts';
import { type Evidence, evidenceOf, evidenceOfName } from './evidence.ts';
import { type CompiledIdentify, compileIdentify, type IdentifyFunction } from './identify.ts';
import { type ClientIdentity, createIdentity } from './identity.ts';
import type { PinCheck, PinStore } from './pin-file.ts';
import { compilePins, type PinOption } from './pins.ts';
import type { Followed, PolicyFileEvent } from './policy-file.ts';
import { openPolicyFiles, type PolicyFiles } from './policy-files.ts';
import { noRoles } from './role-set.ts';
import { type CompiledRoles, compileFollowedRoles, compileRoles, type RoleMap, type RolesOption } from './roles.ts';
import { matchesRule, type Rule, requireRule } from './rule.ts';

/** Who of those that authenticated may come in, and as what. */
export interface PolicyOptions {
  /**
   * The client's key (`sha256/BASE64`, RFC 7469) or certificate (`certificatePin`): one of the list must be the leaf's.
   * Or a file of such keys that is followed, one a line: `fromFile('pins.txt')`, or what `createPinStore` makes.
   */
  readonly pins?: readonly PinOption[] | FileSource | PinStore;
  /** Where clients may connect from. */
  readonly addresses?: AddressOptions;
  /** Which identities are allowed; every one that authenticates if absent. */
  readonly identity?: Rule;
  /** Roles by OU, by OU of one authority, by a file of such, or by a function. */
  readonly roles?: RolesOption;
  /** Roles that every client with a certificate has besides. */
  readonly defaultRoles?: string | readonly string[];
  /** The last word: only `true` allows. */
  readonly check?: CheckFunction;
  /** Overrides `client.id`. */
  readonly identify?: IdentifyFunction;
}

export const policyOptionKeys: readonly (keyof PolicyOptions)[] = [
  'pins',
  'addresses',
  'identity',
  'roles',
  'defaultRoles',
  'check',
  'identify',
];

declare const compiled: unique symbol;

/** Options of the policy, read once. Made only by `compilePolicy`. */
export interface Policy {
  /** @internal */
  readonly [compiled]: true;
}

interface CompiledPolicy extends Policy {
  readonly pins: ((leaf: Certificate) => boolean) | undefined;
  readonly addresses: ((address: string | undefined) => boolean) | undefined;
  readonly identity: Rule | undefined;
  readonly identify: CompiledIdentify;
  readonly roles: CompiledRoles;
  readonly check: CompiledCheck | undefined;
  readonly files: PolicyFiles;
  readonly asksFunctions: boolean;
}

/**
 * Reads the options. Throws TypeError for whatever is wrong with them, naming the fix. An option that would keep
 * clients out (`pins`, `addresses`, `identity`, `check`) and is there without a value is wrong too: it is more often a
 * rule that got lost on its way than a wish to let everybody in.
 */
export function compilePolicy(
  options: PolicyOptions,
  { policyMilliseconds }: Pick<Limits, 'policyMilliseconds'> = defaultLimits,
  onEvent?: (event: PolicyFileEvent) => void,
): Policy {
  refuseUnknownKeys(options, policyOptionKeys, 'policy');
  const files = openPolicyFiles(options, onEvent);
  try {
    return compileParts(options, policyMilliseconds, files);
  } catch (error) {
    files.close();
    throw error;
  }
}

function compileParts(options: PolicyOptions, policyMilliseconds: number, files: PolicyFiles): Policy {
  const { pins, roles } = files;
  const policy: Omit<CompiledPolicy, typeof compiled> = {
    pins: 'pins' in options ? compilePinsOption(options.pins, pins) : undefined,
    addresses: 'addresses' in options ? compileAddresses(options.addresses as AddressOptions) : undefined,
    identity: 'identity' in options ? requireRule(options.identity, 'identity') : undefined,
    identify: compileIdentify(options.identify),
    roles:
      roles === undefined
        ? compileRoles(options.roles as RoleMap | undefined, options.defaultRoles, policyMilliseconds)
        : compileFollowedRoles(roles, options.defaultRoles),
    check: 'check' in options ? compileCheck(options.check as CheckFunction, policyMilliseconds) : undefined,
    files,
    asksFunctions: options.check !== undefined || options.identify !== undefined || typeof options.roles === 'function',
  };
  return Object.freeze(policy) as unknown as Policy;
}

function compilePinsOption(option: PolicyOptions['pins'], followed: Followed<PinCheck> | undefined): PinCheck {
  return followed === undefined ? compilePins(option as PinOption[]) : (leaf) => followed.current(leaf);
}

/** Which state of its files a policy is in: what was judged in another is to be judged again. */
export function versionOf(policy: Policy): number {
  const { pins, roles } = (policy as CompiledPolicy).files;
  return (pins?.version ?? 0) + (roles?.version ?? 0);
}

/** Ends following files that the policy opened itself. */
export function closePolicy(policy: Policy): void {
  (policy as CompiledPolicy).files.close();
}

/**
 * Whether functions of the operator have a say. Without them a policy says the same of the same certificate from the same
 * address as long as its version is the same.
 */
export function asksFunctions(policy: Policy): boolean {
  return (policy as CompiledPolicy).asksFunctions;
}

/**
 * Pins, addresses, identity rules, roles, check, in this order: the cheap and certain before what asks others. Answers
 * at once unless a function of the operator answers later. Nothing is remembered here: how long an allow counts for further
 * requests of its connection is for `standing-allow.ts`, and where functions have a say, it does not.
 */
export function applyPolicy(
  policy: Policy,
  subject: CheckedPath | AssertedName,
  source: string,
  facts: RequestFacts,
  clientAddress: string | undefined,
): MaybePromise<Outcome<ClientIdentity>> {
  const { pins, addresses, identity, identify, roles, check } = policy as CompiledPolicy;
  const evidence = 'path' in subject ? evidenceOf(subject) : evidenceOfName(subject);
  if (pins !== undefined && (evidence.certificate === null || !pins(evidence.certificate))) {
    return deny(pinMismatch(evidence));
  }
  if (addresses !== undefined && !addresses(clientAddress)) {
    return deny(reason('address_denied', { client: evidence.id, address: clientAddress }));
  }
  if (identity !== undefined && !matchesRule(identity, evidence)) {
    return deny(reason('identity_not_allowed', { client: evidence.id, rule: identity.description }));
  }
  const id = identify(evidence, source);
  if (!id.ok) return id;
  const given = roles(evidence, () => createIdentity(evidence, source, noRoles, id.value));
  const finish = (outcome: Outcome<readonly string[]>): MaybePromise<Outcome<ClientIdentity>> => {
    if (!outcome.ok) return outcome;
    const client = createIdentity(evidence, source, outcome.value, id.value);
    return check === undefined ? { ok: true, value: client } : check(client, facts);
  };
  return given instanceof Promise ? given.then(finish) : finish(given);
}

function deny(why: Reason): Outcome<never> {
  return { ok: false, reason: why };
}

function pinMismatch({ certificate, id }: Evidence): Reason {
  return reason('pin_mismatch', {
    client: id,
    thumbprint: certificate?.thumbprint ?? '',
    spkiSha256: certificate?.spkiSha256 ?? '',
  });
}
