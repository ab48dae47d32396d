import { describe, expect, it } from 'vitest';
import { conditionsOf, validatorsOf } from '../../src/revocation/validators.ts';

const date = 'Sun, 06 Nov 1994 08:49:37 GMT';

describe('the validators of an answer', () => {
  it('are its entity tag and the time of its last change', () => {
    expect(validatorsOf({ etag: '"a"', 'last-modified': date })).toEqual({ etag: '"a"', lastModified: date });
    expect(validatorsOf({ etag: 'W/"a-1"' })).toEqual({ etag: 'W/"a-1"', lastModified: undefined });
    expect(validatorsOf({ 'last-modified': date })).toEqual({ etag: undefined, lastModified: date });
  });

  it('are none where the answer names none', () => {
    expect(validatorsOf({})).toBeUndefined();
  });

  it.each(['a', '"a', 'a"', '"a" "b"', '"a"b"', '"é"', '"\x7f"', 'w/"a"', '"a"\n', `"${'a'.repeat(257)}"`])(
    'are none where the tag is no tag: %j',
    (etag) => {
      expect(validatorsOf({ etag })).toBeUndefined();
    },
  );

  it.each(['', 'Sun; 06', 'Sun\t06', `${date}\n`, '1'.repeat(41)])('are none where the time is none: %j', (time) => {
    expect(validatorsOf({ 'last-modified': time })).toBeUndefined();
  });
});

describe('a request for another version', () => {
  it('names the one that is at hand', () => {
    expect(conditionsOf({ etag: '"a"', lastModified: date })).toStrictEqual({
      'If-None-Match': '"a"',
      'If-Modified-Since': date,
    });
    expect(conditionsOf({ etag: '"a"', lastModified: undefined })).toStrictEqual({ 'If-None-Match': '"a"' });
    expect(conditionsOf({ etag: undefined, lastModified: date })).toStrictEqual({ 'If-Modified-Since': date });
  });
});
