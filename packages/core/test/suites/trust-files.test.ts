import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromFile } from '../../src/file-watcher.ts';
import type { TrustEvent } from '../../src/path/trust-event.ts';
import { createTrustStore, type TrustOptions, type TrustStore } from '../../src/path/trust-store.ts';
import { authority } from '../path/certificates.ts';

const [one, two, three] = [authority('CN=One'), authority('CN=Two'), authority('CN=Three')];
const pem = (...all: readonly (typeof one)[]): string => all.map(({ der }) => toPem(der)).join('');

let folder: string;
let stores: TrustStore[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-trust-'));
  stores = [];
});

afterEach(() => {
  for (const store of stores) store.close();
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string): string => join(folder, name);

function file(name: string, content: string | Uint8Array): ReturnType<typeof fromFile> {
  writeFileSync(path(name), content);
  return fromFile(path(name));
}

function follow(options: TrustOptions): { store: TrustStore; events: TrustEvent[] } {
  const events: TrustEvent[] = [];
  const store = createTrustStore(options, { onEvent: (event) => events.push(event) });
  stores.push(store);
  return { store, events };
}

const anchorsOf = ({ current }: TrustStore): string[] => current.anchors.all.map(({ subject }) => subject.toString());
const intermediatesOf = ({ current }: TrustStore): string[] =>
  current.intermediates.all.map(({ subject }) => subject.toString());

describe('trust from files', () => {
  it('is read at once: PEM, DER, and mixed with what is given otherwise', () => {
    const { store } = follow({
      anchors: [file('one.pem', `# One\n${pem(one)}`), pem(two)],
      intermediates: file('three.der', three.der),
    });
    expect(anchorsOf(store)).toEqual(['CN=One', 'CN=Two']);
    expect(intermediatesOf(store)).toEqual(['CN=Three']);
    expect(store.files).toEqual([path('one.pem'), path('three.der')]);
    expect(store.failure).toBeUndefined();
  });

  it('is a new generation, whole, whenever a file changes', async () => {
    const anchors = file('ca.pem', pem(one));
    const { events, store } = follow({ anchors: [anchors, pem(three)], maxDepth: 2 });
    const before = store.current;
    renameSync(file('next.pem', pem(two)).path, anchors.path);
    await vi.waitFor(() => expect(anchorsOf(store)).toEqual(['CN=Two', 'CN=Three']));
    expect(store.current).toMatchObject({ generation: 2, maxDepth: 2 });
    expect(before.anchors.all.map(({ subject }) => subject.toString())).toEqual(['CN=One', 'CN=Three']);
    expect(store.current.memory).not.toBe(before.memory);
    expect(store.current.leaves).not.toBe(before.leaves);
    expect(events).toEqual([
      { type: 'trust_updated', files: [anchors.path], generation: 2, anchors: 2, intermediates: 0 },
    ]);
  });

  it('takes anchors and intermediates together', async () => {
    const [anchors, intermediates] = [file('ca.pem', pem(one)), file('intermediates.pem', pem(two))];
    const { events, store } = follow({ anchors, intermediates });
    file('ca.pem', pem(two));
    file('intermediates.pem', pem(three));
    await store.reload();
    expect([anchorsOf(store), intermediatesOf(store)]).toEqual([['CN=Two'], ['CN=Three']]);
    expect(events).toHaveLength(1);
  });

  it('follows the link that Kubernetes swaps', async () => {
    const publish = (version: string, content: string): void => {
      writeFileSync(path(version), content);
      symlinkSync(version, path('..data_tmp'));
      renameSync(path('..data_tmp'), path('ca.pem'));
    };
    publish('..1', pem(one));
    const { store } = follow({ anchors: fromFile(path('ca.pem')) });
    publish('..2', pem(two));
    await vi.waitFor(() => expect(anchorsOf(store)).toEqual(['CN=Two']));
  });
});

describe('a file that cannot be used', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

  it.each<[string, string, string]>([
    ['empty', '', 'the file PATH is empty: it must hold certificates'],
    ['of blanks', '\n\n', 'the file PATH is empty: was the variable of the environment set'],
    ['a variable that was not set', 'undefined\n', 'the file PATH is the text "undefined": was the variable'],
    ['a placeholder', '{{ ca_pem }}\n', 'the file PATH is the placeholder "{{ ca_pem }}", which nothing has replaced'],
    ['the path of another', '/etc/pki/ca.pem\n', 'the file PATH is the path of another file, not a content: name that'],
    ['all a comment', pem(one).replaceAll(/^/gm, '# '), 'the file PATH is PEM whose lines begin with "#" or ";" and'],
    [
      'half-written',
      pem(one, two).slice(0, -40),
      'the file PATH is cut off: "-----BEGIN CERTIFICATE-----" has no end (pem_boundary)',
    ],
    ['a key', key, 'the file PATH holds a private key: take it out'],
    ['no certificate', pem(one) + toPem(Uint8Array.of(0x30, 0)), 'the file PATH, block 2 is not a valid X.509'],
  ])('because it is %s is a TypeError at the start, and later keeps what is trusted', async (_, content, message) => {
    const expected = message.replace('PATH', path('ca.pem'));
    const bad = file('ca.pem', content);
    expect(() => follow({ anchors: [pem(three), bad] })).toThrow(TypeError);
    expect(() => follow({ anchors: [pem(three), bad] })).toThrow(`trust.anchors[1]: ${expected}`);
    expect(() => follow({ anchors: pem(three), intermediates: bad })).toThrow(`trust.intermediates: ${expected}`);

    const { events, store } = follow({ anchors: file('ca.pem', pem(one)) });
    const { current } = store;
    file('ca.pem', content);
    await expect(store.reload()).rejects.toThrow(`trust.anchors: ${expected}`);
    expect(store.current).toBe(current);
    const failure = { problem: 'file_malformed', detail: expect.stringContaining(expected) };
    expect(events).toEqual([{ type: 'trust_failed', files: [path('ca.pem')], ...failure }]);
    expect(store.failure).toEqual(failure);
    await expect(store.reload()).rejects.toThrow(TypeError);
    expect(events).toHaveLength(1);

    file('ca.pem', pem(two));
    await store.reload();
    expect(anchorsOf(store)).toEqual(['CN=Two']);
    expect(store.failure).toBeUndefined();
  });

  it('is a TypeError that names it when it is missing, or a directory', () => {
    expect(() => follow({ anchors: fromFile(path('ca.pem')) })).toThrow(TypeError);
    expect(() => follow({ anchors: fromFile(path('ca.pem')) })).toThrow(
      `trust.anchors: the file ${path('ca.pem')} cannot be read (ENOENT): there is no such file`,
    );
    expect(() => follow({ anchors: fromFile(path('ca.pem')) })).toThrow(path('ca.pem'));
    expect(() => follow({ anchors: fromFile(folder) })).toThrow(TypeError);
    const isDirectory = `the file ${folder} cannot be read (EISDIR): this is a directory; name the file in it`;
    expect(() => follow({ anchors: fromFile(folder) })).toThrow(`trust.anchors: ${isDirectory}`);
    expect(() => follow({ anchors: file('ca.pem', pem(one)), intermediates: fromFile(folder) })).toThrow(
      `trust.intermediates: ${isDirectory}`,
    );
  });

  it('is in trouble while it is missing, and not when it is back as it was', async () => {
    const { events, store } = follow({ anchors: file('ca.pem', pem(one)) });
    const { current } = store;
    rmSync(path('ca.pem'));
    await expect(store.reload()).rejects.toThrow(
      `trust.anchors: the file ${path('ca.pem')} cannot be read (ENOENT): there is no such file`,
    );
    expect(events).toMatchObject([{ type: 'trust_failed', problem: 'file_unreadable' }]);
    file('ca.pem', pem(one));
    await store.reload();
    expect(store.failure).toBeUndefined();
    expect(store.current).toBe(current);
  });

  it('leaves the other file as it was too', async () => {
    const { store } = follow({ anchors: file('ca.pem', pem(one)), intermediates: file('more.pem', pem(two)) });
    file('ca.pem', pem(three));
    file('more.pem', '');
    await expect(store.reload()).rejects.toThrow('trust.intermediates: the file');
    expect([anchorsOf(store), intermediatesOf(store)]).toEqual([['CN=One'], ['CN=Two']]);
  });
});

describe('replacing', () => {
  it('ends with following the files of before', async () => {
    const { events, store } = follow({ anchors: file('ca.pem', pem(one)) });
    store.replace({ anchors: pem(two) });
    expect(store.files).toEqual([]);
    file('ca.pem', pem(three));
    await store.reload();
    expect(anchorsOf(store)).toEqual(['CN=Two']);
    expect(events).toEqual([{ type: 'trust_updated', files: [], generation: 2, anchors: 1, intermediates: 0 }]);
  });

  it('by what cannot be used changes nothing, and goes on following', async () => {
    const { store } = follow({ anchors: file('ca.pem', pem(one)) });
    expect(() => store.replace({ anchors: fromFile(path('missing.pem')) })).toThrow(TypeError);
    await expect(store.replaceInSlices({ anchors: file('empty.pem', '') })).rejects.toThrow(TypeError);
    await expect(store.replaceInSlices({ anchors: 'ca.pem' })).rejects.toThrow('write fromFile("ca.pem")');
    expect(store.current.generation).toBe(1);
    file('ca.pem', pem(two));
    await store.reload();
    expect(anchorsOf(store)).toEqual(['CN=Two']);
  });

  it('in slices puts all in place at once, after others had their turn', async () => {
    const many = Array.from({ length: 40 }, (_, index) => authority(`CN=Many ${index}`));
    const { store } = follow({ anchors: pem(one) });
    let turns = 0;
    const seen = new Set<number>();
    const turn = (): void => {
      turns += 1;
      seen.add(store.current.anchors.all.length);
      if (store.current.generation === 1) setImmediate(turn);
    };
    setImmediate(turn);
    await store.replaceInSlices({ anchors: pem(...many), intermediates: [] });
    expect(anchorsOf(store)).toHaveLength(40);
    expect(turns).toBeGreaterThan(1);
    expect([...seen].every((length) => length === 1 || length === 40)).toBe(true);
  });

  it('in slices follows the new files, from the state in which they were read', async () => {
    const { store } = follow({ anchors: pem(one) });
    const replaced = store.replaceInSlices({ anchors: file('ca.pem', pem(two)) });
    file('ca.pem', pem(three));
    await replaced;
    await store.reload();
    expect(anchorsOf(store)).toEqual(['CN=Three']);
  });

  it('that was asked for last wins, whichever is done first', async () => {
    const { store } = follow({ anchors: pem(one) });
    const long = store.replaceInSlices({ anchors: pem(...Array.from({ length: 40 }, () => one)) });
    const short = store.replaceInSlices({ anchors: pem(two) });
    await short;
    expect(anchorsOf(store)).toEqual(['CN=Two']);
    await long;
    expect(anchorsOf(store)).toEqual(['CN=Two']);
    const late = store.replaceInSlices({ anchors: pem(one) });
    store.replace({ anchors: pem(three) });
    await late;
    expect(anchorsOf(store)).toEqual(['CN=Three']);
  });
});

describe('who listens', () => {
  it('hears until he ends it, and disturbs nobody', () => {
    const { store, events } = follow({ anchors: pem(one) });
    const heard: string[] = [];
    store.subscribe(() => {
      throw new Error('no');
    });
    const end = store.subscribe(({ type }) => heard.push(type));
    store.replace({ anchors: pem(two) });
    end();
    store.replace({ anchors: pem(three) });
    expect(heard).toEqual(['trust_updated']);
    expect(events).toHaveLength(2);
  });

  it('has to be a function', () => {
    expect(() => createTrustStore({ anchors: pem(one) }, { onEvent: 'log' as never })).toThrow(TypeError);
    expect(() => createTrustStore({ anchors: pem(one) }, { onevent: () => undefined } as never)).toThrow('onEvent');
  });
});

describe('a store that is closed', () => {
  it('keeps what it trusts, and follows its files no more', async () => {
    const { store } = follow({ anchors: file('ca.pem', pem(one)) });
    store.close();
    file('ca.pem', pem(two));
    await store.reload();
    store.replace({ anchors: fromFile(path('ca.pem')) });
    file('ca.pem', pem(three));
    await store.reload();
    expect(anchorsOf(store)).toEqual(['CN=Two']);
  });
});
