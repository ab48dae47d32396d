import type { ClientIdentity } from './policy/identity.ts';
import type { Reason } from './reasons.ts';

/** What Peercert says of one request. */
export type Decision =
  | { readonly outcome: 'allow'; readonly client: ClientIdentity }
  /** No certificate came, and `presence: 'optional'` accepts that. */
  | { readonly outcome: 'anonymous' }
  | { readonly outcome: 'deny'; readonly reason: Reason };

/** A value, or a promise of it: what is known already is answered without waiting. */
export type MaybePromise<T> = T | Promise<T>;
