/**
 * One thing of the process, whichever copies of this package a program holds: one as ES module and one as CommonJS, one in a
 * bundle and one beside it. For what must not be known to one copy and unknown to the next, because not to know it is to let
 * somebody in.
 *
 * @param name with a number, which grows when the thing changes so that copies of other versions could not use it
 */
export function processWide<Thing extends object>(name: string, make: () => Thing): Thing {
  const key = Symbol.for(`peercert.process.${name}`);
  const known = Object.getOwnPropertyDescriptor(globalThis, key)?.value as Thing | undefined;
  if (known !== undefined) return known;
  const value = make();
  Object.defineProperty(globalThis, key, { value });
  return value;
}
