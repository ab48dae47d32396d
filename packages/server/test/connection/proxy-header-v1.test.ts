import { describe, expect, it } from 'vitest';
import { readVersion1 } from '../../src/connection/proxy-header-v1.ts';

const read = (text: string) => readVersion1(Buffer.from(text, 'latin1'));
const ruleOf = (text: string) => {
  const reading = read(text);
  return reading.kind === 'malformed' ? reading.rule : reading.kind;
};
const local = { kind: 'local' };

describe('a header of version 1', () => {
  it.each([
    ['PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n', '192.0.2.7', 56_324],
    ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n', '255.255.255.255', 65_535],
    ['PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n', '0.0.0.0', 0],
    ['PROXY TCP6 2001:DB8::7 ::1 1 2\r\n', '2001:db8::7', 1],
    [
      `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`,
      `${'ffff:'.repeat(7)}ffff`,
      65_535,
    ],
  ])('%j announces %s', (text, address, port) => {
    expect(read(text)).toEqual({ kind: 'header', length: text.length, source: { kind: 'inet', address, port } });
  });

  it('announces an IPv4-mapped address as the IPv4 address, in both spellings', () => {
    for (const spelling of ['::ffff:192.0.2.7', '::ffff:c000:207']) {
      expect(read(`PROXY TCP6 ${spelling} ::ffff:198.51.100.1 1 2\r\n`)).toMatchObject({
        source: { address: '192.0.2.7' },
      });
    }
  });

  it.each([
    'PROXY UNKNOWN\r\n',
    'PROXY UNKNOWN ffff:f...f:ffff whatever \x00\xff\r\n',
    'PROXY UNKNOWN 192.0.2.7 192.0.2.8 1 2\r\n',
    `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`,
  ])('%j announces nobody', (text) => {
    expect(read(text)).toEqual({ kind: 'header', length: text.length, source: local });
  });

  it.each([
    ['v1_grammar', 'PROXY\r\n'],
    ['v1_grammar', 'PROXYTCP4 192.0.2.7 192.0.2.8 1 2\r\n'],
    ['v1_grammar', 'PROXY  TCP4 192.0.2.7 192.0.2.8 1 2\r\n'],
    ['v1_grammar', 'PROXY\tTCP4 192.0.2.7 192.0.2.8 1 2\r\n'],
    ['v1_grammar', 'PROXY TCP4 192.0.2.7  192.0.2.8 1 2\r\n'],
    ['v1_grammar', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 2 \r\n'],
    ['v1_grammar', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 2 3\r\n'],
    ['v1_grammar', 'PROXY TCP4 192.0.2.7 192.0.2.8 1\r\n'],
    ['v1_grammar', 'PROXY TCP5 192.0.2.7 192.0.2.8 1 2\r\n'],
    ['v1_grammar', 'PROXY tcp4 192.0.2.7 192.0.2.8 1 2\r\n'],
    ['v1_grammar', 'PROXY UDP4 192.0.2.7 192.0.2.8 1 2\r\n'],
    ['v1_grammar', 'PROXY UNKNOWNS\r\n'],
    ['v1_grammar', 'PROXY unknown\r\n'],
    ['v1_address', 'PROXY TCP4 2001:db8::7 ::1 1 2\r\n'],
    ['v1_address', 'PROXY TCP6 192.0.2.7 192.0.2.8 1 2\r\n'],
    ['v1_address', 'PROXY TCP4 192.0.2.7 ::1 1 2\r\n'],
    ['v1_address', 'PROXY TCP4 010.0.0.1 192.0.2.8 1 2\r\n'],
    ['v1_address', 'PROXY TCP4 192.0.2.7 192.0.2.08 1 2\r\n'],
    ['v1_address', 'PROXY TCP4 127.1 192.0.2.8 1 2\r\n'],
    ['v1_address', 'PROXY TCP4 192.0.2.256 192.0.2.8 1 2\r\n'],
    ['v1_address', 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n'],
    ['v1_address', 'PROXY TCP6 ::1::2 ::1 1 2\r\n'],
    ['v1_address', 'PROXY TCP6 [::1] ::1 1 2\r\n'],
    ['v1_port', 'PROXY TCP4 192.0.2.7 192.0.2.8 65536 2\r\n'],
    ['v1_port', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 99999\r\n'],
    ['v1_port', 'PROXY TCP4 192.0.2.7 192.0.2.8 01 2\r\n'],
    ['v1_port', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 +2\r\n'],
    ['v1_port', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 0x2\r\n'],
    ['v1_port', 'PROXY TCP4 192.0.2.7 192.0.2.8 -1 2\r\n'],
    ['v1_line', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 2\n'],
    ['v1_line', 'PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\r\n'],
    ['v1_line', 'PROXY TCP4 192.0.2.7\n192.0.2.8 1 2\r\n'],
    ['v1_line', 'PROXY UNKNOWN\nGET / HTTP/1.1\r\n'],
    ['v1_length', `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`],
    ['v1_length', `PROXY ${'x'.repeat(101)}`],
    ['v1_length', `PROXY ${'x'.repeat(100)}\r`],
  ])('breaks %s: %j', (rule, text) => {
    expect(ruleOf(text)).toBe(rule);
  });

  it('is awaited as long as its CRLF can still come within 107 octets', () => {
    expect(ruleOf(`PROXY ${'x'.repeat(100)}`)).toBe('incomplete');
    expect(ruleOf(`PROXY ${'x'.repeat(99)}\r`)).toBe('incomplete');
    expect(ruleOf('PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r')).toBe('incomplete');
  });
});
