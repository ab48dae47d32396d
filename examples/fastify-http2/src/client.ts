/** A client of HTTP/2 that asks for several things at once over one connection. */
import { once } from 'node:events';
import { connect, type IncomingHttpStatusHeader } from 'node:http2';
import { text } from 'node:stream/consumers';
import type { IssuedCertificate } from '@peercert/pki';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The answers in the order of the paths. */
export async function askAtOnce(
  origin: string,
  serversCa: string,
  credential: IssuedCertificate | null,
  paths: readonly string[],
): Promise<readonly Answer[]> {
  const identity = credential === null ? {} : { cert: credential.chainPem, key: credential.privateKeyPem };
  const session = connect(origin, { ca: serversCa, ...identity });
  try {
    return await Promise.all(
      paths.map(async (path) => {
        const stream = session.request({ ':path': path });
        const [head] = (await once(stream, 'response')) as [IncomingHttpStatusHeader];
        return { status: head[':status'] ?? 0, body: await text(stream) };
      }),
    );
  } finally {
    session.close();
  }
}
