import { describe, expect, it } from 'vitest';
import { boolean, hex, integer, type Octets, sequence } from '../../encoding/der-writer.ts';
import { extensionVerdict, withExtension } from '../template.ts';

const type = '2.5.29.19';
const read = (...content: Octets[]): unknown => withExtension(type, sequence(...content), true).basicConstraints;
const refused = (...content: Octets[]): string => extensionVerdict(type, sequence(...content), true);

describe('basicConstraints (4.2.1.9)', () => {
  it('say whether the subject is an authority, and how long a path below it may be', () => {
    expect(read()).toEqual({ cA: false, pathLenConstraint: undefined });
    expect(read(boolean(true))).toEqual({ cA: true, pathLenConstraint: undefined });
    expect(read(boolean(true), integer(0))).toEqual({ cA: true, pathLenConstraint: 0 });
    expect(read(boolean(true), integer(300))).toEqual({ cA: true, pathLenConstraint: 300 });
    expect(read(integer(0))).toEqual({ cA: false, pathLenConstraint: 0 });
  });

  it('cannot be changed', () => {
    for (const content of [[], [boolean(true)], [boolean(true), integer(0)]]) {
      expect(Object.isFrozen(read(...content))).toBe(true);
    }
  });

  it('note that it is written out to be none', () => {
    expect(refused(boolean(false))).toBe('noted der_default_encoded');
    expect(read(boolean(false))).toEqual({ cA: false, pathLenConstraint: undefined });
  });

  it('have a length that is not negative and not absurd', () => {
    expect(refused(boolean(true), integer(-1))).toBe('der_integer_negative');
    expect(refused(boolean(true), hex('02 02 00 00'))).toBe('der_integer_not_minimal');
    expect(refused(boolean(true), integer(2 ** 31))).toBe('der_integer_too_large');
    expect(refused(boolean(true), integer(2 ** 31 - 1))).toBe('accepted');
    expect(refused(boolean(true), integer(0), integer(0))).toBe('der_trailing_data');
  });
});
