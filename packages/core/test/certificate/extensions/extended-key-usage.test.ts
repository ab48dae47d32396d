import { describe, expect, it } from 'vitest';
import { nothing, oid, sequence } from '../../encoding/der-writer.ts';
import { extensionVerdict, withExtension } from '../template.ts';

const type = '2.5.29.37';

describe('extendedKeyUsage (4.2.1.12)', () => {
  it('lists purposes in order', () => {
    const read = withExtension(
      type,
      sequence(oid('1.3.6.1.5.5.7.3.2'), oid('2.5.29.37.0'), oid('1.2.3')),
    ).extendedKeyUsage;
    expect(read).toEqual(['1.3.6.1.5.5.7.3.2', '2.5.29.37.0', '1.2.3']);
    expect(Object.isFrozen(read)).toBe(true);
  });

  it('lists at least one, and purposes only', () => {
    expect(extensionVerdict(type, sequence())).toBe('der_empty_sequence');
    expect(extensionVerdict(type, sequence(oid('1.2.3'), nothing))).toBe('der_unexpected_tag');
  });

  it('is remembered', () => {
    const certificate = withExtension(type, sequence(oid('1.2.3')));
    expect(certificate.extendedKeyUsage).toBe(certificate.extendedKeyUsage);
  });
});
