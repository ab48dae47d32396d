import { constants } from 'node:crypto';
import { once } from 'node:events';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

const day = 86_400_000;

/** Lets everyone pass once as many are here as are expected. */
function meetingOf(count: number): () => Promise<void> {
  let open = (): void => undefined;
  let missing = count;
  const complete = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    missing -= 1;
    if (missing === 0) open();
    return complete;
  };
}

describe.each(frameworks)('$name', (framework) => {
  const tlsVersions = ['TLSv1.2', 'TLSv1.3'] as const;

  it('decides every request on a connection that is kept alive', async () => {
    const api = await startApi(framework);
    const connection = await api.connect('admin');
    const outcomes: string[] = [];
    for (const path of ['/admin', '/partner', '/profile', '/admin'])
      outcomes.push(outcomeOf(await connection.get(path)));
    expect(outcomes).toEqual(['200 ok', '403 role_missing', '200 ok', '200 ok']);
    expect(connection.socket.destroyed).toBe(false);
  });

  it('never mixes up two clients that use one route at once', async () => {
    const api = await startApi(framework, {
      mtls: { roles: async ({ organizationalUnits }) => organizationalUnits },
      meeting: meetingOf(4),
    });
    const [admin, partner] = await Promise.all([api.connect('admin'), api.connect('partner')]);
    const [frontend, mobile] = await Promise.all([api.connect('frontend'), api.connect('mobile')]);
    const answers = await Promise.all([admin, partner, frontend, mobile].map((client) => client.get('/meeting')));
    expect(answers.map(({ json }) => [json['id'], json['roles']])).toEqual([
      ['admin-client', ['Administrators']],
      ['partner-client', ['Partner']],
      ['frontend-client', ['Frontend']],
      ['mobile-client', ['Mobile']],
    ]);
  });

  it('denies a certificate that expires while its connection lives', async () => {
    const world = await theWorld();
    const shortLived = await world.root.issueClient({ subject: [{ CN: 'short-lived' }], validity: { days: 1 } });
    let now = Date.now();
    const api = await startApi(framework, { mtls: { clock: () => now } });
    const connection = await api.connect(shortLived);
    expect(outcomeOf(await connection.get('/profile'))).toBe('200 ok');
    now += 2 * day;
    expect(outcomeOf(await connection.get('/profile'))).toBe('401 certificate_expired');
  });

  describe.each(tlsVersions)('over %s', (maxVersion) => {
    it.each(['admin', 'branch'] as const)('knows the %s client again on a resumed session', async (client) => {
      const { root } = await theWorld();
      // Without `ca`, every Node shows the intermediate of the first connection.
      const api = await startApi(framework, { mtls: { trust: { anchors: root.certificatePem } }, tls: { ca: [] } });
      const first = await api.connect(client, { maxVersion });
      const before = await first.get('/profile');
      const second = await api.connect(client, { maxVersion, session: await first.session() });
      const after = await second.get('/profile');
      expect(second.socket.isSessionReused()).toBe(true);
      expect(outcomeOf(after)).toBe('200 ok');
      expect(after.json['id']).toBe(before.json['id']);
    });

    it('denies a resumed session of a client that has no certificate', async () => {
      const api = await startApi(framework);
      const first = await api.connect(undefined, { maxVersion });
      await first.get('/profile');
      const second = await api.connect(undefined, { maxVersion, session: await first.session() });
      const answer = await second.get('/profile');
      expect(second.socket.isSessionReused()).toBe(true);
      expect(outcomeOf(answer)).toBe('401 certificate_missing');
    });

    it('denies a resumed session whose certificate has expired since', async () => {
      let now = Date.now();
      const world = await theWorld();
      const shortLived = await world.root.issueClient({ subject: [{ CN: 'short-lived' }], validity: { days: 1 } });
      const api = await startApi(framework, { mtls: { clock: () => now } });
      const first = await api.connect(shortLived, { maxVersion });
      expect(outcomeOf(await first.get('/profile'))).toBe('200 ok');
      now += 2 * day;
      const second = await api.connect(shortLived, { maxVersion, session: await first.session() });
      const answer = await second.get('/profile');
      expect(second.socket.isSessionReused()).toBe(true);
      expect(outcomeOf(answer)).toBe('401 certificate_expired');
    });

    // The session of a client whom only the context of a.example trusts resumes under b.example as authorized.
    it('never allows a session carried to a server name with other authorities', async () => {
      const world = await theWorld();
      const api = await startApi(framework, {
        mtls: { trust: { anchors: world.root.certificatePem } },
        tls: { ca: [world.root.certificatePem] },
      });
      const context = (ca: string) =>
        createSecureContext({ ca, cert: world.server.chainPem, key: world.server.privateKeyPem });
      api.server.addContext('a.example', context(world.partnerRoot.certificatePem));
      api.server.addContext('b.example', context(world.root.certificatePem));

      const first = await api.connect('impostor', { maxVersion, servername: 'a.example' });
      expect(outcomeOf(await first.get('/profile'))).toBe('401 issuer_unknown');
      const session = await first.session();
      const carried = await api.connect('impostor', { maxVersion, servername: 'b.example', session });
      expect(outcomeOf(await carried.get('/profile'))).toBe('401 issuer_unknown');
    });

    // Over TLS 1.2 a resumed session hides the server name, so that the name decides nothing there.
    it.each(['', 'localhost', 'a.example'])(
      'never lets a session made under the server name "%s" choose authorities for another',
      async (servername) => {
        const world = await theWorld();
        const api = await startApi(framework, { tls: { ca: [world.root.certificatePem] } });
        api.server.addContext(
          'a.example',
          createSecureContext({
            ca: world.partnerRoot.certificatePem,
            cert: world.server.chainPem,
            key: world.server.privateKeyPem,
          }),
        );
        const first = await api.connect('admin', { maxVersion, servername });
        await first.get('/profile');
        const carried = await api.connect('admin', {
          maxVersion,
          servername: 'a.example',
          session: await first.session(),
        });
        expect(outcomeOf(await carried.get('/profile'))).toBe('500 failure');
        expect(api.errors.at(-1)).toMatchObject({ name: 'PeercertFailure', code: 'setup' });
      },
    );
  });
});

// HTTP/2 forbids renegotiation (RFC 9113 section 9.2.1), and TLS 1.3 has none.
describe.each(frameworks.filter(({ protocol }) => protocol === 'http/1.1'))('$name', (framework) => {
  it('remembers nothing of a certificate from before a renegotiation', async () => {
    // Without tickets, so that the renegotiation is a full handshake; it does not ask for a certificate again.
    const api = await startApi(framework, { tls: { secureOptions: constants.SSL_OP_NO_TICKET } });
    const accepted = once(api.server, 'secureConnection') as Promise<TLSSocket[]>;
    const connection = await api.connect('admin', { maxVersion: 'TLSv1.2' });
    const [serverSide] = await accepted;
    expect(outcomeOf(await connection.get('/admin'))).toBe('200 ok');

    await new Promise<void>((resolve, reject) => {
      serverSide?.renegotiate({ requestCert: false, rejectUnauthorized: false }, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
    expect(outcomeOf(await connection.get('/admin'))).toBe('401 certificate_missing');
  });
});
