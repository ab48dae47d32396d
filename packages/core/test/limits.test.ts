import { expect, it } from 'vitest';
import { defaultLimits } from '../src/limits.ts';

it('the default limits are those that the documentation names', () => {
  expect(defaultLimits).toEqual({
    certificateBytes: 65_536,
    presentedBytes: 131_072,
    presentedCertificates: 20,
    signatures: 150,
    failedSignatures: 24,
    steps: 20_000,
    comparisons: 250_000,
    policies: 1_000,
    rememberedPaths: 10_000,
    rememberedSeconds: 3_600,
    policyMilliseconds: 2_000,
  });
});
