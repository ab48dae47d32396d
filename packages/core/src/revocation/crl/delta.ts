import type { Crl } from './crl.ts';

/**
 * The delta CRLs among these that can be combined with a complete CRL, the newest first (RFC 5280 5.2.4 and 6.3.3 (c)).
 * Those given have the issuer of the complete CRL: "(a) The complete CRL and delta CRL have the same issuer."
 */
export function deltasFor(complete: Crl, issued: readonly Crl[]): readonly Crl[] {
  const { crlNumber } = complete;
  if (crlNumber === undefined) return [];
  return issued
    .filter(
      (delta) =>
        delta.baseCrlNumber !== undefined &&
        delta.crlNumber !== undefined &&
        // "(c) The CRL number of the complete CRL is equal to or greater than the BaseCRLNumber specified in the delta
        // CRL. ... (d) The CRL number of the complete CRL is less than the CRL number of the delta CRL."
        delta.baseCrlNumber <= crlNumber &&
        crlNumber < delta.crlNumber &&
        // "(b) The complete CRL and delta CRL have the same scope."
        sameBytes(delta.scopeDer, complete.scopeDer) &&
        hasSameKeyIdentifier(delta, complete),
    )
    .sort(isNewerFirst);
}

/** 6.3.3 (c)(3) "Verify that the delta CRL authority key identifier extension matches the complete CRL's." */
function hasSameKeyIdentifier({ authorityKeyIdentifier: one }: Crl, { authorityKeyIdentifier: other }: Crl): boolean {
  if (one?.keyIdentifier === undefined || other?.keyIdentifier === undefined) {
    return one?.keyIdentifier === other?.keyIdentifier;
  }
  return sameBytes(one.keyIdentifier, other.keyIdentifier);
}

function isNewerFirst({ crlNumber: one = 0n }: Crl, { crlNumber: other = 0n }: Crl): number {
  return one > other ? -1 : one < other ? 1 : 0;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
