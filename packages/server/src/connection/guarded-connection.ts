import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { canonicalAddress, isUnixSocket } from '@peercert/core';
import type { Deadlines } from '../deadlines.ts';
import { type AnnouncedPeer, announcePeer } from './announced-peer.ts';
import type { ConnectionRefusal, ConnectionRefusedEvent } from './connection-events.ts';
import type { ConnectionRules } from './connection-rules.ts';
import type { HandshakeCount, HandshakePlace } from './handshake-count.ts';
import type { Peer } from './peer-list.ts';
import type { ProxyHeaderReading, ProxySource } from './proxy-header.ts';
import { awaitFirstOctets, type FirstOctets } from './proxy-header-wait.ts';

export interface Surroundings {
  readonly rules: ConnectionRules;
  readonly handshakes: HandshakeCount;
  readonly handshakeDeadlines: Deadlines;
  /** Lets the server have the connection. */
  readonly handOver: () => void;
  readonly tell: (event: ConnectionRefusedEvent) => void;
}

/**
 * One connection from its first moment until it is either admitted, which is the end of its handshake, or refused.
 * Whichever comes first stands; what Node tells of the connection later changes nothing.
 */
export class GuardedConnection {
  readonly #socket: Socket;
  readonly #surroundings: Surroundings;
  /** The other end of the socket. Asked for at once: it is forgotten when the connection ends. */
  readonly #own: Peer | undefined;
  #isBalancer = false;
  #announced: AnnouncedPeer | undefined;
  #state: 'pending' | 'admitted' | 'refused' = 'pending';
  #place: HandshakePlace | undefined;
  #callOffHandshakeDeadline: (() => void) | undefined;
  #headerDeadline: NodeJS.Timeout | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(socket: Socket, surroundings: Surroundings) {
    this.#socket = socket;
    this.#surroundings = surroundings;
    this.#own = peerOf(socket);
  }

  /** Nothing of TLS has run yet, and nothing will unless it is handed over. */
  begin(): void {
    // Until the handshake has its own listeners, a reset would be an error that nobody hears.
    this.#socket.on('error', this.#onEarlyError);
    this.#socket.on('close', this.#onClose);
    this.#take(this.#atOnce());
  }

  /** The handshake is complete. `false`: too late. */
  admit(tlsSocket: TLSSocket): boolean {
    if (this.#state !== 'pending') return false;
    this.#state = 'admitted';
    this.#settle();
    this.identify(tlsSocket);
    return true;
  }

  /** Gives the TLS socket the address that was announced. */
  identify(tlsSocket: TLSSocket): void {
    if (this.#announced !== undefined && !Object.hasOwn(tlsSocket, 'remoteAddress')) {
      announcePeer(tlsSocket, this.#announced);
    }
  }

  refuse(cause: ConnectionRefusal, detail?: string): void {
    if (this.#state !== 'pending') return;
    this.#state = 'refused';
    this.#settle();
    this.#socket.destroy();
    const own = this.#own?.kind === 'inet' ? this.#own : undefined;
    const { address, port } = this.#announced ?? own ?? {};
    const balancer = this.#isBalancer ? own?.address : undefined;
    this.#surroundings.tell({ type: 'connection_refused', cause, address, port, balancer, detail });
  }

  #take(step: Step): void {
    if (step === 'wait') return;
    if (step !== 'hand over') {
      this.refuse(...step);
      return;
    }
    this.#stopWaiting = undefined;
    this.#socket.off('error', this.#onEarlyError);
    this.#surroundings.handOver();
  }

  #atOnce(): Step {
    const { handshakeDeadlines, handshakes, rules } = this.#surroundings;
    const { proxyProtocol } = rules;
    const own = this.#own;
    if (own === undefined) return ['closed'];
    this.#isBalancer = proxyProtocol?.isBalancer(own) === true;
    if (!this.#isBalancer && proxyProtocol?.others === 'refuse') return ['balancer_required'];
    if (!this.#isBalancer && !rules.isAllowed(own)) return ['address_denied'];
    this.#place = handshakes.enter((limit) => this.refuse('too_many_handshakes', limit));
    if (this.#place === undefined) return ['too_many_handshakes', 'in all'];
    this.#callOffHandshakeDeadline = handshakeDeadlines.begin(() => this.refuse('handshake_timeout'));
    if (proxyProtocol === undefined) return this.#counted(own);
    if (this.#isBalancer) {
      const { headerMilliseconds } = proxyProtocol;
      this.#headerDeadline = setTimeout(() => this.refuse('proxy_header_timeout'), headerMilliseconds).unref();
      return this.#await(isWhole, (octets) => this.#afterBalancer(octets));
    }
    const step = this.#counted(own);
    return step === 'hand over' ? this.#await(isTelling, afterOther) : step;
  }

  #await(isEnough: (reading: ProxyHeaderReading) => boolean, next: (octets: FirstOctets) => Step): 'wait' {
    this.#stopWaiting = awaitFirstOctets(this.#socket, isEnough, (octets) => this.#take(next(octets)));
    return 'wait';
  }

  #afterBalancer(octets: FirstOctets): Step {
    clearTimeout(this.#headerDeadline);
    switch (octets.kind) {
      case 'header':
        return this.#afterHeader(octets.source);
      case 'malformed':
        return ['proxy_header_malformed', octets.rule];
      case 'none':
        return ['proxy_header_missing'];
      case 'incomplete':
      case 'ended':
        return ['closed'];
    }
  }

  #afterHeader(source: ProxySource): Step {
    if (source.kind === 'unknown') return ['proxy_source_unknown'];
    if (source.kind === 'inet') {
      this.#announced = source;
      announcePeer(this.#socket, source);
    }
    const client = source.kind === 'inet' ? source : (this.#own as Peer);
    return this.#surroundings.rules.isAllowed(client) ? this.#counted(client) : ['address_denied'];
  }

  #counted(client: Peer): Step {
    return this.#place?.isFor(client) === true ? 'hand over' : ['too_many_handshakes', 'from this address'];
  }

  #settle(): void {
    this.#stopWaiting?.();
    clearTimeout(this.#headerDeadline);
    this.#callOffHandshakeDeadline?.();
    this.#place?.leave();
  }

  readonly #onEarlyError = (): void => this.refuse('closed');

  // Where the handshake ended the connection, Node tells why only after its transport is closed.
  readonly #onClose = (): void => {
    if (this.#state === 'pending') setImmediate(() => this.refuse('closed'));
  };
}

/** What is to be done next; a refusal has its cause and detail. */
type Step = 'hand over' | 'wait' | readonly [cause: ConnectionRefusal, detail?: string];

/** After the first octets of anybody but a balancer: whatever a header of theirs says, it is not looked at. */
function afterOther({ kind }: FirstOctets): Step {
  switch (kind) {
    case 'none':
      return 'hand over';
    case 'header':
    case 'malformed':
    case 'incomplete':
      return ['proxy_header_untrusted'];
    case 'ended':
      return ['closed'];
  }
}

/** A balancer is waited for until its header is whole. */
function isWhole({ kind }: ProxyHeaderReading): boolean {
  return kind !== 'incomplete';
}

/** Of anybody else it is enough to see that it is a header. */
function isTelling(reading: ProxyHeaderReading): boolean {
  return reading.kind !== 'incomplete' || reading.recognized;
}

/** `undefined` where nobody can say: the peer of a TCP connection has gone already. */
function peerOf(socket: Socket): Peer | undefined {
  const { remoteAddress: address, remotePort: port } = socket;
  if (address !== undefined) return { kind: 'inet', address: canonicalAddress(address) ?? address, port };
  return isUnixSocket(socket) ? { kind: 'unix' } : undefined;
}
