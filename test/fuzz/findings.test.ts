import { describe, expect, it } from 'vitest';
import { findings } from './findings.ts';

describe('what a fuzzer found', () => {
  it.each(findings)('stays decided: $what', async ({ answer, expected }) => {
    expect(await answer()).toBe(expected);
  });
});
