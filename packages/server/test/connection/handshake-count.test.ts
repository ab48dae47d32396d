import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HandshakeCount, type HandshakePlace } from '../../src/connection/handshake-count.ts';
import type { Peer } from '../../src/connection/peer-list.ts';

const at = (address: string): Peer => ({ kind: 'inet', address, port: 1 });

function enter(count: HandshakeCount): HandshakePlace {
  const place = count.enter();
  if (place === undefined) throw new Error('no place is left');
  return place;
}

describe('the count of handshakes', () => {
  it('has no more places than in all', () => {
    const count = new HandshakeCount({ perAddress: 9, total: 2 });
    const first = enter(count);
    enter(count);
    expect(count.enter()).toBeUndefined();
    first.leave();
    expect(count.all).toBe(1);
    expect(count.enter()).toBeDefined();
  });

  it.each([
    ['one IPv4 address', at('192.0.2.7'), at('192.0.2.7'), true],
    ['two IPv4 addresses', at('192.0.2.7'), at('192.0.2.8'), false],
    ['an IPv4 address and its IPv4-mapped form', at('192.0.2.7'), at('::ffff:192.0.2.7'), true],
    ['two addresses of a /64', at('2001:db8::1'), at('2001:db8::ffff:0:0:1'), true],
    ['two /64', at('2001:db8::1'), at('2001:db8:0:1::1'), false],
    ['two peers of a Unix socket', { kind: 'unix' }, { kind: 'unix' }, true],
    ['a Unix socket and an address', { kind: 'unix' }, at('127.0.0.1'), false],
  ] as const)('takes %s for one client: %s', (_, one, other, same) => {
    const count = new HandshakeCount({ perAddress: 1, total: 9 });
    expect(enter(count).isFor(one)).toBe(true);
    expect(enter(count).isFor(other)).toBe(!same);
  });

  it('keeps a place in all for whoever has none of his own, until that leaves', () => {
    const count = new HandshakeCount({ perAddress: 1, total: 9 });
    const [first, second] = [enter(count), enter(count)];
    expect(first.isFor(at('192.0.2.7'))).toBe(true);
    expect(second.isFor(at('192.0.2.7'))).toBe(false);
    second.leave();
    expect(count.all).toBe(1);
    expect(enter(count).isFor(at('192.0.2.7'))).toBe(false);
    first.leave();
    expect(enter(count).isFor(at('192.0.2.7'))).toBe(true);
  });

  describe('where there is no room for another', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    /** As a connection does: whoever gives way leaves. */
    function giving(count: HandshakeCount, name: string, gone: string[], peer?: Peer): boolean {
      const place = count.enter((limit) => {
        gone.push(`${name} ${limit}`);
        place?.leave();
      });
      return place !== undefined && (peer === undefined || place.isFor(peer));
    }

    it('lets the oldest give way that has had two seconds, and nobody before', () => {
      const gone: string[] = [];
      const count = new HandshakeCount({ perAddress: 9, total: 3 });
      giving(count, 'a', gone);
      giving(count, 'b', gone, at('192.0.2.7'));
      vi.advanceTimersByTime(1_000);
      giving(count, 'c', gone);
      expect(giving(count, 'd', gone)).toBe(false);
      vi.advanceTimersByTime(1_500);
      expect(gone).toEqual([]);
      expect(['e', 'f'].map((name) => giving(count, name, gone))).toEqual([true, true]);
      expect(giving(count, 'g', gone)).toBe(false);
      expect(gone).toEqual(['a in all', 'b in all']);
      expect(count.all).toBe(3);
    });

    it('lets one of the same address give way where that has as many as it may', () => {
      const gone: string[] = [];
      const count = new HandshakeCount({ perAddress: 1, total: 9 });
      giving(count, 'other', gone, at('192.0.2.8'));
      giving(count, 'a', gone, at('192.0.2.7'));
      vi.advanceTimersByTime(2_500);
      expect(giving(count, 'b', gone, at('192.0.2.7'))).toBe(true);
      expect(giving(count, 'c', gone, at('192.0.2.7'))).toBe(false);
      expect(gone).toEqual(['a from this address']);
    });

    it('lets one give way that had its time before anybody knew whose it was', () => {
      const gone: string[] = [];
      const count = new HandshakeCount({ perAddress: 1, total: 9 });
      const late = count.enter((limit) => {
        gone.push(`late ${limit}`);
        late?.leave();
      });
      vi.advanceTimersByTime(2_500);
      expect(late?.isFor(at('192.0.2.7'))).toBe(true);
      expect(giving(count, 'b', gone, at('192.0.2.7'))).toBe(true);
      expect(gone).toEqual(['late from this address']);
    });

    it('keeps no timer for handshakes that are over', () => {
      const count = new HandshakeCount({ perAddress: 1, total: 1 });
      enter(count).leave();
      vi.advanceTimersByTime(10_000);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  it('never has more than it may, and nothing is left when all have gone', () => {
    const act = fc.record({ enters: fc.boolean(), host: fc.integer({ min: 1, max: 4 }), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const limits = { perAddress: 2, total: 5 };
        const count = new HandshakeCount(limits);
        const open: { host: number; place: HandshakePlace }[] = [];
        for (const { enters, host, which } of acts) {
          if (!enters) {
            open.splice(which % Math.max(1, open.length), 1)[0]?.place.leave();
            continue;
          }
          const place = count.enter();
          expect(place === undefined).toBe(open.length === limits.total);
          if (place === undefined) continue;
          const others = open.filter((one) => one.host === host).length;
          const taken = place.isFor(at(`192.0.2.${host}`));
          expect(taken).toBe(others < limits.perAddress);
          if (taken) open.push({ host, place });
          else place.leave();
        }
        expect(count.all).toBe(open.length);
        for (const { place } of open) place.leave();
        for (let host = 1; host <= 2; host++) {
          expect([enter(count), enter(count)].every((place) => place.isFor(at(`192.0.2.${host}`)))).toBe(true);
        }
      }),
    );
  });
});
