import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fromHeaders, fromTls, mtls, proxyCertificate, subjectCn } from '@peercert/express';
import { createRootAuthority, extension, forgeCertificate, generateKeyPair } from '@peercert/pki';
import express from 'express';

/** Servers whose sources know their proxies by certificate, by how many such sources they have; and one without `mtls()`. */
export interface Listening {
  readonly bare: number;
  readonly ports: readonly { readonly sources: number; readonly port: number }[];
  readonly honest: Credentials;
  readonly costly: Readonly<Record<CostlyKind, Credentials>>;
}

/** Whose names the certificates bear as issuers: their own, so that nobody trusted vouches for any, or ours, forged. */
export type CostlyKind = 'own names' | 'forged names';

export interface Credentials {
  readonly cert: string;
  readonly key: string;
}

export interface ServerMessage {
  readonly cpuMicroseconds: number;
}

const keyType = 'P-384';
// One authority for clients and proxies, as many have: then a forged name meets it in every search.
const root = await createRootAuthority({ subject: 'CN=Bench Root', keyType });
const server = await root.issueServer({ dnsNames: ['localhost'] });
const honest = await root.issueClient({ subject: 'CN=client,OU=Administrators' });

/** A leaf and nineteen authorities of one name with keys of their own, each of which may have issued any other. */
async function twenty(name: string): Promise<Credentials> {
  const keyPairs = await Promise.all(Array.from({ length: 20 }, () => generateKeyPair(keyType)));
  const [leaf, ...others] = keyPairs.map((keyPair, index) =>
    forgeCertificate({
      subject: index === 0 ? 'CN=mallory,OU=Administrators' : name,
      issuer: name,
      keyPair,
      signer: keyPairs[((index + 7) % 19) + 1] as (typeof keyPairs)[number],
      extensions: index === 0 ? [] : [extension.basicConstraints({ cA: true }), extension.keyUsage(['keyCertSign'])],
    }),
  );
  if (leaf === undefined) throw new Error('no leaf');
  return {
    cert: [leaf, ...others].map(({ certificatePem }) => certificatePem).join(''),
    key: leaf.privateKeyPem,
  };
}

async function listen(sources?: number): Promise<number> {
  const app = express();
  if (sources !== undefined) app.use(guard(sources));
  app.get('/', (_request, response) => {
    response.send('hello');
  });
  const https = createServer(
    {
      key: server.privateKeyPem,
      cert: server.chainPem,
      ca: [],
      requestCert: true,
      rejectUnauthorized: false,
      keepAliveTimeout: 600_000,
    },
    app,
  );
  // OpenSSL leaves its own failure to verify such certificates behind, which Node may take for one of the connection.
  https.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((ready) => https.listen(0, '127.0.0.1', ready));
  return (https.address() as AddressInfo).port;
}

function guard(sources: number): ReturnType<typeof mtls> {
  return mtls({
    source: [
      ...Array.from({ length: sources }, (_, index) =>
        fromHeaders({
          certificate: { header: `X-Certificate-${index}`, form: 'pem-escaped' },
          verifiedBy: 'peercert',
          trustedProxies: proxyCertificate({
            trust: { anchors: root.certificatePem },
            identity: subjectCn('gateway'),
          }),
        }),
      ),
      fromTls(),
    ],
    trust: { anchors: root.certificatePem },
  });
}

const message: Listening = {
  bare: await listen(),
  ports: [
    { sources: 0, port: await listen(0) },
    { sources: 1, port: await listen(1) },
    { sources: 3, port: await listen(3) },
  ],
  honest: { cert: honest.chainPem, key: honest.privateKeyPem },
  costly: {
    'own names': await twenty('CN=Mesh'),
    'forged names': await twenty('CN=Bench Root'),
  },
};
process.send?.(message);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: user + system } satisfies ServerMessage);
});
