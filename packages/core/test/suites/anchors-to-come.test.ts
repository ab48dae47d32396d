// Authorities whose validity has not begun take the place of none that is valid, and come into it by themselves.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import { fromFile } from '../../src/file-watcher.ts';
import type { TrustEvent } from '../../src/path/trust-event.ts';
import { createTrustStore, type TrustOptions, type TrustStore } from '../../src/path/trust-store.ts';
import { resolveTrust } from '../../src/trust.ts';
import { authority, client, type Entity, keyOf } from '../path/certificates.ts';
import { facts, handing, handshakeWith, now, presented, presenting } from '../requests.ts';

const hour = 3_600_000;
const begins = new Date(now + hour);
const present = authority('CN=Present');
const other = authority('CN=Other');
const coming = authority('CN=Coming', { notBefore: begins });
const later = authority('CN=Later', { notBefore: new Date(now + 2 * hour) });
const ending = authority('CN=Ending', { notAfter: new Date(now + hour) });
const alice = client('CN=alice', { by: present });
const bob = client('CN=bob', { by: coming });

const pem = (...all: readonly Entity[]): string => all.map(({ der }) => toPem(der)).join('');

let folder: string;
let path: string;
let time: number;
const clock = (): number => time;
let events: TrustEvent[];
const stores: TrustStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-coming-'));
  path = join(folder, 'ca.pem');
  time = now;
  events = [];
});
afterEach(() => {
  vi.useRealTimers();
  for (const store of stores.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

function write(...all: readonly Entity[]): void {
  writeFileSync(`${path}.new`, pem(...all));
  renameSync(`${path}.new`, path);
}

function open(options: TrustOptions = { anchors: fromFile(path) }): TrustStore {
  const store = createTrustStore(options, {
    clock,
    onEvent: (event) => {
      if (event.type === 'trust_updated' || event.type === 'trust_failed') events.push(event);
    },
  });
  stores.push(store);
  return store;
}

const names = ({ current }: TrustStore): readonly string[] =>
  current.anchors.all.map(({ subject }) => subject.toString());

describe('a file of anchors of which none is valid yet', () => {
  it('leaves those before in place, says so once, and is taken by itself when the first of them has begun', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    write(present);
    const store = open();
    const { authenticate } = createAuthenticator({ source: handing, trust: store, clock });
    const outcome = async (who: Entity): Promise<string> => {
      const decision = await authenticate(presenting([who]));
      return decision.outcome === 'deny' ? decision.reason.code : decision.outcome;
    };
    expect([await outcome(alice), await outcome(bob)]).toEqual(['allow', 'issuer_unknown']);
    write(later, coming);
    await expect(store.reload()).rejects.toThrow(/ca\.pem: no anchor is valid yet: CN=Coming begins at 2026-01-15T13/);
    expect([await outcome(alice), await outcome(bob)]).toEqual(['allow', 'issuer_unknown']);
    expect(store.failure).toMatchObject({ problem: 'file_not_yet_valid' });
    await expect(store.reload()).rejects.toThrow(TypeError);
    expect(events).toMatchObject([{ type: 'trust_failed', files: [path], problem: 'file_not_yet_valid' }]);
    // Nobody touches the file any more.
    time += hour;
    vi.advanceTimersByTime(10_000);
    await vi.waitFor(() => expect(names(store)).toEqual(['CN=Later', 'CN=Coming']));
    expect([await outcome(alice), await outcome(bob)]).toEqual(['issuer_unknown', 'allow']);
    expect(store.failure).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(['trust_failed', 'trust_updated']);
  });

  it('is given up for another file that comes meanwhile', async () => {
    write(present);
    const store = open();
    write(coming);
    await expect(store.reload()).rejects.toThrow(TypeError);
    write(other);
    await store.reload();
    expect(names(store)).toEqual(['CN=Other']);
    time += hour;
    await store.reload();
    expect(names(store)).toEqual(['CN=Other']);
    expect(store.failure).toBeUndefined();
  });

  it('is told of again when it is another one in the same words', async () => {
    write(present);
    const store = open();
    for (const all of [[coming], [coming, later]]) {
      write(...all);
      await expect(store.reload()).rejects.toThrow(TypeError);
    }
    expect(events.map(({ type }) => type)).toEqual(['trust_failed', 'trust_failed']);
  });

  it('is taken where another one in it is valid: the removal of an authority must not wait', async () => {
    write(present, other);
    const store = open();
    write(present, coming);
    await store.reload();
    expect(names(store)).toEqual(['CN=Present', 'CN=Coming']);
  });

  it('is taken where nothing is valid anyway, at the start too', async () => {
    write(ending);
    const store = open();
    time += hour + 1_000;
    write(later);
    await store.reload();
    expect(names(store)).toEqual(['CN=Later']);
    write(later);
    expect(names(open())).toEqual(['CN=Later']);
  });
});

describe('a file of intermediates of which none is valid yet', () => {
  const old = authority('CN=Intermediate', { by: present });
  const next = authority('CN=Intermediate', { by: present, notBefore: begins, keyPair: keyOf('next') });
  const carol = client('CN=carol', { by: old });
  const dave = client('CN=dave', { by: next });

  it('leaves those before beside it, for clients that send none, until another reading', async () => {
    write(old);
    const store = open({ anchors: present.der, intermediates: fromFile(path) });
    const { authenticate } = createAuthenticator({ source: handing, trust: store, clock });
    const outcome = async (who: Entity): Promise<string> => {
      const decision = await authenticate(presenting([who]));
      return decision.outcome === 'deny' ? decision.reason.code : decision.outcome;
    };
    write(next);
    await store.reload();
    expect([await outcome(carol), await outcome(dave)]).toEqual(['allow', 'intermediate_not_yet_valid']);
    time += hour;
    expect([await outcome(carol), await outcome(dave)]).toEqual(['allow', 'allow']);
    writeFileSync(path, `# renewed\n${pem(next)}`);
    await store.reload();
    expect([await outcome(carol), await outcome(dave)]).toEqual(['signature_invalid', 'allow']);
  });

  it('keeps nothing where one in it is valid, nor where all are taken out', async () => {
    write(old);
    const store = open({ anchors: present.der, intermediates: fromFile(path) });
    write(next, authority('CN=Another', { by: present }));
    await store.reload();
    expect(store.current.intermediates.has(old.certificate)).toBe(false);
    write(old);
    await store.reload();
    store.replace({ anchors: present.der });
    expect(store.current.intermediates.all).toEqual([]);
  });
});

describe('anchors that are put in place by the program, of which none is valid yet', () => {
  it('are a TypeError, and those before stay', async () => {
    const store = open({ anchors: pem(present) });
    const { current } = store;
    expect(() => store.replace({ anchors: pem(coming) })).toThrow(/^trust\.anchors: no anchor is valid yet: CN=Coming/);
    await expect(store.replaceInSlices({ anchors: pem(coming) })).rejects.toThrow(TypeError);
    write(coming);
    expect(() => store.replace({ anchors: fromFile(path) })).toThrow(TypeError);
    expect(store.current).toBe(current);
    time += hour;
    store.replace({ anchors: pem(coming) });
    expect(names(store)).toEqual(['CN=Coming']);
  });
});

describe('the ca of a TLS server that is replaced by one that is not valid yet', () => {
  it('leaves the one before trusted until then, and says so once', () => {
    const heard: TrustEvent[] = [];
    const onEvent = (event: TrustEvent): void => {
      heard.push(event);
      if (event.type === 'trust_failed') throw new Error('a broken log');
    };
    const trustFor = resolveTrust(undefined, { clock, onEvent });
    const server = { ca: pem(present) };
    const trusted = (): readonly string[] =>
      trustFor({ ...presented([alice]), handshake: handshakeWith(undefined, { server }) }, facts()).anchors.all.map(
        ({ subject }) => subject.toString(),
      );
    expect(trusted()).toEqual(['CN=Present']);
    server.ca = pem(coming);
    expect(trusted()).toEqual(['CN=Present']);
    time += 10_000;
    expect(trusted()).toEqual(['CN=Present']);
    expect(heard.map(({ type }) => type)).toEqual(['trust_failed']);
    time += hour;
    expect(trusted()).toEqual(['CN=Coming']);
    server.ca = pem(other);
    expect(trusted()).toEqual(['CN=Other']);
  });
});
