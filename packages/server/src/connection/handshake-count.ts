import { clientNetwork } from '@peercert/core';
import type { Peer } from './peer-list.ts';

/**
 * Counts the handshakes under way, in all and from each client. Every entry of the map stands for at least one of the
 * handshakes counted in all, so that their limit is the limit of the map as well.
 */
export class HandshakeCount {
  readonly #perAddress: number;
  readonly #total: number;
  readonly #byClient: Map<string, number> = new Map();
  #all = 0;

  constructor({ perAddress, total }: { readonly perAddress: number; readonly total: number }) {
    this.#perAddress = perAddress;
    this.#total = total;
  }

  get all(): number {
    return this.#all;
  }

  /** One more, from whomever; `undefined` where that is one too many. */
  enter(): HandshakePlace | undefined {
    if (this.#all >= this.#total) return undefined;
    this.#all++;
    let client: string | undefined;
    return {
      isFor: (peer) => {
        const key = clientKey(peer);
        const count = this.#byClient.get(key) ?? 0;
        if (count >= this.#perAddress) return false;
        this.#byClient.set(key, count + 1);
        client = key;
        return true;
      },
      leave: () => {
        this.#all--;
        if (client === undefined) return;
        const count = this.#byClient.get(client) ?? 0;
        if (count > 1) this.#byClient.set(client, count - 1);
        else this.#byClient.delete(client);
      },
    };
  }
}

/** The place of one handshake among those under way. */
export interface HandshakePlace {
  /** Says once whose it is; `false` where this client has as many as it may. */
  isFor(peer: Peer): boolean;
  /** Once, at the end. */
  leave(): void;
}

function clientKey(peer: Peer): string {
  return peer.kind === 'unix' ? 'unix' : (clientNetwork(peer.address) ?? peer.address);
}
