export { type AsClientOptions, asClient, type TestClient, type TestRequestOptions } from './as-client.ts';
export type { Credential } from './credential.ts';
export type { FastifyLike, KoaLike, ServerLike, TestApp } from './listener.ts';
export {
  type ConnectionFacts,
  type HeadersInput,
  keepAliveAgent,
  type RequestAsOptions,
  requestAs,
  type TestResponse,
} from './request-as.ts';
export {
  type Misbehaviour,
  type RevocationServer,
  type RevocationServerOptions,
  type Revoking,
  startRevocationServer,
} from './revocation-server.ts';
export {
  createTestAuthority,
  type TestAuthority,
  type TestAuthorityOptions,
  type TestClientOptions,
} from './test-authority.ts';
export { closeAll } from './test-server.ts';
