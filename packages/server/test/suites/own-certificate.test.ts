// The server's own certificate over its whole life: files as Vault's agent leaves them, staples, and whoever goes by its names.
import { appendFileSync, chmodSync, linkSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fromFile, parseOcspResponse } from '@peercert/core';
import { type Authority, createRootAuthority, type IssuedCertificate } from '@peercert/pki';
import { startRevocationServer } from '@peercert/testing';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createEndpoint,
  createRedirectServer,
  type Endpoint,
  type EndpointEvent,
  type EndpointOptions,
} from '../../src/index.ts';
import { closeWorld, createDirectory, listen } from '../endpoint-world.ts';

let root: Authority;
let issuing: Authority;

beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Root' });
  issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
});

afterEach(closeWorld);

const issue = (name: string, ocspUrl?: string): Promise<IssuedCertificate> =>
  issuing.issueServer({
    dnsNames: [name],
    ...(ocspUrl !== undefined && { authorityInfoAccess: { ocsp: [{ uri: ocspUrl }] } }),
  });

interface Opened {
  readonly endpoint: Endpoint;
  readonly events: EndpointEvent[];
  readonly port: number;
}

async function open(options: Omit<EndpointOptions, 'trust'>): Promise<Opened> {
  const events: EndpointEvent[] = [];
  const endpoint = createEndpoint({
    trust: { anchors: root.certificatePem },
    onEvent: (event) => void events.push(event),
    ...options,
  });
  onTestFinished(() => endpoint.close());
  const port = await listen(endpoint.createServer((_, response) => response.end()));
  return { endpoint, events, port };
}

interface Shown {
  /** `CN` of the certificate and of its intermediates, as a client gets them that trusts the root alone. */
  readonly chain: readonly string[];
  readonly staple: Buffer | null;
}

/** One handshake that verifies the chain up to the root. */
async function handshake(port: number, servername: string): Promise<Shown> {
  const options = { port, host: '127.0.0.1', servername, ca: root.certificatePem, requestOCSP: true };
  const socket = connect(options);
  onTestFinished(() => void socket.destroy());
  let staple: Buffer | null = null;
  socket.once('OCSPResponse', (response: Buffer | null) => {
    staple = response;
  });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const chain: string[] = [];
  let one = socket.getPeerCertificate(true);
  while (one !== undefined && !chain.includes(String(one.subject.CN))) {
    chain.push(String(one.subject.CN));
    one = one.issuerCertificate;
  }
  return { chain, staple };
}

describe('one file of key, certificate and issuer', () => {
  const bundle = ({ chainPem, privateKeyPem }: IssuedCertificate): string => `${privateKeyPem}\n${chainPem}\n`;

  /** As a template of Vault's agent is rendered: beside, with a link to the one before, then renamed into place. */
  function render(path: string, content: string): void {
    writeFileSync(`${path}.123`, content);
    chmodSync(`${path}.123`, 0o600);
    linkSync(path, `${path}.bak`);
    renameSync(`${path}.123`, path);
  }

  it('is replaced in one moment', async () => {
    const path = join(createDirectory(), 'app.pem');
    const [first, second] = [await issue('old.example.com'), await issue('new.example.com')];
    writeFileSync(path, bundle(first), { mode: 0o600 });
    const { endpoint, events, port } = await open({ certificate: fromFile(path), key: fromFile(path) });
    expect((await handshake(port, 'old.example.com')).chain).toEqual(['old.example.com', 'Issuing', 'Root']);
    render(path, bundle(second));
    await endpoint.reload();
    expect((await handshake(port, 'new.example.com')).chain).toEqual(['new.example.com', 'Issuing', 'Root']);
    expect(events).toMatchObject([{ type: 'identity_updated', name: 'default', files: [path] }]);
  });
});

describe('certificate and key that are written in place, one after the other', () => {
  it('serve as before until both are there', async () => {
    const directory = createDirectory();
    const [certificate, key] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    const [first, second] = [await issue('old.example.com'), await issue('new.example.com')];
    writeFileSync(certificate, first.chainPem);
    writeFileSync(key, first.privateKeyPem, { mode: 0o600 });
    const { endpoint, events, port } = await open({ certificate: fromFile(certificate), key: fromFile(key) });

    const steps: (() => void)[] = [
      () => writeFileSync(key, ''),
      () => writeFileSync(key, second.privateKeyPem),
      () => writeFileSync(certificate, second.certificatePem.slice(0, 300)),
    ];
    for (const step of steps) {
      step();
      const { identities } = await endpoint.reload();
      expect(identities[0]?.failure).toMatchObject({ problem: 'file_malformed' });
      expect((await handshake(port, 'old.example.com')).chain[0]).toBe('old.example.com');
    }
    writeFileSync(certificate, second.certificatePem);
    appendFileSync(certificate, issuing.certificatePem);
    const { identities } = await endpoint.reload();
    expect(identities[0]?.failure).toBeUndefined();
    expect((await handshake(port, 'new.example.com')).chain).toEqual(['new.example.com', 'Issuing', 'Root']);
    const details = events.flatMap((event) => (event.type === 'identity_failed' ? event.detail : []));
    expect(details.map((detail) => detail.replaceAll(directory, ''))).toEqual([
      'key /tls.key is empty: write the file elsewhere and rename it into place when it is whole',
      'key /tls.key does not belong to certificate /tls.crt (CN=old.example.com): take both from the same issuance',
      expect.stringMatching(/^certificate \/tls\.crt is cut off: /),
    ]);
  });
});

describe('the staple of a certificate', () => {
  it('is there from the first handshake after reload(), and follows the certificate', async () => {
    const responder = await startRevocationServer({ authority: issuing });
    onTestFinished(() => responder.close());
    const path = join(createDirectory(), 'app.pem');
    const [first, second] = [
      await issue('old.example.com', responder.ocspUrl),
      await issue('new.example.com', responder.ocspUrl),
    ];
    writeFileSync(path, first.privateKeyPem + first.chainPem, { mode: 0o600 });
    const { endpoint, port } = await open({ certificate: fromFile(path), key: fromFile(path), stapling: {} });
    const serialIn = async (name: string): Promise<unknown> => {
      const { staple } = await handshake(port, name);
      const parsed = parseOcspResponse(staple as Buffer);
      if (!parsed.ok || parsed.value.status !== 'successful') return parsed;
      return parsed.value.basic.responses[0]?.certId.serialNumber;
    };
    await endpoint.reload();
    expect(await serialIn('old.example.com')).toBe(first.serialNumber);
    writeFileSync(path, second.privateKeyPem + second.chainPem);
    await endpoint.reload();
    await endpoint.reload();
    expect(await serialIn('new.example.com')).toBe(second.serialNumber);
    expect(endpoint.status().stapling).toMatchObject([{ subject: 'CN=new.example.com', mustStaple: false }]);
  });
});

describe('a listener that redirects', () => {
  it('knows the names of the certificates of the moment', async () => {
    const path = join(createDirectory(), 'app.pem');
    const [first, second] = [await issue('old.example.com'), await issue('new.example.com')];
    writeFileSync(path, first.privateKeyPem + first.chainPem, { mode: 0o600 });
    const { endpoint } = await open({ certificate: fromFile(path), key: fromFile(path) });
    const hosts = (): readonly string[] => endpoint.status().identities.flatMap(({ names }) => names);
    const port = await listen(createRedirectServer({ hosts }));
    const locationOf = (host: string): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        request({ port, host: '127.0.0.1', path: '/a?b', headers: { host }, agent: false }, (response) => {
          response.resume();
          resolve(response.headers.location);
        })
          .once('error', reject)
          .end();
      });
    expect(await locationOf('old.example.com')).toBe('https://old.example.com/a?b');
    expect(await locationOf('new.example.com')).toBeUndefined();
    writeFileSync(path, second.privateKeyPem + second.chainPem);
    await endpoint.reload();
    expect(await locationOf('old.example.com')).toBeUndefined();
    expect(await locationOf('new.example.com')).toBe('https://new.example.com/a?b');
  });
});
