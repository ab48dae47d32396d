import { describe, expect, it } from 'vitest';
import { ClientCertificateError, isPeercertFailure, PeercertFailure } from '../src/error.ts';
import { createGate, type Gate } from '../src/gate.ts';
import type { DecisionEvent, MtlsOptions } from '../src/options.ts';
import { createTrustStore } from '../src/path/trust-store.ts';
import { clientOf, stateOf } from '../src/request-state.ts';
import type { RequestFacts } from '../src/source/facts.ts';
import type { Source } from '../src/source/presented.ts';
import { authority, client } from './path/certificates.ts';
import { clock, facts, handing, presenting } from './requests.ts';

const root = authority('CN=Root');
const alice = client('CN=alice', { by: root });
const expired = client('CN=late', { by: root, notAfter: new Date(clock() - 1000) });

interface Gated {
  readonly gate: Gate;
  readonly events: DecisionEvent[];
}

function gated(options: MtlsOptions = {}): Gated {
  const events: DecisionEvent[] = [];
  const gate = createGate({
    source: handing,
    trust: { anchors: root.der },
    clock,
    onDecision: (event) => events.push(event),
    ...options,
  });
  return { gate, events };
}

/** What the adapter gets, and what handlers would see. */
async function admit({ gate }: Gated, what: RequestFacts): Promise<{ error: unknown; request: object }> {
  const request = {};
  return { error: await gate.admit(request, what), request };
}

const failureOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};

describe('a gate', () => {
  it('tells adapters who answers denials, and whose client address is wanted', () => {
    expect(gated().gate).toMatchObject({ denials: 'respond', clientAddress: 'derived' });
    expect(gated({ denials: 'throw', clientAddress: 'framework' }).gate).toMatchObject({
      denials: 'throw',
      clientAddress: 'framework',
    });
    expect(Object.isFrozen(gated().gate)).toBe(true);
    expect(() => createGate({ source: [] })).toThrow(TypeError);
    expect(createGate().denials).toBe('respond');
  });

  it('lets a client in, at once, and leaves who it is', () => {
    const one = gated();
    const request = {};
    expect(one.gate.admit(request, presenting([alice]))).toBeUndefined();
    expect(clientOf(request)?.id).toBe('alice');
    expect(stateOf(request)).toMatchObject({
      mtls: { decision: { outcome: 'allow' }, clientAddress: '192.0.2.7' },
      denials: 'respond',
      challenge: 'ClientCertificate',
    });
    expect(one.events).toMatchObject([
      {
        decision: { outcome: 'allow', client: { id: 'alice' } },
        enforced: true,
        by: 'mtls',
        clientAddress: '192.0.2.7',
        requestTarget: '/reports?year=2026',
      },
    ]);
  });

  it('refuses a bad certificate with its reason, and leaves no client', async () => {
    const one = gated({ challenge: 'Mutual', denials: 'throw' });
    const { error, request } = await admit(one, presenting([expired]));
    expect(error).toBeInstanceOf(ClientCertificateError);
    expect(error).toMatchObject({ code: 'certificate_expired', headers: { 'WWW-Authenticate': 'Mutual' } });
    expect(clientOf(request)).toBeNull();
    expect(stateOf(request)).toMatchObject({ denials: 'throw', challenge: 'Mutual' });
    expect(one.events).toMatchObject([{ decision: { outcome: 'deny' }, enforced: true, by: 'mtls' }]);
  });

  it('tells of the request target what a log can hold', async () => {
    const one = gated();
    await admit(one, { ...presenting([alice]), requestTarget: '/a\u2028\u0085\u202e' });
    expect(one.events).toMatchObject([{ requestTarget: '/a\\u2028\\u0085\\u202e' }]);
    await admit(one, { ...presenting([alice]), requestTarget: `/${'a'.repeat(5_000)}` });
    expect(one.events[1]?.requestTarget).toHaveLength(5_001);
  });

  it('makes fit for a log what a source of the operator gives for a reason, and hands out none that is shared', async () => {
    const notAfter = new Date(0);
    const why = { code: 'certificate_expired', detail: { index: 0, subject: 'a\u2028b', notAfter } } as const;
    const source: Source = { name: 'own', present: () => ({ ok: false, reason: why }) };
    const one = gated({ source });
    const reasonOf = ({ error }: { readonly error?: unknown }) =>
      (error as ClientCertificateError).reason as typeof why;
    const first = await admit(one, facts());
    expect(reasonOf(first).detail).toEqual({ index: 0, subject: 'a\\u2028b', notAfter });
    reasonOf(first).detail.notAfter.setTime(1);
    expect(Object.isFrozen(stateOf(first.request).mtls.decision)).toBe(true);
    expect(notAfter).toEqual(new Date(0));
    expect(reasonOf(await admit(one, facts())).detail.notAfter).toEqual(notAfter);
  });

  it('uses the framework’s idea of the client’s address where that was chosen', async () => {
    const where = { clientAddress: '198.51.100.9' };
    const framework = gated({ clientAddress: 'framework' });
    const { request } = await admit(framework, { ...presenting([alice]), ...where });
    expect(stateOf(request).mtls.clientAddress).toBe('198.51.100.9');
    expect(framework.events[0]?.clientAddress).toBe('198.51.100.9');
    const derived = gated();
    await admit(derived, { ...presenting([alice]), ...where });
    expect(derived.events[0]?.clientAddress).toBe('192.0.2.7');
  });
});

describe('a connection that outlives its request', () => {
  const removed = { source: handing, trust: createTrustStore({ anchors: root.der }) };

  it('is decided anew, and the observer hears of it when it is denied', () => {
    const one = gated(removed);
    const request = {};
    const held = presenting([alice]);
    expect(one.gate.admit(request, held)).toBeUndefined();
    expect(one.gate.readmit(request, held)).toBeUndefined();
    expect(one.events).toHaveLength(1);
    removed.trust.replace({ anchors: authority('CN=Other').der });
    expect(one.gate.readmit(request, held)).toMatchObject({ code: 'issuer_unknown', status: 401 });
    expect(clientOf(request)).toBeNull();
    expect(one.events).toMatchObject([
      { decision: { outcome: 'allow' } },
      { decision: { outcome: 'deny', reason: { code: 'issuer_unknown' } }, enforced: true, by: 'mtls' },
    ]);
  });

  it('has the roles of the moment', async () => {
    let roles = ['admin'];
    const one = gated({ roles: async () => roles });
    const request = {};
    expect(await one.gate.admit(request, presenting([alice]))).toBeUndefined();
    roles = [];
    expect([...(clientOf(request)?.roles ?? [])]).toEqual(['admin']);
    expect(await one.gate.readmit(request, presenting([alice]))).toBeUndefined();
    expect([...(clientOf(request)?.roles ?? [])]).toEqual([]);
  });

  it('is a 500 where it cannot be decided', () => {
    const gate = createGate({ source: handing, clock });
    expect(failureOf(() => gate.readmit({}, presenting([alice])))).toMatchObject({ status: 500, code: 'setup' });
  });
});

describe('presence', () => {
  it('required refuses a request without a certificate', async () => {
    const { error } = await admit(gated(), facts());
    expect(error).toMatchObject({ code: 'certificate_missing', status: 401 });
  });

  it('optional lets it go on as anonymous, and still refuses a bad certificate', async () => {
    const one = gated({ presence: 'optional' });
    const { error, request } = await admit(one, facts());
    expect(error).toBeUndefined();
    expect(clientOf(request)).toBeNull();
    expect(one.events).toMatchObject([{ decision: { outcome: 'anonymous' }, enforced: true }]);
    expect((await admit(one, presenting([expired]))).error).toMatchObject({ code: 'certificate_expired' });
  });
});

describe('report-only enforcement', () => {
  it('lets a request go on that would be refused, without a client, and tells', async () => {
    const one = gated({ enforcement: 'report-only' });
    for (const what of [presenting([expired]), facts()]) {
      const { error, request } = await admit(one, what);
      expect(error).toBeUndefined();
      expect(clientOf(request)).toBeNull();
    }
    expect(one.events).toMatchObject([
      { decision: { outcome: 'deny', reason: { code: 'certificate_expired' } }, enforced: false },
      { decision: { outcome: 'deny', reason: { code: 'certificate_missing' } }, enforced: false },
    ]);
  });

  it('lets a good client in as always', async () => {
    const one = gated({ enforcement: 'report-only' });
    const { request } = await admit(one, presenting([alice]));
    expect(clientOf(request)?.id).toBe('alice');
    expect(one.events).toMatchObject([{ decision: { outcome: 'allow' }, enforced: true }]);
  });

  it('never makes an identity of what could not be decided', async () => {
    const one = gated({
      enforcement: 'report-only',
      check: () => {
        throw new Error('database is down');
      },
    });
    const { request } = await admit(one, presenting([alice]));
    expect(clientOf(request)).toBeNull();
    expect(one.events).toMatchObject([{ decision: { reason: { code: 'policy_unavailable' } }, enforced: false }]);
  });

  it('still answers 500 to a failure', () => {
    const { gate } = gated({
      enforcement: 'report-only',
      clock: () => {
        throw new Error('no clock');
      },
    });
    expect(isPeercertFailure(failureOf(() => gate.admit({}, presenting([alice]))))).toBe(true);
  });
});

describe('an excluded path', () => {
  const excluding: MtlsOptions = { exclude: ['/healthz', '/public/'] };

  it.each(['/healthz', '/healthz?full', '/public/a'])('is not asked for a certificate: %s', async (requestTarget) => {
    const one = gated(excluding);
    const { error, request } = await admit(one, facts({ requestTarget }));
    expect(error).toBeUndefined();
    expect(one.events).toMatchObject([{ decision: { outcome: 'anonymous' }, enforced: true, requestTarget }]);
    expect(clientOf(request)).toBeNull();
  });

  it('is anonymous also for a client that has a certificate, good or bad', async () => {
    for (const who of [alice, expired]) {
      const { error, request } = await admit(gated(excluding), { ...presenting([who]), requestTarget: '/healthz' });
      expect(error).toBeUndefined();
      expect(clientOf(request)).toBeNull();
    }
  });

  it.each(['/healthz/', '/Healthz', '/public', '/public/../admin', '//healthz', '/healthz%20'])(
    'is not another one: %s',
    async (requestTarget) => {
      expect((await admit(gated(excluding), facts({ requestTarget }))).error).toMatchObject({
        code: 'certificate_missing',
      });
    },
  );
});

describe('a policy that answers later', () => {
  const asynchronous: MtlsOptions = { check: async () => true };

  it('is waited for', async () => {
    const one = gated(asynchronous);
    const request = {};
    const pending = one.gate.admit(request, presenting([alice]));
    expect(pending).toBeInstanceOf(Promise);
    expect(() => stateOf(request)).toThrow(PeercertFailure);
    expect(await pending).toBeUndefined();
    expect(clientOf(request)?.id).toBe('alice');
    expect(one.events).toHaveLength(1);
  });

  it('refuses later as well', async () => {
    const one = gated({ check: async () => false });
    expect((await admit(one, presenting([alice]))).error).toMatchObject({ code: 'policy_rejected', status: 403 });
  });
});

describe('a failure', () => {
  const broken: Source = {
    name: 'broken',
    present: () => {
      throw new Error('secret');
    },
  };

  it('of a source is a 500 that says nothing of its cause', () => {
    const failure = failureOf(() => gated({ source: broken }).gate.admit({}, facts()));
    expect(failure).toMatchObject({
      name: 'PeercertFailure',
      code: 'internal',
      status: 500,
      message: 'The server failed to authenticate the client; its log says why',
    });
    expect((failure as Error).cause).toEqual(new Error('secret'));
  });

  it('of an observer is a 500, never a pass', async () => {
    const throwing: MtlsOptions = {
      onDecision: () => {
        throw new Error('log is full');
      },
    };
    expect(failureOf(() => gated(throwing).gate.admit({}, presenting([alice])))).toMatchObject({ status: 500 });
    expect(failureOf(() => gated(throwing).gate.admit({}, facts()))).toMatchObject({ status: 500 });
    const later = gated({ ...throwing, check: async () => true }).gate.admit({}, presenting([alice]));
    await expect(later).rejects.toMatchObject({ code: 'internal', status: 500, cause: new Error('log is full') });
  });

  it('of an observer that comes later is a warning, and the decision stands', async () => {
    const heard = new Promise((resolve) => process.once('warning', resolve));
    const { gate } = gated({ onDecision: () => Promise.reject(new Error('log is far')) as never });
    expect(gate.admit({}, presenting([alice]))).toBeUndefined();
    expect(await heard).toMatchObject({ message: 'A function that was given to Peercert failed: Error: log is far' });
  });

  it('of an observer is a 500 on an excluded path as well', () => {
    const one = gated({
      exclude: ['/healthz'],
      onDecision: () => {
        throw new Error('log is full');
      },
    });
    expect(failureOf(() => one.gate.admit({}, facts({ requestTarget: '/healthz' })))).toMatchObject({ status: 500 });
  });

  it('of the set-up keeps the words that name the fix', () => {
    const failure = failureOf(() => createGate({ source: handing, clock }).admit({}, presenting([alice])));
    expect(failure).toMatchObject({
      code: 'setup',
      cause: { message: 'mtls() needs trust: { anchors } for certificates that a proxy forwards' },
    });
  });
});

it('without an observer a gate decides all the same', () => {
  const gate = createGate({ source: handing, trust: { anchors: root.der }, clock });
  expect(gate.admit({}, presenting([alice]))).toBeUndefined();
  expect(gate.admit({}, facts())).toMatchObject({ code: 'certificate_missing' });
});
