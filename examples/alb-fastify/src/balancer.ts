/**
 * A stand-in for an Application Load Balancer whose listener has mutual TLS in mode verify, and that forwards what AWS
 * documents: leaf, subject, issuer, serial number and validity. AWS does not say that it removes such headers when a client
 * sends them, so this one does not.
 */
import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface Balancer {
  /** `https://127.0.0.1:PORT`. */
  readonly origin: string;
  stop(): Promise<void>;
}

/**
 * @param tls the certificate of the listener, and as `ca` its trust store
 * @param port where the target listens
 * @param localAddress from where the load balancer connects to it
 */
export async function startBalancer(tls: ServerOptions, port: number, localAddress: string): Promise<Balancer> {
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (incoming, response) => {
    forward(incoming, response, port, localAddress);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function forward(incoming: IncomingMessage, response: ServerResponse, port: number, localAddress: string): void {
  const socket = incoming.socket as TLSSocket;
  const certificate = socket.getPeerX509Certificate();
  const headers = [
    ...incoming.rawHeaders,
    ...['X-Forwarded-For', socket.remoteAddress ?? '', 'X-Forwarded-Proto', 'https'],
    ...(certificate === undefined ? [] : certificateHeaders(certificate)),
  ];
  const { method, url: path } = incoming;
  const onward = request({ host: '127.0.0.1', port, localAddress, method, path, headers } as never);
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  incoming.pipe(onward);
}

function certificateHeaders({ raw, subject, issuer, serialNumber, validFrom, validTo }: X509Certificate): string[] {
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  const time = (text: string): string => new Date(text).toISOString().replace('.000', '');
  return [
    ...['X-Amzn-Mtls-Clientcert-Serial-Number', serialNumber],
    ...['X-Amzn-Mtls-Clientcert-Issuer', nameText(issuer)],
    ...['X-Amzn-Mtls-Clientcert-Subject', nameText(subject)],
    ...['X-Amzn-Mtls-Clientcert-Validity', `NotBefore=${time(validFrom)};NotAfter=${time(validTo)}`],
    // URL-encoded, with + = / as they are.
    ...['X-Amzn-Mtls-Clientcert-Leaf', encodeURI(pem)],
  ];
}

/** RFC 2253 order: the most specific part first. Good enough for names without special characters. */
function nameText(lines: string): string {
  return lines.split('\n').reverse().join(',');
}
