import type { Http2SecureServer, Http2Session } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** How long a client has to take its GOAWAY and to close its side. */
const farewellMilliseconds = 1_000;

/**
 * Sees to it that the connections of a server of HTTP/2 end with their sessions. Node leaves that to the client (20 to 26): after
 * `close()` it waits until the client closes its side, and after `destroy()` until what it has written is sent, which is never
 * where the client reads nothing. So the transport, which Node keeps in `_parent`, is destroyed a moment later, whoever ended
 * the session: the application, a time-out, or Node itself.
 */
export function endTransports(server: HttpsServer | Http2SecureServer): void {
  // The event is of HTTP/2 alone.
  server.on('session', (session: Http2Session) => {
    // The session hides its socket once it is destroyed.
    const { _parent: transport } = session.socket as { readonly _parent?: Socket };
    const destroy = session.destroy.bind(session);
    session.destroy = (...how) => {
      if (!session.destroyed) setTimeout(() => transport?.destroy(), farewellMilliseconds).unref();
      destroy(...how);
    };
  });
}

/**
 * Ends a session, and with it whatever is under way on it.
 *
 * @param code of the GOAWAY (RFC 9113 section 7). Default NO_ERROR.
 */
export function endSession(session: Http2Session, code = 0): void {
  if (session.destroyed) return;
  session.goaway(code);
  session.close();
  // A frame that never ends would keep the session open for ever.
  session.destroy();
}
