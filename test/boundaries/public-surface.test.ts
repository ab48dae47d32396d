// What a package offers changes on purpose only: the snapshot is part of the change, and of its review.
import { describe, expect, it } from 'vitest';
import { packageNames } from './sources.ts';

describe('the exports of', () => {
  it.each(packageNames)('@peercert/%s are those of its snapshot', async (name) => {
    const exports = (await import(`../../packages/${name}/src/index.ts`)) as Readonly<Record<string, unknown>>;
    const lines = Object.keys(exports)
      .sort()
      .map((key) => `${key}: ${kindOf(exports[key])}\n`);
    await expect(
      lines.join(''),
      'The public exports changed. If that is meant: npx vitest run --project boundaries --update, and say so in CHANGELOG.md',
    ).toMatchFileSnapshot(`surface/${name}.txt`);
  });
});

function kindOf(value: unknown): string {
  if (typeof value !== 'function') return typeof value;
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
}
