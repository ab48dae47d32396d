import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromFile } from '../../src/file-watcher.ts';
import { createPinStore, type PinStore, pinsOf } from '../../src/policy/pin-file.ts';
import type { PolicyFileEvent } from '../../src/policy/policy-file.ts';
import { authority, client } from '../path/certificates.ts';

const root = authority('CN=Root');
const [alice, bob] = [client('CN=alice', { by: root }), client('CN=bob', { by: root })];
const pinOf = ({ certificate }: typeof alice): string => `sha256/${certificate.spkiSha256}`;

let folder: string;
let stores: PinStore[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-pins-'));
  stores = [];
});

afterEach(() => {
  for (const store of stores) store.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(content: string | Uint8Array, name = 'pins.txt'): ReturnType<typeof fromFile> {
  writeFileSync(join(folder, name), content);
  return fromFile(join(folder, name));
}

function follow(content: string | Uint8Array): { store: PinStore; events: PolicyFileEvent[] } {
  const events: PolicyFileEvent[] = [];
  const store = createPinStore(file(content), { onEvent: (event) => events.push(event) });
  stores.push(store);
  return { store, events };
}

const pinned = (store: PinStore): boolean[] =>
  [alice, bob].map(({ certificate }) => pinsOf(store)?.current(certificate) ?? false);

describe('pins of a file', () => {
  it('are one a line, with comments', () => {
    const { store } = follow(`# partners\n\n${pinOf(alice)}  # alice\r\n#${pinOf(bob)}\n`);
    expect(pinned(store)).toEqual([true, false]);
    expect(store.file).toBe(join(folder, 'pins.txt'));
    expect(pinned(follow(`\uFEFF${pinOf(bob)}\n\t${pinOf(alice)}`).store)).toEqual([true, true]);
    expect(pinned(follow(Buffer.from(`\uFEFF${pinOf(bob)}\r\n`, 'utf16le')).store)).toEqual([false, true]);
    expect(pinned(follow(`${pinOf(alice)}\r${pinOf(bob)}\r`).store)).toEqual([true, true]);
  });

  it('are a TypeError with the remedy when the file is missing', () => {
    const path = join(folder, 'missing.txt');
    const words = `pins: the file ${path} cannot be read (ENOENT): there is no such file; a relative path starts at the working directory of the process`;
    expect(() => createPinStore(fromFile(path))).toThrow(new TypeError(words));
  });

  it('count as soon as the file says so', async () => {
    const { events, store } = follow(pinOf(alice));
    renameSync(file(`${pinOf(bob)}\n${pinOf(bob)}`, 'next.txt').path, store.file);
    await vi.waitFor(() => expect(pinned(store)).toEqual([false, true]));
    expect(events).toEqual([{ type: 'policy_updated', option: 'pins', file: store.file, entries: 1 }]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', ' is empty'],
    ['nothing but comments', '# none yet\n', ': it holds no pin'],
    ['half-written', `${pinOf(alice)}\n${pinOf(bob).slice(0, -9)}`, ': line 2: "sha256/'],
    ['two pins on a line', `\n\n${pinOf(alice)} ${pinOf(bob)}`, ': line 3: "sha256/'],
    ['a certificate', alice.certificate.toPem(), ': it holds PEM, not pins: of a certificate, openssl x509 -in FILE'],
    ['a fingerprint', 'AB:CD', ': line 1: "AB:CD" is no SPKI pin'],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----\nAAAA\n', ': it holds a private key: take it out'],
    ['what may be a key', Buffer.alloc(48, 'key').toString('base64'), ': line 1 is no SPKI pin'],
    ['not UTF-8', Uint8Array.of(0xff, 0xff), ' is neither UTF-8 nor UTF-16 with a byte order mark'],
  ])('that are %s are a TypeError at the start, and later leave those of before', async (_, content, message) => {
    const expected = `pins: the file ${join(folder, 'pins.txt')}${message}`;
    expect(() => follow(content)).toThrow(TypeError);
    expect(() => follow(content)).toThrow(expected);
    const { events, store } = follow(pinOf(alice));
    file(content);
    await expect(store.reload()).rejects.toThrow(expected);
    expect(pinned(store)).toEqual([true, false]);
    const failure = { problem: 'file_malformed', detail: expect.stringContaining(expected) };
    expect(events).toEqual([{ type: 'policy_failed', option: 'pins', file: store.file, ...failure }]);
    expect(store.failure).toEqual(failure);
    file(pinOf(bob));
    await store.reload();
    expect([pinned(store), store.failure]).toEqual([[false, true], undefined]);
  });

  it('are a TypeError when the file is missing, or is none', () => {
    const missing = join(folder, 'missing.txt');
    expect(() => createPinStore(fromFile(missing))).toThrow(TypeError);
    expect(() => createPinStore(fromFile(missing))).toThrow(missing);
    expect(() => createPinStore('pins.txt' as never)).toThrow(`createPinStore(): expected fromFile('...')`);
    expect(() => createPinStore(file(pinOf(alice)), { onEvent: 7 as never })).toThrow(TypeError);
  });

  it('tell listeners until they end it, and follow the file until they are closed', async () => {
    const { store } = follow(pinOf(alice));
    const heard: string[] = [];
    store.subscribe(() => {
      throw new Error('no');
    });
    const end = store.subscribe(({ type }) => heard.push(type));
    file(pinOf(bob));
    await store.reload();
    end();
    file(pinOf(alice));
    await store.reload();
    store.close();
    file(pinOf(bob));
    await store.reload();
    expect(heard).toEqual(['policy_updated']);
    expect(pinned(store)).toEqual([true, false]);
  });
});
