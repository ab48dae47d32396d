import { Buffer } from 'node:buffer';

/** Room for the first octets: one or two reads of a socket. */
const firstRoom = 65_536;

/**
 * Octets that come bit by bit, in one piece. The room grows with what has come, never with what somebody says is coming: a
 * host that announces a large list and sends nothing costs nothing. Nor are the pieces kept, of which a host can make
 * millions of one octet each.
 */
export class ReceivedOctets {
  readonly #most: number;
  #room: Buffer = Buffer.allocUnsafeSlow(0);
  #length = 0;

  /** @param most No more than this is going to be added, so that in the end no room is left over. */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#length;
  }

  /** Of all that is allocated. Twice the length, or what the first octets get. */
  get room(): number {
    return this.#room.length;
  }

  add(octets: Uint8Array): void {
    const length = this.#length + octets.length;
    if (length > this.#room.length) {
      const wanted = Math.min(this.#most, Math.max(firstRoom, this.#room.length * 2));
      this.#move(Math.max(length, wanted));
    }
    this.#room.set(octets, this.#length);
    this.#length = length;
  }

  /** All of them, in an array that is not much larger: it may be kept for long. */
  take(): Uint8Array {
    if (this.#room.length - this.#length > this.#length >> 3) this.#move(this.#length);
    return this.#room.subarray(0, this.#length);
  }

  #move(size: number): void {
    const room = Buffer.allocUnsafeSlow(size);
    this.#room.copy(room, 0, 0, this.#length);
    this.#room = room;
  }
}
