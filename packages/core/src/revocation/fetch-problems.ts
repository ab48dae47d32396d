/** Why nothing usable was fetched. Each is an `unreachable`: a source is known and gives no answer. */
export const fetchProblems = {
  fetch_host_unlisted: 'The host and port of the URL are not listed in the options',
  fetch_address_special:
    'The name resolves to special-purpose addresses only (loopback, private, link-local...); list them in fetch.addresses',
  fetch_failed: 'No connection, or one that broke: the detail is the error code of Node',
  fetch_timeout: 'It took longer than fetch.timeoutMilliseconds',
  fetch_busy: 'Too many requests of this client, or in all, are under way',
  fetch_redirect: 'The answer is a redirect, and none is followed',
  fetch_unmodified: 'The answer is that what was fetched before has not changed, to whoever asked for that',
  fetch_status: 'The HTTP status is not 200',
  fetch_encoding: 'The answer has a content encoding, although none was asked for',
  fetch_too_large: 'The answer is larger than its limit',
  fetch_closed: 'Revocation checking was closed',
} as const;

export type FetchProblem = keyof typeof fetchProblems;

/** Carries the problem up to `fetch`; it never leaves the fetcher. */
export class FetchError extends Error {
  readonly problem: FetchProblem;
  readonly detail: string;
  constructor(problem: FetchProblem, detail: string = '') {
    super(fetchProblems[problem]);
    this.problem = problem;
    this.detail = detail;
  }
}
