import { isNativeError } from 'node:util/types';

// Under Jest the modules of Node come from one realm and everything else, this package too, from another, so that of what Node
// makes nothing is `instanceof` the Uint8Array, Date or Error that is known here. What comes from outside is recognised by what it
// is: by `node:util/types`. Exactly: other views (DataView, Float64Array) are no octets.

/** Also of another realm. A DOMException is one, too. */
export function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error;
}
