/** One HTTP server on loopback that tells who was revoked, by list and by OCSP: honestly, until it is told to lie. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Authority,
  type Clock,
  type CrlReason,
  createOcspResponder,
  type ForgeOcspOptions,
  generateKeyPair,
  type KeyPair,
} from '@peercert/pki';

/** What the server does in place of an honest answer. */
export type Misbehaviour = TransportLie | ContentLie;

/** What goes wrong on the way, whatever was asked. */
type TransportLie =
  | 'hangs up'
  | 'never answers'
  | 'drips slowly'
  | 'never ends'
  | 'redirects to a link-local address'
  | 'is in trouble'
  | 'answers nonsense';

/** What is wrong with an answer that comes in good order. */
type ContentLie =
  /** It was over yesterday. */
  | 'answers of long ago'
  /** With a key that the authority never had. */
  | 'signs with another key'
  | 'breaks the signature'
  /** OCSP: of another serial number. A list is of no certificate; its signature is broken. */
  | 'answers about another certificate';

export interface RevocationServerOptions {
  /** Whose certificates it knows about. */
  readonly authority: Authority;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: Clock;
  /** Time between thisUpdate and nextUpdate. Default 3,600. */
  readonly lifetimeSeconds?: number;
  /** Default: any free port. */
  readonly port?: number;
}

export interface Revoking {
  readonly serialNumber: string;
}

export interface RevocationServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/ca.crl`, for `crls.sources` and for distribution points. */
  readonly crlUrl: string;
  /** `http://127.0.0.1:PORT/ocsp`, for `ocsp.responders` and for authority information access. */
  readonly ocspUrl: string;
  /** `127.0.0.1:PORT`, for lists of allowed hosts. */
  readonly host: string;
  /** Requests that came so far. */
  readonly requests: number;
  /** From the next list and answer on. */
  revoke(certificate: Revoking, reason?: CrlReason): void;
  /** Takes it back: with success after `certificateHold`, else whoever was told of it does not believe it any more. */
  restore(certificate: Revoking): void;
  /** From now on; `undefined`: honest again. */
  misbehave(how: Misbehaviour | undefined): void;
  /** Refuses connections until `start`. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  /** Ends open connections, too. `await using` does the same. */
  close(): Promise<void>;
}

const transportLies: Readonly<Record<TransportLie, (response: ServerResponse) => unknown>> = {
  'hangs up': (response) => response.destroy(),
  'never answers': () => undefined,
  'drips slowly': (response) => repeat(response, 'x', 50),
  'never ends': (response) => repeat(response, 'x'.repeat(65_536), 0),
  'redirects to a link-local address': (response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  'is in trouble': (response) => response.writeHead(500).end(),
  'answers nonsense': (response) => response.end('<html>'),
};

const yesterday = 86_400_000;

/** Starts the server. It never keeps the process alive. */
export async function startRevocationServer(options: RevocationServerOptions): Promise<RevocationServer> {
  const { authority, clock = Date.now, lifetimeSeconds = 3_600 } = options;
  const stranger = await generateKeyPair('P-256');
  const revoked = new Map<string, CrlReason | undefined>();
  let misbehaviour: Misbehaviour | undefined;
  let crlNumber = 0;
  let requests = 0;

  const responder = createOcspResponder({
    authority,
    lifetimeSeconds,
    clock: () => clock() - (misbehaviour === 'answers of long ago' ? yesterday : 0),
    lie: (honest) => (isContentLie(misbehaviour) ? ocspLies[misbehaviour](honest, stranger) : honest),
  });

  const crl = (): Uint8Array => {
    const thisUpdate = clock() - (misbehaviour === 'answers of long ago' ? yesterday : 0);
    crlNumber += 1;
    const { crlDer } = authority.issueCrl({
      entries: [...revoked].map(([serialNumber, reason]) => ({ serialNumber, ...(reason ? { reason } : {}) })),
      thisUpdate: new Date(thisUpdate),
      nextUpdate: new Date(thisUpdate + lifetimeSeconds * 1000),
      crlNumber,
    });
    // A list cannot be of another certificate; whatever is wrong with its signature, one bit shows.
    const isForged = isContentLie(misbehaviour) && misbehaviour !== 'answers of long ago';
    return isForged ? withLastBitFlipped(crlDer) : crlDer;
  };

  const handle: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    requests += 1;
    if (misbehaviour !== undefined && !isContentLie(misbehaviour)) transportLies[misbehaviour](response);
    else if (request.url === '/ca.crl') response.setHeader('content-type', 'application/pkix-crl').end(crl());
    else responder.handle(withoutPrefix(request, '/ocsp'), response);
  };

  const server = createServer(handle).unref();
  const start = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await start(options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return Object.freeze({
    crlUrl: `http://127.0.0.1:${port}/ca.crl`,
    ocspUrl: `http://127.0.0.1:${port}/ocsp`,
    host: `127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    revoke: ({ serialNumber }: Revoking, reason?: CrlReason) => {
      revoked.set(serialNumber, reason);
      responder.revoke({ serialNumber }, reason === undefined ? {} : { reason });
    },
    restore: ({ serialNumber }: Revoking) => {
      revoked.delete(serialNumber);
      responder.restore({ serialNumber });
    },
    misbehave: (how: Misbehaviour | undefined) => {
      if (how !== undefined && !(how in transportLies) && !isContentLie(how)) {
        const known = [...Object.keys(transportLies), ...Object.keys(ocspLies)];
        throw new TypeError(`misbehave(): one of '${known.join("', '")}'`);
      }
      misbehaviour = how;
    },
    stop,
    start: () => start(port),
    close: stop,
    [Symbol.asyncDispose]: stop,
  });
}

const ocspLies: Readonly<Record<ContentLie, (honest: ForgeOcspOptions, stranger: KeyPair) => ForgeOcspOptions>> = {
  // The clock of the responder lies already.
  'answers of long ago': (honest) => honest,
  'signs with another key': (honest, stranger) => ({ ...honest, signer: stranger }),
  'breaks the signature': (honest) => ({ ...honest, editSignature: withLastBitFlipped }),
  'answers about another certificate': (honest) => ({
    ...honest,
    // The serial number is what a CertID ends in.
    responses: honest.responses.map((one) => ({ ...one, certId: withLastBitFlipped(one.certId) })),
  }),
};

function isContentLie(how: string | undefined): how is ContentLie {
  return how !== undefined && how in ocspLies;
}

function withLastBitFlipped(octets: Uint8Array): Uint8Array {
  const flipped = new Uint8Array(octets);
  flipped[flipped.length - 1] = (octets.at(-1) as number) ^ 1;
  return flipped;
}

/** OCSP over GET appends the request to the URL of the responder. */
function withoutPrefix(request: IncomingMessage, prefix: string): IncomingMessage {
  if (request.url?.startsWith(prefix)) request.url = request.url.slice(prefix.length) || '/';
  return request;
}

function repeat(response: ServerResponse, text: string, milliseconds: number): void {
  const timer = setInterval(() => response.write(text), milliseconds).unref();
  response.once('close', () => clearInterval(timer));
}
