import { BlockList, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressText, canonicalAddress, clientNetwork, compileAddressRanges, isAddress } from '../src/address-range.ts';

const includes = (ranges: string[], address: string) => compileAddressRanges(ranges, 'allow').includes(address);

describe('address ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['128.0.0.0/1', '200.0.0.1', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.6', false],
    ['192.0.2.7/32', '192.0.2.7', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['::/0', 'ffff::', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['fe80::1', 'fe80::1%2', true],
  ])('%s includes %s: %s', (range, address, expected) => {
    expect(includes([range], address)).toBe(expected);
  });

  it('include an address of any range in the list', () => {
    expect(includes(['10.0.0.0/8', '2001:db8::/32'], '2001:db8::1')).toBe(true);
  });

  it('read an IPv4-mapped IPv6 address as its IPv4 address, on both sides', () => {
    for (const address of ['::ffff:10.1.2.3', '::FFFF:a01:203', '0:0:0:0:0:ffff:10.1.2.3', '::ffff:10.1.2.3%eth0']) {
      expect(includes(['10.0.0.0/8'], address)).toBe(true);
      expect(includes(['::/0'], address)).toBe(false);
    }
    expect(includes(['::ffff:10.0.0.0/104'], '10.1.2.3')).toBe(true);
    expect(includes(['::ffff:0:0/96'], '198.51.100.1')).toBe(true);
  });

  it('keep other addresses that embed an IPv4 address apart from it', () => {
    for (const address of ['::10.1.2.3', '64:ff9b::10.1.2.3', '::ffff:0:10.1.2.3', '2002:a01:203::']) {
      expect(includes(['10.0.0.0/8'], address)).toBe(false);
      expect(includes(['::/0'], address)).toBe(true);
    }
    expect(includes(['::a01:203'], '::10.1.2.3')).toBe(true);
  });

  it('keep the families apart', () => {
    expect(includes(['0.0.0.0/0'], '::1')).toBe(false);
    expect(includes(['::/0'], '127.0.0.1')).toBe(false);
  });

  it.each([
    '010.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4 ',
    '1.2.3',
    '',
    '::1::',
    'fe80::1%',
    'localhost',
    '10.0.0.1%eth0',
    '10.0.0.0/8',
  ])('include nothing that is no address: %j', (address) => {
    expect(includes(['0.0.0.0/0', '::/0'], address)).toBe(false);
    expect(isAddress(address)).toBe(false);
  });

  it('include nothing that is no text, and no text of excessive length', () => {
    const ranges = compileAddressRanges(['0.0.0.0/0', '::/0'], 'allow');
    for (const address of [undefined, null, 1, ['10.0.0.1']]) {
      expect(ranges.includes(address as unknown as string)).toBe(false);
    }
    expect(ranges.includes(`fe80::1%${'x'.repeat(200)}`)).toBe(false);
  });

  it('answer the same after many other addresses were read', () => {
    const ranges = compileAddressRanges(['10.1.0.0/16'], 'allow');
    for (let index = 0; index < 2_500; index++) {
      expect(ranges.includes(`10.${index % 3}.${index >> 8}.${index & 255}`)).toBe(index % 3 === 1);
    }
  });

  it('say what they hold', () => {
    const { ranges } = compileAddressRanges(
      ['::ffff:10.0.0.0/104', '192.0.2.7', '2001:DB8:0::/32', '::1', '0.0.0.0/0'],
      'x',
    );
    expect(ranges).toEqual(['10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32', '::1/128', '0.0.0.0/0']);
  });

  it.each([
    ['10.0.0.1/8', '10.0.0.0/8', '10.0.0.1'],
    ['192.168.1.129/25', '192.168.1.128/25', '192.168.1.129'],
    ['2001:db8::1/32', '2001:db8::/32', '2001:db8::1'],
    ['::1/0', '::/0', '::1'],
  ])('refuse host bits in %s and show the corrected range', (range, corrected, single) => {
    expect(() => compileAddressRanges([range], 'addresses.allow')).toThrow(
      new TypeError(
        `addresses.allow[0]: "${range}" has host bits set: write '${corrected}' for the range, or '${single}' for the one address`,
      ),
    );
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8.0',
    '10.0.0.0/ 8',
    '::/129',
    '10.0.0.0/255.0.0.0',
    '::ffff:10.0.0.0/200',
  ])('refuse the prefix length of %s', (range) => {
    expect(() => compileAddressRanges(['10.0.0.0/8', range], 'deny')).toThrow(
      /^deny\[1\]: the prefix length of .* must be a number from 0 to (?:32|128)$/,
    );
  });

  it.each(['010.0.0.0/8', '127.1', '10/8', 'example.com', '', '10.0.0.0/8/8', ' 10.0.0.0/8', 7, null, undefined])(
    'refuse %j, which is no address',
    (entry) => {
      expect(() => compileAddressRanges([entry as string], 'allow')).toThrow('is not an IP address or range: write');
    },
  );

  it('refuse a zone in a range, and holes in a list', () => {
    expect(() => compileAddressRanges(['fe80::1%eth0'], 'allow')).toThrow('without a zone');
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    expect(() => compileAddressRanges(['10.0.0.0/8', , '::1'] as string[], 'allow')).toThrow('allow[1]');
  });

  it('refuse an empty list and what is no list', () => {
    expect(() => compileAddressRanges([], 'addresses.allow')).toThrow('addresses.allow: an empty list');
    expect(() => compileAddressRanges('10.0.0.0/8' as never, 'addresses.allow')).toThrow(
      "addresses.allow: expected a list such as ['10.0.0.0/8', '2001:db8::/32'], got \"10.0.0.0/8\"",
    );
  });
});

describe('octets of an iPAddress', () => {
  const ranges = compileAddressRanges(['10.0.0.0/8', '2001:db8::/32'], 'x');
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

  it('are compared like text', () => {
    expect(ranges.includesBytes(Uint8Array.of(10, 9, 8, 7))).toBe(true);
    expect(ranges.includesBytes(Uint8Array.of(11, 9, 8, 7))).toBe(false);
    expect(ranges.includesBytes(Uint8Array.from([...mapped, 10, 9, 8, 7]))).toBe(true);
    expect(ranges.includesBytes(Uint8Array.from([0x20, 1, 0x0d, 0xb8, ...new Array<number>(12).fill(1)]))).toBe(true);
  });

  it.each([0, 3, 5, 8, 15, 17, 32])('of length %d are in no range and have no text', (length) => {
    expect(compileAddressRanges(['0.0.0.0/0', '::/0'], 'x').includesBytes(new Uint8Array(length))).toBe(false);
    expect(addressText(new Uint8Array(length))).toBeUndefined();
  });

  it('have a text', () => {
    expect(addressText(Uint8Array.of(10, 0, 0, 1))).toBe('10.0.0.1');
    expect(addressText(Uint8Array.from([0x20, 1, 0x0d, 0xb8, ...new Array<number>(12).fill(0)]))).toBe('2001:db8::');
  });
});

describe('address ranges against the block list of Node', () => {
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const text = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return bytes.length === 4
      ? bytes.join('.')
      : Array.from({ length: 8 }, (_, group) => view.getUint16(group * 2).toString(16)).join(':');
  };
  /** A range and an address that shares a prefix of any length with it. */
  const cases = fc.constantFrom(4, 16).chain((length) =>
    fc.record({
      network: octets(length),
      address: octets(length),
      prefix: fc.integer({ min: 0, max: length * 8 }),
      shared: fc.integer({ min: 0, max: length * 8 }),
    }),
  );
  const mix = (high: Uint8Array, low: Uint8Array, bits: number) =>
    high.map((octet, index) => {
      const mask = (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff;
      return (octet & mask) | ((low[index] as number) & ~mask);
    });

  it('agree on every range and address', () => {
    fc.assert(
      fc.property(cases, ({ network, address, prefix, shared }) => {
        const start = text(mix(network, new Uint8Array(network.length), prefix));
        const given = text(mix(network, address, shared));
        const list = new BlockList();
        const family = isIPv4(start) ? 'ipv4' : 'ipv6';
        list.addSubnet(start, prefix, family);
        // The one deliberate difference: an IPv4-mapped address is IPv4 alone.
        fc.pre(!/^0:0:0:0:0:ffff:/.test(given) && !/^0:0:0:0:0:ffff:/.test(start));
        expect(includes([`${start}/${prefix}`], given)).toBe(list.check(given, family));
      }),
      { numRuns: 2_000 },
    );
  });

  it('accept a range exactly when it has no host bits, and the corrected one instead', () => {
    fc.assert(
      fc.property(cases, ({ network, prefix }) => {
        const start = mix(network, new Uint8Array(network.length), prefix);
        const range = `${text(network)}/${prefix}`;
        if (Buffer.compare(start, network) === 0) {
          expect(includes([range], text(network))).toBe(true);
        } else {
          const corrected = /write '([^']+)'/.exec(messageOf(() => compileAddressRanges([range], 'x')))?.[1] ?? '';
          expect(includes([corrected], text(network))).toBe(true);
        }
      }),
    );
  });

  it('never throw on a text, and read none that Node does not', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc.stringMatching(/^[0-9a-f:.%]{0,40}$/),
      fc.tuple(fc.ipV6(), fc.string()).map((parts) => parts.join('%')),
    );
    fc.assert(
      fc.property(odd, (address) => {
        const read = includes(['0.0.0.0/0', '::/0'], address);
        expect(read).toBe(address.length <= 100 && (isIPv4(address) || isIPv6(address)));
      }),
      { numRuns: 2_000 },
    );
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as TypeError).message;
  }
  return '';
}

describe('the one text of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['010.0.0.1', undefined],
    ['', undefined],
  ])('of %s is %s', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });
});

describe('the network of a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['127.1', undefined],
  ])('of %s is %s', (text, expected) => {
    expect(clientNetwork(text)).toBe(expected);
  });
});

describe('what ranges cover together', () => {
  const covered = (...list: string[]) => compileAddressRanges(list, 'x').coverage;

  it.each<[readonly string[], number, number]>([
    [['10.0.0.0/8'], 1 / 256, 0],
    [['10.0.0.1'], 2 ** -32, 0],
    [['0.0.0.0/0'], 1, 0],
    [['0.0.0.0/1', '128.0.0.0/1'], 1, 0],
    [['128.0.0.0/1', '10.0.0.0/8', '0.0.0.0/1', '200.0.0.0/8', '10.1.0.0/16'], 1, 0],
    [['10.0.0.0/8', '10.0.0.0/8', '10.0.0.0/9'], 1 / 256, 0],
    [['::ffff:0:0/96'], 1, 0],
    [['::ffff:0:0/97', '128.0.0.0/1'], 1, 0],
    [['::/0'], 0, 1],
    [['::/1', '8000::/1'], 0, 1],
    [['2000::/3'], 0, 1],
    [['2000::/4', '3000::/4', '2001:db8::/32'], 0, 1],
    [['2001:db8::/32'], 0, 2 ** -29],
    // Nobody is there but those who are inside already.
    [['fc00::/7', 'fe80::/10', '8000::/1', '::1'], 0, 0],
  ])('%j: %d of IPv4, %d of IPv6', (list, ipv4, ipv6) => {
    expect(covered(...list)).toEqual({ ipv4, ipv6 });
  });

  it('is what one would count address by address', () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 8 }))
      .map(([octet, prefix]) => `${(octet >> (8 - prefix)) << (8 - prefix)}.0.0.0/${prefix}`);
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 12 }), (list) => {
        const ranges = compileAddressRanges(list, 'x');
        const octets = Array.from({ length: 256 }, (_, octet) => octet).filter((octet) =>
          ranges.includes(`${octet}.1.2.3`),
        );
        expect(ranges.coverage.ipv4).toBe(octets.length / 256);
      }),
    );
  });
});
