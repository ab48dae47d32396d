/** The rules on identities, one family to a file. Every file that uses them imports from here. */
export { allOf, anyOf, not } from './combined-rules.ts';
export { matchesClient } from './identity.ts';
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
