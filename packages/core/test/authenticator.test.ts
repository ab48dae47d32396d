import { toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../src/authenticator.ts';
import type { Decision } from '../src/decision.ts';
import { isPeercertFailure } from '../src/error.ts';
import type { MtlsOptions, PeercertEvent } from '../src/options.ts';
import { createTrustStore } from '../src/path/trust-store.ts';
import { type ClientIdentity, leafOf as leafOfClient } from '../src/policy/identity.ts';
import { reason } from '../src/reasons.ts';
import { createDenyList } from '../src/revocation/deny-list.ts';
import type { RequestFacts } from '../src/source/facts.ts';
import type { PresentedHandshake, Source } from '../src/source/presented.ts';
import { authority, client, type Entity, keyOf } from './path/certificates.ts';
import {
  clock,
  facts,
  handing,
  handingOver,
  handshakeWith,
  now,
  presented,
  presenting,
  presentingOver,
  refusedBySource,
} from './requests.ts';

const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
const alice = client('CN=alice,OU=Administrators', { by: issuing });
const chain = [alice, issuing];
const late = client('CN=late', { by: root, notAfter: new Date(now + 10_000) });
const trust = { anchors: root.der };

const authenticator = (options: MtlsOptions = {}): ReturnType<typeof createAuthenticator> =>
  createAuthenticator({ source: handing, trust, clock, ...options });

async function decide(what: RequestFacts, options: MtlsOptions = {}): Promise<Decision> {
  return authenticator(options).authenticate(what);
}

const denied = (code: string, detail: object = {}): object => ({
  outcome: 'deny',
  reason: { code, detail: expect.objectContaining(detail) },
});

describe('the line', () => {
  it('lets in a client whose path ends at an anchor', () => {
    const decision = authenticator({ roles: { Administrators: 'admin' } }).authenticate(presenting(chain));
    expect(decision).toMatchObject({
      outcome: 'allow',
      client: { id: 'alice', verifiedBy: 'peercert', source: 'test', revocation: { mode: 'off' } },
    });
    if (decision instanceof Promise || decision.outcome !== 'allow') throw new Error('no client');
    expect([...decision.client.roles]).toEqual(['admin']);
    expect(decision.client.path.map(({ subject }) => subject.toString())).toEqual([
      'CN=alice,OU=Administrators',
      'CN=Issuing',
      'CN=Root',
    ]);
  });

  it('answers at once what asks nobody else, and later what does', () => {
    expect(authenticator().authenticate(presenting(chain))).not.toBeInstanceOf(Promise);
    expect(authenticator({ check: async () => true }).authenticate(presenting(chain))).toBeInstanceOf(Promise);
  });

  it('is made of options, and of none', () => {
    expect(Object.isFrozen(createAuthenticator())).toBe(true);
    expect(() => createAuthenticator({ source: [] })).toThrow(TypeError);
  });
});

describe('presence', () => {
  it('required denies a request without a certificate', async () => {
    expect(await decide(facts())).toMatchObject(denied('certificate_missing', { sources: ['test'] }));
    expect(await decide(facts(), { presence: 'required' })).toMatchObject({ outcome: 'deny' });
  });

  it('optional makes it anonymous, and denies a bad one all the same', async () => {
    expect(await decide(facts(), { presence: 'optional' })).toEqual({ outcome: 'anonymous' });
    expect(await decide(presenting([alice]), { presence: 'optional' })).toMatchObject(denied('issuer_unknown'));
  });
});

describe('sources', () => {
  const asked: string[] = [];
  const source = (name: string, answer: ReturnType<Source['present']>): Source => ({
    name,
    present: () => {
      asked.push(name);
      return answer;
    },
  });
  const nothing = source('nothing', undefined);
  const good = source('good', { ok: true, value: { ...presented(chain), source: 'good' } });
  const malformed = source('malformed', {
    ok: false,
    reason: reason('header_repeated', { header: 'x-client-cert', count: 2 }),
  });
  const unused = source('unused', undefined);

  const through = async (...sources: Source[]): Promise<Decision> => {
    asked.length = 0;
    return decide(facts(), { source: sources });
  };

  it('are asked in their order, until one has something to say', async () => {
    expect(await through(nothing, good, unused)).toMatchObject({ outcome: 'allow', client: { source: 'good' } });
    expect(asked).toEqual(['nothing', 'good']);
  });

  it('that are malformed end the search, whatever a later one would say', async () => {
    expect(await through(nothing, malformed, good)).toEqual({
      outcome: 'deny',
      reason: { code: 'header_repeated', detail: { header: 'x-client-cert', count: 2 } },
    });
    expect(asked).toEqual(['nothing', 'malformed']);
  });

  it('that have nothing to say leave the certificate missing', async () => {
    expect(await through(nothing, unused)).toMatchObject(denied('certificate_missing'));
  });

  it('are refused for what they say themselves', async () => {
    const why = reason('proxy_verification_failed', { header: 'x', verdict: 'FAILED' });
    expect(await decide(refusedBySource(why), { presence: 'optional' })).toEqual({ outcome: 'deny', reason: why });
  });
});

describe('each stage of the line', () => {
  it('denies with its own reason', async () => {
    const other = authority('CN=Other');
    expect(await decide(presenting([{ der: alice.der.subarray(1) }]))).toMatchObject(
      denied('certificate_malformed', { index: 0 }),
    );
    expect(await decide(presenting(chain), { trust: { anchors: other.der } })).toMatchObject(
      denied('issuer_unknown', { index: 0, issuer: 'CN=Issuing' }),
    );
    expect(await decide(presenting(chain), { addresses: { allow: ['10.0.0.0/8'] } })).toMatchObject(
      denied('address_denied', { address: '192.0.2.7' }),
    );
    expect(await decide(presenting(chain), { addresses: { allow: ['192.0.2.0/24'] } })).toMatchObject({
      outcome: 'allow',
    });
    expect(await decide(presenting(chain), { check: () => false })).toMatchObject(denied('policy_rejected'));
  });

  it('reads the clock once for each request', async () => {
    // The first reading is for the anchors, when they are read.
    const times = [now, now, now + 20_000];
    const one = authenticator({ clock: () => times.shift() as number });
    expect(await one.authenticate(presenting([late]))).toMatchObject({ outcome: 'allow' });
    expect(await one.authenticate(presenting([late]))).toMatchObject(denied('certificate_expired'));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, '2026-01-01', new Date(now), Promise.resolve(now)])(
    'is a failure, and lets nobody in, where the clock answers %s',
    (answer) => {
      const one = authenticator({ clock: () => answer as number });
      expect(() => one.authenticate(presenting([alice]))).toThrow(expect.objectContaining({ code: 'setup' }));
    },
  );

  it('follows the settings of the path', async () => {
    const silent = client('CN=silent', { by: root, without: ['2.5.29.37'] });
    expect(await decide(presenting([silent]))).toMatchObject({ outcome: 'allow' });
    expect(await decide(presenting([silent]), { extendedKeyUsage: 'required' })).toMatchObject(
      denied('extended_key_usage_missing'),
    );
  });
});

describe('what is presented', () => {
  it('is bounded in certificates and in bytes', async () => {
    const limits = { presentedCertificates: 2 };
    expect(await decide(presenting(chain), { limits })).toMatchObject({ outcome: 'allow' });
    expect(await decide(presenting([...chain, root]), { limits })).toEqual({
      outcome: 'deny',
      reason: { code: 'input_too_large', detail: { limit: 2, actual: 3, unit: 'certificates' } },
    });
    const total = alice.der.length + issuing.der.length;
    expect(await decide(presenting(chain), { limits: { presentedBytes: total - 1 } })).toEqual({
      outcome: 'deny',
      reason: { code: 'input_too_large', detail: { limit: total - 1, actual: total, unit: 'bytes' } },
    });
  });
});

describe('a path that was checked before', () => {
  /** The leaf of an allowed client: another object when it was read and verified again. */
  const leafOf = (decision: unknown): unknown => {
    const { client: known, outcome } = decision as { outcome: string; client: ClientIdentity };
    return outcome === 'allow' ? leafOfClient(known) : undefined;
  };
  const copyOf = (entities: readonly Entity[]): { der: Uint8Array }[] =>
    entities.map(({ der }) => ({ der: Uint8Array.from(der) }));

  it('is not searched again, for the same object or for the same bytes', () => {
    const one = authenticator();
    const value = presented(chain);
    const first = leafOf(one.authenticate(handingOver(value)));
    expect(first).toBeDefined();
    expect(leafOf(one.authenticate(handingOver(value)))).toBe(first);
    expect(leafOf(one.authenticate(presenting(copyOf(chain))))).toBe(first);
  });

  it('is searched again for other bytes', () => {
    const one = authenticator();
    const first = leafOf(one.authenticate(presenting(chain)));
    expect(leafOf(one.authenticate(presenting([...chain, root])))).not.toBe(first);
  });

  it('is another one in another instance', () => {
    expect(leafOf(authenticator().authenticate(presenting(chain)))).not.toBe(
      leafOf(authenticator().authenticate(presenting(chain))),
    );
  });

  it('is forgotten when trust is replaced, and its client denied when its authority is gone', () => {
    const store = createTrustStore(trust);
    const one = authenticator({ trust: store });
    const value = presented(chain);
    const first = leafOf(one.authenticate(handingOver(value)));
    store.replace(trust);
    const second = leafOf(one.authenticate(handingOver(value)));
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
    store.replace({ anchors: authority('CN=Other').der });
    expect(one.authenticate(handingOver(value))).toMatchObject(denied('issuer_unknown'));
  });

  it('ends when a certificate of it expires, on a connection that lives on', () => {
    let time = now;
    const one = authenticator({ clock: () => time });
    const value = presented([late]);
    expect(one.authenticate(handingOver(value))).toMatchObject({ outcome: 'allow' });
    time = now + 10_999;
    expect(one.authenticate(handingOver(value))).toMatchObject({ outcome: 'allow' });
    time = now + 11_000;
    expect(one.authenticate(handingOver(value))).toMatchObject(denied('certificate_expired', { index: 0 }));
  });

  it('is searched again after the longest time chosen, and when the clock is set back', () => {
    let time = now;
    const one = authenticator({ clock: () => time, limits: { rememberedSeconds: 60 } });
    const first = leafOf(one.authenticate(presenting(chain)));
    time = now + 60_000;
    expect(leafOf(one.authenticate(presenting(chain)))).toBe(first);
    time = now + 60_001;
    const second = leafOf(one.authenticate(presenting(chain)));
    expect(second).not.toBe(first);
    time = now;
    expect(leafOf(one.authenticate(presenting(chain)))).not.toBe(second);
  });

  it('is forgotten when others take its place', () => {
    const one = authenticator({ limits: { rememberedPaths: 1 } });
    const first = leafOf(one.authenticate(presenting(chain)));
    expect(leafOf(one.authenticate(presenting(chain)))).toBe(first);
    void one.authenticate(presenting([late]));
    expect(leafOf(one.authenticate(presenting(chain)))).not.toBe(first);
  });

  it('is not a denial: what was missing may be there the next time', () => {
    const store = createTrustStore(trust);
    const one = authenticator({ trust: store });
    expect(one.authenticate(presenting([alice]))).toMatchObject(denied('issuer_unknown'));
    expect(one.authenticate(presenting(chain))).toMatchObject({ outcome: 'allow' });
    expect(one.authenticate(presenting([alice]))).toMatchObject({ outcome: 'allow' });
  });

  it('says nothing about policy, which is asked for each request', () => {
    let allowed = true;
    const one = authenticator({ check: () => allowed });
    const value = presented(chain);
    expect(one.authenticate(handingOver(value))).toMatchObject({ outcome: 'allow' });
    allowed = false;
    expect(one.authenticate(handingOver(value))).toMatchObject(denied('policy_rejected'));
  });
});

describe('trust that is replaced while a function of the operator runs', () => {
  it('is asked again, so that an authority removed meanwhile lets nobody in', async () => {
    const store = createTrustStore(trust);
    let calls = 0;
    const decision = authenticator({
      trust: store,
      roles: async () => {
        calls += 1;
        store.replace({ anchors: authority('CN=Other').der });
        return ['admin'];
      },
    }).authenticate(presenting(chain));
    expect(await decision).toMatchObject(denied('issuer_unknown'));
    expect(calls).toBe(1);
  });

  it('lets in a client that the new trust allows as well, after asking again', async () => {
    const store = createTrustStore(trust);
    let calls = 0;
    const decision = authenticator({
      trust: store,
      roles: async () => {
        calls += 1;
        if (calls === 1) store.replace({ anchors: [root.der, authority('CN=Other').der] });
        return [`call ${calls}`];
      },
    }).authenticate(presenting(chain));
    const outcome = await decision;
    expect(outcome).toMatchObject({ outcome: 'allow' });
    expect(outcome.outcome === 'allow' && [...outcome.client.roles]).toEqual(['call 2']);
  });

  it('is not asked again when nothing changed', async () => {
    let calls = 0;
    const outcome = await decide(presenting(chain), {
      roles: async () => {
        calls += 1;
        return [];
      },
    });
    expect(outcome).toMatchObject({ outcome: 'allow' });
    expect(calls).toBe(1);
  });

  it('denies late what policy denies late', async () => {
    expect(await decide(presenting(chain), { check: async () => false })).toMatchObject(denied('policy_rejected'));
    expect(
      await decide(presenting(chain), { check: () => new Promise(() => undefined), limits: { policyMilliseconds: 1 } }),
    ).toMatchObject(denied('policy_unavailable'));
  });
});

describe('a direct connection without the option trust', () => {
  const ca = toPem(root.der);
  const without = (options: MtlsOptions = {}): ReturnType<typeof createAuthenticator> =>
    createAuthenticator({ source: handing, clock, ...options });
  const over = (changes: Partial<PresentedHandshake> = {}): PresentedHandshake => handshakeWith(ca, changes);

  it('is verified up to the server’s own ca', () => {
    expect(without().authenticate(presentingOver(over(), chain))).toMatchObject({
      outcome: 'allow',
      client: { verifiedBy: 'peercert' },
    });
  });

  // Node 24 shows the leaf alone once it has verified a handshake, and says `authorized`.
  it('is refused where the path cannot be built, whatever Node says of it', () => {
    expect(without().authenticate(presentingOver(over(), [alice]))).toMatchObject(denied('issuer_unknown'));
  });

  it('tells the operator what to do where Node may have hidden the intermediates', () => {
    const remedyIn = (handshake: PresentedHandshake): unknown => {
      const decision = without().authenticate(presentingOver(handshake, [alice]));
      if (decision instanceof Promise || decision.outcome !== 'deny') throw new Error('not denied');
      return (decision.reason.detail as { readonly remedy?: string }).remedy;
    };
    expect(remedyIn(over({ mayHideIntermediates: true }))).toMatch(/^Node .*trust: \{ anchors, intermediates \}/);
    expect(remedyIn(over())).toBeUndefined();
  });

  it('is let in with the leaf alone once its intermediate is known, under the same trust only', () => {
    const one = without();
    const server = { ca, requestCert: true, _sharedCreds: {} };
    expect(one.authenticate(presentingOver(over({ server }), chain))).toMatchObject({ outcome: 'allow' });
    expect(one.authenticate(presentingOver(over({ server }), [alice]))).toMatchObject({ outcome: 'allow' });
    server._sharedCreds = {};
    expect(one.authenticate(presentingOver(over({ server }), [alice]))).toMatchObject(denied('issuer_unknown'));
  });

  it('of a server whose authorities are not known is a failure that names the fix', () => {
    const failure = (changes: Partial<PresentedHandshake>): unknown => {
      try {
        return without().authenticate(presentingOver(over(changes), chain));
      } catch (error) {
        return error;
      }
    };
    expect(isPeercertFailure(failure({ server: {} }))).toBe(true);
    expect(isPeercertFailure(failure({ isByName: true }))).toBe(true);
  });
});

describe('revocation lists of the TLS server', () => {
  const lists = { methods: ['crl'], crls: { distributionPoints: { hosts: ['crl.example:80'] } } } as const;
  const over = (changes: Partial<PresentedHandshake>): PresentedHandshake => handshakeWith(toPem(root.der), changes);
  const withCrl = (crl: unknown): PresentedHandshake => over({ server: { ca: toPem(root.der), crl } });
  const outcomeOf = (handshake: PresentedHandshake, options: MtlsOptions = {}): unknown => {
    try {
      return authenticator(options).authenticate(presentingOver(handshake, chain));
    } catch (error) {
      return error;
    }
  };

  it.each<[string, PresentedHandshake]>([
    ['the option crl', withCrl('a list')],
    ['several lists', withCrl(['a list'])],
    ['a secure context, as it shows by a list that is missing', over({ objection: 'UNABLE_TO_GET_CRL' })],
    ['a secure context, as it shows by a list that is stale', over({ objection: 'CRL_HAS_EXPIRED' })],
  ])('that nobody consults are a failure that names the fix: %s', (_, handshake) => {
    expect(outcomeOf(handshake)).toMatchObject({
      code: 'setup',
      cause: { message: expect.stringContaining("revocation: { methods: ['crl']") },
    });
  });

  it.each([undefined, null, []])('are none where crl is %o', (crl) => {
    expect(outcomeOf(withCrl(crl))).toMatchObject({ outcome: 'allow' });
  });

  it('are left to the option revocation where there is one', () => {
    expect(outcomeOf(withCrl('a list'), { revocation: lists })).toMatchObject(denied('revocation_unavailable'));
  });

  it('refuse the client whom Node found in one, whatever the options', () => {
    const revoked = denied('certificate_revoked');
    expect(outcomeOf(over({ objection: 'CERT_REVOKED' }))).toMatchObject(revoked);
    const soft = { ...lists, on: { noSource: 'allow' } } as const;
    expect(outcomeOf(over({ objection: 'CERT_REVOKED' }), { revocation: soft })).toMatchObject(revoked);
    expect(outcomeOf(over({}), { revocation: soft })).toMatchObject({ outcome: 'allow' });
  });
});

describe('a refusal of what was presented', () => {
  /** Counts how often the certificates are read: whoever only remembers looks at the first at most. */
  function observed(given: readonly Entity[]) {
    let readings = 0;
    const certificates = new Proxy(presented(given).certificates, {
      get(target, key, receiver) {
        if (key === '1') readings += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    return { request: handingOver({ ...presented(given), certificates }), readings: () => readings };
  }
  const forged = client('CN=mallory', { by: { name: 'CN=Issuing', keyPair: keyOf('mallory') } });
  const early = client('CN=early', { by: issuing, notBefore: new Date(now + 10_000) });

  it.each<[string, readonly Entity[], string]>([
    ['without a path', [client('CN=x', { by: authority('CN=Nobody') }), issuing], 'issuer_unknown'],
    ['with a forged signature', [forged, issuing], 'signature_invalid'],
    ['not yet valid', [early, issuing], 'certificate_not_yet_valid'],
    ['malformed', [{ ...alice, der: Uint8Array.of(0x30, 0) }, issuing], 'certificate_malformed'],
  ])('is worked out once: %s', (_, given, code) => {
    const one = authenticator();
    const { request, readings } = observed(given);
    const first = one.authenticate(request);
    expect(first).toMatchObject(denied(code));
    const before = readings();
    for (let again = 0; again < 5; again += 1) expect(one.authenticate(request)).toEqual(first);
    expect(readings()).toBe(before);
  });

  it('ends when the certificate becomes valid', () => {
    let time = now;
    const one = authenticator({ clock: () => time });
    const { request } = observed([early, issuing]);
    expect(one.authenticate(request)).toMatchObject(denied('certificate_not_yet_valid'));
    time = now + 9_999;
    expect(one.authenticate(request)).toMatchObject(denied('certificate_not_yet_valid'));
    time = now + 10_000;
    expect(one.authenticate(request)).toMatchObject({ outcome: 'allow' });
  });

  it('ends when an authority above it becomes valid', () => {
    let time = now;
    const late = authority('CN=Late', { by: root, notBefore: new Date(now + 5_000) });
    const request = presenting([client('CN=x', { by: late }), late]);
    const one = authenticator({ clock: () => time });
    expect(one.authenticate(request)).toMatchObject(denied('intermediate_not_yet_valid'));
    time = now + 5_000;
    expect(one.authenticate(request)).toMatchObject({ outcome: 'allow' });
  });

  it('ends with the trust, and when another client brings the intermediate that was missing', () => {
    const store = createTrustStore({ anchors: authority('CN=Other').der });
    const one = authenticator({ trust: store });
    const { request } = observed(chain);
    expect(one.authenticate(request)).toMatchObject(denied('issuer_unknown'));
    store.replace({ anchors: root.der });
    expect(one.authenticate(request)).toMatchObject({ outcome: 'allow' });

    const two = authenticator();
    const alone = presenting([alice]);
    expect(two.authenticate(alone)).toMatchObject(denied('issuer_unknown'));
    expect(two.authenticate(presenting([client('CN=bob', { by: issuing }), issuing]))).toMatchObject({
      outcome: 'allow',
    });
    expect(two.authenticate(alone)).toMatchObject({ outcome: 'allow' });
  });

  it('does not count before it was made, when the clock is set back', () => {
    let time = now;
    const short = client('CN=short', { by: issuing, notAfter: new Date(now - 5_000) });
    const one = authenticator({ clock: () => time });
    const { request } = observed([short, issuing]);
    expect(one.authenticate(request)).toMatchObject(denied('certificate_expired'));
    time = now - 60_000;
    expect(one.authenticate(request)).toMatchObject({ outcome: 'allow' });
  });

  it('of revocation is asked again, so that whoever is held may come back', () => {
    const denyList = createDenyList();
    const one = authenticator({ denyList });
    const request = presenting(chain);
    denyList.revoke({ issuer: 'CN=Issuing', serial: alice.certificate.serialNumber });
    expect(one.authenticate(request)).toMatchObject(denied('certificate_revoked'));
    denyList.lift({ issuer: 'CN=Issuing', serial: alice.certificate.serialNumber });
    expect(one.authenticate(request)).toMatchObject({ outcome: 'allow' });
  });
});

describe('the word of a proxy', () => {
  it('lets in a leaf that it verified, whatever the anchors', () => {
    const forwarded = presenting([alice], { by: 'proxy', verified: true });
    expect(authenticator().authenticate(forwarded)).toMatchObject({
      outcome: 'allow',
      client: { verifiedBy: 'proxy' },
    });
  });

  it('does not excuse the leaf from what it says itself', () => {
    const expired = client('CN=late', { by: root, notAfter: new Date(now - 1000) });
    const forwarded = presenting([expired], { by: 'proxy', verified: true });
    expect(authenticator().authenticate(forwarded)).toMatchObject(denied('certificate_expired'));
  });
});

describe('a certificate that expires soon', () => {
  it('is an event, once a day', () => {
    const events: PeercertEvent[] = [];
    let time = now;
    const one = authenticator({ clock: () => time, onEvent: (event) => events.push(event) });
    void one.authenticate(presenting([late]));
    void one.authenticate(presenting([late]));
    expect(events).toMatchObject([{ type: 'certificate_expiring', subject: 'CN=late', daysLeft: 0 }]);
    time = now - 86_400_000;
    void one.authenticate(presenting([late]));
    expect(events).toHaveLength(2);
  });

  it('is none when the client is denied, or expires much later', () => {
    const events: PeercertEvent[] = [];
    const onEvent = (event: PeercertEvent): void => void events.push(event);
    void authenticator({ onEvent, check: () => false }).authenticate(presenting([late]));
    void authenticator({ onEvent }).authenticate(presenting(chain));
    expect(events).toEqual([]);
  });

  it('needs nobody who listens', async () => {
    expect(await decide(presenting([late]))).toMatchObject({ outcome: 'allow' });
  });
});
