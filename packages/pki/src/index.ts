export {
  type Authority,
  type AuthorityOptions,
  type CertificateOptions,
  type Clock,
  createRootAuthority,
  createSelfSignedClient,
  loadAuthority,
  type RootAuthorityOptions,
  type ServerOptions,
  type StoredAuthority,
  type Validity,
} from './authority.ts';
export {
  type CrlEntryInput,
  type CrlOptions,
  type CrlReason,
  crlNumberExtension,
  deltaCrlIndicator,
  type ForgeCrlOptions,
  forgeCrl,
  type IssuedCrl,
} from './crl.ts';
export * as der from './der.ts';
export {
  type DistributionPointInput,
  type DistributionPointNameInput,
  encodeDistributionPoint,
  type IssuingDistributionPointInput,
  issuingDistributionPoint,
  type ReasonFlag,
} from './distribution-point.ts';
export type { ExtensionInput, KeyUsage, Purpose } from './extension.ts';
export * as extension from './extension.ts';
export { type ForgeOptions, forgeCertificate } from './forge.ts';
export { encodeGeneralName, type GeneralNameInput } from './general-name.ts';
export { derFromPem, type IssuedCertificate, toPem } from './issued-certificate.ts';
export { generateKeyPair, type KeyPair, type KeyType } from './key-pair.ts';
export { type AttributeValueInput, encodeName, type NameInput, type RdnInput } from './name.ts';
export { encodeOcspCertId, type OcspCertIdInput } from './ocsp-cert-id.ts';
export {
  createOcspResponder,
  issueOcspDelegate,
  type OcspResponder,
  type OcspResponderOptions,
  ocspNoCheck,
} from './ocsp-responder.ts';
export {
  encodeOcspError,
  type ForgeOcspOptions,
  forgeOcspResponse,
  type OcspRevocation,
  type OcspRevocationReason,
  type OcspSingleInput,
  type OcspStatusInput,
} from './ocsp-response.ts';
export type { OcspListener } from './ocsp-server.ts';
export type { ExtensionOptions } from './profile.ts';
export type { Hash, SignatureOptions } from './signature.ts';
