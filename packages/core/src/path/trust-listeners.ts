import type { Certificate } from '../certificate/model.ts';
import { observer } from '../observer.ts';
import type { TrustEvent, TrustExpiryEvent } from './trust-event.ts';
import { TrustExpiryWatch, type TrustedCertificates, timeOf } from './trust-expiry.ts';

/** A trust store as those who listen to it see it. */
export interface ListenedTrust {
  readonly current: TrustedCertificates;
  readonly files: readonly string[];
}

/** How often the clock is looked at: it may be set, and the machine may have slept, so no timer waits for one moment. */
const lookMilliseconds = 60_000;

/** Those who hear of a trust store: of what becomes of it, and of its certificates that end. */
export class TrustListeners {
  readonly #trust: ListenedTrust;
  readonly #clock: () => number;
  readonly #listeners: Set<Listener> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(trust: ListenedTrust, clock: () => number) {
    this.#trust = trust;
    this.#clock = clock;
  }

  /** Of what ends soon, or has ended, it hears at once. */
  add(listener: (event: TrustEvent) => void): () => void {
    const added: Listener = { hear: observer(listener), watch: new TrustExpiryWatch() };
    this.#listeners.add(added);
    this.#lookFor(added);
    if (!this.#isClosed) this.#timer ??= lookRegularly(this);
    return () => {
      this.#listeners.delete(added);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  tell(event: TrustEvent): void {
    for (const listener of this.#listeners) hear(listener, event);
  }

  /** Tells of what ends. */
  look(): void {
    for (const listener of this.#listeners) this.#lookFor(listener);
  }

  /** A path was refused because its anchor has ended: sooner known than by the next look. */
  anchorEnded(anchor: Certificate): void {
    if (this.#isClosed) return;
    for (const listener of this.#listeners) this.#tellNews(listener, listener.watch.ended('anchor', anchor));
  }

  /** Whoever listens hears of what becomes of the store, and of its certificates no more. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #lookFor(listener: Listener): void {
    if (this.#isClosed) return;
    const nowMs = timeOf(this.#clock);
    if (nowMs !== undefined) this.#tellNews(listener, listener.watch.look(this.#trust.current, nowMs));
  }

  #tellNews(listener: Listener, news: readonly TrustExpiryEvent[]): void {
    const { files } = this.#trust;
    for (const event of news) hear(listener, { ...event, files });
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

interface Listener {
  readonly hear: (event: TrustEvent) => void;
  readonly watch: TrustExpiryWatch;
}

function hear(listener: Listener, event: TrustEvent): void {
  try {
    listener.hear(event);
  } catch {
    // What is trusted must not depend on who hears of it.
  }
}

/** Neither keeps the process alive nor the store, which may be that of a server gone long ago. */
function lookRegularly(listeners: TrustListeners): NodeJS.Timeout {
  const reference = new WeakRef(listeners);
  const timer = setInterval(() => {
    const alive = reference.deref();
    if (alive === undefined) clearInterval(timer);
    else alive.look();
  }, lookMilliseconds).unref();
  return timer;
}
