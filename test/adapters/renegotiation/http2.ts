// As little of HTTP/2 (RFC 9113) as it takes to ask for a page over a connection of one's own. Octets are latin1, as the client has them.
import type { RenegotiatingClient } from './client.ts';

const frameType = { data: 0, headers: 1, settings: 4 } as const;
const endStream = 0x1;
const endHeaders = 0x4;

/** The preface of a client, with the first SETTINGS (section 3.4). */
export const preface: string = `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${frame(frameType.settings, 0, 0, '')}`;

/** GET, in one HEADERS frame; HPACK without its table and without Huffman codes (RFC 7541 section 6.2.2). */
export function getFrame(stream: number, target: string): string {
  const indexed = '\x82\x87'; // :method GET, :scheme https
  const authority = `\x01${literal('localhost')}`;
  return frame(frameType.headers, endStream | endHeaders, stream, `${indexed}${authority}\x04${literal(target)}`);
}

/** The body of the answer on a stream; `undefined` when the connection ends before it is whole. */
export async function bodyOf(client: RenegotiatingClient, stream: number): Promise<string | undefined> {
  const isOf = ({ id }: Frame): boolean => id === stream;
  const received = await client.receive((text) =>
    framesIn(text).some((one) => isOf(one) && (one.flags & endStream) !== 0),
  );
  if (received === undefined) return undefined;
  const data = framesIn(received).filter((one) => isOf(one) && one.type === frameType.data);
  return data.map(({ payload }) => payload).join('');
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: string;
}

/** Section 4.1: a length of 24 bits, type, flags, and a stream identifier of 31 bits. */
function frame(type: number, flags: number, stream: number, payload: string): string {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return head.toString('latin1') + payload;
}

function framesIn(text: string): readonly Frame[] {
  const bytes = Buffer.from(text, 'latin1');
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    const payload = bytes.toString('latin1', at + 9, end);
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      id: bytes.readUInt32BE(at + 5),
      payload,
    });
    at = end;
  }
  return frames;
}

function literal(text: string): string {
  return String.fromCharCode(text.length) + text;
}
