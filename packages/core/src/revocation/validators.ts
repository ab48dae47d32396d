import type { IncomingHttpHeaders } from 'node:http';

/** What an answer says of the version that it holds (RFC 9110 section 8.8), as it was written. */
export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** Of an answer; `undefined` when it has none. What is not well-formed would be sent back, and is none. */
export function validatorsOf({ etag, 'last-modified': lastModified }: IncomingHttpHeaders): Validators | undefined {
  const validators = {
    etag: etag !== undefined && /^(?:W\/)?"[!#-~]{0,256}"$/.test(etag) ? etag : undefined,
    lastModified: lastModified !== undefined && /^[A-Za-z0-9 ,:]{1,40}$/.test(lastModified) ? lastModified : undefined,
  };
  return validators.etag === undefined && validators.lastModified === undefined ? undefined : validators;
}

/** The fields of a request for another version only (RFC 9110 sections 13.1.2 and 13.1.3). */
export function conditionsOf({ etag, lastModified }: Validators): Readonly<Record<string, string>> {
  return {
    ...(etag === undefined ? {} : { 'If-None-Match': etag }),
    ...(lastModified === undefined ? {} : { 'If-Modified-Since': lastModified }),
  };
}
