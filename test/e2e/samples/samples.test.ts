import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { MtlsOptions } from '@peercert/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, frameworks, type Seen, startBackend } from '../proxies/backends.ts';
import { type ClientName, type Company, theCompany } from '../proxies/company.ts';
import { presets } from './presets.ts';
import { recipes } from './recipes.ts';
import { type Headers, type Sample, serviceAddress } from './sample.ts';

describe.each([...presets, ...recipes])('behind $name', (sample) => {
  describe.each(frameworks)('$name', (framework) => {
    let company: Company;
    let backend: Backend;
    beforeAll(async () => {
      company = await theCompany();
      const app = await framework.createApp({
        source: sample.source,
        ...trustFor(sample, company),
        roles: { Administrators: 'admin' },
        exclude: ['/health'],
        ...sample.mtls,
      });
      backend = await startBackend(app);
    });
    afterAll(() => backend?.stop());

    const send = async (headers: Headers, path = '/admin', localAddress = serviceAddress): Promise<Answer> => {
      const lines = Object.entries(headers).flatMap(([name, values]) =>
        [values].flat().flatMap((value) => [name, value]),
      );
      const { port } = backend;
      const sent = request({
        ...{ host: '127.0.0.1', port, path, localAddress, agent: false },
        headers: ['Host', 'api.example', ...lines] as never,
      }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return {
        status: response.statusCode ?? 0,
        vary: response.headers.vary,
        body: (await json(response)) as Answer['body'],
      };
    };
    const outcome = async (headers: Headers, path?: string): Promise<string> => {
      const { status, body } = await send(headers, path);
      return `${status} ${body.id ?? body.code}`;
    };

    it('knows the administrator, and says on what the answer depends', async () => {
      const good = sample.forward(company.clients.admin, company);
      const answer = await send(good);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(answer.body).toMatchObject({
        id: 'admin',
        source: sample.source.name,
        verifiedBy: sample.source.verifiedBy,
      });
      const [varied = ''] = sample.source.forwarding?.vary ?? [];
      expect(answer.vary).toContain(varied);
    });

    it('knows nobody without the headers', async () => {
      expect(await outcome({})).toBe('401 certificate_missing');
    });

    it.each(Object.entries(sample.clients ?? {}) as [ClientName, string][])('%s: %s', async (who, expected) => {
      expect(await outcome(sample.forward(company.clients[who], company))).toBe(expected);
    });

    it('gives each of the odd requests its reason', async () => {
      for (const [title, headers, expected] of sample.others(company)) {
        expect(await outcome(headers), title).toBe(expected);
      }
    });

    it('takes the headers away from whoever is not the service, and from nobody else', async () => {
      const forged = sample.forward(company.clients.admin, company);
      const refused = await send(forged, '/admin', '127.0.0.3');
      expect(refused).toMatchObject({ status: 401, body: { code: 'certificate_missing' } });
      const names = Object.keys(forged).map((name) => name.toLowerCase());
      const seen = (await send(forged, '/health', '127.0.0.3')).body as unknown as Seen;
      expect(names.filter((name) => seen.headers.includes(name))).toEqual([]);
      const proper = (await send(forged, '/health')).body as unknown as Seen;
      expect(names.filter((name) => !proper.headers.includes(name))).toEqual([]);
    });

    it('takes twins with underscores away from the service, too', async () => {
      const good = sample.forward(company.clients.admin, company);
      const twins = Object.fromEntries(Object.entries(good).map(([name, value]) => [name.replaceAll('-', '_'), value]));
      expect(await outcome(twins)).toBe('401 certificate_missing');
      const { headers } = (await send({ ...good, ...twins })).body as unknown as Seen;
      expect(headers.filter((name) => name.includes('_'))).toEqual([]);
    });
  });
});

interface Answer {
  readonly status: number;
  readonly vary: string | undefined;
  readonly body: { readonly id?: string; readonly code?: string; readonly headers?: readonly string[] };
}

/** A service that forwards the chain needs no intermediate here, and one that is believed no anchor. */
function trustFor({ forwardsChain, source }: Sample, { root, trust }: Company): Partial<MtlsOptions> {
  if (source.verifiedBy === 'proxy') return {};
  return { trust: forwardsChain ? { anchors: root.certificatePem } : trust };
}
