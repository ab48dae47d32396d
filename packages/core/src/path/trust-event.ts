import type { FileFailure } from '../watched-files.ts';

/** What a trust store tells of itself. */
export type TrustEvent =
  /** A new generation is in place. */
  | (OfTrust & {
      readonly type: 'trust_updated';
      readonly generation: number;
      readonly anchors: number;
      readonly intermediates: number;
    })
  /** Its files cannot be read or used: the generation before stays in place. */
  | (OfTrust & FileFailure & { readonly type: 'trust_failed' });

interface OfTrust {
  /** Absolute paths; empty where nothing comes from files. */
  readonly files: readonly string[];
  /** Of trust by server name: the name, or `default`. */
  readonly name?: string;
}
