import { clientNetwork } from '@peercert/core';
import { Deadlines } from '../deadlines.ts';
import type { Peer } from './peer-list.ts';

/**
 * A handshake takes two or three round trips and a signature, and so much time is left to each; whoever then still has none
 * may be a person who enters a PIN, or somebody who keeps a place from others. As long as there is room for all it does not
 * matter.
 */
const undisturbedMilliseconds = 2_000;

/**
 * Counts the handshakes under way, in all and from each client. Where there is no room for another, the oldest that has had
 * its two seconds gives way, or else whoever has a few thousand addresses could keep everybody out by connections on which nothing
 * happens, 200 a second. Every entry of the map stands for at least one of the handshakes counted in all, so that their limit
 * is the limit of the map as well.
 */
export class HandshakeCount {
  readonly #perAddress: number;
  readonly #total: number;
  readonly #byClient: Map<string, Crowd> = new Map();
  readonly #everyone: Crowd = newCrowd();
  readonly #deadlines: Deadlines = new Deadlines(undisturbedMilliseconds);

  constructor({ perAddress, total }: { readonly perAddress: number; readonly total: number }) {
    this.#perAddress = perAddress;
    this.#total = total;
  }

  get all(): number {
    return this.#everyone.count;
  }

  /**
   * One more, from whomever; `undefined` where that is one too many.
   *
   * @param giveWay ends the handshake, and leaves its place, when another needs it
   */
  enter(giveWay: GiveWay = () => undefined): HandshakePlace | undefined {
    if (!hasRoom(this.#everyone, this.#total, 'in all')) return undefined;
    const everyone = this.#everyone;
    everyone.count++;
    let client: { readonly key: string; readonly crowd: Crowd } | undefined;
    let isLate = false;
    const callOff = this.#deadlines.begin(() => {
      isLate = true;
      everyone.late.add(giveWay);
      client?.crowd.late.add(giveWay);
    });
    return {
      isFor: (peer) => {
        const key = clientKey(peer);
        const crowd = this.#byClient.get(key) ?? newCrowd();
        if (!hasRoom(crowd, this.#perAddress, 'from this address')) return false;
        crowd.count++;
        if (isLate) crowd.late.add(giveWay);
        this.#byClient.set(key, crowd);
        client = { key, crowd };
        return true;
      },
      leave: () => {
        callOff();
        leave(everyone, giveWay);
        if (client === undefined) return;
        leave(client.crowd, giveWay);
        if (client.crowd.count === 0) this.#byClient.delete(client.key);
      },
    };
  }
}

/** Ends a handshake: the limit that it is in the way of. */
export type GiveWay = (limit: 'in all' | 'from this address') => void;

/** The place of one handshake among those under way. */
export interface HandshakePlace {
  /** Says once whose it is; `false` where this client has as many as it may. */
  isFor(peer: Peer): boolean;
  /** Once, at the end. */
  leave(): void;
}

/** Handshakes that share a limit. */
interface Crowd {
  count: number;
  /** Those that have had their time, the oldest first. */
  readonly late: Set<GiveWay>;
}

function newCrowd(): Crowd {
  return { count: 0, late: new Set() };
}

function hasRoom(crowd: Crowd, limit: number, which: Parameters<GiveWay>[0]): boolean {
  if (crowd.count < limit) return true;
  const [oldest] = crowd.late;
  oldest?.(which);
  return crowd.count < limit;
}

function leave(crowd: Crowd, giveWay: GiveWay): void {
  crowd.count--;
  crowd.late.delete(giveWay);
}

function clientKey(peer: Peer): string {
  return peer.kind === 'unix' ? 'unix' : (clientNetwork(peer.address) ?? peer.address);
}
