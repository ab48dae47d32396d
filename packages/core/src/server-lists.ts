import { PeercertFailure } from './error.ts';
import { about } from './path/checks.ts';
import { type Reason, reason } from './reasons.ts';
import type { CheckedPath } from './revocation/checked-path.ts';
import type { Presented, PresentedHandshake } from './source/presented.ts';

/**
 * The revocation lists of the TLS server itself: its option `crl`, and those of its secure contexts by name. Under
 * `rejectUnauthorized: false` Node only notes what they say, and it does not show those of contexts. What it noted can
 * refuse a client, never let one in; and lists that nobody but Node consults are a mistake of the set-up.
 */
export function hasServerLists({ objection, server: { crl } }: PresentedHandshake): boolean {
  const isEmpty = crl === undefined || crl === null || (Array.isArray(crl) && crl.length === 0);
  return !isEmpty || (objection !== undefined && troublesWithLists.has(objection));
}

/** The 500 for lists of the server under `revocation: 'off'`. */
export function ignoredServerLists(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'The TLS server has revocation lists (crl), which Node only notes under rejectUnauthorized: false. Give them to mtls(): ' +
      "revocation: { methods: ['crl'], crls: { sources: [fromFile('clients.crl')] } }",
  );
}

/** `certificate_revoked` where Node found it in a list of the server. Which certificate of the path that was it does not say. */
export function serverListRefusal(presented: Presented, { path }: CheckedPath): Reason | undefined {
  const objection = 'handshake' in presented ? presented.handshake?.objection : undefined;
  const [leaf] = path.certificates;
  return objection !== 'CERT_REVOKED' || leaf === undefined
    ? undefined
    : reason('certificate_revoked', {
        ...about(leaf, 0),
        revocationDate: undefined,
        revocationReason: undefined,
        by: 'tls-server',
      });
}

/** What OpenSSL says only of a secure context that has lists (X509_verify_cert_error_string). */
const troublesWithLists: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'CRL_SIGNATURE_FAILURE',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
]);
