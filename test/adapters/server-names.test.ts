import { text } from 'node:stream/consumers';
import { createSecureContext } from 'node:tls';
import { createTrustByName, type MtlsOptions } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { type Api, outcomeOf, startApi } from './api.ts';
import type { Framework } from './app.ts';
import type { Connection } from './client.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

// Under a.example the company's own clients count, under b.example those of the partner.
async function startNames(framework: Framework, mtls: Partial<MtlsOptions> = {}): Promise<Api> {
  const { root, partnerRoot, server } = await theWorld();
  const trust = createTrustByName({
    names: { 'a.example': { anchors: root.certificatePem }, 'b.example': { anchors: partnerRoot.certificatePem } },
  });
  const api = await startApi(framework, { mtls: { trust, ...mtls } });
  for (const [name, ca] of [
    ['a.example', root.certificatePem],
    ['b.example', partnerRoot.certificatePem],
  ] as const) {
    api.server.addContext(name, createSecureContext({ ca, cert: server.chainPem, key: server.privateKeyPem }));
  }
  return api;
}

describe.each(frameworks)('$name', (framework) => {
  const host = (name: string): Record<string, string> =>
    framework.protocol === 'h2' ? { ':authority': name } : { host: name };

  it('lets in under each name whom its own authorities vouch for, and nobody else', async () => {
    const api = await startNames(framework);
    const outcome = async (who: 'admin' | 'impostor', name: string): Promise<string> => {
      const connection = await api.connect(who, { servername: name });
      return outcomeOf(await connection.get('/profile', host(name)));
    };
    expect(await outcome('admin', 'a.example')).toBe('200 ok');
    expect(await outcome('impostor', 'b.example')).toBe('200 ok');
    expect(await outcome('admin', 'b.example')).toBe('401 issuer_unknown');
    expect(await outcome('impostor', 'a.example')).toBe('401 issuer_unknown');
  });

  it('answers 421 to a host whose authorities are others, and goes on with the connection', async () => {
    const api = await startNames(framework);
    const connection = await api.connect('admin', { servername: 'a.example' });
    expect(outcomeOf(await connection.get('/profile', host('b.example')))).toBe('421 misdirected_request');
    expect(outcomeOf(await connection.get('/profile', host('c.example')))).toBe('421 misdirected_request');
    expect(outcomeOf(await connection.get('/profile', host('A.example.:443')))).toBe('200 ok');
  });

  it('answers 421 to whoever asked for no name, or for another, be a certificate asked for or not', async () => {
    const api = await startNames(framework, { presence: 'optional' });
    for (const servername of ['', 'localhost']) {
      const connection = await api.connect('admin', { servername });
      expect(outcomeOf(await connection.get('/profile', host('a.example')))).toBe('421 misdirected_request');
    }
  });

  it('gives no identity to a misdirected request under report-only', async () => {
    const api = await startNames(framework, { enforcement: 'report-only' });
    const connection = await api.connect('admin', { servername: 'a.example' });
    const answer = await connection.get('/profile', host('b.example'));
    expect([outcomeOf(answer), answer.json['id']]).toEqual(['200 ok', null]);
  });

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (maxVersion) => {
    // Some versions of Node resume no session under another name.
    const isOfOldName = ({ socket }: Connection): boolean => maxVersion === 'TLSv1.2' && socket.isSessionReused();

    it('never lets a session made under one name authenticate for another', async () => {
      const api = await startNames(framework);
      const first = await api.connect('admin', { maxVersion, servername: 'a.example' });
      expect(outcomeOf(await first.get('/profile', host('a.example')))).toBe('200 ok');
      const carried = await api.connect('admin', {
        maxVersion,
        servername: 'b.example',
        session: await first.session(),
      });
      const answer = await carried.get('/profile', host('b.example'));
      // A session of TLS 1.2 counts for the name that it was made under, for which this host is not.
      expect(outcomeOf(answer)).toBe(isOfOldName(carried) ? '421 misdirected_request' : '401 issuer_unknown');
    });

    it('never lets a session made without a name, or for another, authenticate for one', async () => {
      const api = await startNames(framework);
      const first = await api.connect('admin', { maxVersion, servername: 'localhost' });
      expect(outcomeOf(await first.get('/profile', host('localhost')))).toBe('421 misdirected_request');
      const carried = await api.connect('admin', {
        maxVersion,
        servername: 'a.example',
        session: await first.session(),
      });
      const answer = await carried.get('/profile', host('a.example'));
      // TLS 1.3 shows the new name, for which the certificate is verified anew.
      expect(outcomeOf(answer)).toBe(isOfOldName(carried) ? '421 misdirected_request' : '200 ok');
    });

    it('knows the client of a session again under its own name', async () => {
      const api = await startNames(framework);
      const first = await api.connect('admin', { maxVersion, servername: 'a.example' });
      await first.get('/profile', host('a.example'));
      const again = await api.connect('admin', { maxVersion, servername: 'a.example', session: await first.session() });
      const answer = await again.get('/profile', host('a.example'));
      expect(again.socket.isSessionReused()).toBe(true);
      expect(outcomeOf(answer)).toBe('200 ok');
    });
  });
});

describe.each(frameworks.filter(({ protocol }) => protocol === 'http/1.1'))('$name', (framework) => {
  it('takes the host of a target in absolute form as well as Host', async () => {
    const api = await startNames(framework);
    const connection = await api.connect('admin', { servername: 'a.example' });
    const outcome = async (target: string, name: string): Promise<string> =>
      outcomeOf(await connection.get(target, { host: name }));
    expect(await outcome('https://b.example/profile', 'a.example')).toBe('421 misdirected_request');
    expect(await outcome('https://a.example/profile', 'b.example')).toBe('421 misdirected_request');
    expect(await outcome('https://user@a.example/profile', 'a.example')).toBe('400 host_malformed');
  });

  it('answers 400 to several Host headers', async () => {
    const api = await startNames(framework);
    const connection = await api.connect('admin', { servername: 'a.example' });
    const lines = ['GET /profile HTTP/1.1', 'Host: a.example', 'Host: a.example', 'Connection: close', '', ''];
    connection.socket.write(lines.join('\r\n'));
    const answer = await text(connection.socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('host_malformed');
  });
});

describe.each(frameworks.filter(({ protocol }) => protocol === 'h2'))('$name', (framework) => {
  it('takes Host as well as :authority', async () => {
    const api = await startNames(framework);
    const connection = await api.connect('admin', { servername: 'a.example' });
    const answer = await connection.get('/profile', { ':authority': 'a.example', host: 'b.example' });
    expect(outcomeOf(answer)).toBe('421 misdirected_request');
  });
});
