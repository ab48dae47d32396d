/** Why a connection never got as far as the application: the code, and what it means. */
export const connectionRefusals = {
  address_denied: 'The address is not allowed here, or nobody can say which address it is.',
  proxy_header_missing: 'A listed balancer sent something else than a PROXY protocol header.',
  proxy_header_malformed: 'A PROXY protocol header breaks a rule of its specification; `detail` names it.',
  proxy_header_untrusted: 'A PROXY protocol header came from an address that is not a listed balancer.',
  proxy_source_unknown: 'A balancer announced a client without saying its address.',
  proxy_header_timeout: 'A listed balancer did not send its whole header in time.',
  balancer_required: 'The peer is not a listed balancer, and no others may connect.',
  too_many_handshakes: 'Too many handshakes are under way; `detail` says whether from this address or in all.',
  handshake_timeout: 'The handshake was not complete in time.',
  tls_error: 'The handshake failed; `detail` is the code of OpenSSL or of the verification of the certificate.',
  unguarded: 'What came is no socket of node:net, or did not come through this guard.',
  closed: 'The peer went away before the handshake was complete.',
} as const;

export type ConnectionRefusal = keyof typeof connectionRefusals;

/** A connection that was refused: told exactly once, whatever else went wrong with it afterwards. */
export interface ConnectionRefusedEvent {
  readonly type: 'connection_refused';
  readonly cause: ConnectionRefusal;
  /** The client's address: as announced by a balancer, else the socket's own; `undefined` over a Unix socket. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** The address of the balancer that announced, or should have announced, the client; else `undefined`. */
  readonly balancer: string | undefined;
  /** More on the cause, such as `ERR_SSL_NO_SHARED_CIPHER`; `undefined` where the cause says it all. For logs only. */
  readonly detail: string | undefined;
}
