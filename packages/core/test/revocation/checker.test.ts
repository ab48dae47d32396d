import { createOcspResponder, type OcspListener } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import type { MtlsOptions } from '../../src/options.ts';
import { createTrustStore } from '../../src/path/trust-store.ts';
import { createDenyList } from '../../src/revocation/deny-list.ts';
import { createRevocation, type Revocation } from '../../src/revocation/revocation.ts';
import type { RevocationOptions } from '../../src/revocation/revocation-options.ts';
import type { UndeterminedKind } from '../../src/revocation/status.ts';
import { handing, handingOver, nobody, presented, presenting } from '../requests.ts';
import { closeServers, listen } from './http-server.ts';
import {
  alice,
  bob,
  clock,
  day,
  hour,
  issuing,
  type Line,
  line,
  listOf,
  minute,
  root,
  rootList,
  spoken,
  start,
  stranger,
  time,
} from './world.ts';

const opened: Revocation[] = [];
const listeners: OcspListener[] = [];

beforeEach(() => time.reset());

afterEach(async () => {
  for (const revocation of opened.splice(0)) revocation.close();
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  await closeServers();
});

interface Checked extends Line {
  readonly revocation: Revocation;
}

function checking(options: RevocationOptions): Checked {
  const events: Line['events'] = [];
  const revocation = createRevocation({ scope: 'leaf', ...options }, { clock, onEvent: (event) => events.push(event) });
  opened.push(revocation);
  return { ...line({ revocation }), events, revocation };
}

async function responding() {
  const responder = createOcspResponder({ authority: issuing, clock });
  const listener = await responder.listen();
  listeners.push(listener);
  return { ...responder, url: listener.url, requests: () => listener.requests, close: () => listener.close() };
}

const nowhere = 'http://127.0.0.1:1/';
const current = (): Uint8Array => listOf([]);

describe('what follows from a status that cannot be determined', () => {
  const old = (): Uint8Array =>
    listOf([], { thisUpdate: new Date(start - 2 * day), nextUpdate: new Date(start - day) });

  const causes: Readonly<Record<UndeterminedKind, () => Promise<RevocationOptions>>> = {
    noSource: async () => ({ methods: ['crl'], crls: { sources: [rootList] } }),
    unreachable: async () => ({ methods: ['ocsp'], ocsp: { responders: nowhere } }),
    stale: async () => ({ methods: ['crl'], crls: { sources: [old()] } }),
    malformed: async () => ({ methods: ['crl'], crls: { sources: [listOf([], {}, stranger)] } }),
    unknown: async () => {
      const responder = await responding();
      responder.forget(alice);
      return { methods: ['ocsp'], ocsp: { responders: responder.url } };
    },
  };
  const kinds = Object.keys(causes) as UndeterminedKind[];
  const others = (kind: UndeterminedKind): NonNullable<RevocationOptions['on']> =>
    Object.fromEntries(kinds.filter((one) => one !== kind).map((one) => [one, 'allow']));

  it.each(kinds)('is to deny when it is %s, though every other kind is allowed', async (kind) => {
    const options = await causes[kind]();
    const denied = kind === 'unknown' ? 'certificate_status_unknown' : `revocation_unavailable ${kind}`;
    expect(await checking(options).say(alice)).toBe(denied);
    expect(await checking({ ...options, on: { ...others(kind), [kind]: 'deny' } }).say(alice)).toBe(denied);
    expect(await checking({ ...options, on: others(kind) }).say(alice)).toBe(denied);
  });

  it.each(kinds)('is to allow when it is %s and the operator says so, aloud and never from memory', async (kind) => {
    const one = checking({ ...(await causes[kind]()), on: { [kind]: 'allow' } });
    const allowed = (): unknown[] => one.events.filter(({ type }) => type === 'revocation_undetermined_allowed');
    for (let times = 1; times <= 3; times += 1) {
      expect(await one.decide(alice)).toMatchObject({
        outcome: 'allow',
        client: { revocation: { mode: 'leaf', certificates: [{ status: 'undetermined', kind }] } },
      });
      expect(allowed()).toHaveLength(times);
    }
    expect(allowed()[0]).toMatchObject({
      type: 'revocation_undetermined_allowed',
      kind,
      index: 0,
      subject: 'CN=alice',
      trouble: { problem: expect.any(String) },
    });
  });

  it('ends as soon as it can be determined', async () => {
    const responder = await responding();
    responder.forget(alice);
    const one = checking({ methods: ['ocsp'], ocsp: { responders: responder.url }, on: { unknown: 'allow' } });
    expect(await one.say(alice)).toBe('allow');
    responder.revoke(alice);
    time.pass(minute);
    expect(await one.say(alice)).toBe('certificate_revoked');
  });
});

describe('the order of methods', () => {
  it('decides which one is asked, and the other is not if it answers', async () => {
    const responder = await responding();
    const sources = { crls: { sources: [current()] }, ocsp: { responders: responder.url } };
    const byLists = checking({ methods: ['crl', 'ocsp'], ...sources });
    expect(await byLists.decide(alice)).toMatchObject({
      client: { revocation: { certificates: [{ source: 'crl' }] } },
    });
    expect(responder.requests()).toBe(0);
    const byAnswers = checking({ methods: ['ocsp', 'crl'], ...sources });
    expect(await byAnswers.decide(alice)).toMatchObject({
      client: { revocation: { certificates: [{ source: 'ocsp' }] } },
    });
    expect(responder.requests()).toBe(1);
  });

  it('goes on to the next where the first determines nothing', async () => {
    const responder = await responding();
    responder.revoke(bob);
    const noList = checking({
      methods: ['crl', 'ocsp'],
      crls: { sources: [rootList] },
      ocsp: { responders: responder.url },
    });
    expect(await noList.say(alice)).toBe('allow');
    expect(await noList.say(bob)).toBe('certificate_revoked');
    const noAnswer = checking({
      methods: ['ocsp', 'crl'],
      crls: { sources: [listOf([bob])] },
      ocsp: { responders: nowhere },
    });
    expect(await noAnswer.say(alice)).toBe('allow');
    expect(await noAnswer.say(bob)).toBe('now: certificate_revoked');
  });

  it('asks the first again as soon as it may know more than the second', async () => {
    const responder = createOcspResponder({ authority: issuing, clock });
    let isUp = false;
    const server = await listen((request, response) => {
      if (isUp) responder.handle(request, response);
      else response.destroy();
    });
    const one = checking({
      methods: ['ocsp', 'crl'],
      crls: { sources: [current()] },
      ocsp: { responders: `http://127.0.0.1:${server.port}/` },
    });
    expect(await one.say(alice)).toBe('allow');
    expect(await one.say(alice)).toBe('now: allow');
    isUp = true;
    responder.revoke(alice);
    time.pass(minute);
    expect(await one.say(alice)).toBe('certificate_revoked');
  });

  it.each<[NonNullable<RevocationOptions['on']>, string]>([
    [{}, 'revocation_unavailable unreachable'],
    [{ noSource: 'allow' }, 'revocation_unavailable unreachable'],
    [{ unreachable: 'allow' }, 'allow'],
  ])('takes no account, under %j, of a method without a source where the other has one', async (on, said) => {
    const one = checking({
      methods: ['crl', 'ocsp'],
      crls: { sources: [rootList] },
      ocsp: { responders: nowhere },
      on,
    });
    expect(await one.say(alice)).toBe(said);
  });

  it.each<[NonNullable<RevocationOptions['on']>, string]>([
    [{}, 'revocation_unavailable malformed'],
    [{ unreachable: 'allow' }, 'revocation_unavailable malformed'],
    [{ malformed: 'allow' }, 'revocation_unavailable unreachable'],
    [{ malformed: 'allow', unreachable: 'allow' }, 'allow'],
  ])('lets nobody in, under %j, unless each thing that went wrong may', async (on, said) => {
    for (const methods of [['crl', 'ocsp'] as const, ['ocsp', 'crl'] as const]) {
      const one = checking({
        methods,
        crls: { sources: [listOf([], {}, stranger)] },
        ocsp: { responders: nowhere },
        on,
      });
      expect(await one.say(alice)).toBe(said);
    }
  });
});

describe('a path whose anchor is removed', () => {
  it('while its status is fetched does not come in, and is not remembered', async () => {
    const held: (() => void)[] = [];
    const responder = createOcspResponder({ authority: issuing, clock });
    const server = await listen((request, response) => {
      held.push(() => responder.handle(request, response));
    });
    const trust = createTrustStore({ anchors: root.certificatePem, intermediates: issuing.certificatePem });
    const revocation = createRevocation(
      { methods: ['ocsp'], scope: 'leaf', ocsp: { responders: `http://127.0.0.1:${server.port}/` } },
      { clock },
    );
    opened.push(revocation);
    const { authenticate } = createAuthenticator({ source: handing, trust, clock, revocation });
    const request = presenting([{ der: alice.certificateDer }]);
    const pending = authenticate(request);
    expect(pending).toBeInstanceOf(Promise);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    trust.replace({ anchors: stranger.certificatePem });
    held[0]?.();
    expect(spoken(await pending)).toBe('signature_invalid');
    expect(spoken(await authenticate(request))).toBe('signature_invalid');
    // The answer itself is of the certificate, not of who is trusted: under the old anchors again it counts.
    trust.replace({ anchors: root.certificatePem, intermediates: issuing.certificatePem });
    expect(authenticate(request)).toMatchObject({ outcome: 'allow' });
  });
});

describe('a path that was delegated', () => {
  it('has no issuer to ask, and is denied unless the operator says otherwise', async () => {
    const verdict = { by: 'proxy', verified: true } as const;
    const request = handingOver(presented([{ der: alice.certificateDer }], verdict));
    for (const [on, said] of [
      [{}, 'revocation_unavailable noSource'],
      [{ noSource: 'allow' }, 'allow'],
    ] as const) {
      const revocation = createRevocation({ methods: ['crl'], crls: { sources: [current()] }, on }, { clock });
      opened.push(revocation);
      const { authenticate } = createAuthenticator({
        source: handing,
        trust: { anchors: root.certificatePem },
        clock,
        revocation,
      });
      expect(spoken(await authenticate(request))).toBe(said);
    }
  });
});

describe('a bare name', () => {
  const name = (issuer: string | undefined, serialNumber: string | undefined) =>
    handingOver({
      source: 'test',
      assertedName: {
        subject: { text: 'CN=alice', header: 'x-subject' },
        issuer: issuer === undefined ? undefined : { text: issuer, header: 'x-issuer' },
        serialNumber,
      },
      verdict: { by: 'proxy', verified: true },
    });
  const authenticate = (options: MtlsOptions, ...[issuer, serial]: Parameters<typeof name>): Promise<string> =>
    Promise.resolve(
      createAuthenticator({ source: handing, trust: { anchors: root.certificatePem }, clock, ...options }).authenticate(
        name(issuer, serial),
      ),
    ).then(spoken);

  it('cannot be asked about, and is denied unless the operator says otherwise', async () => {
    const revocation = { methods: ['crl'], crls: { sources: [current()] } } as const;
    expect(await authenticate({ revocation }, 'CN=Issuing', '03')).toBe('revocation_unavailable noSource');
    expect(await authenticate({ revocation }, 'Issuing', '03')).toBe('header_malformed');
    expect(await authenticate({ revocation: { ...revocation, on: { noSource: 'allow' } } }, 'CN=Issuing', '03')).toBe(
      'allow',
    );
    expect(await authenticate({}, 'CN=Issuing', '03')).toBe('allow');
  });

  it('is denied by the deny-list where the proxy tells issuer and serial number', async () => {
    const denyList = createDenyList();
    denyList.revoke({ issuer: 'CN=Issuing', serial: '03' });
    expect(await authenticate({ denyList }, 'cn=issuing', '03')).toBe('certificate_revoked');
    expect(await authenticate({ denyList }, 'CN=Issuing', '04')).toBe('allow');
    expect(await authenticate({ denyList }, 'CN=Issuing', undefined)).toBe('allow');
    expect(await authenticate({ denyList }, undefined, '03')).toBe('allow');
  });
});

describe('the deny-list', () => {
  it('denies on the next request, from memory too, and until it is lifted', async () => {
    const denyList = createDenyList();
    const one = line({ denyList });
    expect(await one.say(alice)).toBe('now: allow');
    denyList.revoke({ issuer: 'CN=Issuing', serial: alice.serialNumber });
    expect(await one.decide(alice)).toEqual({
      outcome: 'deny',
      reason: {
        code: 'certificate_revoked',
        detail: {
          index: 0,
          subject: 'CN=alice',
          revocationDate: undefined,
          revocationReason: undefined,
          by: 'deny-list',
        },
      },
    });
    expect(await one.say(bob)).toBe('now: allow');
    denyList.lift({ issuer: 'CN=Issuing', serial: alice.serialNumber });
    expect(await one.say(alice)).toBe('now: allow');
  });

  it('is asked about every certificate of the path, the anchor included', async () => {
    const denyList = createDenyList();
    const one = line({ denyList });
    denyList.revoke({ issuer: 'CN=Root', serial: issuing.serialNumber });
    expect(await one.decide(alice)).toMatchObject({ reason: { detail: { index: 1, subject: 'CN=Issuing' } } });
    denyList.lift({ issuer: 'CN=Root', serial: issuing.serialNumber });
    denyList.revoke({ issuer: 'CN=Root', serial: root.serialNumber });
    expect(await one.decide(alice)).toMatchObject({ reason: { detail: { index: 2, subject: 'CN=Root' } } });
  });

  it('may be shared by several instances', async () => {
    const denyList = createDenyList();
    const lines = [line({ denyList }), line({ denyList })];
    denyList.revoke({ issuer: 'CN=Issuing', serial: alice.serialNumber });
    for (const one of lines) expect(await one.say(alice)).toBe('now: certificate_revoked');
  });

  it('that grows while a role function runs denies the request', async () => {
    const denyList = createDenyList();
    let answer: (roles: string[]) => void = () => undefined;
    const one = line({ denyList, roles: () => new Promise((resolve) => (answer = resolve)) });
    const said = one.say(alice);
    denyList.revoke({ issuer: 'CN=Issuing', serial: alice.serialNumber });
    answer(['admin']);
    expect(await said).toBe('certificate_revoked');
  });

  it('denies whatever responders and lists say', async () => {
    const denyList = createDenyList();
    const one = line({ denyList, revocation: { methods: ['crl'], scope: 'leaf', crls: { sources: [current()] } } });
    expect(await one.say(alice)).toBe('allow');
    denyList.revoke({ issuer: 'CN=Issuing', serial: alice.serialNumber });
    expect(await one.say(alice)).toBe('now: certificate_revoked');
  });
});

describe('time', () => {
  it('that passes nextUpdate during a connection denies on the next request', async () => {
    const sources = [listOf([], { nextUpdate: new Date(start + hour) })];
    const one = line({ revocation: { methods: ['crl'], scope: 'leaf', crls: { sources } } });
    expect(await one.say(alice)).toBe('allow');
    time.pass(hour - 1);
    expect(await one.say(alice)).toBe('now: allow');
    time.pass(1);
    expect(await one.say(alice)).toBe('now: revocation_unavailable stale');
    time.pass(-minute);
    expect(await one.say(alice)).toBe('now: allow');
  });
});

describe('instances', () => {
  it('share what they know, and hear of a revocation together', async () => {
    const responder = await responding();
    const revocation = createRevocation(
      { methods: ['ocsp'], scope: 'leaf', ocsp: { responders: responder.url } },
      { clock },
    );
    opened.push(revocation);
    const lines = [line({ revocation }), line({ revocation })];
    expect(await lines[0]?.say(alice)).toBe('allow');
    expect(await lines[1]?.say(alice)).toBe('now: allow');
    expect(responder.requests()).toBe(1);
    responder.revoke(alice);
    time.pass(0.95 * hour);
    expect(await lines[0]?.say(alice)).toBe('now: allow');
    await vi.waitFor(async () => expect(await lines[0]?.say(alice)).toBe('now: certificate_revoked'));
    expect(await lines[1]?.say(alice)).toBe('now: certificate_revoked');
  });

  it('that throw when they hear of a source do no harm', async () => {
    const onEvent = vi.fn<() => void>(() => {
      throw new Error('a logger that fails');
    });
    const one = line({ revocation: { methods: ['crl'], scope: 'leaf', crls: { sources: [listOf([bob])] } }, onEvent });
    expect(await one.say(alice)).toBe('allow');
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(onEvent).toHaveBeenCalled();
  });
});

describe('a client that presents its own intermediate', () => {
  it('is checked by lists that only this intermediate can vouch for', async () => {
    const own = await issuing.issueAuthority({
      subject: 'CN=Own',
      validity: { notBefore: new Date(start - day), notAfter: new Date(start + 300 * day) },
    });
    const carol = await own.issueClient({ subject: 'CN=carol', validity: { notBefore: new Date(start - day) } });
    const dave = await own.issueClient({ subject: 'CN=dave', validity: { notBefore: new Date(start - day) } });
    const { authenticate } = createAuthenticator({
      source: handing,
      trust: { anchors: root.certificatePem, intermediates: issuing.certificatePem },
      clock,
      revocation: { methods: ['crl'], scope: 'leaf', crls: { sources: [listOf([carol], {}, own)] } },
    });
    const ask = async (client: typeof carol): Promise<string> =>
      spoken(
        await authenticate(
          handingOver(presented([{ der: client.certificateDer }, { der: own.certificateDer }], nobody)),
        ),
      );
    expect(await ask(carol)).toBe('certificate_revoked');
    expect(await ask(dave)).toBe('allow');
  });
});
