import type { Socket } from 'node:net';

/**
 * Makes the announced address the one that everybody sees: Express and Fastify, log lines, and Peercert's own rules on
 * addresses and trusted proxies all read these properties of the socket. They cannot be set to anything else
 * afterwards, and stay when the connection is gone.
 */
export function announcePeer(socket: Socket, { address, port }: AnnouncedPeer): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: address, enumerable: true },
    remotePort: { value: port, enumerable: true },
    remoteFamily: { value: address.includes(':') ? 'IPv6' : 'IPv4', enumerable: true },
  });
}

export interface AnnouncedPeer {
  readonly address: string;
  readonly port: number;
}
