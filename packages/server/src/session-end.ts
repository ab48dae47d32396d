import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** How long a client has to take its GOAWAY. */
const farewellMilliseconds = 1_000;

/**
 * Ends a connection of HTTP/2, and with it whatever is under way on it. `destroy()` alone does not where the client reads
 * nothing: Node waits until what it has written is sent, which is never (20 to 26). So the transport is destroyed as well; Node
 * keeps it in `_parent`, and `session.socket` shows it until the session is destroyed.
 *
 * @param code of the GOAWAY (RFC 9113 section 7). Default NO_ERROR.
 */
export function endSession(session: Http2Session, code = 0): void {
  if (session.destroyed) return;
  const { _parent: transport } = session.socket as { readonly _parent?: Socket };
  session.goaway(code);
  session.close();
  // A frame that never ends would keep the session open for ever.
  session.destroy();
  if (transport !== undefined) setTimeout(() => transport.destroy(), farewellMilliseconds).unref();
}
