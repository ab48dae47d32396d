import {
  createOcspResponder,
  type IssuedCertificate,
  issueOcspDelegate,
  type OcspListener,
  type OcspResponderOptions,
} from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFetcher } from '../../src/revocation/fetcher.ts';
import { knownRevocations } from '../../src/revocation/known-revocations.ts';
import { OcspMethod, type OcspMethodSettings } from '../../src/revocation/ocsp-method.ts';
import { createRevocation, type Revocation } from '../../src/revocation/revocation.ts';
import { compileRevocationOptions, type RevocationOptions } from '../../src/revocation/revocation-options.ts';
import { read } from '../path/certificates.ts';
import { closeServers, listen } from './http-server.ts';
import {
  alice,
  bob,
  clock,
  day,
  hour,
  issueClient,
  issueClientWith,
  issuing,
  type Line,
  line,
  listOf,
  minute,
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

async function responding(options: Partial<OcspResponderOptions> = {}, port = 0) {
  const responder = createOcspResponder({ authority: issuing, clock, ...options });
  const listener = await responder.listen(port);
  listeners.push(listener);
  const { url } = listener;
  return {
    ...responder,
    url,
    port: Number(new URL(url).port),
    requests: () => listener.requests,
    stop: async () => {
      listeners.splice(listeners.indexOf(listener), 1);
      await listener.close();
    },
  };
}

const nowhere = 'http://127.0.0.1:1/';

interface Asking extends Line {
  readonly revocation: Revocation;
}

function asking(ocsp: RevocationOptions['ocsp'], options: Partial<RevocationOptions> = {}): Asking {
  const events: Line['events'] = [];
  const revocation = createRevocation(
    { methods: ['ocsp'], scope: 'leaf', ...(ocsp === undefined ? {} : { ocsp }), ...options },
    { clock, onEvent: (event) => events.push(event) },
  );
  opened.push(revocation);
  return { ...line({ revocation }), events, revocation };
}

describe('a responder', () => {
  it('lets in whom it knows as good, and refuses whom it knows as revoked', async () => {
    const responder = await responding();
    responder.revoke(bob, { revocationDate: new Date(start - hour), reason: 'superseded' });
    const one = asking({ responders: responder.url });
    expect(await one.decide(alice)).toMatchObject({
      outcome: 'allow',
      client: {
        revocation: {
          mode: 'leaf',
          certificates: [{ status: 'good', source: 'ocsp', validUntilMs: start + hour - 1 }],
        },
      },
    });
    expect(await one.decide(bob)).toMatchObject({
      outcome: 'deny',
      reason: {
        code: 'certificate_revoked',
        detail: {
          index: 0,
          revocationDate: new Date(start - hour),
          revocationReason: 'superseded',
          by: 'ocsp',
        },
      },
    });
  });

  it('that does not know the certificate denies with a reason of its own', async () => {
    const responder = await responding();
    responder.forget(alice);
    const one = asking({ responders: responder.url });
    expect(await one.decide(alice)).toEqual({
      outcome: 'deny',
      reason: { code: 'certificate_status_unknown', detail: { index: 0, subject: 'CN=alice' } },
    });
    // An authority that has just issued a certificate may need a moment to tell its responder.
    responder.restore(alice);
    time.pass(5_000);
    expect(await one.say(alice)).toBe('allow');
  });

  it('is asked once, and then from memory', async () => {
    const responder = await responding();
    const one = asking({ responders: responder.url });
    expect(await one.say(alice)).toBe('allow');
    for (let index = 0; index < 10; index += 1) expect(await one.say(alice)).toBe('now: allow');
    expect(responder.requests()).toBe(1);
    expect(one.revocation.status()).toMatchObject([
      { source: `ocsp ${responder.url}`, entries: 1, updatedAt: new Date(start), lastError: undefined },
    ]);
  });

  it('is asked once for 1,000 requests at a time for a certificate never seen before', async () => {
    const responder = await responding();
    const one = asking({ responders: responder.url });
    const said = await Promise.all(Array.from({ length: 1_000 }, () => one.say(alice)));
    expect(new Set(said)).toEqual(new Set(['allow']));
    expect(responder.requests()).toBe(1);
  });

  it('is asked again before its answer is over, while requests are answered from memory', async () => {
    const responder = await responding();
    const one = asking({ responders: responder.url });
    expect(await one.say(alice)).toBe('allow');
    time.pass(0.5 * hour);
    expect(await one.say(alice)).toBe('now: allow');
    expect(responder.requests()).toBe(1);
    responder.revoke(alice);
    time.pass(0.45 * hour);
    expect(await one.say(alice)).toBe('now: allow');
    await vi.waitFor(async () => expect(await one.say(alice)).toBe('now: certificate_revoked'));
    expect(responder.requests()).toBe(2);
  });

  it('is waited for when its last answer is over', async () => {
    const responder = await responding();
    const one = asking({ responders: responder.url });
    expect(await one.say(alice)).toBe('allow');
    responder.revoke(alice);
    time.pass(hour);
    expect(await one.say(alice)).toBe('certificate_revoked');
  });

  it('is asked anew when our clock was set back before its answer', async () => {
    const responder = await responding({ clock: () => start });
    const one = asking({ responders: responder.url });
    expect(await one.say(alice)).toBe('allow');
    time.pass(-minute);
    expect(await one.say(alice)).toBe('allow');
    expect(responder.requests()).toBe(2);
  });

  it('may answer requests of any hash, by POST or GET', async () => {
    const responder = await responding();
    responder.revoke(bob);
    for (const method of ['post', 'get'] as const) {
      for (const hash of ['sha1', 'sha256'] as const) {
        knownRevocations.clear();
        const one = asking({ responders: responder.url, method, hash });
        expect(await one.say(alice)).toBe('allow');
        expect(await one.say(bob)).toBe('certificate_revoked');
      }
    }
  });

  it('is sent what RFC 6960 A.1 asks for', async () => {
    const asked: string[] = [];
    const responder = createOcspResponder({ authority: issuing, clock });
    const server = await listen((request, response) => {
      asked.push(`${request.method} ${request.url?.slice(0, 6)} ${request.headers['content-type'] ?? 'none'}`);
      responder.handle(request, response);
    });
    const responders = `http://127.0.0.1:${server.port}/`;
    expect(await asking({ responders }).say(alice)).toBe('allow');
    expect(await asking({ responders, method: 'get' }).say(alice)).toBe('allow');
    expect(asked).toEqual(['POST / application/ocsp-request', expect.stringMatching(/^GET \/M.* none$/)]);
  });

  it('may be named by the certificate, at listed hosts only', async () => {
    const responder = await responding();
    const carol = await issueClientWith('carol', { ocsp: ['ldap://x/', responder.url] });
    const hosts = [`127.0.0.1:${responder.port}`];
    expect(await asking({ aia: { hosts } }).say(carol)).toBe('allow');
    expect(await asking({ aia: { hosts } }).say(alice)).toBe('now: revocation_unavailable noSource');
    expect(await asking({ aia: { hosts: ['127.0.0.1:1'] } }).say(carol)).toBe('now: revocation_unavailable noSource');
    expect(responder.requests()).toBe(1);
  });

  it('is none where the certificate names none', async () => {
    const one = asking({ aia: { hosts: ['ocsp.example.com:80'] } });
    expect(await one.say(alice)).toBe('now: revocation_unavailable noSource');
    expect(one.revocation.status()).toEqual([]);
  });

  it('of the options is asked before one that the certificate names', async () => {
    const configured = await responding();
    const named = await responding();
    const carol = await issueClientWith('carol', { ocsp: [named.url] });
    const options = { responders: [configured.url], aia: { hosts: [`127.0.0.1:${named.port}`] } };
    expect(await asking(options).say(carol)).toBe('allow');
    expect([configured.requests(), named.requests()]).toEqual([1, 0]);
    await configured.stop();
    expect(await asking(options).say(carol)).toBe('allow');
    expect(named.requests()).toBe(1);
  });

  it('may be one of several, of which the first usable answer counts', async () => {
    const liar = await responding({ authority: stranger });
    const honest = await responding();
    honest.revoke(bob);
    const one = asking({ responders: [liar.url, honest.url] });
    expect(await one.say(alice)).toBe('allow');
    expect(await one.say(bob)).toBe('certificate_revoked');
    expect(one.revocation.status()).toMatchObject([
      { source: `ocsp ${liar.url}`, entries: 0, lastError: { kind: 'malformed' } },
      { source: `ocsp ${honest.url}`, entries: 2, lastError: undefined },
    ]);
  });
});

describe('a nonce', () => {
  it('must come back where it is required', async () => {
    const echoing = await responding();
    const ignoring = await responding({ nonce: 'ignore' });
    expect(await asking({ responders: echoing.url, nonce: 'required' }).say(alice)).toBe('allow');
    const one = asking({ responders: ignoring.url, nonce: 'required' });
    expect(await one.say(alice)).toBe('revocation_unavailable malformed');
    expect(one.events).toMatchObject([{ problem: 'ocsp_nonce_missing' }]);
    expect(await asking({ responders: ignoring.url, nonce: 'optional' }).say(alice)).toBe('allow');
  });

  it('is another one each time, so that a replayed answer is refused', async () => {
    let replayed: Uint8Array | undefined;
    const responder = createOcspResponder({ authority: issuing, clock });
    const server = await listen(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
      replayed ??= responder.answer(Buffer.concat(chunks));
      response.end(replayed);
    });
    const one = asking({ responders: `http://127.0.0.1:${server.port}/`, nonce: 'optional', refreshSeconds: 60 });
    expect(await one.say(alice)).toBe('allow');
    time.pass(hour);
    expect(await one.say(alice)).toBe('revocation_unavailable malformed');
    expect(one.events.at(-1)).toMatchObject({ problem: 'ocsp_nonce_mismatch' });
  });
});

describe('a responder that lies', () => {
  const lying = async (options: Partial<OcspResponderOptions>): Promise<Asking> =>
    asking({ responders: (await responding(options)).url });

  it('about another certificate is refused', async () => {
    const other = createOcspResponder({ authority: issuing, clock });
    const server = await listen(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
      first ??= Buffer.concat(chunks);
      response.end(other.answer(first));
    });
    let first: Buffer | undefined;
    const one = asking({ responders: `http://127.0.0.1:${server.port}/` });
    expect(await one.say(alice)).toBe('allow');
    expect(await one.say(bob)).toBe('revocation_unavailable malformed');
    expect(one.events.at(-1)).toMatchObject({ kind: 'malformed', problem: 'ocsp_other_certificate' });
  });

  it('with an old answer is refused', async () => {
    const responder = await responding();
    const one = asking({ responders: responder.url });
    const server = await listen((_, response) => response.end(recorded));
    const recorded = await new Promise<Uint8Array>((resolve) => {
      const answering = createOcspResponder({ authority: issuing, clock, lie: (honest) => honest });
      void listen(async (request, response) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
        const answer = answering.answer(Buffer.concat(chunks));
        resolve(answer);
        response.end(answer);
      }).then(({ port }) => asking({ responders: `http://127.0.0.1:${port}/` }).say(alice));
    });
    expect(await one.say(alice)).toBe('allow');
    time.pass(2 * hour);
    const late = asking({ responders: `http://127.0.0.1:${server.port}/` });
    expect(await late.say(alice)).toBe('revocation_unavailable stale');
    expect(late.events).toMatchObject([{ kind: 'stale', problem: 'ocsp_next_update_past' }]);
  });

  it('signed by somebody else is refused', async () => {
    const { keyPair } = stranger;
    const one = await lying({ lie: (honest) => ({ ...honest, signer: keyPair }) });
    expect(await one.say(alice)).toMatch(/^revocation_unavailable malformed/);
  });

  it('that is revoked itself, by a list that is there, is refused', async () => {
    const delegate = await issueOcspDelegate(issuing, { extensions: [], validity: { days: 30 } });
    const responder = await responding({ delegate });
    const methods = { methods: ['ocsp', 'crl'] as const };
    const revoking = asking({ responders: responder.url }, { ...methods, crls: { sources: [listOf([delegate])] } });
    await revoking.revocation.ready();
    expect(await revoking.say(alice)).toBe('allow');
    expect(revoking.events).toContainEqual(expect.objectContaining({ problem: 'ocsp_delegate_revoked' }));
    knownRevocations.clear();
    const unchecked = { responders: responder.url, uncheckedDelegate: 'refuse' } as const;
    expect(await asking(unchecked).say(alice)).toBe('revocation_unavailable malformed');
    expect(await asking({ responders: responder.url }).say(alice)).toBe('allow');
    const checked = asking(unchecked, { ...methods, crls: { sources: [listOf([])] } });
    await checked.revocation.ready();
    expect(await checked.decide(alice)).toMatchObject({
      client: { revocation: { certificates: [{ source: 'ocsp' }] } },
    });
  });

  it('with an endless body, or a redirect, is unreachable', async () => {
    const endless = await listen((_, response) => {
      const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.once('close', () => clearInterval(more));
    });
    const redirecting = await listen((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    for (const { port } of [endless, redirecting]) {
      const one = asking({ responders: `http://127.0.0.1:${port}/` });
      expect(await one.say(alice)).toBe('revocation_unavailable unreachable');
    }
  });

  it('with a slow drip is unreachable in time', async () => {
    const server = await listen((_, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.once('close', () => clearInterval(drip));
    });
    const one = asking({ responders: `http://127.0.0.1:${server.port}/` }, { fetch: { timeoutMilliseconds: 100 } });
    expect(await one.say(alice)).toBe('revocation_unavailable unreachable');
    expect(one.events).toMatchObject([{ problem: 'fetch_timeout', detail: '100 ms' }]);
  });

  it('whose name resolves to a special-purpose address is not asked', async () => {
    const responder = await responding();
    const responders = responder.url.replace('127.0.0.1', 'localhost');
    const one = asking({ responders });
    expect(await one.say(alice)).toBe('revocation_unavailable unreachable');
    expect(one.events).toMatchObject([{ problem: 'fetch_address_special' }]);
    expect(responder.requests()).toBe(0);
    expect(await asking({ responders }, { fetch: { addresses: ['127.0.0.0/8'] } }).say(alice)).toBe('allow');
  });

  it('is paused after each failure, and honest when it is', async () => {
    let isHonest = false;
    const responder = createOcspResponder({ authority: issuing, clock });
    const server = await listen((request, response) => {
      if (isHonest) responder.handle(request, response);
      else response.end('nonsense');
    });
    const one = asking({ responders: `http://127.0.0.1:${server.port}/` });
    expect(await one.say(alice)).toBe('revocation_unavailable malformed');
    expect(await one.say(alice)).toBe('now: revocation_unavailable malformed');
    expect(server.requests).toBe(1);
    // One failure about one certificate is not held against another.
    expect(await one.say(bob)).toBe('revocation_unavailable malformed');
    isHonest = true;
    time.pass(1_000);
    expect(await one.say(alice)).toBe('allow');
  });
});

describe('the status of responders', () => {
  it('counts what each has answered, and nothing where none has', async () => {
    const responder = await responding();
    const one = asking({ responders: [nowhere, responder.url] });
    expect(await one.say(alice)).toBe('allow');
    expect(one.revocation.status()).toMatchObject([
      { source: `ocsp ${nowhere}`, entries: 0, lastError: { kind: 'unreachable' } },
      { source: `ocsp ${responder.url}`, entries: 1, nextUpdate: new Date(start + hour - 1), lastError: undefined },
    ]);
    await responder.stop();
    expect(await one.say(bob)).toBe('revocation_unavailable unreachable');
    expect(one.revocation.status()).toMatchObject([{ entries: 0 }, { entries: 1 }]);
  });
});

describe('a responder that is down', () => {
  it('is not asked about every certificate in turn', async () => {
    const responder = await responding();
    await responder.stop();
    const one = asking({ responders: responder.url });
    expect(await one.decide(alice)).toMatchObject({
      reason: { code: 'revocation_unavailable', detail: { kind: 'unreachable', retryAfterSeconds: 1 } },
    });
    expect(await one.say(bob)).toBe('now: revocation_unavailable unreachable');
    expect(one.events).toHaveLength(1);
    await responding({}, responder.port);
    time.pass(1_000);
    expect(await one.say(bob)).toBe('allow');
    expect(await one.say(alice)).toBe('allow');
    expect(one.events.at(-1)).toMatchObject({ type: 'revocation_source_updated' });
  });

  it('leaves answers that are current in use', async () => {
    const responder = await responding();
    const one = asking({ responders: responder.url });
    expect(await one.say(alice)).toBe('allow');
    await responder.stop();
    time.pass(0.95 * hour);
    expect(await one.say(alice)).toBe('now: allow');
    await vi.waitFor(() => expect(one.events.at(-1)).toMatchObject({ type: 'revocation_source_failed' }));
    expect(await one.say(alice)).toBe('now: allow');
    time.pass(0.1 * hour);
    expect(await one.say(alice)).toBe('revocation_unavailable unreachable');
  });

  it('lets nobody in again who was revoked, although its answer is over and the operator lets others in', async () => {
    const responder = await responding();
    responder.revoke(bob, { reason: 'keyCompromise' });
    const held = await issueClient('held');
    responder.revoke(held, { reason: 'certificateHold' });
    const one = asking({ responders: responder.url }, { on: { unreachable: 'allow' } });
    expect(await one.say(bob)).toBe('certificate_revoked');
    expect(await one.say(held)).toBe('certificate_revoked');
    await responder.stop();
    time.pass(day);
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(await one.say(alice)).toBe('allow');
    // Whether a hold has ended, only a current answer tells.
    expect(await one.say(held)).toBe('now: allow');
  });
});

describe('a responder under load', () => {
  it('that is killed and restarted lets nobody in who was revoked', async () => {
    let responder = await responding({ lifetimeSeconds: 60 });
    const { port } = responder;
    responder.revoke(bob);
    const one = asking({ responders: responder.url });
    const said = new Map<string, Set<string>>([
      ['alice', new Set()],
      ['bob', new Set()],
    ]);
    for (let round = 0; round < 60; round += 1) {
      if (round % 20 === 10) await responder.stop();
      if (round % 20 === 0 && round > 0) {
        responder = await responding({ lifetimeSeconds: 60 }, port);
        responder.revoke(bob);
      }
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => one.say(index % 2 === 0 ? alice : bob)),
      );
      for (const [index, answer] of answers.entries()) {
        said.get(index % 2 === 0 ? 'alice' : 'bob')?.add(answer.replace('now: ', ''));
      }
      time.pass(15_000);
    }
    expect(said.get('bob')).toEqual(new Set(['certificate_revoked']));
    expect(said.get('alice')).toEqual(new Set(['allow', 'revocation_unavailable unreachable']));
  });
});

const strictness = {
  profile: 'interoperable',
  allowedWeakAlgorithms: new Set<string>(),
  minimumRsaBits: 2048,
} as const;

describe('the memory of answers', () => {
  it('is bounded, and forgets whoever is good before whoever is revoked', async () => {
    const responder = await responding();
    responder.revoke(bob);
    const { ocsp } = compileRevocationOptions({ methods: ['ocsp'], ocsp: { responders: responder.url } });
    const fetcher = createFetcher(compileRevocationOptions({ methods: ['ocsp'], ocsp: { responders: nowhere } }).fetch);
    const method = new OcspMethod({ ...(ocsp as OcspMethodSettings), capacity: 2 }, strictness, fetcher, {
      clock,
      tell: () => undefined,
      onChange: () => undefined,
    });
    const ask = async (client: IssuedCertificate): Promise<string> => {
      const finding = method.statusOf({
        certificate: read(client.certificateDer),
        issuer: read(issuing.certificateDer),
        anchor: read(issuing.certificateDer),
        nowMs: clock(),
        client: client.serialNumber,
        crlIssuers: () => [],
        strictness,
      });
      return finding instanceof Promise ? (await finding).status.status : `known ${finding.status.status}`;
    };
    expect(await ask(bob)).toBe('revoked');
    expect(await ask(alice)).toBe('good');
    const carol = await issueClient('carol');
    expect(await ask(carol)).toBe('good');
    expect(await ask(bob)).toBe('known revoked');
    expect(await ask(carol)).toBe('known good');
    expect(await ask(alice)).toBe('good');
    for (const client of [alice, carol]) responder.revoke(client);
    time.pass(hour);
    for (const client of [bob, alice, carol]) expect(await ask(client)).toBe('revoked');
    // All are revoked: the oldest goes.
    expect(await ask(bob)).toBe('revoked');
    fetcher.close();
  });
});
