import { STATUS_CODES } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { type ClientCertificateError, problemResponse } from '@peercert/core';
import { endWith } from './channel.ts';

/** A client that does not close its side after an answer is waited for no longer than this. */
const lingerMilliseconds = 2_000;

/** Answers a denial as a problem document (RFC 9457) in one whole HTTP/1.1 response, and ends the connection. */
export function refuse(socket: Duplex, denial: ClientCertificateError, nowMs: number): void {
  const { status, headers, body } = problemResponse(denial);
  answer(socket, status, headers, body, nowMs);
}

/** Answers a failure, whose cause is not for the client. */
export function fail(socket: Duplex | ServerHttp2Stream, nowMs: number): void {
  if ('respond' in socket) {
    // Whatever is written on a stream without a status of its own goes out as 200, which accepts a CONNECT.
    if (socket.headersSent || socket.destroyed) socket.destroy();
    else socket.respond({ ':status': 500 }, { endStream: true });
    return;
  }
  answerStatus(socket, 500, nowMs);
}

/** Answers that the server closes. */
export function goAway(socket: Duplex, nowMs: number): void {
  answerStatus(socket, 503, nowMs);
}

function answerStatus(socket: Duplex, status: 500 | 503, nowMs: number): void {
  const headers = { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' };
  // RFC 9457 section 4.2.1.
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status });
  answer(socket, status, headers, body, nowMs);
}

function answer(
  socket: Duplex,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  nowMs: number,
): void {
  const all = {
    // RFC 9110 section 6.6.1.
    Date: new Date(nowMs).toUTCString(),
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
  endWith(socket, head + body, lingerMilliseconds);
}
