import { describe, expect, it } from 'vitest';
import { pickOptions, refuseUnknownKeys, shown } from '../src/option-keys.ts';

const known = ['addresses', 'identity', 'pins', 'roles'];

describe('unknown options', () => {
  it('are refused with the nearest known key, whatever its case', () => {
    expect(() => refuseUnknownKeys({ addreses: 1 }, known, 'mtls()')).toThrow(
      new TypeError('mtls(): unknown option "addreses"; did you mean "addresses"?'),
    );
    expect(() => refuseUnknownKeys({ PINS: 1 }, known, 'mtls()')).toThrow('did you mean "pins"?');
    expect(() => refuseUnknownKeys({ indentitiy: 1 }, known, 'mtls()')).toThrow('did you mean "identity"?');
    expect(() => refuseUnknownKeys({ pin: 1 }, known, 'mtls()')).toThrow('did you mean "pins"?');
  });

  it('are refused with the list of known keys when none is near', () => {
    expect(() => refuseUnknownKeys({ whitelist: 1 }, known, 'mtls()')).toThrow(
      new TypeError('mtls(): unknown option "whitelist"; known are addresses, identity, pins, roles'),
    );
  });

  it('are refused under names that every object inherits', () => {
    expect(() => refuseUnknownKeys({ constructor: 1 }, known, 'x')).toThrow('unknown option "constructor"');
    expect(() => refuseUnknownKeys(JSON.parse('{"__proto__":{}}') as object, known, 'x')).toThrow(
      'unknown option "__proto__"',
    );
  });

  it('do not arise from an object without keys or with known keys', () => {
    expect(() => refuseUnknownKeys({}, known, 'x')).not.toThrow();
    expect(() => refuseUnknownKeys({ roles: 1, pins: undefined }, known, 'x')).not.toThrow();
  });

  it.each([null, undefined, 'pins', 7, ['pins']])(
    'are not looked for in %j, which is no object with options',
    (value) => {
      expect(() => refuseUnknownKeys(value as object, known, 'mtls()')).toThrow(
        'mtls(): expected an object with options',
      );
    },
  );
});

describe('the options of one stage', () => {
  it('are picked with what they hold, and absent ones stay absent', () => {
    const options: { pins?: unknown; roles?: unknown; clock?: unknown } = { pins: undefined, clock: 1 };
    const picked = pickOptions(options, ['pins', 'roles']);
    expect(Object.keys(picked)).toEqual(['pins']);
    expect(pickOptions(Object.create({ pins: 1 }) as { pins?: unknown }, ['pins'])).toEqual({ pins: 1 });
  });
});

describe('a value in a message', () => {
  it.each([
    ['a\n"b"', '"a\\n\\"b\\""'],
    ['x'.repeat(200), `"${'x'.repeat(80)}…"`],
    [null, 'null'],
    [undefined, 'undefined'],
    [7n, '7'],
    [Symbol('s'), 'Symbol(s)'],
    [[], 'an empty list'],
    [['a'], 'a list'],
    [Object.create(null), 'an object'],
    [() => 1, 'a function'],
  ])('is short and on one line: %#', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});
