// Authorities, files and servers on loopback for the tests of the endpoint. Everything is closed by `closeWorld`.
import { once } from 'node:events';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGate, fromFile, nodeRequestFacts } from '@peercert/core';
import {
  createTestAuthority,
  type RequestAsOptions,
  requestAs,
  type TestAuthority,
  type TestResponse,
} from '@peercert/testing';
import { createEndpoint, type Endpoint, type EndpointEvent, type EndpointOptions } from '../src/index.ts';

/** The authority of the server itself, which its clients trust, and two of clients. */
export interface Authorities {
  readonly server: TestAuthority;
  readonly partners: TestAuthority;
  readonly staff: TestAuthority;
}

export async function createAuthorities(): Promise<Authorities> {
  return {
    server: await createTestAuthority({ name: 'Servers' }),
    partners: await createTestAuthority({ name: 'Partners' }),
    staff: await createTestAuthority({ name: 'Staff' }),
  };
}

const closers: (() => unknown)[] = [];

export async function closeWorld(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** A directory of its own, gone at the end. */
export function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'peercert-endpoint-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Written beside and renamed into place, as careful tools do; readable by its owner alone. */
export function place(path: string, content: string): void {
  const beside = `${path}.new`;
  writeFileSync(beside, content);
  chmodSync(beside, 0o600);
  renameSync(beside, path);
}

export interface World {
  readonly directory: string;
  readonly endpoint: Endpoint;
  readonly events: readonly EndpointEvent[];
}

/** An endpoint whose certificate, key and anchors are files `tls.crt`, `tls.key` and `clients.pem`. */
export async function openEndpoint(
  authorities: Authorities,
  options: Partial<EndpointOptions> = {},
  directory: string = createDirectory(),
): Promise<World> {
  const { chainPem, privateKeyPem } = await authorities.server.server();
  place(join(directory, 'tls.crt'), chainPem);
  place(join(directory, 'tls.key'), privateKeyPem);
  place(join(directory, 'clients.pem'), authorities.partners.caPem);
  const events: EndpointEvent[] = [];
  const endpoint = createEndpoint({
    certificate: fromFile(join(directory, 'tls.crt')),
    key: fromFile(join(directory, 'tls.key')),
    trust: { anchors: fromFile(join(directory, 'clients.pem')) },
    onEvent: (event) => void events.push(event),
    ...options,
  });
  closers.push(() => endpoint.close());
  return { directory, endpoint, events };
}

/** Listens on a free port of loopback. */
export async function listen(server: Server & { closeAllConnections?(): void }): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    server.closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers who the client is, by what `mtls()` decides. */
export function whoAmI({ mtls }: Endpoint): RequestListener {
  const gate = createGate(mtls);
  return (request, response) => {
    const facts = nodeRequestFacts(request, request.url ?? '');
    Promise.resolve()
      .then(() => gate.admit(request, facts))
      .then((denial) => {
        response.statusCode = denial?.status ?? 200;
        response.end(denial?.code ?? 'known');
      })
      .catch((error: Error) => {
        response.statusCode = 500;
        response.end(error.message);
      });
  };
}

/** Serves `whoAmI` over HTTP/1. */
export async function serve(world: World): Promise<number> {
  return listen(world.endpoint.createServer(whoAmI(world.endpoint)));
}

export function get(
  authorities: Authorities,
  port: number,
  credential: RequestAsOptions['credential'],
  options: RequestAsOptions = {},
): Promise<TestResponse> {
  return requestAs(`https://localhost:${port}/`, {
    ca: authorities.server.caPem,
    credential: credential ?? null,
    ...options,
  });
}

/** Status and body in one text: `401 issuer_unknown`. */
export async function answer(
  authorities: Authorities,
  port: number,
  credential: RequestAsOptions['credential'],
  options: RequestAsOptions = {},
): Promise<string> {
  const { body, status } = await get(authorities, port, credential, options);
  return `${status} ${body}`;
}
