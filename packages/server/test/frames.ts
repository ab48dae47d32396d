// A client of HTTP/2 that writes its frames by hand (RFC 9113 section 4.1), as no honest one would.
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

export function frame(
  type: keyof typeof types,
  flags: number,
  stream: number,
  payload: Uint8Array = noPayload,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = types[type];
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const types = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 };
const noPayload = new Uint8Array();

const endStream = 1;
const endHeaders = 4;

/** RFC 7541: `:method` GET or POST, `:scheme` https, `:path` / of the static table, and `:authority` localhost. */
function fields(method: 'GET' | 'POST'): Buffer {
  return Buffer.concat([Buffer.of(method === 'GET' ? 0x82 : 0x83, 0x87, 0x84, 0x01, 9), Buffer.from('localhost')]);
}

/** A request without a body. */
export const get = (stream: number): Buffer => frame('headers', endStream | endHeaders, stream, fields('GET'));
/** One whose body is yet to come. */
export const post = (stream: number): Buffer => frame('headers', endHeaders, stream, fields('POST'));
/** One whose header has no end yet. */
export const begunGet = (stream: number): Buffer => frame('headers', endStream, stream, fields('GET'));
export const cancel = (stream: number): Buffer => frame('reset', 0, stream, Buffer.of(0, 0, 0, 8));

export interface FrameClient {
  /** Writes what `next` makes, again and again, until the server ends the connection. Answers how many were written. */
  flood(next: (index: number) => Buffer): Promise<number>;
  /** Of every GOAWAY: the code of its error. */
  readonly farewells: readonly number[];
  write(octets: Buffer): void;
  close(): void;
}

/** @param isDeaf reads nothing of what the server sends */
export async function frameClient(port: number, isDeaf = false): Promise<FrameClient> {
  // It does not close its side because the server has closed the other.
  const transport = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
  // An option of every socket that the types of this one leave out.
  const halfOpen: ConnectionOptions = { allowHalfOpen: true } as object;
  const socket: TLSSocket = connect({
    ...halfOpen,
    socket: transport,
    servername: 'localhost',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  });
  socket.on('error', () => undefined);
  const farewells: number[] = [];
  let received = Buffer.alloc(0);
  if (!isDeaf) {
    socket.on('data', (octets: Buffer) => {
      received = Buffer.concat([received, octets]);
      while (received.length >= 9 && received.length >= 9 + received.readUIntBE(0, 3)) {
        if (received[3] === types.goaway) farewells.push(received.readUInt32BE(13));
        received = received.subarray(9 + received.readUIntBE(0, 3));
      }
    });
  }
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame('settings', 0, 0)]));
  return {
    farewells,
    async flood(next) {
      let index = 0;
      while (!socket.destroyed) {
        const batch = Array.from({ length: 100 }, () => next(index++));
        // Gone meanwhile, or room again: in either case it goes on.
        if (!socket.write(Buffer.concat(batch)))
          await new Promise((resolve) => void socket.once('drain', resolve).once('close', resolve));
        else await new Promise(setImmediate);
      }
      return index;
    },
    write: (octets) => void socket.write(octets),
    close: () => void socket.destroy(),
  };
}
