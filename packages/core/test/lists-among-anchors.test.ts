import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRootAuthority } from '@peercert/pki';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticator } from '../src/authenticator.ts';
import { fromFile } from '../src/file-watcher.ts';
import type { MtlsOptions } from '../src/options.ts';
import { createTrustByName } from '../src/path/trust-by-name.ts';
import { createTrustStore, type TrustStore } from '../src/path/trust-store.ts';
import { createRevocation, type Revocation } from '../src/revocation/revocation.ts';
import { handing, presenting } from './requests.ts';

type Root = Awaited<ReturnType<typeof createRootAuthority>>;
type Client = Awaited<ReturnType<Root['issueClient']>>;

let folder: string;
let root: Root;
let alice: Client;
let mallory: Client;
const opened: (Revocation | TrustStore)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-lists-'));
  root = await createRootAuthority({ subject: 'CN=Root' });
  alice = await root.issueClient({ subject: 'CN=alice' });
  mallory = await root.issueClient({ subject: 'CN=mallory' });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

const path = (name: string): string => join(folder, name);
const list = (): string => root.issueCrl({ entries: [{ serialNumber: mallory.serialNumber }] }).crlPem;

function file(name: string, content: string): ReturnType<typeof fromFile> {
  writeFileSync(path(name), content);
  return fromFile(path(name));
}

const both = (name = 'ca.crt'): ReturnType<typeof fromFile> => file(name, `${root.certificatePem}${list()}`);
const revocation = (source: ReturnType<typeof fromFile> | string | Uint8Array) =>
  ({ methods: ['crl'], crls: { sources: [source] } }) as const;

function openedStore(options: Parameters<typeof createTrustStore>[0]): TrustStore {
  const store = createTrustStore(options);
  opened.push(store);
  return store;
}

function openedRevocation(options: Parameters<typeof createRevocation>[0]): Revocation {
  const made = createRevocation(options);
  opened.push(made);
  return made;
}

/** The codes for alice, who is not revoked, and mallory, who is. */
async function outcomes(options: MtlsOptions): Promise<readonly string[]> {
  const { authenticate } = createAuthenticator({ source: handing, ...options });
  const decisions = [alice, mallory].map(async (one) => authenticate(presenting([{ der: one.certificateDer }])));
  return (await Promise.all(decisions)).map((one) => (one.outcome === 'deny' ? one.reason.code : one.outcome));
}

const words = (place: string, source: string): string =>
  `${place} is a revocation list, and nobody consults it: add ${source} to revocation: ` +
  "{ methods: ['crl'], crls: { sources: [...] } }, or give a file of the certificates alone";

describe('one file of authorities and their lists', () => {
  const judged = ['allow', 'certificate_revoked'];

  it('is taken apart where it is named for both, however trust and revocation are made', async () => {
    const ca = both();
    const store = openedStore({ anchors: ca });
    const apart = openedRevocation(revocation(ca));
    expect(await outcomes({ trust: { anchors: ca }, revocation: revocation(ca) })).toEqual(judged);
    expect(await outcomes({ trust: store, revocation: apart })).toEqual(judged);
    expect(await outcomes({ trust: store, revocation: revocation(ca) })).toEqual(judged);
    expect(await outcomes({ trust: { anchors: ca }, revocation: apart })).toEqual(judged);
    expect(store.current.anchors.all).toHaveLength(1);
  });

  it('may be given as its content', async () => {
    const octets = readFileSync(both().path);
    const text = octets.toString();
    expect(await outcomes({ trust: { anchors: octets }, revocation: revocation(octets) })).toEqual(judged);
    expect(await outcomes({ trust: { anchors: text }, revocation: revocation(octets) })).toEqual(judged);
    expect(() => createAuthenticator({ trust: { anchors: text }, revocation: revocation(list()) })).toThrow(
      new TypeError(words('trust.anchors, block 2', 'the same content')),
    );
  });

  it('is refused where nobody consults its lists, with the option to add', () => {
    const ca = both();
    const refused = new TypeError(
      words(`trust.anchors: the file ${ca.path}, block 2`, `fromFile(${JSON.stringify(ca.path)})`),
    );
    const other = file('other.crl', list());
    const store = openedStore({ anchors: ca });
    const byName = createTrustByName({ default: { anchors: root.certificatePem }, names: { 'a.example': store } });
    for (const options of [
      { trust: { anchors: ca } },
      { trust: store },
      { trust: byName },
      { trust: store, revocation: 'off' },
      { trust: store, revocation: revocation(other) },
      { trust: store, revocation: { methods: ['ocsp'], ocsp: { responders: 'http://127.0.0.1:1/' } } },
    ] satisfies MtlsOptions[]) {
      expect(() => createAuthenticator(options)).toThrow(refused);
    }
    byName.close();
    const intermediates = { anchors: root.certificatePem, intermediates: ca };
    expect(() => createAuthenticator({ trust: intermediates })).toThrow(
      words(`trust.intermediates: the file ${ca.path}, block 2`, 'from').slice(0, 80),
    );
  });

  it('that comes later is refused as well, and what was trusted stays', async () => {
    const ca = file('later.crt', root.certificatePem);
    const store = openedStore({ anchors: ca });
    createAuthenticator({ source: handing, trust: store });
    const { current } = store;
    both('later.crt');
    const place = words(`trust.anchors: the file ${ca.path}, block 2`, `fromFile(${JSON.stringify(ca.path)})`);
    await expect(store.reload()).rejects.toThrow(new TypeError(place));
    expect(store.current).toBe(current);
    expect(store.status().failure).toEqual({ problem: 'file_malformed', detail: place });
    expect(() => store.replace({ anchors: both() })).toThrow(TypeError);
    file('later.crt', `${root.certificatePem}\n`);
    await store.reload();
    expect(store.status().failure).toBeUndefined();
  });

  it('brings a new list with a new version of itself', async () => {
    // An authority of its own: once revoked is revoked in the whole process.
    const own = await createRootAuthority({ subject: 'CN=Own' });
    const bob = await own.issueClient({ subject: 'CN=bob' });
    const ca = file('renewed.crt', `${own.certificatePem}${own.issueCrl({}).crlPem}`);
    const store = openedStore({ anchors: ca });
    const lists = openedRevocation(revocation(ca));
    const { authenticate } = createAuthenticator({ source: handing, trust: store, revocation: lists });
    const request = presenting([{ der: bob.certificateDer }]);
    expect((await authenticate(request)).outcome).toBe('allow');
    const newer = own.issueCrl({ crlNumber: 2n ** 64n, entries: [{ serialNumber: bob.serialNumber }] });
    file('renewed.crt', `${own.certificatePem}${newer.crlPem}`);
    await Promise.all([store.reload(), lists.refresh()]);
    expect(store.current.generation).toBe(2);
    expect(await authenticate(request)).toMatchObject({ reason: { code: 'certificate_revoked' } });
  });

  it('holds an authority at least for the one, and a list for the other', () => {
    const lists = file('lists.crl', list());
    expect(() => createTrustStore({ anchors: lists })).toThrow(
      `trust.anchors: the file ${lists.path} holds a revocation list (CRL): give it to revocation.crls.sources`,
    );
    const ca = file('only.crt', root.certificatePem);
    expect(() => createRevocation(revocation(ca))).toThrow(
      `revocation.crls.sources: the file ${ca.path} holds a certificate: give the authority's revocation list; ` +
        'certificates of authorities belong into trust.anchors (pem_label)',
    );
  });

  it('holds no key', () => {
    const bad = file('bad.crt', `${root.certificatePem}${list()}${root.privateKeyPem}`);
    const key = 'holds a private key: take it out, and keep it where nobody but its server can read it';
    expect(() => createTrustStore({ anchors: bad })).toThrow(`trust.anchors: the file ${bad.path}, block 3 ${key}`);
    expect(() => createRevocation(revocation(bad))).toThrow(`revocation.crls.sources: the file ${bad.path} ${key}`);
  });
});
