/** OCSP over plain HTTP (RFC 6960 appendix A). */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OcspListener {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** Requests that came so far. */
  readonly requests: number;
  /** Ends open connections, too. */
  close(): Promise<void>;
}

type Answer = (request: Uint8Array) => Uint8Array;

/** Answers POST, and GET of `/{base64}`. */
export function createOcspListener(answer: Answer): RequestListener {
  return (request, response) => {
    // A client that went away is nobody's failure.
    respond(request, response, answer).catch(() => response.destroy());
  };
}

/** More than any request has. */
const longestRequest = 65_536;

async function respond(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const asked = request.method === 'GET' ? readTarget(request.url ?? '/') : await readBody(request);
  if (asked === undefined) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const body = answer(asked);
  response.writeHead(200, { 'content-type': 'application/ocsp-response', 'content-length': body.length }).end(body);
}

function readTarget(target: string): Uint8Array {
  try {
    return Buffer.from(decodeURIComponent(target.slice(1)), 'base64');
  } catch {
    return new Uint8Array();
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > longestRequest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Listens on 127.0.0.1; port 0 is any free one. */
export async function listenForOcsp(handle: RequestListener, port: number): Promise<OcspListener> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
