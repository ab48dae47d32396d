import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/connection/crc32c.ts';
import { readVersion2 } from '../../src/connection/proxy-header-v2.ts';
import { inetAddresses, signature, type Version2, version2 } from './proxy-encoder.ts';

const addresses = inetAddresses(Buffer.of(192, 0, 2, 7), Buffer.of(198, 51, 100, 1), 56_324, 443);
const addresses6 = inetAddresses(
  Buffer.from('20010db8000000000000000000000007', 'hex'),
  Buffer.from('20010db8000000000000000000000001', 'hex'),
  56_324,
  443,
);
const tcp4: Version2 = { family: 0x11, addresses };
const client = { kind: 'inet', address: '192.0.2.7', port: 56_324 };
const ruleOf = (octets: Uint8Array) => {
  const reading = readVersion2(octets);
  return reading.kind === 'malformed' ? reading.rule : reading.kind;
};
const sourceOf = (header: Version2) => {
  const reading = readVersion2(version2(header));
  return reading.kind === 'header' ? reading.source : reading;
};

describe('a header of version 2', () => {
  it.each([
    ['TCP over IPv4', 0x11, addresses, client],
    ['UDP over IPv4', 0x12, addresses, client],
    ['TCP over IPv6', 0x21, addresses6, { ...client, address: '2001:db8::7' }],
    ['UDP over IPv6', 0x22, addresses6, { ...client, address: '2001:db8::7' }],
    ['a Unix stream', 0x31, Buffer.alloc(216, 1), { kind: 'unknown' }],
    ['a Unix datagram', 0x32, Buffer.alloc(216), { kind: 'unknown' }],
    ['an unspecified protocol', 0x00, Buffer.alloc(0), { kind: 'unknown' }],
  ])('announces the client over %s', (_, family, block, source) => {
    expect(sourceOf({ family, addresses: block })).toEqual(source);
  });

  it('announces an IPv4-mapped address as the IPv4 address', () => {
    const mapped = Buffer.from('00000000000000000000ffffc0000207', 'hex');
    expect(sourceOf({ family: 0x21, addresses: inetAddresses(mapped, mapped, 56_324, 443) })).toEqual(client);
  });

  it.each([
    ['without a block', { family: 0x00 }],
    ['with a family and no addresses', { family: 0x11 }],
    ['with addresses, which are not looked at', tcp4],
    ['with a family that does not exist', { family: 0xff, addresses: Buffer.alloc(5) }],
    ['with a block that is none of TLVs', { family: 0x00, addresses: Buffer.alloc(2, 0xff) }],
    ['with a checksum', { ...tcp4, checksum: true }],
  ])('of the balancer itself (LOCAL) is taken %s', (_, header) => {
    const octets = version2({ ...header, command: 0x20 });
    expect(readVersion2(octets)).toEqual({ kind: 'header', length: octets.length, source: { kind: 'local' } });
  });

  it('of the balancer itself (LOCAL) is refused with a checksum that is not its own', () => {
    const octets = version2({ ...tcp4, checksum: true });
    octets[12] = 0x20;
    expect(ruleOf(octets)).toBe('v2_checksum');
  });

  it('skips TLVs of every type by their exact bounds', () => {
    const tlvs = Array.from({ length: 256 }, (_, type) => ({ type, value: Buffer.alloc(type % 7, 0xff) })).filter(
      ({ type }) => type !== 3,
    );
    expect(sourceOf({ ...tcp4, tlvs })).toEqual(client);
    expect(sourceOf({ ...tcp4, tlvs, checksum: true })).toEqual(client);
    expect(sourceOf({ ...tcp4, tlvs: [{ type: 0x20, value: Buffer.alloc(4_096 - 16 - 12 - 3) }] })).toEqual(client);
  });

  it.each([
    ['one octet', '04'],
    ['two octets', '0400'],
    ['a value shorter than it says', '04000200'],
    ['a length that reaches far beyond', '04ffff'],
    ['an octet after the last', '04000000'],
    ['an SSL TLV that is cut', '20000501'],
  ])('is refused when its TLVs end in %s', (_, tail) => {
    expect(ruleOf(version2({ ...tcp4, addresses: Buffer.concat([addresses, Buffer.from(tail, 'hex')]) }))).toBe(
      'v2_tlv',
    );
  });

  it.each([
    ['wrong', [{ type: 3, value: Buffer.alloc(4) }]],
    ['too short', [{ type: 3, value: Buffer.alloc(3) }]],
    ['too long', [{ type: 3, value: Buffer.alloc(5) }]],
    ['empty', [{ type: 3, value: Buffer.alloc(0) }]],
  ])('is refused with a checksum that is %s', (_, tlvs) => {
    expect(ruleOf(version2({ ...tcp4, tlvs }))).toBe('v2_checksum');
  });

  it('is refused with two checksums, of which one is right', () => {
    for (const right of [0, 7]) {
      const tlvs = [0, 1].map(() => ({ type: 3, value: Buffer.alloc(4) }));
      const octets = version2({ ...tcp4, tlvs });
      octets.writeUInt32BE(crc32c(octets), 16 + 12 + 3 + right);
      expect(ruleOf(octets)).toBe('v2_checksum');
    }
  });

  it.each([
    ['v2_version', 'version 1', 0x11, 0x11],
    ['v2_version', 'version 3', 0x31, 0x11],
    ['v2_version', 'version 0', 0x01, 0x11],
    ['v2_command', 'a command that is not assigned', 0x22, 0x11],
    ['v2_command', 'the last command', 0x2f, 0x11],
    ['v2_family', 'a family that is not assigned', 0x21, 0x41],
    ['v2_family', 'a transport that is not assigned', 0x21, 0x13],
    ['v2_family', 'a family without transport', 0x21, 0x10],
    ['v2_family', 'a transport without family', 0x21, 0x01],
    ['v2_length', 'IPv6 in the room of IPv4', 0x21, 0x21],
    ['v2_length', 'a Unix socket in the room of IPv4', 0x21, 0x31],
  ])('breaks %s with %s', (rule, _, command, family) => {
    expect(ruleOf(version2({ command, family, addresses }))).toBe(rule);
  });

  it('breaks v2_length one octet short of its addresses', () => {
    expect(ruleOf(version2({ family: 0x11, addresses: addresses.subarray(1) }))).toBe('v2_length');
    expect(ruleOf(version2({ family: 0x21, addresses: addresses6.subarray(1) }))).toBe('v2_length');
  });

  it('breaks v2_limit as soon as it says that it is longer than 4,096 octets', () => {
    const octets = version2({ ...tcp4, tlvs: [{ type: 4, value: Buffer.alloc(4_096 - 16 - 12 - 3 + 1) }] });
    expect(ruleOf(octets.subarray(0, 15))).toBe('incomplete');
    expect(ruleOf(octets.subarray(0, 16))).toBe('v2_limit');
  });

  it('breaks v2_version before the rest has arrived', () => {
    expect(ruleOf(Buffer.concat([signature, Buffer.of(0x31)]))).toBe('v2_version');
    expect(ruleOf(signature)).toBe('incomplete');
  });
});
