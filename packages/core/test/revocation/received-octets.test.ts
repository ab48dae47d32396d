import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReceivedOctets } from '../../src/revocation/received-octets.ts';

const pieces = fc.array(fc.uint8Array({ maxLength: 200_000, minLength: 0 }), { maxLength: 8 });

describe('octets that come bit by bit', () => {
  it('are what came, in an array that is not much larger, in whatever pieces they came', () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 1_000_000 }), (came, more) => {
        const whole = Buffer.concat(came);
        const octets = new ReceivedOctets(whole.length + more);
        for (const piece of came) octets.add(piece);
        const taken = octets.take();
        expect(Buffer.compare(taken, whole)).toBe(0);
        expect(taken.buffer.byteLength).toBeLessThanOrEqual(whole.length + (whole.length >> 3));
      }),
      { numRuns: 50 },
    );
  });

  it('have room for twice of what came, whatever is still to come', () => {
    const octets = new ReceivedOctets(134_217_728);
    expect(octets.room).toBe(0);
    octets.add(Uint8Array.of(1));
    expect(octets.room).toBe(65_536);
    for (let index = 0; index < 1_000; index += 1) {
      octets.add(new Uint8Array(997));
      expect(octets.room).toBeLessThanOrEqual(Math.max(65_536, octets.length * 2));
    }
  });

  it('have no room left over where as much came as was announced', () => {
    const octets = new ReceivedOctets(100_001);
    for (let index = 0; index < 100_001; index += 1) octets.add(Uint8Array.of(index % 256));
    expect(octets.room).toBe(100_001);
    const taken = octets.take();
    expect(taken.buffer.byteLength).toBe(100_001);
    expect([taken[0], taken[99_999], taken[100_000]]).toEqual([0, 99_999 % 256, 100_000 % 256]);
  });

  it('are none before any came', () => {
    expect(new ReceivedOctets(9).take()).toHaveLength(0);
  });
});
