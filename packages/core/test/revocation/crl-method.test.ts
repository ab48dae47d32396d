import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@peercert/pki';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromFile } from '../../src/file-watcher.ts';
import { CrlMethod } from '../../src/revocation/crl-method.ts';
import { createRevocation, type Revocation } from '../../src/revocation/revocation.ts';
import { compileRevocationOptions, type RevocationOptions } from '../../src/revocation/revocation-options.ts';
import { authority, client, saying } from '../path/certificates.ts';
import { policy } from './crl/lists.ts';
import { closeServers, type Listening, listen } from './http-server.ts';
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
  root,
  rootList,
  start,
  stranger,
  time,
} from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'peercert-crl-'));
const opened: Revocation[] = [];

beforeEach(() => time.reset());

afterEach(async () => {
  for (const revocation of opened.splice(0)) revocation.close();
  await closeServers();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Checked extends Line {
  readonly revocation: Revocation;
}

function checking(options: Partial<RevocationOptions>): Checked {
  const events: Line['events'] = [];
  const revocation = createRevocation(
    { methods: ['crl'], scope: 'leaf', ...options },
    { clock, onEvent: (event) => events.push(event) },
  );
  opened.push(revocation);
  return { ...line({ revocation }), events, revocation };
}

const given = (...lists: readonly Uint8Array[]): Checked => checking({ crls: { sources: lists } });

const crlPem = (der: Uint8Array): string => toPem(der).replaceAll('CERTIFICATE', 'X509 CRL');

/** A server whose list can be changed. */
async function serving(list: Uint8Array, port = 0): Promise<Listening & { list: Uint8Array; readonly url: string }> {
  const server = await listen((_, response) => response.end(state.list), port);
  const state = {
    list,
    url: `http://127.0.0.1:${server.port}/issuing.crl`,
    port: server.port,
    server: server.server,
    get requests() {
      return server.requests;
    },
    close: () => server.close(),
  };
  return state;
}

describe('a list that is given', () => {
  it('lets in whom it does not name, and refuses whom it does', async () => {
    const one = given(
      listOf([{ serialNumber: bob.serialNumber, reason: 'keyCompromise', revocationDate: new Date(start - hour) }]),
    );
    await one.revocation.ready();
    expect(await one.say(alice)).toBe('now: allow');
    expect(await one.decide(bob)).toEqual({
      outcome: 'deny',
      reason: {
        code: 'certificate_revoked',
        detail: {
          index: 0,
          subject: 'CN=bob',
          revocationDate: new Date(start - hour),
          revocationReason: 'keyCompromise',
          by: 'crl',
        },
      },
    });
  });

  it('is waited for by the very first request', async () => {
    expect(await given(listOf([bob])).say(bob)).toBe('certificate_revoked');
  });

  it('says in the identity what was checked', async () => {
    const decision = await given(listOf([])).decide(alice);
    expect(decision).toMatchObject({
      outcome: 'allow',
      client: {
        revocation: {
          mode: 'leaf',
          certificates: [{ status: 'good', source: 'crl', validUntilMs: start + 7 * day - 1 }],
        },
      },
    });
  });

  it('may be PEM, with several lists in one text', async () => {
    const pem = `${crlPem(rootList)}${crlPem(listOf([bob]))}`;
    for (const list of [pem, Buffer.from(pem)]) {
      const one = checking({ scope: 'path', crls: { sources: [list] } });
      expect(await one.say(alice)).toBe('allow');
      expect(await one.say(bob)).toBe('now: certificate_revoked');
    }
  });

  it('of another authority of the same name says nothing', async () => {
    const one = given(listOf([alice], {}, stranger));
    expect(await one.say(alice)).toBe('revocation_unavailable malformed');
  });

  it('that is over refuses whom it names, and nobody may come in by it', async () => {
    const one = given(listOf([bob], { nextUpdate: new Date(start + hour) }));
    expect(await one.say(alice)).toBe('allow');
    time.pass(hour);
    expect(await one.say(alice)).toBe('now: revocation_unavailable stale');
    expect(await one.say(bob)).toBe('now: certificate_revoked');
  });

  it('may be too old before it is over', async () => {
    const one = checking({ crls: { sources: [listOf([])], maximumAgeSeconds: 3_600 } });
    expect(await one.say(alice)).toBe('allow');
    time.pass(hour);
    expect(await one.say(alice)).toBe('now: allow');
    time.pass(1);
    expect(await one.say(alice)).toBe('now: revocation_unavailable stale');
  });

  it('is told of in the status', async () => {
    const { revocation, events } = given(listOf([alice, bob]));
    await revocation.ready();
    time.pass(minute);
    expect(revocation.status()).toEqual([
      {
        source: 'crl 1',
        updatedAt: new Date(start),
        ageSeconds: 60,
        nextUpdate: new Date(start + 7 * day),
        entries: 2,
        nextAttempt: undefined,
        lastError: undefined,
        early: [],
      },
    ]);
    expect(events).toEqual([
      { type: 'revocation_source_updated', source: 'crl 1', entries: 2, nextUpdate: new Date(start + 7 * day) },
    ]);
  });

  it('is known to be no list at construction', () => {
    expect(() => given(Buffer.from('list'))).toThrow(/^revocation\.crls\.sources\[0\] is not PEM/);
    expect(() => given(new Uint8Array([0x30, 0]))).toThrow(/^revocation\.crls\.sources\[0\] is not a certificate rev/);
    expect(() => given(alice.certificateDer)).toThrow(TypeError);
  });

  it('that is large is read later, and told of if it is none', async () => {
    const broken = Buffer.concat([listOf([]), Buffer.alloc(300_000)]);
    const one = given(broken);
    await one.revocation.ready();
    expect(one.events).toEqual([
      {
        type: 'revocation_source_failed',
        source: 'crl 1',
        at: new Date(start),
        kind: 'malformed',
        problem: 'der_trailing_data',
        detail: 'it breaks der_trailing_data (X.690 8.1.3: Octets follow where an element should have ended)',
        nextAttempt: undefined,
      },
    ]);
    expect(await one.say(alice)).toBe('now: revocation_unavailable malformed');
    expect(one.revocation.status()).toMatchObject([{ updatedAt: undefined, ageSeconds: undefined, entries: 0 }]);
  });
});

describe('a list whose signature takes a while', () => {
  it('is waited for by the first who is asked about', async () => {
    const extensions = [{ oid: '1.2.3', value: new Uint8Array(60_000) }];
    const filling = Array.from({ length: 20 }, (_, index) => ({ serialNumber: 1 + index, extensions }));
    const { crlDer } = issuing.issueCrl({ entries: [{ serialNumber: bob.serialNumber }, ...filling] });
    const one = given(crlDer);
    await one.revocation.ready();
    expect(await one.say(bob)).toBe('certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');
  });
});

describe('the scope', () => {
  const revokedIssuer = (): Uint8Array => listOf([issuing], {}, root);

  it('is the leaf alone, or every certificate below the anchor', async () => {
    const lists = { crls: { sources: [listOf([]), revokedIssuer()] } };
    expect(await checking({ scope: 'leaf', ...lists }).say(alice)).toBe('allow');
    expect(await checking({ scope: 'path', ...lists }).decide(alice)).toMatchObject({
      reason: { code: 'certificate_revoked', detail: { index: 1, subject: 'CN=Issuing', by: 'crl' } },
    });
  });

  it('is the path where nothing else is said', async () => {
    const revocation = createRevocation({ methods: ['crl'], crls: { sources: [listOf([])] } }, { clock });
    expect(await line({ revocation }).decide(alice)).toMatchObject({
      reason: { code: 'revocation_unavailable', detail: { index: 1, kind: 'noSource', retryAfterSeconds: 60 } },
    });
    revocation.close();
  });

  it('states each certificate that was asked about', async () => {
    const one = checking({ scope: 'path', crls: { sources: [listOf([]), rootList] } });
    expect(await one.decide(alice)).toMatchObject({
      client: {
        revocation: { mode: 'path', certificates: [{ status: 'good' }, { status: 'good' }] },
      },
    });
  });

  it('prefers to say that an issuer is revoked to that nothing is known of the leaf', async () => {
    const one = checking({ scope: 'path', crls: { sources: [revokedIssuer()] } });
    expect(await one.say(alice)).toBe('certificate_revoked');
  });

  it('is nothing for a leaf that is trusted itself', async () => {
    const revocation = createRevocation({ methods: ['crl'], crls: { sources: [listOf([alice])] } }, { clock });
    const trust = { anchors: alice.certificatePem };
    expect(await line({ revocation, trust }).decide(alice)).toMatchObject({
      client: { revocation: { mode: 'path', certificates: [] } },
    });
    revocation.close();
  });
});

describe('a file of lists', () => {
  it('is read at construction and whenever it changes', async () => {
    const path = join(folder, 'changing.crl');
    writeFileSync(path, listOf([]));
    const one = checking({ crls: { sources: [fromFile(path)] } });
    expect(await one.say(bob)).toBe('allow');
    expect(await one.say(bob)).toBe('now: allow');
    time.pass(minute);
    writeFileSync(path, listOf([bob]));
    await vi.waitFor(async () => expect(await one.say(bob)).toBe('now: certificate_revoked'));
    expect(one.revocation.status()).toMatchObject([{ source: `crl ${path}`, entries: 1, lastError: undefined }]);
  });

  it('keeps what it has while the file is something else, and tells what and what to do', async () => {
    const path = join(folder, 'other.crl');
    writeFileSync(path, listOf([{ ...bob, reason: 'certificateHold' }]));
    const one = checking({ crls: { sources: [fromFile(path)] } });
    expect(await one.say(bob)).toBe('certificate_revoked');
    const told = async (content: string | Uint8Array): Promise<string | undefined> => {
      writeFileSync(path, content);
      await one.revocation.refresh();
      return one.revocation.status()[0]?.lastError?.detail;
    };
    expect(await told(root.certificatePem)).toMatch(/^it holds a certificate: give the authority's revocation list/);
    expect(await told(root.certificateDer)).toMatch(/^it is a certificate: give the authority's revocation list/);
    expect(await told(root.privateKeyPem)).toMatch(/^it holds a private key: take it out/);
    expect(await told('<html><title>Log in</title></html>')).toMatch(/^it is HTML or XML/);
    expect(await told(toPem(listOf([]), 'X509 CRL').slice(0, -9))).toMatch(/^it is cut off/);
    rmSync(path);
    await one.revocation.refresh();
    expect(one.revocation.status()[0]?.lastError).toMatchObject({
      problem: 'file_unreadable',
      detail: `the file ${path} cannot be read (ENOENT): there is no such file; a relative path starts at the working directory of the process`,
    });
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    time.pass(minute);
    const odd = `\ufeff${toPem(listOf([]), 'X509 CRL').replaceAll('\n', '\r\n')}`;
    expect(await told(Buffer.from(odd, 'utf16le'))).toBeUndefined();
    expect(await one.say(bob)).toBe('now: allow');
  });

  it('keeps what it has while the file is half-written, missing or older', async () => {
    const path = join(folder, 'trouble.crl');
    writeFileSync(path, listOf([{ ...bob, reason: 'certificateHold' }]));
    const one = checking({ crls: { sources: [fromFile(path)] } });
    expect(await one.say(bob)).toBe('certificate_revoked');
    // Once each: the watcher may see a change by itself as well.
    const problems = (): unknown => [
      ...new Set(one.events.flatMap((event) => ('problem' in event ? event.problem : []))),
    ];
    const kinds = (): unknown => [...new Set(one.events.flatMap((event) => ('kind' in event ? event.kind : [])))];

    writeFileSync(path, listOf([]).subarray(0, 100));
    await one.revocation.refresh();
    expect(problems()).toEqual(['der_truncated']);
    rmSync(path);
    await one.revocation.refresh();
    await one.revocation.refresh();
    expect(problems()).toEqual(['der_truncated', 'file_unreadable']);
    writeFileSync(path, listOf([], { thisUpdate: new Date(start - hour) }));
    await one.revocation.refresh();
    expect(problems()).toEqual(['der_truncated', 'file_unreadable', 'crl_not_newer']);
    expect(kinds()).toEqual(['malformed', 'unreachable', 'stale']);
    writeFileSync(path, listOf([], {}, stranger));
    await one.revocation.refresh();
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');

    time.pass(minute);
    writeFileSync(path, listOf([alice]));
    await one.revocation.refresh();
    expect(await one.say(bob)).toBe('now: allow');
    expect(await one.say(alice)).toBe('now: certificate_revoked');
  });

  it('of several lists is taken over when one of them is new', async () => {
    const path = join(folder, 'several.crl');
    writeFileSync(path, `${crlPem(rootList)}${crlPem(listOf([]))}`);
    const one = checking({ crls: { sources: [fromFile(path)] } });
    expect(await one.say(bob)).toBe('allow');
    expect(await one.say(bob)).toBe('now: allow');
    time.pass(minute);
    writeFileSync(path, `${crlPem(rootList)}${crlPem(listOf([bob]))}`);
    await one.revocation.refresh();
    expect(await one.say(bob)).toBe('now: certificate_revoked');
  });

  it('with a list that the authorities trusted now did not sign is refused before anybody asks for it', async () => {
    const path = join(folder, 'forged.crl');
    writeFileSync(path, listOf([]));
    const one = checking({ crls: { sources: [fromFile(path)] } });
    expect(await one.say(alice)).toBe('allow');
    const forged = Buffer.from(rootList);
    forged.set([(forged.at(-1) as number) ^ 1], forged.length - 1);
    writeFileSync(path, forged);
    await one.revocation.refresh();
    expect(one.events.at(-1)).toMatchObject({ kind: 'malformed', problem: 'crl_signature_invalid' });
  });

  it('that cannot be read, or is no list, is a TypeError at construction', () => {
    const missing = fromFile(join(folder, 'missing.crl'));
    expect(() => checking({ crls: { sources: [missing] } })).toThrow(
      /^revocation\.crls\.sources: the file \S+missing\.crl cannot be read \(ENOENT\): there is no such file/,
    );
    const path = join(folder, 'none.crl');
    writeFileSync(path, 'no list');
    expect(() => checking({ crls: { sources: [fromFile(path)] } })).toThrow(/none\.crl is not PEM/);
  });
});

describe('a URL of the options', () => {
  it('is fetched at construction, and used when it is there', async () => {
    const server = await serving(listOf([bob]));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    expect(await one.say(bob)).toBe('certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');
    expect(server.requests).toBe(1);
    expect(one.events).toEqual([
      {
        type: 'revocation_source_updated',
        source: `crl ${server.url}`,
        entries: 1,
        nextUpdate: new Date(start + 7 * day),
      },
    ]);
  });

  it('is fetched again in time, while requests are answered by the list that is there', async () => {
    const server = await serving(listOf([]));
    const one = checking({ crls: { sources: [{ url: server.url }], refreshSeconds: 3_600 } });
    await one.revocation.ready();
    expect(await one.say(bob)).toBe('now: allow');
    time.pass(0.5 * hour);
    expect(await one.say(bob)).toBe('now: allow');
    expect(server.requests).toBe(1);
    time.pass(0.5 * hour);
    server.list = listOf([bob]);
    expect(await one.say(bob)).toBe('now: allow');
    await vi.waitFor(async () => expect(await one.say(bob)).toBe('now: certificate_revoked'));
    expect(server.requests).toBe(2);
  });

  it('is fetched again by itself, although nobody asks', async () => {
    const server = await serving(listOf([]));
    const one = checking({ crls: { sources: [{ url: server.url }], refreshSeconds: 1 } });
    await one.revocation.ready();
    time.pass(minute);
    await vi.waitFor(() => expect(server.requests).toBe(2), { timeout: 5_000 });
  });

  it('that is over is fetched while the request waits', async () => {
    const server = await serving(listOf([], { nextUpdate: new Date(start + hour) }));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    await one.revocation.ready();
    time.pass(2 * hour);
    server.list = listOf([bob]);
    expect(await one.say(bob)).toBe('certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');
  });

  it('may give a list that was issued after the request began', async () => {
    const server = await listen((_, response) => {
      time.pass(minute);
      response.end(listOf([bob]));
    });
    const one = checking({ crls: { sources: [{ url: `http://127.0.0.1:${server.port}/` }] } });
    expect(await one.say(alice)).toBe('allow');
    expect(await one.say(bob)).toBe('now: certificate_revoked');
  });

  it('that cannot be reached is unreachable, then paused, and asked again', async () => {
    const server = await serving(listOf([bob]));
    await server.close();
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    expect(await one.decide(alice)).toMatchObject({
      reason: { code: 'revocation_unavailable', detail: { kind: 'unreachable', retryAfterSeconds: 1 } },
    });
    expect(await one.say(alice)).toBe('now: revocation_unavailable unreachable');
    expect(one.revocation.status()).toMatchObject([
      {
        source: `crl ${server.url}`,
        updatedAt: undefined,
        lastError: { kind: 'unreachable', problem: 'fetch_failed', detail: 'ECONNREFUSED' },
      },
    ]);
    await serving(listOf([bob]), server.port);
    time.pass(5_000);
    expect(await one.say(bob)).toBe('certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');
    expect(one.revocation.status()).toMatchObject([{ lastError: undefined }]);
  });

  it('that has no newer list than one that is over is stale, and asked in pauses', async () => {
    const server = await serving(listOf([bob], { nextUpdate: new Date(start + hour) }));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    await one.revocation.ready();
    time.pass(hour);
    expect(await one.say(alice)).toBe('revocation_unavailable stale');
    expect(await one.say(alice)).toBe('now: revocation_unavailable stale');
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(one.revocation.status()).toMatchObject([{ lastError: { kind: 'stale', problem: 'crl_next_update_past' } }]);
    expect(server.requests).toBe(2);
  });

  it('that serves something else is refused with its rule, and the last list stays', async () => {
    const server = await serving(listOf([bob]));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    await one.revocation.ready();
    server.list = Buffer.from('<html>');
    time.pass(hour);
    await one.revocation.refresh();
    expect(one.events.at(-1)).toMatchObject({
      type: 'revocation_source_failed',
      kind: 'malformed',
      problem: 'pem_empty',
      nextAttempt: expect.any(Date),
    });
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');
  });

  it('that serves a list with a wrong signature does not push the good one out', async () => {
    const server = await serving(listOf([bob]));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    expect(await one.say(bob)).toBe('certificate_revoked');
    const forged = Buffer.from(listOf([], { thisUpdate: new Date(start + minute) }));
    forged.set([(forged.at(-1) as number) ^ 1], forged.length - 1);
    server.list = forged;
    time.pass(hour);
    await one.revocation.refresh();
    expect(one.events.at(-1)).toMatchObject({ problem: 'crl_signature_invalid' });
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');
  });

  it('that gave a list of no use is asked again before its time, but not with every request', async () => {
    const server = await serving(listOf([], {}, stranger));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    expect(await one.say(alice)).toBe('revocation_unavailable malformed');
    expect(await one.say(alice)).toBe('now: revocation_unavailable malformed');
    expect(server.requests).toBe(1);
    time.pass(15_000);
    server.list = listOf([bob]);
    expect(await one.say(alice)).toBe('allow');
    expect(server.requests).toBe(2);
  });

  it('that gives a list of others whose time is over is why nothing is known', async () => {
    const server = await serving(listOf([], { nextUpdate: new Date(start + hour) }, root));
    time.pass(hour);
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    expect(await one.say(alice)).toBe('revocation_unavailable stale');
  });

  it('that says nothing of a certificate is not asked again for it', async () => {
    const server = await serving(rootList);
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    expect(await one.say(alice)).toBe('revocation_unavailable noSource');
    time.pass(15_000);
    expect(await one.say(alice)).toBe('now: revocation_unavailable noSource');
    expect(server.requests).toBe(1);
  });

  it('that gives the same list again is told of once', async () => {
    const server = await serving(listOf([]));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    await one.revocation.ready();
    await one.revocation.refresh();
    expect(server.requests).toBe(2);
    expect(one.events.map(({ type }) => type)).toEqual(['revocation_source_updated']);
  });

  it('larger than the limit is not taken', async () => {
    const server = await serving(listOf([]));
    const one = checking({ crls: { sources: [{ url: server.url }], maximumBytes: 100 } });
    expect(await one.say(alice)).toBe('revocation_unavailable unreachable');
    expect(one.events).toMatchObject([{ problem: 'fetch_too_large' }]);
  });
});

describe('distribution points', () => {
  it('are followed to listed hosts only', async () => {
    const server = await serving(listOf([bob]));
    const client = await issueClientWith('carol', { crl: [server.url] });
    const hosts = [`127.0.0.1:${server.port}`];
    expect(await checking({ crls: { distributionPoints: { hosts } } }).say(client)).toBe('allow');
    expect(server.requests).toBe(1);
    const elsewhere = checking({ crls: { distributionPoints: { hosts: ['crl.example.com:80'] } } });
    expect(await elsewhere.say(client)).toBe('now: revocation_unavailable noSource');
    expect(server.requests).toBe(1);
  });

  it('of one list serve every certificate that names it', async () => {
    const server = await serving(listOf([bob]));
    const hosts = [`127.0.0.1:${server.port}`];
    const one = checking({ crls: { distributionPoints: { hosts } } });
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, index) => issueClientWith(`client ${index}`, { crl: [server.url] })),
    );
    expect(await Promise.all(clients.map((client) => one.say(client)))).toEqual(clients.map(() => 'allow'));
    expect(server.requests).toBe(1);
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(await one.say(alice)).toBe('now: allow');
  });

  it('are not followed unless the options say so', async () => {
    const client = await issueClientWith('carol', { crl: ['http://127.0.0.1:1/issuing.crl'] });
    expect(await given(listOf([])).say(client)).toBe('allow');
  });

  it('of several lists are kept side by side', async () => {
    const server = await serving(listOf([]));
    const one = checking({ crls: { distributionPoints: { hosts: [`127.0.0.1:${server.port}`] } } });
    const urls = ['a', 'b'].map((path) => new URL(path, server.url).href);
    for (const url of urls) {
      time.pass(8 * day);
      server.list = listOf([]);
      expect(await one.say(await issueClientWith('carol', { crl: [url] }))).toBe('allow');
    }
    expect(one.revocation.status().map(({ source }) => source)).toEqual(urls.map((url) => `crl ${url}`));
  });

  it('are not fetched where a list that is there suffices', async () => {
    const server = await serving(listOf([]));
    const client = await issueClientWith('carol', { crl: [server.url] });
    const hosts = [`127.0.0.1:${server.port}`];
    const one = checking({ crls: { sources: [listOf([])], distributionPoints: { hosts } } });
    expect(await one.say(client)).toBe('allow');
    expect(server.requests).toBe(0);
  });

  it('may name several ways to one list', async () => {
    const server = await serving(listOf([bob]));
    const several = await issueClient('dave', issuing, {
      crlDistributionPoints: [
        [{ uri: 'ldap://127.0.0.1/' }, { uri: 'http://127.0.0.1:1/dead.crl' }, { uri: server.url }],
      ],
    });
    const hosts = ['127.0.0.1:1', `127.0.0.1:${server.port}`];
    const one = checking({ crls: { distributionPoints: { hosts } } });
    expect(await one.say(several)).toBe('allow');
    expect(one.revocation.status()).toMatchObject([
      { source: 'crl http://127.0.0.1:1/dead.crl', lastError: undefined },
    ]);
  });

  it('of delta lists are followed, too', async () => {
    const complete = listOf([], { crlNumber: 1, nextUpdate: new Date(start + day) });
    const delta = listOf([bob], { crlNumber: 2, baseCrlNumber: 1, nextUpdate: new Date(start + day) });
    const bases = await serving(complete);
    const deltas = await serving(delta);
    const hosts = [`127.0.0.1:${bases.port}`, `127.0.0.1:${deltas.port}`];
    const one = checking({ crls: { distributionPoints: { hosts } } });
    const carol = await issueClientWith('carol', { crl: [bases.url], freshest: [deltas.url] });
    expect(await one.say(carol)).toBe('allow');
    expect(await one.say(bob)).toBe('now: certificate_revoked');
  });

  it('that fail are why nothing is known', async () => {
    const server = await serving(Buffer.from('nothing'));
    const client = await issueClientWith('carol', { crl: [server.url] });
    const one = checking({ crls: { distributionPoints: { hosts: [`127.0.0.1:${server.port}`] } } });
    expect(await one.say(client)).toBe('revocation_unavailable malformed');
    await server.close();
    time.pass(5_000);
    expect(await one.say(client)).toBe('revocation_unavailable unreachable');
    expect(await one.say(client)).toBe('now: revocation_unavailable unreachable');
    expect(await one.say(alice)).toBe('now: revocation_unavailable noSource');
  });
});

describe('a list that is swapped', () => {
  it('during 1,000 requests decides every request after it, and none wrongly', async () => {
    const server = await serving(listOf([]));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    await one.revocation.ready();
    expect(await one.say(bob)).toBe('now: allow');
    time.pass(minute);
    server.list = listOf([bob]);
    const said: string[] = [];
    let swappedAfter = Number.POSITIVE_INFINITY;
    for (let index = 0; index < 1_000; index += 1) {
      if (index === 300) {
        void one.revocation.refresh().then(() => {
          swappedAfter = said.length;
        });
      }
      said.push(await one.say(index % 2 === 0 ? bob : alice));
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(swappedAfter).toBeLessThan(1_000);
    expect(said.filter((text, index) => index % 2 === 1 && text !== 'now: allow')).toEqual([]);
    const ofBob = said.filter((_, index) => index % 2 === 0);
    const first = ofBob.indexOf('now: certificate_revoked');
    expect(first).toBeLessThanOrEqual(Math.ceil(swappedAfter / 2));
    expect(ofBob.slice(first).filter((text) => text !== 'now: certificate_revoked')).toEqual([]);
  });
});

describe('revocation that is closed', () => {
  it('fetches nothing any more, and answers by what it has', async () => {
    const server = await serving(listOf([bob]));
    const one = checking({ crls: { sources: [{ url: server.url }] } });
    await one.revocation.ready();
    one.revocation.close();
    await one.revocation.refresh();
    time.pass(hour);
    expect(await one.say(alice)).toBe('now: allow');
    expect(await one.say(bob)).toBe('now: certificate_revoked');
    expect(server.requests).toBe(1);
    time.pass(7 * day);
    expect(await one.say(alice)).toBe('now: revocation_unavailable stale');
  });
});

describe('distribution points beyond 256', () => {
  it('push out the oldest', async () => {
    const { certificate } = client('CN=leaf', { by: authority('CN=Issuing') });
    const crls = { distributionPoints: { hosts: ['a.test:80'] } };
    const settings = compileRevocationOptions({ methods: ['crl'], crls }).crls;
    if (settings === undefined) throw new Error('no settings');
    const fetcher = {
      fetch: async () => ({ ok: false, problem: 'fetch_failed', detail: '' }) as const,
      close: () => 0,
    };
    const surroundings = { clock, tell: () => undefined, onChange: () => undefined, trust: undefined };
    const method = new CrlMethod(settings, policy, fetcher, surroundings);
    const timer = vi.spyOn(globalThis, 'setTimeout');
    for (let index = 0; index < 257; index += 1) {
      const names = [{ kind: 'uniformResourceIdentifier', value: `http://a.test/${index}` }] as const;
      const point = {
        distributionPoint: { kind: 'fullName', names },
        reasons: undefined,
        cRLIssuer: undefined,
      } as const;
      const naming = saying(certificate, { crlDistributionPoints: [point] });
      const by = { issuer: certificate, anchor: certificate };
      const question = {
        ...by,
        certificate: naming,
        nowMs: start,
        client: 'one',
        crlIssuers: () => [],
        strictness: policy,
      };
      expect(await method.statusOf(question)).toMatchObject({ status: { kind: 'unreachable' } });
    }
    // They are fetched when somebody asks, and not by themselves.
    expect(timer).not.toHaveBeenCalled();
    timer.mockRestore();
    const sources = method.status(start).map(({ source }) => source);
    expect(sources).toHaveLength(256);
    expect([sources[0], sources.at(-1)]).toEqual(['crl http://a.test/1', 'crl http://a.test/256']);
  });
});
