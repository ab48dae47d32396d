import type { ClientCertificateError } from './error.ts';

/** A response of node:http, node:https, or the compatibility API of node:http2. */
interface NodeResponse {
  shouldKeepAlive?: boolean;
  readonly stream?: { readonly session?: { readonly closed: boolean; close(): void } | undefined };
}

/**
 * Called before a denial is answered, by whomever: where its reason says so, the connection ends with the answer,
 * `Connection: close` in HTTP/1.1 (RFC 9112 section 9.6), GOAWAY in HTTP/2 (RFC 9113 section 6.8). Not that of a proxy, which
 * other clients share.
 */
export function endConnectionFor({ endsConnection }: ClientCertificateError, response: object): void {
  if (!endsConnection) return;
  const { stream } = response as NodeResponse;
  if (stream === undefined) (response as NodeResponse).shouldKeepAlive = false;
  else if (stream.session?.closed === false) stream.session.close();
}
