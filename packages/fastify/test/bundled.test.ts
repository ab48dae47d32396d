import { describe, expect, it } from 'vitest';
import * as bundled from '../src/bundled.ts';
import * as published from '../src/index.ts';

function marksOf(plugin: object): readonly (readonly [string, unknown])[] {
  return Object.getOwnPropertySymbols(plugin)
    .map((symbol) => [String(symbol), Reflect.get(plugin, symbol)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
}

describe('the package for a bundle', () => {
  it('exports what the package for Node exports', () => {
    expect(Object.keys(bundled).toSorted()).toEqual(Object.keys(published).toSorted());
  });

  it('leaves the marks on its plugin that fastify-plugin leaves', () => {
    expect(bundled.mtls).not.toBe(published.mtls);
    expect(marksOf(bundled.mtls)).toEqual(marksOf(published.mtls));
    expect(marksOf(bundled.mtls)).toHaveLength(3);
  });
});
