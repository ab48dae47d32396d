import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProxyHeaderReading, readProxyHeader } from '../../src/connection/proxy-header.ts';
import { inetAddresses, version1, version2 } from './proxy-encoder.ts';

const octet = fc.integer({ min: 0, max: 255 });
const port = fc.integer({ min: 0, max: 65_535 });
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
// Not IPv4-mapped: those are read as the IPv4 address.
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((octets) => octets[0] !== 0);
const rest = fc.uint8Array({ maxLength: 300 });
const tlvs = fc.array(
  fc.record({ type: octet.filter((type) => type !== 3), value: fc.uint8Array({ maxLength: 60 }) }),
  {
    maxLength: 5,
  },
);

const dotted = (octets: Uint8Array): string => octets.join('.');
const groups = (octets: Uint8Array): string[] =>
  Array.from({ length: 8 }, (_, index) =>
    ((octets[2 * index] as number) * 256 + (octets[2 * index + 1] as number)).toString(16),
  );
/** Node's own idea of the shortest form. */
const shortest = (octets: Uint8Array): string => new URL(`http://[${groups(octets).join(':')}]`).hostname.slice(1, -1);

const header1 = fc.oneof(
  fc.record({ source: ipv4, destination: ipv4, sourcePort: port, destinationPort: port }).map((given) => ({
    octets: version1('TCP4', { ...given, source: dotted(given.source), destination: dotted(given.destination) }),
    source: { kind: 'inet' as const, address: dotted(given.source), port: given.sourcePort },
  })),
  fc.record({ source: ipv6, destination: ipv6, sourcePort: port, destinationPort: port }).map((given) => ({
    octets: version1('TCP6', {
      ...given,
      source: groups(given.source).join(':'),
      destination: shortest(given.destination).toUpperCase(),
    }),
    source: { kind: 'inet' as const, address: shortest(given.source), port: given.sourcePort },
  })),
);

const header2 = (checksum: fc.Arbitrary<boolean>) =>
  fc
    .record({
      wide: fc.boolean(),
      transport: fc.constantFrom(1, 2),
      source4: ipv4,
      source6: ipv6,
      sourcePort: port,
      destinationPort: port,
      tlvs,
      checksum,
    })
    .map(({ wide, transport, source4, source6, sourcePort, destinationPort, ...others }) => ({
      octets: version2({
        family: (wide ? 0x20 : 0x10) | transport,
        addresses: inetAddresses(wide ? source6 : source4, Buffer.alloc(wide ? 16 : 4, 9), sourcePort, destinationPort),
        ...others,
      }),
      source: { kind: 'inet' as const, address: wide ? shortest(source6) : dotted(source4), port: sourcePort },
    }));

const anyHeader = fc.oneof(header1, header2(fc.boolean()));

describe('a PROXY protocol header', () => {
  it('is read as it was written, whatever follows it', () => {
    fc.assert(
      fc.property(anyHeader, rest, ({ octets, source }, following) => {
        expect(readProxyHeader(Buffer.concat([octets, following]))).toEqual({
          kind: 'header',
          length: octets.length,
          source,
        });
      }),
    );
  });

  it('is awaited until its last octet is there', () => {
    fc.assert(
      fc.property(anyHeader, ({ octets }) => {
        for (let length = 0; length < octets.length; length++) {
          expect(readProxyHeader(octets.subarray(0, length)).kind).toBe('incomplete');
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is read from what was read so far, never from what follows', () => {
    fc.assert(
      fc.property(anyHeader, rest, rest, ({ octets }, one, other) => {
        expect(readProxyHeader(Buffer.concat([octets, one]))).toEqual(readProxyHeader(Buffer.concat([octets, other])));
      }),
    );
  });

  it('of version 2 with a checksum names nobody else when one bit of it changes', () => {
    fc.assert(
      fc.property(header2(fc.constant(true)), fc.nat(), ({ octets, source }, at) => {
        const changed = Buffer.from(octets);
        const bit = at % (octets.length * 8);
        // Its type is what says that there is a checksum.
        fc.pre(bit >> 3 !== 16 + (source.address.includes(':') ? 36 : 12));
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        const reading = readProxyHeader(changed);
        expect(reading.kind === 'header' ? reading.source.kind : 'refused').not.toMatch(/inet|local/);
      }),
      { numRuns: 500 },
    );
  });

  it('never makes reading fail, whatever octets there are', () => {
    const kinds: ProxyHeaderReading['kind'][] = ['none', 'incomplete', 'malformed', 'header'];
    const start = fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from('PROXY'),
      Buffer.from('PROXY TCP6 '),
      version2({ family: 0 }).subarray(0, 13),
    );
    fc.assert(
      fc.property(start, rest, (begin, following) => {
        expect(kinds).toContain(readProxyHeader(Buffer.concat([begin, following])).kind);
      }),
    );
  });

  it('of version 1 with any octet changed is taken in no second spelling', () => {
    fc.assert(
      fc.property(header1, fc.nat(), octet, ({ octets }, at, value) => {
        const changed = Buffer.from(octets);
        changed[at % octets.length] = value;
        const reading = readProxyHeader(changed);
        if (reading.kind !== 'header' || reading.source.kind !== 'inet') return;
        const line = changed.subarray(0, reading.length).toString('latin1');
        expect(line).toMatch(/^PROXY TCP[46] [\da-fA-F:.]+ [\da-fA-F:.]+ (?:0|[1-9]\d*) (?:0|[1-9]\d*)\r\n$/);
        expect(line).toContain(` ${reading.source.port} `);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the beginning of a connection', () => {
  it.each([
    ['a TLS ClientHello', Buffer.from('160301', 'hex')],
    ['HTTP', Buffer.from('GET / HTTP/1.1')],
    ['POST, with the letter of PROXY', Buffer.from('POST')],
    ['proxy in lower case', Buffer.from('proxy')],
    ['an empty line', Buffer.from('\r\n\r\n\r')],
    ['SSH', Buffer.from('SSH-2.0')],
  ])('is no header when it is %s, which is known at once', (_, octets) => {
    expect(readProxyHeader(octets)).toEqual({ kind: 'none' });
  });

  it.each([
    ['nothing', '', false],
    ['PROX', 'PROX', false],
    ['PROXY', 'PROXY', true],
    ['PROXY TCP4', 'PROXY TCP4', true],
  ])('is the beginning of a header when it is %s', (_, text, recognized) => {
    expect(readProxyHeader(Buffer.from(text))).toEqual({ kind: 'incomplete', recognized });
  });
});
