import type { ClientIdentity } from './identity.ts';
import { ruleSubjectOf } from './identity.ts';
import { matchesRule, type Rule } from './rule.ts';

/** The rules on identities, one family to a file. Every file that uses them imports from here. */
export { allOf, anyOf, not } from './combined-rules.ts';
export { subjectCn, subjectO, subjectOu } from './name-rules.ts';
export { anchor, certificatePolicy, issuer, type SerialNumberOptions, serialNumber } from './path-rules.ts';
export { certificatePin, type Pin, spkiPin, thumbprint } from './pins.ts';
export { type Rule, type RuleSubject, requireRule } from './rule.ts';
export {
  type OtherNameOptions,
  sanDirectoryName,
  sanDns,
  sanEmail,
  sanIp,
  sanOtherName,
  sanRegisteredId,
  sanUri,
} from './san-rules.ts';

/** Whether a client that was identified matches a rule. Throws TypeError for an object that only looks like one. */
export function matchesClient(rule: Rule, client: ClientIdentity): boolean {
  return matchesRule(rule, ruleSubjectOf(client));
}
