/** Clients that keep their connection, and one that never stops asking. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { IssuedCertificate } from '@peercert/pki';
import { keepAliveAgent, requestAs } from '@peercert/testing';

export interface Client {
  /** `200 {"hello":"bob"}`, or `401 issuer_unknown`; a client that had to connect again says so. */
  ask(): Promise<string>;
  /** Asks from now on over another connection, with another certificate. Settles when the first one is done with. */
  renew(credential: IssuedCertificate): Promise<void>;
  close(): void;
}

export function createClient(origin: string, serversCa: string, first: IssuedCertificate): Client {
  let line = connection(origin, serversCa, first);
  return {
    ask: () => line.ask(),
    async renew(credential) {
      const before = line;
      line = connection(origin, serversCa, credential);
      await before.end();
    },
    close: () => void line.end(),
  };
}

interface Line {
  ask(): Promise<string>;
  end(): Promise<void>;
}

function connection(origin: string, ca: string, credential: IssuedCertificate): Line {
  const agent = keepAliveAgent();
  let isFirst = true;
  let last: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const { body, connection, status } = await requestAs(origin, { agent, ca, credential });
    const isAnother = !isFirst && !connection.connectionReused;
    isFirst = false;
    const { code = body } = JSON.parse(body) as { readonly code?: string };
    return `${status} ${code}${isAnother ? ', over another connection' : ''}`;
  }

  return {
    ask() {
      last = ask();
      return last;
    },
    async end() {
      await last?.catch(() => undefined);
      agent.destroy();
    },
  };
}

/** Asks again and again until it is told to stop. */
export function keepAsking(
  client: Client,
  expected: string,
): { stop(): Promise<{ requests: number; wrong: string[] }> } {
  let isStopped = false;
  const done = (async () => {
    let requests = 0;
    const wrong: string[] = [];
    while (!isStopped) {
      requests += 1;
      const seen = await client.ask().catch(String);
      if (seen !== expected) wrong.push(seen);
      await pause(2);
    }
    return { requests, wrong };
  })();
  return {
    stop() {
      isStopped = true;
      return done;
    },
  };
}

/** The certificate that a new connection is shown: its serial number, in hex. */
export async function serverSerial(port: number, serversCa: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: serversCa });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.end();
  await once(socket.resume(), 'close');
  return serialNumber;
}
