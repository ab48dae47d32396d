import { createRootAuthority } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';

const day = 86_400_000;

/** TLS reads the clock of the machine: the authority has two days left, and the client longer. */
async function shortLived(): ReturnType<typeof createRootAuthority> {
  return createRootAuthority({ subject: [{ CN: 'Short-lived Root' }], validity: { days: 2 } });
}

describe.each(frameworks)('$name', (framework) => {
  it.each([
    ['trust that is given', true],
    ['the ca of its server', false],
  ])('answers that its own authority has ended, not that the client has, with %s', async (_, isGiven) => {
    const root = await shortLived();
    const client = await root.issueClient({ subject: [{ CN: 'client' }], validity: { days: 30 } });
    const events: string[] = [];
    let time = Date.now();
    const api = await startApi(framework, {
      mtls: {
        clock: () => time,
        onEvent: ({ type }) => events.push(type),
        ...(isGiven && { trust: { anchors: root.certificatePem } }),
      },
      tls: { ca: [root.certificatePem] },
    });
    const connection = await api.connect(client);
    expect(outcomeOf(await connection.get('/profile'))).toBe('200 ok');
    time += 3 * day;
    for (const lasting of [connection, await api.connect(client)]) {
      const refused = await lasting.get('/profile');
      expect(outcomeOf(refused)).toBe('503 trust_anchor_expired');
      expect(refused.headers['retry-after']).toBe('60');
      expect(refused.body).not.toMatch(/Renew|notAfter/);
    }
    expect(events.filter((type) => type === 'trust_certificate_expired')).toHaveLength(1);
    expect(api.errors).toEqual([]);
  });

  it('answers 500 from the first request on where the ca of its server has ended', async () => {
    const root = await shortLived();
    const api = await startApi(framework, {
      mtls: { clock: () => Date.now() + 3 * day },
      tls: { ca: [root.certificatePem] },
    });
    const client = await root.issueClient({ validity: { days: 30 } });
    expect((await api.get(client, '/profile')).status).toBe(500);
    const fix = /The ca of the TLS server cannot be used: .*CN=Short-lived Root ended at/;
    expect(api.errors[0]).toMatchObject({ cause: { message: expect.stringMatching(fix) } });
  });
});
