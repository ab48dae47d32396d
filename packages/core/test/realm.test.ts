import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { isError } from '../src/realm.ts';

describe('an error', () => {
  it.each([
    ['of this realm', new TypeError('x')],
    ['of another realm', runInNewContext('new (class extends TypeError {})("x")')],
    ['that is a DOMException', new DOMException('x')],
  ])('is recognised: one %s', (_, error) => {
    expect(isError(error)).toBe(true);
  });

  it.each([undefined, null, 'x', {}, { message: 'x', stack: 'y' }, Object.create(null)])('is not %o', (value) => {
    expect(isError(value)).toBe(false);
  });
});
