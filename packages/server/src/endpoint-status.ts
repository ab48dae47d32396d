import type { FileFailure, RevocationSourceStatus, TrustStoreStatus } from '@peercert/core';
import type { ConnectionStatus } from './connection/connection-guard.ts';
import type { StapleStatus } from './stapling/stapler.ts';

/** An endpoint as it is now: for a health check, and after `reload()`. */
export interface EndpointStatus {
  /** Its own certificate first (`default`), then those of names. */
  readonly identities: readonly IdentityStatus[];
  /** The trust of the endpoint first (`default`), then that of names. */
  readonly trust: readonly TrustStatus[];
  /** Pins and roles that come from files. */
  readonly policy: readonly PolicyStatus[];
  readonly revocation: readonly RevocationSourceStatus[];
  readonly stapling: readonly StapleStatus[];
  /** WebSockets and connections without HTTP that were let in and are open. */
  readonly liveSockets: number;
  /** One for each server that is not closed. */
  readonly servers: readonly ConnectionStatus[];
}

export interface IdentityStatus {
  readonly name: string;
  /** Absolute paths; empty where nothing comes from files. */
  readonly files: readonly string[];
  /** For which the certificate is valid. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** SHA-256 of the chain in base64url. */
  readonly digest: string;
  readonly loadedAt: Date;
  /** What is wrong with the files now; `undefined`: they are what is in use. */
  readonly failure: FileFailure | undefined;
}

export interface TrustStatus extends TrustStoreStatus {
  readonly name: string;
}

export interface PolicyStatus {
  readonly option: 'pins' | 'roles';
  readonly file: string;
  readonly failure: FileFailure | undefined;
}
