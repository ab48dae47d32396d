// Each stage takes only what the stage before it makes, and that can be made nowhere else: skipping one does not compile.
import { describe, expectTypeOf, it } from 'vitest';
import type { Certificate } from '../../packages/core/src/certificate/model.ts';
import type { TrustAnchor, VerifiedPath } from '../../packages/core/src/path/verified-path.ts';
import { type CheckedPath, checkRevocation } from '../../packages/core/src/revocation/checked-path.ts';

declare const certificate: Certificate;
declare const anchor: TrustAnchor;
declare const path: VerifiedPath;

describe('the products of the stages', () => {
  it('a certificate is not whatever has the properties of one', () => {
    type Members = { readonly [Key in keyof Certificate as Key extends string ? Key : never]: Certificate[Key] };
    expectTypeOf<Members>().not.toExtend<Certificate>();
  });

  it('a verified path cannot be written down', () => {
    // @ts-expect-error the brand is missing, and its symbol is not exported
    const written: VerifiedPath = {
      verifiedBy: 'peercert',
      certificates: [certificate],
      anchor,
      authoritiesConstrainedPolicies: 'any',
      userConstrainedPolicies: 'any',
      validUntilMs: 0,
      cost: { signatures: 0, steps: 0, comparisons: 0 },
    };
    expectTypeOf(written).toEqualTypeOf<VerifiedPath>();
  });

  it('a checked path cannot be written down', () => {
    // @ts-expect-error the brand is missing, and its symbol is not exported
    const written: CheckedPath = { path, revocation: { mode: 'off' }, validUntilMs: 0 };
    expectTypeOf(written).toEqualTypeOf<CheckedPath>();
  });

  it('revocation is asked for a verified path, never for a list of certificates', () => {
    expectTypeOf(checkRevocation).toBeCallableWith(path, { mode: 'off' });
    // @ts-expect-error certificates are not a path
    checkRevocation([certificate], { mode: 'off' });
    // @ts-expect-error a mode is never implied
    checkRevocation(path, {});
  });

  it('a product is read only', () => {
    // @ts-expect-error the leaf stays the leaf
    path.certificates[0] = certificate;
    // @ts-expect-error a serial number does not change
    certificate.serialNumber = '01';
  });
});
