// What a stranger writes into a certificate or a header, as it reaches the operator's log.
import { type DecisionEvent, fromNginx, subjectCn } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

/** The end of a line in the eyes of some, what turns the direction of writing, and what nobody sees. */
const marks = '\u2028\u2029\u202e\u2066\u200f\ufeff\u200b\u061c';
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Every text of an event, and what a logger makes of it. */
function textsOf(events: readonly DecisionEvent[]): string {
  return JSON.stringify(events.map((event) => ({ ...event, decision: { ...event.decision } })));
}

describe.each(frameworks)('$name', (framework) => {
  it('puts nothing of a certificate into an event that would deceive whoever reads a log', async () => {
    const { root } = await theWorld();
    const events: DecisionEvent[] = [];
    const api = await startApi(framework, {
      mtls: { onDecision: (event) => void events.push(event), identity: subjectCn('nobody') },
    });
    const client = await root.issueClient({ subject: [{ OU: `Sales${marks}` }, { CN: `x${marks}"}` }] });
    expect((await api.get(client, '/profile')).status).toBe(403);
    expect(events).toMatchObject([{ decision: { outcome: 'deny', reason: { code: 'identity_not_allowed' } } }]);
    expect(textsOf(events)).toContain(String.raw`\\u2028`);
    expect(textsOf(events)).not.toMatch(unsafe);
  });

  it('nor of a client that is let in, as JSON', async () => {
    const { root } = await theWorld();
    const events: DecisionEvent[] = [];
    const api = await startApi(framework, { mtls: { onDecision: (event) => void events.push(event) } });
    const client = await root.issueClient({ subject: [{ OU: `Sales${marks}` }, { CN: `x${marks}` }] });
    expect((await api.get(client, '/admin')).status).toBe(403);
    expect(events).toMatchObject([{ by: 'mtls' }, { by: 'guard', decision: { reason: { code: 'role_missing' } } }]);
    expect(textsOf(events)).not.toMatch(unsafe);
  });

  it('nor of a header or a request target', async () => {
    const { root } = await theWorld();
    const events: DecisionEvent[] = [];
    const source = fromNginx({ trustedProxies: 'loopback', verifiedBy: 'peercert' } as never);
    const api = await startApi(framework, {
      mtls: { onDecision: (event) => void events.push(event), source, trust: { anchors: root.certificatePem } },
    });
    // Latin-1 is what HTTP carries: of the marks, NEL and the other C1 controls.
    const headers = { 'X-Client-Cert': 'a\u0085\u009b', 'X-Forwarded-For': '10.0.0.1\u0085' };
    await api.get(undefined, '/profile', headers).catch(() => undefined);
    expect(textsOf(events)).not.toMatch(unsafe);
  });
});
