import { mkdirSync, readFileSync, renameSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fromFile } from '@peercert/core';
import { generateKeyPair, type IssuedCertificate } from '@peercert/pki';
import { createTestAuthority, type TestAuthority } from '@peercert/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type WatchedIdentity, watchIdentity } from '../../src/reload/watched-identity.ts';
import { closeWorld, createDirectory, place } from '../endpoint-world.ts';

let authority: TestAuthority;
let first: IssuedCertificate;
let second: IssuedCertificate;

beforeAll(async () => {
  authority = await createTestAuthority();
  first = await authority.server();
  second = await authority.server({ keyPair: await generateKeyPair('P-256') });
});

const opened: WatchedIdentity[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const identity of opened.splice(0)) identity.close();
  await closeWorld();
});

interface Watched {
  readonly identity: WatchedIdentity;
  readonly told: string[];
}

/** Far away, so that a test shows that it does without. */
const never = 3_600_000;

function watch(directory: string, clock: () => number = Date.now, patienceMilliseconds?: number): Watched {
  const told: string[] = [];
  const identity = watchIdentity(
    { certificate: fromFile(join(directory, 'tls.crt')), key: fromFile(join(directory, 'tls.key')) },
    {
      clock,
      where: '',
      check: () => undefined,
      onReplaced: () => told.push('replaced'),
      onFailure: (error) => told.push(error.message),
      ...(patienceMilliseconds === undefined ? {} : { patienceMilliseconds }),
    },
  );
  opened.push(identity);
  return { identity, told };
}

function write(directory: string, { chainPem, privateKeyPem }: IssuedCertificate): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'tls.crt'), chainPem);
  writeFileSync(join(directory, 'tls.key'), privateKeyPem, { mode: 0o600 });
  return directory;
}

describe('a certificate and its key', () => {
  it('are taken together: a new certificate waits for its key', async () => {
    const directory = write(createDirectory(), first);
    const { identity, told } = watch(directory);
    place(join(directory, 'tls.crt'), second.chainPem);
    await identity.check();
    expect(identity.current.chainPem).toBe(first.chainPem);
    expect(identity.failure?.message).toMatch(/tls\.key does not belong to certificate .*tls\.crt/);
    place(join(directory, 'tls.key'), second.privateKeyPem);
    await identity.check();
    expect(identity.current.chainPem).toBe(second.chainPem);
    expect(identity.current.tls.key).toBe(second.privateKeyPem);
    expect(identity.failure).toBeUndefined();
    expect(told).toEqual([expect.stringContaining(join(directory, 'tls.key')), 'replaced']);
  });

  it.each<[string, readonly ('tls.crt' | 'tls.key')[]]>([
    ['the certificate first', ['tls.crt', 'tls.key']],
    ['the key first', ['tls.key', 'tls.crt']],
  ])('may come one after the other, %s: no failure is told, and the pair of before is in use', async (_, order) => {
    const directory = write(createDirectory(), first);
    const { identity, told } = watch(directory, Date.now, never);
    const contents = { 'tls.crt': second.chainPem, 'tls.key': second.privateKeyPem };
    for (const [index, file] of order.entries()) {
      expect(identity.current.chainPem).toBe(first.chainPem);
      expect(identity.failure).toBeUndefined();
      place(join(directory, file), contents[file]);
      // Long enough that the first of them is looked at.
      if (index === 0) await setTimeout(300);
    }
    await expect.poll(() => identity.current.chainPem, { timeout: 10_000 }).toBe(second.chainPem);
    expect(identity.current.tls.key).toBe(second.privateKeyPem);
    expect(identity.failure).toBeUndefined();
    expect(told).toEqual(['replaced']);
  });

  it.each<[string, (directory: string) => void]>([
    ['do not belong together', (directory) => place(join(directory, 'tls.key'), second.privateKeyPem)],
    ['are cut off', (directory) => truncateSync(join(directory, 'tls.crt'), 500)],
    ['are not there', (directory) => unlinkSync(join(directory, 'tls.key'))],
  ])('are told of once when they %s for too long', async (_, damage) => {
    const directory = write(createDirectory(), first);
    const { identity, told } = watch(directory, Date.now, 20);
    damage(directory);
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([expect.stringContaining(directory)]);
    expect(identity.failure?.message).toBe(told[0]);
    write(directory, second);
    await expect.poll(() => identity.current.chainPem, { timeout: 10_000 }).toBe(second.chainPem);
    expect(identity.failure).toBeUndefined();
    expect(told.at(-1)).toBe('replaced');
  });

  it('are noticed without being asked for', async () => {
    const directory = write(createDirectory(), first);
    const { identity } = watch(directory);
    place(join(directory, 'tls.key'), second.privateKeyPem);
    place(join(directory, 'tls.crt'), second.chainPem);
    await expect.poll(() => identity.current.chainPem, { timeout: 10_000 }).toBe(second.chainPem);
  });

  it.each<[string, (directory: string) => void]>([
    ['a half-written certificate', (directory) => truncateSync(join(directory, 'tls.crt'), 500)],
    ['an empty certificate', (directory) => truncateSync(join(directory, 'tls.crt'), 0)],
    ['a half-written key', (directory) => truncateSync(join(directory, 'tls.key'), 100)],
    ['a key that is gone', (directory) => unlinkSync(join(directory, 'tls.key'))],
  ])('stay as they are over %s, which is told once', async (_, damage) => {
    const directory = write(createDirectory(), first);
    const { identity, told } = watch(directory);
    damage(directory);
    await identity.check();
    await identity.check();
    expect(identity.current.chainPem).toBe(first.chainPem);
    expect(told).toEqual([expect.stringContaining(directory)]);
    write(directory, second);
    await identity.check();
    expect(identity.current.chainPem).toBe(second.chainPem);
    expect(identity.failure).toBeUndefined();
  });

  it('are taken from a volume of Kubernetes, whose link ..data is swapped', async () => {
    const volume = createDirectory();
    write(join(volume, '..2026_11_22_03_27_07.1'), first);
    symlinkSync('..2026_11_22_03_27_07.1', join(volume, '..data'));
    for (const file of ['tls.crt', 'tls.key']) symlinkSync(join('..data', file), join(volume, file));
    const { identity, told } = watch(volume);
    write(join(volume, '..2026_11_22_04_00_00.2'), second);
    symlinkSync('..2026_11_22_04_00_00.2', join(volume, '..data_tmp'));
    renameSync(join(volume, '..data_tmp'), join(volume, '..data'));
    await expect.poll(() => identity.current.chainPem, { timeout: 10_000 }).toBe(second.chainPem);
    expect(told).toEqual(['replaced']);
  });

  it('are taken when they are written in place', async () => {
    const directory = write(createDirectory(), first);
    const { identity } = watch(directory);
    write(directory, second);
    await expect.poll(() => identity.current.chainPem, { timeout: 10_000 }).toBe(second.chainPem);
    expect(identity.current.tls.key).toBe(readFileSync(join(directory, 'tls.key'), 'utf8'));
  });

  it('are taken when they become valid, without being changed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const directory = write(createDirectory(), first);
    let nowMs = Date.now();
    const { identity, told } = watch(directory, () => nowMs);
    const { chainPem, privateKeyPem } = await authority.server({
      validity: { notBefore: new Date(nowMs + 60_000), notAfter: new Date(nowMs + 86_400_000) },
    });
    place(join(directory, 'tls.crt'), chainPem);
    place(join(directory, 'tls.key'), privateKeyPem);
    await identity.check();
    expect(identity.failure?.message).toMatch(/is not yet valid/);
    vi.advanceTimersByTime(35_000);
    expect(identity.current.chainPem).toBe(first.chainPem);
    nowMs += 65_000;
    vi.advanceTimersByTime(35_000);
    expect(identity.current.chainPem).toBe(chainPem);
    expect(identity.failure).toBeUndefined();
    expect(told).toEqual([expect.stringContaining('is not yet valid'), 'replaced']);
  });

  it('whose intermediate is not valid yet are taken when it is, without being changed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const directory = write(createDirectory(), first);
    let nowMs = Date.now();
    const { identity, told } = watch(directory, () => nowMs);
    const early = await authority.root.issueAuthority({
      subject: 'CN=Early',
      validity: { notBefore: new Date(nowMs + 60_000), notAfter: new Date(nowMs + 86_400_000) },
    });
    const next = await early.issueServer({
      dnsNames: ['localhost'],
      validity: { notBefore: new Date(nowMs - 60_000), notAfter: new Date(nowMs + 86_000_000) },
    });
    place(join(directory, 'tls.crt'), next.chainPem);
    place(join(directory, 'tls.key'), next.privateKeyPem);
    await identity.check();
    expect(identity.failure?.message).toMatch(/tls\.crt is not yet valid: certificate 2 of it, CN=Early, begins at /);
    expect(identity.current.chainPem).toBe(first.chainPem);
    nowMs += 65_000;
    vi.advanceTimersByTime(35_000);
    expect(identity.current.chainPem).toBe(next.chainPem);
    expect(identity.failure).toBeUndefined();
    expect(told).toEqual([expect.stringContaining('is not yet valid'), 'replaced']);
  });

  it('whose intermediate is not valid yet are taken at the start, and where that was so before', async () => {
    const notBefore = new Date(Date.now() + 60_000);
    const early = await authority.root.issueAuthority({ subject: 'CN=Early', validity: { notBefore } });
    const validity = { notBefore: new Date(Date.now() - 60_000) };
    const [one, two] = [
      await early.issueServer({ dnsNames: ['localhost'], validity }),
      await early.issueServer({ dnsNames: ['localhost'], validity }),
    ];
    const directory = write(createDirectory(), one);
    const { identity } = watch(directory);
    write(directory, two);
    await identity.check();
    expect(identity.current.chainPem).toBe(two.chainPem);
  });

  it('are refused at the start when they cannot be used', () => {
    const directory = write(createDirectory(), first);
    writeFileSync(join(directory, 'tls.key'), second.privateKeyPem);
    expect(() => watch(directory)).toThrow(TypeError);
  });

  it.each<[string, (directory: string) => void, RegExp]>([
    ['is not there', () => undefined, /^key \S+tls\.key cannot be read \(ENOENT\): there is no such file/],
    [
      'is a directory',
      (directory) => mkdirSync(directory),
      /^key \S+tls\.key cannot be read \(EISDIR\): this is a dir/,
    ],
  ])('are named with the remedy when a file %s, at the start and later', async (_, make, message) => {
    const directory = write(createDirectory(), first);
    const key = join(directory, 'tls.key');
    const { identity, told } = watch(directory);
    unlinkSync(key);
    make(key);
    await identity.check();
    expect(told).toEqual([expect.stringMatching(message)]);
    expect(identity.failure?.message).toMatch(message);
    expect(() => watch(directory)).toThrow(TypeError);
    expect(() => watch(directory)).toThrow(message);
  });

  it('that come as text are just taken', async () => {
    const identity = watchIdentity(
      { certificate: first.chainPem, key: first.privateKeyPem },
      {
        clock: Date.now,
        where: '',
        check: () => undefined,
        onReplaced: () => expect.unreachable(),
        onFailure: () => expect.unreachable(),
      },
    );
    opened.push(identity);
    await identity.check();
    expect(identity).toMatchObject({ files: [], failure: undefined, current: { chainPem: first.chainPem } });
  });
});
