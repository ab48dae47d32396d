// A server of an endpoint, over HTTP/1 and HTTP/2, and the files of those who ask it: for clients that others wrote.
import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDenyList } from '@peercert/core';
import { mtls } from '@peercert/fastify';
import type { IssuedCertificate } from '@peercert/pki';
import { createEndpoint, type EndpointEvent, type EndpointOptions, fromFile } from '@peercert/server';
import { createTestAuthority, type TestAuthority } from '@peercert/testing';
import { fastify } from 'fastify';
import { onTestFinished } from 'vitest';

/** Who asks. `stranger` is of an authority that nobody trusts, and calls itself alice. */
export type ClientName = 'alice' | 'bob' | 'stranger' | 'expired';

export interface Site {
  readonly folder: string;
  readonly port: number;
  /** A file: the authority of the server. */
  readonly ca: string;
  /** A file: the authority that the server believed in, and nobody else. */
  readonly wrongCa: string;
  readonly events: readonly EndpointEvent[];
  /** A file: certificate, intermediate and key of a client. */
  credential(name: ClientName): string;
  /** From the next request on alice and bob are clients of nobody. */
  removeAuthority(): Promise<void>;
  revoke(name: ClientName): void;
}

/**
 * `GET /` is for every client and `GET /admin` for administrators; `GET /farewell` answers a last time before the authority
 * of the clients is removed, so that a program that says all it has to say in one go can ask before and after.
 */
export async function openSite(options: Partial<EndpointOptions> = {}): Promise<Site> {
  const { clients, partners, servers } = await theCast();
  const folder = mkdtempSync(join(tmpdir(), 'peercert-foreign-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return path;
  };
  for (const [name, { chainPem, privateKeyPem }] of Object.entries(clients)) write(name, chainPem + privateKeyPem);
  const { chainPem, privateKeyPem } = await servers.server();

  const events: EndpointEvent[] = [];
  const denyList = createDenyList();
  const endpoint = createEndpoint({
    certificate: fromFile(write('tls.crt', chainPem)),
    key: fromFile(write('tls.key', privateKeyPem)),
    trust: { anchors: fromFile(write('clients.pem', partners.caPem)) },
    roles: { Administrators: 'admin' },
    denyList,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  const removeAuthority = async (): Promise<void> => {
    write('clients.pem', servers.caPem);
    await endpoint.reload();
  };

  const app = fastify({ ...endpoint.fastify({ http2: true }), forceCloseConnections: true });
  await app.register(mtls, endpoint.mtls);
  app.get('/', async ({ mtls: { client } }) => ({ hello: client?.id }));
  app.get('/admin', { config: { mtls: { roles: ['admin'] } } }, async ({ mtls: { client } }) => ({
    hello: client?.id,
  }));
  app.post('/upload', async () => ({ received: true }));
  app.get('/farewell', async () => {
    await removeAuthority();
    return { farewell: true };
  });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    endpoint.close();
    await app.close();
  });
  return {
    folder,
    port: Number(new URL(origin).port),
    ca: write('ca.pem', servers.caPem),
    wrongCa: write('wrong-ca.pem', partners.caPem),
    events,
    credential: (name) => join(folder, name),
    removeAuthority,
    revoke: (name) => denyList.revoke({ thumbprint: clients[name].thumbprint }),
  };
}

interface Cast {
  readonly servers: TestAuthority;
  readonly partners: TestAuthority;
  readonly clients: Readonly<Record<ClientName, IssuedCertificate>>;
}

let cast: Promise<Cast> | undefined;

/** The same for all tests of a file: nothing in it changes. */
function theCast(): Promise<Cast> {
  cast ??= createCast();
  return cast;
}

async function createCast(): Promise<Cast> {
  const [servers, partners, others] = [
    await createTestAuthority({ name: 'Servers' }),
    await createTestAuthority({ name: 'Partners' }),
    await createTestAuthority({ name: 'Others' }),
  ];
  const longAgo = { notBefore: new Date('2001-01-01'), notAfter: new Date('2002-01-01') };
  return {
    servers,
    partners,
    clients: {
      alice: await partners.client({ cn: 'alice', ou: 'Administrators' }),
      bob: await partners.client({ cn: 'bob' }),
      stranger: await others.client({ cn: 'alice', ou: 'Administrators' }),
      expired: await partners.client({ cn: 'carol', validity: longAgo }),
    },
  };
}

export interface Finished {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end, with `input` on its standard input. */
export function run(path: string, args: readonly string[], input = ''): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(path, args, { timeout: 20_000 }, (_, output, errors) =>
      resolve({ code: child.exitCode ?? -1, output, errors }),
    );
    // A program that ends before it has read all of it is no failure here.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** `200`, or `401 issuer_unknown` of a problem document. */
export function outcomeOf(status: number | string, body: string): string {
  const { code, status: told } = JSON.parse(body) as { readonly code?: string; readonly status?: number };
  if (code === undefined) return String(status);
  return told === Number(status) ? `${status} ${code}` : `${status} ${code}, which says ${told}`;
}
