export {
  type AddressCoverage,
  type AddressRanges,
  addressText,
  canonicalAddress,
  clientNetwork,
  compileAddressRanges,
  refuseStrangers,
} from './address-range.ts';
export { type Authenticator, createAuthenticator } from './authenticator.ts';
export { parseCertificate, parseCertificatePem } from './certificate/certificate.ts';
export { type CertificateChain, parseChain } from './certificate/chain.ts';
export { type Deviation, deviations } from './certificate/deviations.ts';
export { knownCauses } from './certificate/known-causes.ts';
export { type MalformedRule, malformedRules } from './certificate/malformed.ts';
export { malformedText } from './certificate/malformed-detail.ts';
export type {
  AccessDescription,
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CertificateSummary,
  DistributionPoint,
  DistributionPointName,
  Extension,
  GeneralName,
  GeneralNameKind,
  KeyUsageBit,
  Name,
  NameConstraints,
  PolicyConstraints,
  PolicyInformation,
  PolicyMapping,
  ReasonFlag,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  UncomparableName,
} from './certificate/model.ts';
export { parseDistinguishedName } from './certificate/name.ts';
export { systemClock } from './clock.ts';
export { endConnectionFor } from './connection-end.ts';
export type { Decision, MaybePromise } from './decision.ts';
export { detailOfFile, nameOfBlock, nameOfContent, nameOfDer, type Wanted } from './encoding/content-kind.ts';
export { type Purpose, type Trusted, trustedCertificate } from './encoding/openssl-trust.ts';
export { isPathText, unsetText, wasItSet } from './encoding/option-text.ts';
export { encodePem } from './encoding/pem.ts';
export { type PemBlock, type PemFile, readPemFile } from './encoding/pem-file.ts';
export { decodeText } from './encoding/text-octets.ts';
export {
  ClientCertificateError,
  internalFailure,
  isClientCertificateError,
  isPeercertFailure,
  PeercertFailure,
} from './error.ts';
export { reportFailure, warnOfError, warnOfFailure } from './failure-warning.ts';
export {
  createFileWatcher,
  type FileContents,
  type FileSource,
  type FileWatcher,
  type FileWatcherOptions,
  fromFile,
  isFileSource,
} from './file-watcher.ts';
export { createGate, type Gate } from './gate.ts';
export {
  type ClientGuardArguments,
  createClientGuard,
  createRoleGuard,
  type Guard,
  type GuardOptions,
} from './guard.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { requireListsConsulted } from './lists-among-anchors.ts';
export { logText } from './log-text.ts';
export { refuseUnknownKeys, shown } from './option-keys.ts';
export type { CertificatePolicyOptions, DecisionEvent, MtlsOptions, PeercertEvent } from './options.ts';
export {
  type CertificateInput,
  readCertificates,
  type WatchedCertificateInput,
} from './path/certificate-input.ts';
export { matchesPeerName, type PeerName } from './path/peer-name.ts';
export { defaultPathSettings, type PathSettings, type SearchStep } from './path/settings.ts';
export { type Tolerance, tolerances } from './path/tolerances.ts';
export {
  createTrustByName,
  isTrustByName,
  type TrustByName,
  type TrustByNameOptions,
  type TrustByNameSettings,
} from './path/trust-by-name.ts';
export type { TrustEvent, TrustExpiryEvent, TrustedCertificate } from './path/trust-event.ts';
export {
  createTrustStore,
  isTrustStore,
  type TrustOptions,
  type TrustSnapshot,
  type TrustStore,
  type TrustStoreSettings,
  type TrustStoreStatus,
} from './path/trust-store.ts';
export type { PathCost, TrustAnchor, VerifiedPath } from './path/verified-path.ts';
export { verifyPath } from './path/verify-path.ts';
export type { AddressOptions } from './policy/addresses.ts';
export type { CheckFunction } from './policy/check.ts';
export type { ExpiryEvent } from './policy/expiry.ts';
export type { IdentifyFunction } from './policy/identify.ts';
export type { ClientIdentity, DistinguishedName } from './policy/identity.ts';
export type { CertificateOption, IssuerOption } from './policy/issuer-option.ts';
export { createPinStore, type PinStore } from './policy/pin-file.ts';
export type { PinOption } from './policy/pins.ts';
export type { PolicyOptions } from './policy/policy.ts';
export type { PolicyFile, PolicyFileEvent, PolicyFileSettings } from './policy/policy-file.ts';
export { createRoleStore, type RoleStore } from './policy/role-file.ts';
export type { RoleFunction, RoleMap, RoleRule, RolesOption } from './policy/roles.ts';
export {
  allOf,
  anchor,
  anyOf,
  certificatePin,
  certificatePolicy,
  issuer,
  not,
  type OtherNameOptions,
  type Pin,
  type Rule,
  type SerialNumberOptions,
  sanDirectoryName,
  sanDns,
  sanEmail,
  sanIp,
  sanOtherName,
  sanRegisteredId,
  sanUri,
  serialNumber,
  spkiPin,
  subjectCn,
  subjectO,
  subjectOu,
  thumbprint,
} from './policy/rules.ts';
export { type ProblemResponse, problemResponse } from './problem.ts';
export { type ProxyCertificateOptions, proxyCertificate } from './proxy-certificate.ts';
export {
  type Outcome,
  type Reason,
  type ReasonCode,
  type ReasonDetails,
  type ReasonEntry,
  reasons,
} from './reasons.ts';
export {
  clientOf,
  type RequestMtls,
  type RequestState,
  type StateHolder,
  stateIfAny,
  stateOf,
} from './request-state.ts';
export type { CheckedPath, RevocationStatus } from './revocation/checked-path.ts';
export { type Crl, type CrlOutcome, parseCrl } from './revocation/crl/crl.ts';
export { type CrlPolicy, type CrlQuestion, crlStatus } from './revocation/crl/crl-status.ts';
export { type CrlDeviation, crlDeviations } from './revocation/crl/deviations.ts';
export { type CrlRule, crlRules } from './revocation/crl/rules.ts';
export { createDenyList, type DenyList, type DenyListEntry } from './revocation/deny-list.ts';
export { type Endpoint, endpointOf, readFetchUrl } from './revocation/endpoint.ts';
export { type FetchProblem, fetchProblems } from './revocation/fetch-problems.ts';
export {
  createFetcher,
  type Fetcher,
  type FetcherSettings,
  type FetchRequest,
  type FetchResult,
} from './revocation/fetcher.ts';
export { weighStatus } from './revocation/known-revocations.ts';
export { unlessOlder } from './revocation/ocsp/answer-order.ts';
export type { CertId, CertIdHash, OcspSubject } from './revocation/ocsp/cert-id.ts';
export {
  checkOcspResponse,
  type DelegateStatus,
  type OcspQuestion,
  type OcspVerdict,
} from './revocation/ocsp/check-response.ts';
export {
  createOcspNonce,
  encodeOcspRequest,
  type OcspRequestOptions,
  ocspGetUrl,
} from './revocation/ocsp/request.ts';
export {
  type BasicOcspResponse,
  maximumResponseBytes,
  type OcspErrorStatus,
  type OcspResponse,
  type ParsedOcspResponse,
  parseOcspResponse,
  type ResponderId,
} from './revocation/ocsp/response.ts';
export { type OcspRule, type OcspRuleEntry, ocspRules } from './revocation/ocsp/rules.ts';
export { defaultOcspSettings, type OcspSettings } from './revocation/ocsp/settings.ts';
export type { CertStatus, CrlReason, SingleResponse } from './revocation/ocsp/single-response.ts';
export { RefreshSchedule, type RefreshTimes } from './revocation/refresh-schedule.ts';
export { createRevocation, type Revocation, type RevocationSurroundings } from './revocation/revocation.ts';
export type {
  CrlOptions,
  CrlSourceOption,
  FetchOptions,
  OcspOptions,
  RevocationOptions,
} from './revocation/revocation-options.ts';
export type {
  EarlyList,
  RevocationEvent,
  RevocationProblem,
  RevocationSourceError,
  RevocationSourceStatus,
} from './revocation/source-status.ts';
export type { CertificateStatus, RevokedStatus, StatusTimes, UndeterminedKind } from './revocation/status.ts';
export type { ConsultedList, ListProblem, RevocationTrouble } from './revocation/trouble.ts';
export { type AlbOptions, fromAlb } from './source/alb.ts';
export { type ApacheOptions, fromApache } from './source/apache.ts';
export {
  type ApiGatewayHeaderOptions,
  type ApiGatewayOptions,
  fromApiGateway,
  fromApiGatewayHeaders,
} from './source/api-gateway.ts';
export { type CaddyOptions, fromCaddy } from './source/caddy.ts';
export type { CertificateForm } from './source/certificate-text.ts';
export { type EnvoyOptions, fromEnvoy } from './source/envoy.ts';
export type { RequestFacts } from './source/facts.ts';
export { fromGatewayNames, type GatewayNamesOptions } from './source/gateway-names.ts';
export { fromHaproxy, type HaproxyOptions } from './source/haproxy.ts';
export { type HeaderRule, type HeaderRuleEntry, headerRules } from './source/header-rules.ts';
export {
  type CertificateHeaderOptions,
  fromHeaders,
  type HeadersOptions,
  type NameHeaderOptions,
  type VerdictHeaderOptions,
} from './source/headers.ts';
export { fromIngressNginx, fromNginx, type NginxOptions } from './source/nginx.ts';
export { connectionFacts, connectionOf, nodeRequestFacts } from './source/node-request.ts';
export type { Presented, PresentedVerdict, Source } from './source/presented.ts';
export { fromRfc9440, type Rfc9440Options } from './source/rfc9440.ts';
export { fromTls } from './source/tls-socket.ts';
export { fromTraefik, type TraefikOptions } from './source/traefik.ts';
export {
  fromTraefikInfo,
  type TraefikAttribute,
  type TraefikFields,
  type TraefikInfoOptions,
} from './source/traefik-info.ts';
export {
  isUnixSocket,
  type ProxyCertificate,
  type TrustedProxies,
  type TrustedProxy,
} from './source/trusted-proxies.ts';
export { unreadableWords } from './unreadable-file.ts';
export { addToVary } from './vary.ts';
export type { FileFailure } from './watched-files.ts';
