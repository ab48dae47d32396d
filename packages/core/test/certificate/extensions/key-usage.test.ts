import { describe, expect, it } from 'vitest';
import { hex } from '../../encoding/der-writer.ts';
import { extensionVerdict, withExtension } from '../template.ts';

const type = '2.5.29.15';
const read = (octets: string): string[] => [...(withExtension(type, hex(octets)).keyUsage ?? [])];

describe('keyUsage (4.2.1.3)', () => {
  it.each([
    ['03 02 07 80', ['digitalSignature']],
    ['03 02 06 40', ['contentCommitment']],
    ['03 02 05 20', ['keyEncipherment']],
    ['03 02 04 10', ['dataEncipherment']],
    ['03 02 03 08', ['keyAgreement']],
    ['03 02 02 04', ['keyCertSign']],
    ['03 02 01 02', ['cRLSign']],
    ['03 02 00 01', ['encipherOnly']],
    ['03 03 07 00 80', ['decipherOnly']],
    ['03 02 01 06', ['keyCertSign', 'cRLSign']],
    ['03 02 05 a0', ['digitalSignature', 'keyEncipherment']],
    [
      '03 03 07 ff 80',
      [
        'digitalSignature',
        'contentCommitment',
        'keyEncipherment',
        'dataEncipherment',
        'keyAgreement',
        'keyCertSign',
        'cRLSign',
        'encipherOnly',
        'decipherOnly',
      ],
    ],
  ])('%s is %j', (octets, bits) => {
    expect(read(octets)).toEqual(bits);
  });

  it('has at least one bit, and none that does not exist', () => {
    expect(extensionVerdict(type, hex('03 01 00'))).toBe('key_usage_empty');
    expect(extensionVerdict(type, hex('03 03 06 00 40'))).toBe('key_usage_unknown_bit');
    expect(extensionVerdict(type, hex('03 03 00 80 01'))).toBe('key_usage_unknown_bit');
    expect(extensionVerdict(type, hex('03 04 07 00 00 80'))).toBe('der_integer_too_large');
  });

  it.each([
    ['03 02 00 80', ['digitalSignature']],
    ['03 03 07 06 00', ['keyCertSign', 'cRLSign']],
    ['03 03 00 80 00', ['digitalSignature']],
    ['03 05 00 80 00 00 00', ['digitalSignature']],
  ])('is noted when it has zero bits at its end: %s', (octets, usage) => {
    expect(extensionVerdict(type, hex(octets))).toBe('noted der_named_bits_not_minimal');
    expect([...(withExtension(type, hex(octets)).keyUsage ?? [])]).toEqual(usage);
  });

  it('is empty with zero bits alone', () => {
    expect(extensionVerdict(type, hex('03 02 07 00'))).toBe('key_usage_empty');
    expect(extensionVerdict(type, hex('03 04 00 00 00 00'))).toBe('key_usage_empty');
  });

  it('is refused with a bit set that does not count, which some readers take for one of the list', () => {
    expect(extensionVerdict(type, hex('03 02 05 bf'))).toBe('der_bit_string_padding');
  });

  it('is remembered', () => {
    const certificate = withExtension(type, hex('03 02 07 80'));
    expect(certificate.keyUsage).toBe(certificate.keyUsage);
  });
});
