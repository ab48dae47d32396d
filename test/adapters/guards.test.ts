import { describe, expect, it } from 'vitest';
import { outcomeOf, roles, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';

describe.each(frameworks)('$name', (framework) => {
  it.each(['/admin', '/client', '/by-name'])(
    'fails for the programmer when a guard at %s met no mtls()',
    async (path) => {
      const api = await startApi(framework, { mtls: false });
      const answer = await api.get('admin', path);
      expect(outcomeOf(answer)).toBe('500 failure');
      expect(api.errors).toEqual([expect.objectContaining({ name: 'PeercertFailure', code: 'setup' })]);
    },
  );

  describe('with optional presence', () => {
    const mtls = { roles, presence: 'optional' } as const;

    it('lets a client without a certificate in as nobody', async () => {
      const api = await startApi(framework, { mtls });
      expect((await api.get(undefined, '/profile')).json).toMatchObject({ id: null, outcome: 'anonymous' });
    });

    it.each(['/admin', '/client', '/by-name'])('asks nobody for a certificate where %s is guarded', async (path) => {
      const api = await startApi(framework, { mtls });
      expect(outcomeOf(await api.get(undefined, path))).toBe('401 certificate_missing');
    });

    it.each([
      ['expired', '401 certificate_expired'],
      ['stranger', '401 issuer_unknown'],
      ['machine', '401 extended_key_usage_missing'],
    ] as const)('still denies the %s client', async (client, outcome) => {
      const api = await startApi(framework, { mtls });
      expect(outcomeOf(await api.get(client, '/profile'))).toBe(outcome);
    });
  });

  describe('with report-only enforcement', () => {
    const mtls = { roles, enforcement: 'report-only' } as const;

    it.each([undefined, 'expired', 'stranger'] as const)('lets the %s client go on as nobody', async (client) => {
      const api = await startApi(framework, { mtls });
      const answer = await api.get(client, '/profile');
      expect(outcomeOf(answer)).toBe('200 ok');
      expect(answer.json).toMatchObject({ id: null, roles: [], outcome: 'deny' });
    });

    it.each(['/admin', '/client', '/by-name'])('still guards %s', async (path) => {
      const api = await startApi(framework, { mtls });
      expect(outcomeOf(await api.get('namesake', path))).toBe('401 certificate_missing');
      expect(outcomeOf(await api.get('admin', path))).toBe('200 ok');
    });
  });

  it('lets a request pass a guard that only reports', async () => {
    const api = await startApi(framework);
    expect(outcomeOf(await api.get('frontend', '/observed'))).toBe('200 ok');
  });

  it.each([
    ['admin', '200 ok'],
    ['frontend', '403 identity_not_allowed'],
    ['crafted', '403 identity_not_allowed'],
  ] as const)('answers the %s client at a route for one name with %s', async (client, outcome) => {
    const api = await startApi(framework);
    expect(outcomeOf(await api.get(client, '/by-name'))).toBe(outcome);
  });
});
