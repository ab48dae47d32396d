import type { ServerResponse } from 'node:http';
import { type ClientCertificateError, endConnectionFor, problemResponse } from '@peercert/core';

/** Answers a denial as a problem document (RFC 9457), or hands it to the application's error handler. */
export function refuse(
  denial: ClientCertificateError,
  denials: 'respond' | 'throw',
  res: ServerResponse,
  next: (error: unknown) => void,
): void {
  endConnectionFor(denial, res);
  // A response may have begun while a promise was awaited: Express then ends the connection.
  if (denials === 'throw' || res.headersSent) {
    next(denial);
    return;
  }
  const { status, headers, body } = problemResponse(denial);
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end(body);
}
