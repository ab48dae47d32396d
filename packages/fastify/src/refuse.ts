import { type ClientCertificateError, endConnectionFor, problemResponse } from '@peercert/core';

/** The part of a reply that is used, whatever server, schema or type provider the reply is for. */
export interface Reply {
  readonly raw: object;
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: Buffer): unknown;
}

/** Answers a denial as a problem document (RFC 9457), or hands it to the application's error handler. */
export function refuse(
  denial: ClientCertificateError,
  denials: 'respond' | 'throw',
  reply: Reply,
  done: (error: Error) => void,
): void {
  endConnectionFor(denial, reply.raw);
  if (denials === 'throw') {
    done(denial);
    return;
  }
  const { status, headers, body } = problemResponse(denial);
  reply.code(status);
  reply.headers({ ...headers });
  // As bytes: a reply serializer of the application would turn text into JSON a second time.
  reply.send(Buffer.from(body));
}
