// What belongs to the options, so that a server needs no second import.
export { clientOf, createDenyList, createTrustStore, fromFile } from '@peercert/core';
export {
  type AuthenticateConnection,
  type ConnectionAccess,
  type ConnectionSettings,
  createConnectionAuthenticator,
} from './authenticate-connection.ts';
export {
  type ConnectionRefusal,
  type ConnectionRefusedEvent,
  connectionRefusals,
} from './connection/connection-events.ts';
export { type ConnectionGuard, type ConnectionStatus, guardConnections } from './connection/connection-guard.ts';
export type { ConnectionOptions, HandshakeOptions, ProxyProtocolOptions } from './connection/connection-options.ts';
export {
  createEndpoint,
  type Endpoint,
  type EndpointTlsOptions,
  type FastifyHttp2Server,
  type FastifyServer,
  type Http2Listener,
} from './endpoint.ts';
export type { EndpointOptions } from './endpoint-options.ts';
export type { EndpointStatus, IdentityStatus, PolicyStatus, TrustStatus } from './endpoint-status.ts';
export type { EndpointEvent, IdentityReloadEvent, ReloadFailedEvent } from './events.ts';
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
export type { NameOptions } from './names/name-options.ts';
export { type TlsProfile, type TlsProfileName, tlsProfiles } from './profiles.ts';
export { createRedirectServer, type RedirectOptions } from './redirect.ts';
export type { ReloadSignal } from './reload/reload-signal.ts';
export type { SessionOptions } from './sessions/session-options.ts';
export { createStapler, type Stapler, type StaplerSurroundings, type StapleStatus } from './stapling/stapler.ts';
export type { StaplingEvent } from './stapling/stapling-event.ts';
export type { StaplingOptions } from './stapling/stapling-options.ts';
export type { TimeoutOptions } from './timeouts.ts';
export type { HandshakeMode } from './tls-options.ts';
export type { AccessOptions } from './upgrade/access.ts';
export {
  createUpgradeAuthenticator,
  type FastifyRequestLike,
  type UpgradeAccess,
  type UpgradeAuthenticator,
  type UpgradeSettings,
  type VerifyClient,
} from './upgrade/authenticate-upgrade.ts';
export type { Farewell, WebSocketLike } from './upgrade/channel.ts';
export type { CloseCodes } from './upgrade/close-code.ts';
export type {
  ConnectionSubject,
  LiveSocketClosedEvent,
  LiveSocketFailedEvent,
  UpgradeEvent,
  UpgradeFailedEvent,
} from './upgrade/events.ts';
export { createLiveSockets, type LiveSockets } from './upgrade/live-sockets.ts';
export type { LiveSocketsOptions } from './upgrade/live-sockets-options.ts';
