// 500 connections are kept alive while certificate, key and anchors change 50 times: not one request fails, and none of
// the connections is replaced by another.
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { generateKeyPair, type IssuedCertificate } from '@peercert/pki';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authorities,
  closeWorld,
  createAuthorities,
  listen,
  openEndpoint,
  place,
  whoAmI,
} from '../endpoint-world.ts';

const http1Connections = 450;
const http2Connections = 50;
const reloads = 50;
/** Of the connections, how many have a request under way during each reload. */
const share = 10;

let authorities: Authorities;
let alice: IssuedCertificate;
let identities: readonly IssuedCertificate[];

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
  identities = await Promise.all(
    [1, 2].map(async () => authorities.server.server({ keyPair: await generateKeyPair('P-256') })),
  );
});
afterEach(closeWorld);

/** One connection that is never opened again: its answers, or what became of it. */
interface Client {
  ask(): Promise<string>;
  close(): void;
}

async function http1Client(port: number, secureContext: SecureContext): Promise<Client> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername: 'localhost', secureContext });
  await once(socket, 'secureConnect');
  let fate = 'open';
  socket.setEncoding('latin1');
  socket.on('error', (error) => {
    fate = error.message;
  });
  socket.on('end', () => {
    fate = 'ended';
  });
  return {
    ask: () =>
      new Promise((resolve) => {
        const end = (): void => resolve(fate);
        socket.once('close', end);
        socket.once('data', (chunk) => {
          socket.off('close', end);
          resolve(String(chunk).split('\r\n\r\n')[1] ?? '');
        });
        if (fate === 'open') socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
        else end();
      }),
    close: () => socket.destroy(),
  };
}

async function http2Client(port: number, secureContext: SecureContext): Promise<Client> {
  const session: ClientHttp2Session = connectHttp2(`https://localhost:${port}`, { secureContext });
  await once(session, 'connect');
  session.on('error', () => undefined);
  return {
    ask: async () => {
      if (session.destroyed || session.closed) return 'ended';
      let body = '';
      for await (const chunk of session.request({ ':path': '/' }).setEncoding('utf8')) body += chunk;
      return body;
    },
    close: () => session.destroy(),
  };
}

describe('fifty reloads', () => {
  it('fail none of the requests of 500 connections', async () => {
    const world = await openEndpoint(authorities);
    const port = await listen(world.endpoint.createHttp2Server(whoAmI(world.endpoint) as never));
    const { chainPem, privateKeyPem } = alice;
    const context = createSecureContext({ ca: authorities.server.caPem, cert: chainPem, key: privateKeyPem });
    const clients = await Promise.all([
      ...Array.from({ length: http1Connections }, () => http1Client(port, context)),
      ...Array.from({ length: http2Connections }, () => http2Client(port, context)),
    ]);
    const askAll = async (): Promise<Set<string>> => new Set(await Promise.all(clients.map((client) => client.ask())));
    expect(await askAll()).toEqual(new Set(['known']));

    for (let count = 0; count < reloads; count++) {
      const identity = identities[count % identities.length] as IssuedCertificate;
      const asked = Promise.all(clients.filter((_, index) => index % share === count % share).map((one) => one.ask()));
      place(join(world.directory, 'tls.crt'), identity.chainPem);
      place(join(world.directory, 'tls.key'), identity.privateKeyPem);
      // Every other time another authority comes in beside that of alice, or goes.
      place(
        join(world.directory, 'clients.pem'),
        authorities.partners.caPem + (count % 2 === 0 ? authorities.staff.caPem : ''),
      );
      const { trust } = await world.endpoint.reload();
      expect(trust).toMatchObject([{ generation: count + 2, failure: undefined }]);
      expect(new Set(await asked)).toEqual(new Set(['known']));
    }
    expect(await askAll()).toEqual(new Set(['known']));
    for (const client of clients) client.close();

    const newcomer = connect({ port, host: '127.0.0.1', servername: 'localhost', secureContext: context });
    await once(newcomer, 'secureConnect');
    expect(newcomer.getPeerCertificate().fingerprint256).toBe(fingerprintOf(identities[1] as IssuedCertificate));
    newcomer.destroy();
    expect(world.events.filter(({ type }) => type.endsWith('failed'))).toEqual([]);
  });
});

function fingerprintOf({ thumbprint }: IssuedCertificate): string {
  return (Buffer.from(thumbprint, 'base64url').toString('hex').toUpperCase().match(/../g) ?? []).join(':');
}
