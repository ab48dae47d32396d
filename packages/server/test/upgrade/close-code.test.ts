import { describe, expect, it } from 'vitest';
import { compileCloseCodes, encodeCloseFrame } from '../../src/upgrade/close-code.ts';

describe('close codes', () => {
  it('are those of RFC 6455, unless others are chosen', () => {
    expect(compileCloseCodes()).toEqual({ denied: 1008, unavailable: 1013, failed: 1011, goingAway: 1001 });
    expect(compileCloseCodes({ denied: 4401 })).toMatchObject({ denied: 4401, failed: 1011 });
  });

  it.each([1000, 1004, 1005, 1006, 1015, 2999, 5000, 0, 1008.5, Number.NaN, '1008', undefined])(
    'are never %s, which no endpoint may send or which says that all is well',
    (code) => {
      expect(() => compileCloseCodes({ denied: code as number })).toThrow(/closeCodes\.denied must be a close code/);
    },
  );

  it('are refused under a name that means nothing', () => {
    expect(() => compileCloseCodes({ revoked: 1008 } as never)).toThrow(/unknown option "revoked"/);
  });
});

describe('a close frame', () => {
  it('carries code and text, without a mask', () => {
    expect(encodeCloseFrame(1008, 'revoked')).toEqual(Buffer.from([0x88, 9, 0x03, 0xf0, ...Buffer.from('revoked')]));
    expect(encodeCloseFrame(4999, '')).toEqual(Buffer.from([0x88, 2, 0x13, 0x87]));
  });

  it('holds as much text as a control frame can', () => {
    expect(encodeCloseFrame(1008, 'x'.repeat(500)).subarray(0, 2)).toEqual(Buffer.from([0x88, 125]));
    expect(encodeCloseFrame(1008, 'x'.repeat(500))).toHaveLength(127);
  });
});
