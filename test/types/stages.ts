// Each stage takes only what the stage before it makes, and that can be made nowhere else: skipping one does not compile.
import { expectTypeOf } from 'vitest';
import type { Certificate } from '../../packages/core/src/certificate/model.ts';
import type { TrustAnchor, VerifiedPath } from '../../packages/core/src/path/verified-path.ts';
import { type CheckedPath, checkRevocation } from '../../packages/core/src/revocation/checked-path.ts';

declare const certificate: Certificate;
declare const anchor: TrustAnchor;
declare const path: VerifiedPath;

// A certificate is not whatever has the properties of one.
type MembersOfCertificate = {
  readonly [Key in keyof Certificate as Key extends string ? Key : never]: Certificate[Key];
};
expectTypeOf<MembersOfCertificate>().not.toExtend<Certificate>();

// A verified path cannot be written down.
// @ts-expect-error the brand is missing, and its symbol is not exported
export const verifiedPath: VerifiedPath = {
  verifiedBy: 'peercert',
  certificates: [certificate],
  anchor,
  authoritiesConstrainedPolicies: 'any',
  userConstrainedPolicies: 'any',
  validUntilMs: 0,
  cost: { signatures: 0, steps: 0, comparisons: 0 },
};

// Nor can a checked path.
// @ts-expect-error the brand is missing, and its symbol is not exported
export const checkedPath: CheckedPath = { path, revocation: { mode: 'off' }, validUntilMs: 0 };

// Revocation is asked for a verified path, never for a list of certificates, and its mode is never implied.
expectTypeOf(checkRevocation).toBeCallableWith(path, { mode: 'off' });
// @ts-expect-error certificates are not a path
void checkRevocation([certificate], { mode: 'off' });
// @ts-expect-error no mode
void checkRevocation(path, {});

// A product is read only.
// @ts-expect-error the leaf stays the leaf
path.certificates[0] = certificate;
// @ts-expect-error a serial number does not change
certificate.serialNumber = '01';
