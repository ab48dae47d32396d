import { Buffer } from 'node:buffer';
import type { Crl } from './crl.ts';

/** Delta CRLs beside the complete CRL that they update (RFC 5280 5.2.4 and 6.3.3 (c)). */

/**
 * The delta CRLs among these that tell what happened after a complete CRL, the newest first. Those given have its issuer:
 * "(a) The complete CRL and delta CRL have the same issuer."
 */
export function deltasAfter(complete: Crl, issued: readonly Crl[]): readonly Crl[] {
  return issued
    .filter(
      (delta) =>
        delta.isDelta &&
        // "(d) The CRL number of the complete CRL is less than the CRL number of the delta CRL."
        isLess(complete.crlNumber, delta.crlNumber) &&
        // "(b) The complete CRL and delta CRL have the same scope."
        Buffer.compare(delta.scopeDer, complete.scopeDer) === 0 &&
        hasSameKeyIdentifier(delta, complete),
    )
    .sort((one, other) => (isLess(other.crlNumber, one.crlNumber) ? -1 : 1));
}

/** "(c) The CRL number of the complete CRL is equal to or greater than the BaseCRLNumber specified in the delta CRL." */
export function canCombine(complete: Crl, delta: Crl): boolean {
  return !isLess(complete.crlNumber, delta.baseCrlNumber);
}

/** Numbers that are both there. */
function isLess(one: bigint | undefined, other: bigint | undefined): boolean {
  return one !== undefined && other !== undefined && one < other;
}

/** (c)(3) "Verify that the delta CRL authority key identifier extension matches the complete CRL's." */
function hasSameKeyIdentifier(one: Crl, other: Crl): boolean {
  const left = one.authorityKeyIdentifier?.keyIdentifier;
  const right = other.authorityKeyIdentifier?.keyIdentifier;
  return left === undefined || right === undefined ? left === right : Buffer.compare(left, right) === 0;
}
