import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createGate, nodeRequestFacts } from '@peercert/core';
import { createRootAuthority } from '@peercert/pki';
import { createEndpoint } from '@peercert/server';

/** Servers with the same TLS settings, in a process of their own: twice bare https, once that of an endpoint. */
export interface Listening {
  readonly ports: { readonly bare: number; readonly again: number; readonly helper: number };
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ServerMessage {
  readonly cpuMicroseconds: number;
  /** Handshakes completed since the beginning, and how many of them resumed a session. */
  readonly handshakes: number;
  readonly resumed: number;
}

const decides = process.argv[2] === 'decided';
const [clients, servers] = [
  await createRootAuthority({ subject: 'CN=Bench Clients' }),
  await createRootAuthority({ subject: 'CN=Bench Servers' }),
];
const issuing = await clients.issueAuthority({ subject: 'CN=Bench Issuing' });
const server = await servers.issueServer({ dnsNames: ['localhost'] });
const client = await issuing.issueClient({ subject: 'CN=client' });
const endpoint = createEndpoint({
  certificate: server.chainPem,
  key: server.privateKeyPem,
  trust: { anchors: clients.certificatePem },
});

type Listener = NonNullable<Parameters<typeof endpoint.createServer>[0]>;

/** Each server has an instance of its own, as each application has. */
function listener(): Listener {
  if (!decides) return (_request, response) => response.end('hello');
  const gate = createGate(endpoint.mtls);
  return async (request, response) => {
    const denial = await gate.admit(request, nodeRequestFacts(request, request.url ?? '/'));
    response.statusCode = denial?.status ?? 200;
    response.end(denial?.code ?? 'hello');
  };
}

let handshakes = 0;
let resumed = 0;

async function listen(listening: Server): Promise<number> {
  listening.on('secureConnection', (socket: TLSSocket) => {
    handshakes += 1;
    if (socket.isSessionReused()) resumed += 1;
  });
  await new Promise<void>((ready) => listening.listen(0, '127.0.0.1', ready));
  return (listening.address() as AddressInfo).port;
}

const ports = {
  bare: await listen(createServer(endpoint.tlsOptions(), listener())),
  again: await listen(createServer(endpoint.tlsOptions(), listener())),
  helper: await listen(endpoint.createServer(listener())),
};
const message: Listening = { ports, ca: servers.certificatePem, cert: client.chainPem, key: client.privateKeyPem };
process.send?.(message);
process.on('message', () => {
  const { system, user } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: system + user, handshakes, resumed } satisfies ServerMessage);
});
