/** A client of the line protocol that presents a certificate, or none. */
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import type { IssuedCertificate } from '@peercert/pki';

export interface Client {
  /** The next line of the server; `undefined` at its end. */
  next(): Promise<string | undefined>;
  send(line: string): void;
  end(): void;
}

export function dial(port: number, serversCa: string, credential: IssuedCertificate | null): Client {
  const identity = credential === null ? {} : { cert: credential.chainPem, key: credential.privateKeyPem };
  const socket = connect({ port, host: '127.0.0.1', ca: serversCa, ...identity });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    next: async () => (await lines.next()).value,
    send: (line) => socket.write(`${line}\n`),
    end: () => socket.end(),
  };
}
