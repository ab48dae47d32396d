import type { MtlsOptions } from '@peercert/core';
import { subjectCn } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';

const limits = { policyMilliseconds: 100 };
const never = new Promise<never>(() => undefined);

/** Functions of an operator that do not do what they should. */
const broken: readonly (readonly [title: string, answer: () => unknown])[] = [
  [
    'throws',
    () => {
      throw new Error('the directory is down: ldap://10.1.2.3');
    },
  ],
  ['rejects', () => Promise.reject(new Error('the directory is down: ldap://10.1.2.3'))],
  ['rejects without a reason', () => Promise.reject()],
  ['hangs', () => never],
];
const rubbish: readonly unknown[] = [
  undefined,
  null,
  true,
  'admin',
  { admin: true },
  [['admin']],
  ['admin', 7],
  new Set(['admin']),
];

describe.each(frameworks)('$name', (framework) => {
  it.each(broken)('cannot decide while the role function %s', async (_title, answer) => {
    const api = await startApi(framework, { mtls: { limits, roles: answer as () => string[] } });
    const refused = await api.get('admin', '/admin');
    expect(outcomeOf(refused)).toBe('503 policy_unavailable');
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused.body).not.toContain('ldap');
  });

  it.each(rubbish)('cannot decide when the role function answers %j', async (answer) => {
    for (const roles of [() => answer, async () => answer]) {
      const api = await startApi(framework, { mtls: { limits, roles: roles as () => string[] } });
      expect(outcomeOf(await api.get('admin', '/admin'))).toBe('503 policy_unavailable');
    }
  });

  it('waits for a role function that takes its time', async () => {
    const roles = async (): Promise<string[]> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ['admin'];
    };
    const api = await startApi(framework, { mtls: { roles } });
    expect((await api.get('frontend', '/admin')).json).toMatchObject({ id: 'frontend-client', roles: ['admin'] });
  });

  it.each(broken)('cannot decide while check %s', async (_title, answer) => {
    const api = await startApi(framework, { mtls: { limits, check: answer as () => boolean } });
    expect(outcomeOf(await api.get('admin', '/profile'))).toBe('503 policy_unavailable');
  });

  it.each([false, undefined, null, 0, 1, 'true', {}, [], new Error('no')])(
    'denies when check answers %s',
    async (answer) => {
      for (const check of [() => answer, async () => answer]) {
        const api = await startApi(framework, { mtls: { check: check as () => boolean } });
        expect(outcomeOf(await api.get('admin', '/profile'))).toBe('403 policy_rejected');
      }
    },
  );

  it.each([() => true, async () => true])('allows when check answers true', async (check) => {
    const api = await startApi(framework, { mtls: { check } });
    expect(outcomeOf(await api.get('admin', '/profile'))).toBe('200 ok');
  });

  it('never asks check about a client that is denied already', async () => {
    const asked: unknown[] = [];
    const check: NonNullable<MtlsOptions['check']> = (client) => {
      asked.push(client);
      return true;
    };
    const api = await startApi(framework, { mtls: { check } });
    expect(outcomeOf(await api.get('stranger', '/profile'))).toBe('401 issuer_unknown');
    expect(asked).toEqual([]);
  });

  it('admits only those whom an identity rule names', async () => {
    const api = await startApi(framework, { mtls: { identity: subjectCn('partner-client') } });
    expect(outcomeOf(await api.get('partner', '/profile'))).toBe('200 ok');
    expect(outcomeOf(await api.get('admin', '/profile'))).toBe('403 identity_not_allowed');
  });
});
