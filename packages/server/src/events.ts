import type { FileFailure, PeercertEvent } from '@peercert/core';
import type { ConnectionRefusedEvent } from './connection/connection-events.ts';
import type { IdentityEvent } from './identity/identity-event.ts';
import type { StaplingEvent } from './stapling/stapling-event.ts';
import type { UpgradeEvent } from './upgrade/events.ts';

/** Everything worth knowing about an endpoint that is no decision about a request. */
export type EndpointEvent =
  | ConnectionRefusedEvent
  | IdentityEvent
  | IdentityReloadEvent
  | PeercertEvent
  | ReloadFailedEvent
  | StaplingEvent
  | UpgradeEvent;

/** The server's own certificate and key were read again. */
export type IdentityReloadEvent =
  | (OfIdentity & {
      readonly type: 'identity_updated';
      readonly notAfter: Date;
      /** SHA-256 of the chain in base64url. */
      readonly digest: string;
    })
  /** They cannot be read, or do not belong together: those of before stay in use, and the next change is tried again. */
  | (OfIdentity & FileFailure & { readonly type: 'identity_failed' });

interface OfIdentity {
  /** The name with an identity of its own, or `default`. */
  readonly name: string;
  /** Absolute paths; empty where nothing comes from files. */
  readonly files: readonly string[];
}

/** A server did not take the new TLS settings: it goes on with those of before. `mtls()` decides by the new ones. */
export interface ReloadFailedEvent {
  readonly type: 'reload_failed';
  readonly detail: string;
}
