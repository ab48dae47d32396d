import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { PeercertFailure } from '../error.ts';
import { processWide } from '../process-wide.ts';
import { isError } from '../realm.ts';
import { type Outcome, reason } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';
import type { Presented, Source, TlsServer } from './presented.ts';
import { type ServerName, SessionNames } from './session-names.ts';

/**
 * The certificate of a client that is connected directly. Only a real `TLSSocket` (or the session socket of HTTP/2,
 * which is one behind a proxy object) vouches for anything: the sockets of injected requests and of serverless shims
 * claim to be encrypted and are not.
 *
 * `socket.authorized` is never the decision. On Node 20 and 22 a resumed TLS 1.3 session of a client without any
 * certificate is `authorized`; a session made under one set of authorities resumes as `authorized` under another; a
 * certificate that expired since still is.
 */
export function fromTls(): Source {
  return tlsSource;
}

const tlsSource: Source = Object.freeze({
  name: 'tls',
  of: 'connection',
  present({ socket }: RequestFacts): Outcome<Presented> | undefined {
    if (!(socket instanceof TLSSocket)) return undefined;
    let record = records.get(socket);
    if (record === undefined) {
      let handshake = { superseded: false };
      record = isSettled(socket) ? readNow(socket, handshake) : unproven;
      records.set(socket, record);
      // A renegotiation (TLS 1.2) keeps the socket and may bring another certificate, proven at this very moment.
      socket.on('secure', () => {
        handshake.superseded = true;
        handshake = { superseded: false };
        records.set(socket, readNow(socket, handshake));
      });
    }
    return record();
  },
});

/** A connection without TLS, of which nobody can present a certificate. Not an injected request, nor a serverless shim. */
export function isPlainSocket(socket: unknown): boolean {
  return socket instanceof Socket && !(socket instanceof TLSSocket);
}

/**
 * The name that the client asked for in its handshake (RFC 6066 section 3), as it wrote it; for a connection that is no TLS,
 * none. A resumed session of TLS 1.2 counts for the name that it was made under, and for none that may be asked for now:
 * that name Node does not tell.
 */
export function serverNameOf(socket: unknown): ServerName {
  if (!(socket instanceof TLSSocket)) return nameless;
  let serverName = serverNames.get(socket);
  if (serverName === undefined) {
    serverName = readServerName(socket);
    serverNames.set(socket, serverName);
  }
  return serverName;
}

const nameless: ServerName = Object.freeze({ isKnown: true, name: undefined });
const serverNames: WeakMap<TLSSocket, ServerName> = new WeakMap();
const sessionNames = processWide('session-names.1', () => new SessionNames());

function readServerName(socket: ServerSocket): ServerName {
  const { servername } = socket;
  const name = typeof servername === 'string' && servername !== '' ? servername : undefined;
  const known: ServerName = Object.freeze({ isKnown: true, name });
  if (socket.getProtocol() === 'TLSv1.3') return known;
  // A socket that is gone tells nothing of itself any more.
  if (socket.destroyed) return sessionNames.recall(undefined);
  if (socket.isSessionReused()) return sessionNames.recall(socket.getSession());
  sessionNames.remember(socket.getSession(), name);
  return known;
}

/** What a connection presented, as it was read when its handshake was complete; or the failure of that reading. */
type Reading = () => Outcome<Presented> | undefined;

const records: WeakMap<TLSSocket, Reading> = new WeakMap();

/** Of which a reading is, until there was another. */
interface Handshake {
  readonly superseded: boolean;
}

function readNow(socket: TLSSocket, handshake: Handshake): Reading {
  try {
    const presented = read(socket as ServerSocket, handshake);
    return () => presented;
  } catch (failure) {
    return () => {
      throw failure;
    };
  }
}

/**
 * In the midst of a renegotiation Node shows the certificate that the client just sent, before the client has proved to
 * hold its key (RFC 5246 7.4.8): anybody's public certificate. Whether one is under way cannot be seen, only that one was
 * begun, so nothing is read after that until the next is complete. TLS 1.3 has no renegotiation (RFC 8446 4.1.2).
 */
function isSettled(socket: TLSSocket): boolean {
  return socket.getProtocol() === 'TLSv1.3' || (socket as ServerSocket)._handle?.handshakes === 0;
}

const unproven: Reading = () => ({
  ok: false,
  reason: reason('tls_verification_failed', { error: 'a renegotiation began before the certificate was read' }),
});

/** Most certificates followed along a peer's chain; a longer chain is cut, and then leads nowhere. */
const longestChain = 100;

/**
 * The parts of a server's socket that Node's types leave out, checked on Node 20, 22, 24 and 26. Where one is missing
 * the answer is the careful one.
 */
type ServerSocket = TLSSocket & {
  readonly server?: TlsServer & { readonly _contexts?: { readonly length: number } };
  readonly servername?: string | false | null;
  readonly _SNICallback?: unknown;
  /** `handshakes`: those begun after the first. */
  readonly _handle?: { readonly handshakes?: number } | null;
};

function read(socket: ServerSocket, handshake: Handshake): Outcome<Presented> | undefined {
  const certificates = peerCertificates(socket);
  const server = socket.server;
  if (certificates.length === 0) {
    if (server !== undefined && server.requestCert !== true) {
      throw new PeercertFailure(
        'setup',
        'The TLS server does not ask clients for a certificate: create it with requestCert: true',
      );
    }
    return undefined;
  }
  const value: Presented = {
    source: 'tls',
    certificates,
    verdict: nobodys,
    handshake: {
      server: server ?? {},
      // A resumed session of TLS 1.2 shows no name, whichever was asked for.
      isByName: hasContextsByName(socket) && (socket.isSessionReused() || Boolean(socket.servername)),
      mayHideIntermediates: socket.authorized === true && certificates.length === 1 && !isResumedAsUsual(socket),
      objection: objectionOf(socket),
      get superseded() {
        return handshake.superseded;
      },
    },
  };
  return { ok: true, value };
}

/**
 * Whether this Node shows the leaf alone once it has verified a handshake (nodejs/node#65579). Seen with 24.21.0, 26.8.0 and
 * 26.8.1; not with 20.20, 22.23, 24.20 and 26.10.
 */
export function hidesIntermediates(version: string): boolean {
  return /^(?:24\.21|26\.8)\./.test(version);
}

/** A resumed session shows the leaf alone on every Node; here nothing was kept of what the first one brought either. */
function isResumedAsUsual(socket: TLSSocket): boolean {
  return socket.isSessionReused() && !hidesIntermediates(process.versions.node);
}

const nobodys: Presented['verdict'] = Object.freeze({ by: 'nobody' });

/** A code of OpenSSL: a text, whatever Node's types say. It stays when a later handshake of the connection is without one, which refuses too much. */
function objectionOf({ authorizationError }: TLSSocket): string | undefined {
  const error: unknown = authorizationError;
  if (typeof error === 'string') return error;
  return isError(error) ? error.message : undefined;
}

function hasContextsByName({ _SNICallback, server }: ServerSocket): boolean {
  return (_SNICallback !== null && _SNICallback !== undefined) || (server?._contexts?.length ?? 0) > 0;
}

/**
 * The leaf and, where Node shows them, the intermediates. Read through the legacy object in one call: on Node 20 and 22
 * `getPeerX509Certificate()` would take the chain away from every later reader (nodejs/node#65579 and its kin).
 */
function peerCertificates(socket: TLSSocket): readonly Uint8Array[] {
  const certificates: Uint8Array[] = [];
  let current: PeerCertificate | undefined = socket.getPeerCertificate(true) as PeerCertificate | undefined;
  while (current?.raw !== undefined && certificates.length < longestChain) {
    certificates.push(current.raw);
    const issuer: PeerCertificate | undefined = current.issuerCertificate;
    if (issuer === current) break;
    current = issuer;
  }
  return certificates;
}

/** An empty object when the client sent none. */
interface PeerCertificate {
  readonly raw?: Uint8Array;
  readonly issuerCertificate?: PeerCertificate;
}
