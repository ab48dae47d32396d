// What must hold behind every proxy, in every framework. Each proxy's own file says how it does it.
import { Agent } from 'node:https';
import type { Source } from '@peercert/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../tools.ts';
import { type Framework, frameworks, type Seen } from './backends.ts';
import { type ClientName, type Company, theCompany } from './company.ts';
import type { Change } from './configuration.ts';
import type { Kind } from './kinds.ts';
import { type Caller, type Outcome, openSite, outcomeOf, type Site, type SiteOptions } from './site.ts';

export interface Subject {
  readonly kind: Kind;
  /** The source that belongs to its configuration. */
  readonly source: (options: SourceOptions) => Source;
  /** `client.source`. */
  readonly sourceName: string;
  /** The headers that it writes, as a client would write them to forge an identity: with the administrator's. */
  readonly forge: (company: Company) => Readonly<Record<string, string>>;
  /** What a client with a bad certificate meets before the app hears of it. */
  readonly badCertificate: 'handshake' | '400 of the proxy';
  /** Whether the intermediate is forwarded, so that the app need not know it. */
  readonly forwardsChain: boolean;
  /** What comes of a good certificate when the client names the header in `Connection`: all the headers, one by one. */
  readonly namedInConnection: Readonly<Record<string, Outcome>>;
  /** The mistake that lets certificates through unverified, and what comes of each client then. */
  readonly unverified: {
    readonly changes: readonly Change[];
    readonly outcomes: Readonly<Record<Exclude<Caller, 'frontend'>, Outcome>>;
  };
}

interface SourceOptions {
  readonly trustedProxies: string;
  readonly verifiedBy: 'peercert';
  readonly untrustedForwarder?: 'deny';
}

const ofProxy: SourceOptions = { trustedProxies: '127.0.0.1', verifiedBy: 'peercert' };

export function itHoldsBehind(subject: Subject): void {
  const { name, program } = subject.kind;
  describe.runIf(tool(program) !== undefined)(`${name}`, () => {
    describeProxy(subject);
  });
}

function describeProxy(subject: Subject): void {
  const { kind, source, forge, namedInConnection, unverified } = subject;
  const open = (framework: Framework, options: Partial<SiteOptions> = {}): Promise<Site> =>
    openSite({ kind, framework, source: source(ofProxy), ...options });

  describe.each(frameworks)('in front of $name', (framework) => {
    let site: Site;
    let forged: Readonly<Record<string, string>>;
    beforeAll(async () => {
      site = await open(framework);
      forged = forge(site.company);
    });
    afterAll(() => site?.close());

    it('knows a client by the certificate that it showed the proxy', async () => {
      const response = await site.ask('admin', '/admin');
      expect(response.status).toBe(200);
      expect(response.json()).toMatchObject({
        id: 'admin',
        serialNumber: site.company.clients.admin.serialNumber,
        source: subject.sourceName,
        verifiedBy: 'peercert',
      });
      expect(await site.outcome('frontend', '/admin')).toBe('403 role_missing');
    });

    it('says to caches on what the answer depends', async () => {
      const [header = ''] = Object.keys(forged);
      expect((await site.ask('admin')).headers.vary?.toLowerCase()).toBe(header.toLowerCase());
      expect((await site.ask('nobody')).headers['cache-control']).toBe('no-store');
    });

    it('tells a client without a certificate that it needs one', async () => {
      const response = await site.ask('nobody');
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(response.json()).toMatchObject({ status: 401, code: 'certificate_missing', hint: expect.any(String) });
    });

    it.each<ClientName>(['stranger', 'namesake', 'expired'])(
      'hears nothing of %s, whom the proxy turns away',
      async (who) => {
        const before = site.backend.requests();
        expect(await site.outcome(who, '/admin')).toBe(subject.badCertificate);
        expect(site.backend.requests()).toBe(before);
      },
    );

    it('believes the proxy and not the client that writes the same headers', async () => {
      const repeated = Object.entries(forged).flatMap(([name, value]) => [
        [name, value] as const,
        [name, value] as const,
      ]);
      for (const headers of [forged, repeated]) {
        expect(await site.outcome('nobody', '/admin', headers)).toBe('401 certificate_missing');
        expect(await site.outcome('frontend', '/', headers)).toBe('200 frontend');
        expect(await site.outcome('frontend', '/admin', headers)).toBe('403 role_missing');
      }
    });

    it('lets no handler see what a client wrote under a name like those of the proxy', async () => {
      const twins = Object.entries(forged).map(([name, value]) => [name.replaceAll('-', '_'), value] as const);
      const { headers } = (await site.ask('frontend', '/', twins)).json() as Seen;
      expect(twins.map(([name]) => name.toLowerCase()).filter((name) => headers.includes(name))).toEqual([]);
    });

    it('lets no handler see forged trailers', async () => {
      const response = await site.askWithTrailers('frontend', { 'X-Checksum': '0', ...forged });
      expect(response).toMatch(/^HTTP\/1\.1 200 /);
      const { id, trailers } = JSON.parse(/\{.*\}/s.exec(response)?.[0] ?? '') as Seen;
      expect(id).toBe('frontend');
      expect(trailers.filter((name) => name !== 'x-checksum')).toEqual([]);
    });

    it('takes the headers away from whoever goes past the proxy', async () => {
      const headers = { ...forged, X_SSL_Client_Cert: 'twin' };
      const refused = await site.askPast('/', headers);
      expect(refused).toMatchObject({ status: 401, body: { code: 'certificate_missing' } });
      const health = await site.askPast('/health', headers);
      expect(health).toMatchObject({ status: 200, body: { id: null } });
      const names = Object.keys(headers).map((name) => name.toLowerCase());
      expect(names.filter((name) => (health.body['headers'] as string[]).includes(name))).toEqual([]);
    });

    it.each(Object.entries(namedInConnection))(
      'makes of a client that names %s in Connection: %s',
      async (header, expected) => {
        expect(await site.outcome('admin', '/', { Connection: `keep-alive, ${header}` })).toBe(expected);
        expect(await site.outcome('nobody', '/', { Connection: header, ...forged })).toMatch(/^40[01] /);
      },
    );

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('knows who comes back in a resumed session of %s', async (tlsVersion) => {
      const { session } = (await site.ask('admin', '/', {}, { tlsVersion })).connection;
      const again = await site.ask('admin', '/', {}, { tlsVersion, session });
      expect(again.connection.sessionReused).toBe(true);
      expect(again.json()).toMatchObject({ id: 'admin', verifiedBy: 'peercert' });
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'knows nobody in a resumed session of %s without a certificate',
      async (tlsVersion) => {
        const { session } = (await site.ask('nobody', '/', {}, { tlsVersion })).connection;
        const again = await site.ask('nobody', '/admin', forged, { tlsVersion, session });
        expect(again.connection.sessionReused).toBe(true);
        expect(outcomeOf(again)).toBe('401 certificate_missing');
      },
    );

    it('ties nobody to a connection that the proxy keeps to the app', async () => {
      for (const who of ['admin', 'nobody', 'frontend', 'nobody', 'admin'] as const) {
        expect(await site.outcome(who)).toBe(who === 'nobody' ? '401 certificate_missing' : `200 ${who}`);
      }
      const callers = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? 'admin' : 'frontend'));
      const outcomes = await Promise.all(callers.map((who) => site.outcome(who)));
      expect(outcomes).toEqual(callers.map((who) => `200 ${who}`));
    });

    it('takes the client’s address from the proxy, not from the client', async () => {
      const agent = new Agent({ localAddress: '127.0.0.9' });
      const response = await site.ask('admin', '/', { 'X-Forwarded-For': '10.0.0.1' }, { agent });
      expect(response.json()).toMatchObject({ address: '127.0.0.9' });
    });
  });

  describe.each(frameworks)('that forwards what it did not verify, in front of $name', (framework) => {
    let site: Site;
    beforeAll(async () => {
      site = await open(framework, { changes: unverified.changes });
    });
    afterAll(() => site?.close());

    it.each(Object.entries(unverified.outcomes) as [Caller, Outcome][])('%s: %s', async (who, expected) => {
      expect(await site.outcome(who, '/')).toBe(expected);
      expect(await site.outcome(who, '/admin', forge(site.company))).toBe(expected);
    });

    it.each(Object.keys(namedInConnection))('nobody passes by naming %s in Connection', async (header) => {
      const headers = { Connection: header, ...forge(site.company) };
      for (const who of ['stranger', 'namesake', 'expired', 'nobody'] as const) {
        expect(await site.outcome(who, '/admin', headers), who).toMatch(/^(?:40[01] |handshake$)/);
      }
    });
  });

  describe('in front of an app', () => {
    const [framework] = frameworks as [Framework];
    let site: Site | undefined;
    afterEach(async () => {
      await site?.close();
      site = undefined;
    });

    it(`that does not know the intermediate: ${subject.forwardsChain ? 'it is forwarded' : 'nobody does'}`, async () => {
      const anchors = (await theCompany()).root.certificatePem;
      site = await open(framework, { mtls: { trust: { anchors } } });
      expect(await site.outcome('admin')).toBe(subject.forwardsChain ? '200 admin' : '401 issuer_unknown');
    });

    it('that refuses the headers of others instead of removing them', async () => {
      site = await open(framework, { source: source({ ...ofProxy, untrustedForwarder: 'deny' }) });
      expect(await site.outcome('admin')).toBe('200 admin');
      const answer = await site.askPast('/', forge(site.company));
      expect(answer).toMatchObject({ status: 401, body: { code: 'forwarder_untrusted' } });
    });

    it('that trusts loopback as a whole, and with it every program on this machine', async () => {
      site = await open(framework, { source: source({ ...ofProxy, trustedProxies: 'loopback' }) });
      const answer = await site.askPast('/', forge(site.company));
      expect(answer).toMatchObject({ status: 200, body: { id: 'admin' } });
    });
  });
}
