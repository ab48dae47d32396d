import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { outcomeOf, roles, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

/** Every way in which a proxy known to us forwards a certificate or a name, filled with the administrator's. */
async function forgedHeaders(): Promise<readonly (readonly [name: string, value: string])[]> {
  const { admin } = (await theWorld()).clients;
  const escaped = encodeURIComponent(admin.certificatePem);
  const base64 = Buffer.from(admin.certificateDer).toString('base64');
  const names = 'CN=admin-client,OU=Administrators';
  return [
    ['client-cert', `:${base64}:`],
    ['client-cert-chain', `:${base64}:`],
    ['x-forwarded-client-cert', `Cert="${escaped}";Subject="${names}"`],
    ['x-amzn-mtls-clientcert', escaped],
    ['x-amzn-mtls-clientcert-leaf', escaped],
    ['x-amzn-mtls-clientcert-subject', names],
    ['x-ssl-client-cert', escaped],
    ['x_ssl_client_cert', escaped],
    ['ssl-client-cert', escaped],
    ['ssl-client-verify', 'SUCCESS'],
    ['x-ssl-client-verify', 'SUCCESS'],
    ['x-client-verify', 'SUCCESS'],
    ['x-client-s-dn', names],
    ['x-forwarded-tls-client-cert', base64],
    ['x-arr-clientcert', base64],
  ];
}

describe.each(frameworks)('$name', (framework) => {
  it('gives nobody an identity for headers that a client wrote', async () => {
    const api = await startApi(framework);
    const forged = await forgedHeaders();
    const anonymous = await api.connect();
    for (const [name, value] of forged) {
      expect(outcomeOf(await anonymous.get('/profile', { [name]: value })), name).toBe('401 certificate_missing');
    }
    expect(outcomeOf(await anonymous.get('/admin', Object.fromEntries(forged)))).toBe('401 certificate_missing');
  });

  it('gives a client nobody else’s identity for headers that it wrote', async () => {
    const api = await startApi(framework);
    const forged = Object.fromEntries(await forgedHeaders());
    const frontend = await api.connect('frontend');
    expect((await frontend.get('/profile', forged)).json).toMatchObject({ id: 'frontend-client', roles: [] });
    expect(outcomeOf(await frontend.get('/admin', forged))).toBe('403 role_missing');
  });

  it('gives nobody an identity for a header that came several times', async () => {
    const api = await startApi(framework);
    const [[name, value] = ['', '']] = await forgedHeaders();
    expect(outcomeOf(await api.get(undefined, '/admin', { [name]: [value, value] }))).toBe('401 certificate_missing');
  });

  it.each(['constructor', '__proto__', 'toString'])('is not impressed by a header named %s', async (name) => {
    const api = await startApi(framework);
    const frontend = await api.connect('frontend');
    const answer = await frontend.get('/profile', Object.fromEntries([[name.toLowerCase(), 'admin']]));
    expect(answer.json).toMatchObject({ id: 'frontend-client', roles: [] });
  });

  it.each(['127.0.0.1', '10.0.0.1', '10.0.0.1, 10.0.0.2'])(
    'applies address rules to the peer, not to X-Forwarded-For: %s',
    async (forwarded) => {
      const api = await startApi(framework, { mtls: { roles, addresses: { allow: ['10.0.0.0/8'] } } });
      const answer = await api.get('admin', '/admin', { 'x-forwarded-for': forwarded, forwarded: 'for=10.0.0.1' });
      expect(outcomeOf(answer)).toBe('403 address_denied');
    },
  );

  it('takes the framework’s address when told to, and the framework’s own rules for it', async () => {
    const api = await startApi(framework, { mtls: { clientAddress: 'framework' } });
    const { json } = await api.get('admin', '/profile', { 'x-forwarded-for': '10.0.0.1' });
    expect(json['address']).toBe('127.0.0.1');
  });

  it('refuses the framework’s address when the framework believes any client', async () => {
    const api = await startApi(framework, { mtls: { clientAddress: 'framework' }, believesEveryone: true });
    const answer = await api.get('admin', '/profile', { 'x-forwarded-for': '10.0.0.1' });
    expect(outcomeOf(answer)).toBe('500 failure');
    expect(api.errors).toEqual([expect.objectContaining({ name: 'PeercertFailure', code: 'setup' })]);
  });
});

describe.each(frameworks.filter(({ protocol }) => protocol === 'http/1.1'))('$name', (framework) => {
  it('gives nobody an identity for trailers', async () => {
    const api = await startApi(framework);
    const { socket } = await api.connect();
    const trailers = (await forgedHeaders()).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(
      `GET /profile HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`,
    );
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain('"code":"certificate_missing"');
  });

  it('takes a client that claims HTTP/2.0 over HTTP/1 for who it is', async () => {
    const api = await startApi(framework);
    for (const [client, status] of [
      ['admin', 200],
      ['frontend', 403],
      [undefined, 401],
    ] as const) {
      const { socket } = await api.connect(client);
      socket.end('GET /admin HTTP/2.0\r\nHost: h\r\nConnection: close\r\n\r\n');
      expect(await text(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
  });
});
