// What belongs to the options, so that a server needs no second import.
export { fromFile } from '@peercert/core';
export { addHsts, compileHsts, type HstsOptions, hstsHeader } from './hsts.ts';
export { expiringCertificates } from './identity/expiring-certificates.ts';
export type {
  IdentityEvent,
  KeyFileExposedEvent,
  ServerCertificateExpiringEvent,
} from './identity/identity-event.ts';
export type { PemSource } from './identity/pem-source.ts';
export {
  type IdentitySurroundings,
  identityFiles,
  readServerIdentity,
  type ServerIdentity,
  type ServerIdentityOptions,
} from './identity/server-identity.ts';
export { createRedirectServer, type RedirectOptions } from './redirect.ts';
export { createStapler, type Stapler, type StaplerSurroundings, type StapleStatus } from './stapling/stapler.ts';
export type { StaplingEvent } from './stapling/stapling-event.ts';
export type { StaplingOptions } from './stapling/stapling-options.ts';
