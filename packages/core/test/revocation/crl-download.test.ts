import { toPem } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRevocation, type Revocation } from '../../src/revocation/revocation.ts';
import { authority } from '../path/certificates.ts';
import { listDer } from './crl/lists.ts';
import { closeServers, listen } from './http-server.ts';
import { alice, bob, clock, day, hour, type Line, line, listOf, minute, rootList, start, time } from './world.ts';

const opened: Revocation[] = [];

beforeEach(() => time.reset());

afterEach(async () => {
  for (const revocation of opened.splice(0)) revocation.close();
  await closeServers();
});

interface Served {
  list: Uint8Array;
  etag: string | undefined;
  /** The status of every answer, and the condition that it was asked under. */
  readonly answers: string[];
  readonly url: string;
}

/** A server that sends its list unless the tag of the list is named. */
async function serving(list: Uint8Array, etag: string | undefined): Promise<Served> {
  const answers: string[] = [];
  const { port } = await listen((request, response) => {
    const condition = request.headers['if-none-match'];
    const isSame = condition !== undefined && condition === served.etag;
    answers.push(`${isSame ? 304 : 200} ${condition}`);
    response.statusCode = isSame ? 304 : 200;
    if (served.etag !== undefined) response.setHeader('ETag', served.etag);
    response.end(isSame ? undefined : served.list);
  });
  const served: Served = { list, etag, answers, url: `http://127.0.0.1:${port}/issuing.crl` };
  return served;
}

function checking(...urls: readonly string[]): Line & { readonly revocation: Revocation } {
  const revocation = createRevocation(
    { methods: ['crl'], scope: 'leaf', crls: { sources: [...urls.map((url) => ({ url })), rootList] } },
    { clock },
  );
  opened.push(revocation);
  return { ...line({ revocation }), revocation };
}

const inADay = { nextUpdate: new Date(start + day) };

describe('a list that is fetched again', () => {
  it('is not sent again by a server that has the same, and answers as before', async () => {
    const server = await serving(listOf([bob], inADay), '"1"');
    const one = checking(server.url);
    expect(await one.say(bob)).toBe('certificate_revoked');
    time.pass(hour);
    await one.revocation.refresh();
    expect(server.answers).toEqual(['200 undefined', '304 "1"']);
    expect(await one.say(bob)).toContain('certificate_revoked');
    expect(await one.say(alice)).toContain('allow');
    const [status] = one.revocation.status().filter(({ source }) => source.includes('http'));
    expect(status).toMatchObject({ entries: 1, nextUpdate: inADay.nextUpdate, lastError: undefined });
    expect(status?.updatedAt).toEqual(new Date(time.now));
  });

  it('is replaced when the server has another, which is then the one that is named', async () => {
    const server = await serving(listOf([], inADay), '"1"');
    const one = checking(server.url);
    expect(await one.say(bob)).toBe('allow');
    time.pass(hour);
    server.list = listOf([bob], inADay);
    server.etag = 'W/"2"';
    await one.revocation.refresh();
    expect(await one.say(bob)).toContain('certificate_revoked');
    await one.revocation.refresh();
    expect(server.answers).toEqual(['200 undefined', '200 "1"', '304 W/"2"']);
  });

  it('is asked for whole where the server names no version', async () => {
    const server = await serving(listOf([bob], inADay), undefined);
    const one = checking(server.url);
    await one.revocation.ready();
    await one.revocation.refresh();
    expect(server.answers).toEqual(['200 undefined', '200 undefined']);
  });

  it('does not live longer because the server says that it has not changed', async () => {
    const server = await serving(listOf([], inADay), '"1"');
    const one = checking(server.url);
    expect(await one.say(bob)).toBe('allow');
    time.pass(day - minute);
    await one.revocation.refresh();
    expect(server.answers.at(-1)).toBe('304 "1"');
    time.pass(minute);
    expect(await one.say(bob)).toBe('revocation_unavailable stale');
  });

  it('is asked for whole when its time is over', async () => {
    const server = await serving(listOf([], inADay), '"1"');
    const one = checking(server.url);
    await one.revocation.ready();
    time.pass(day);
    await one.revocation.refresh();
    expect(server.answers).toEqual(['200 undefined', '200 undefined']);
    expect(one.revocation.status()[1]?.lastError?.problem).toBe('crl_next_update_past');
  });

  it('is asked for whole when another took its place', async () => {
    const server = await serving(listOf([], inADay), '"1"');
    const other = await serving(server.list, undefined);
    const one = checking(server.url, other.url);
    expect(await one.say(bob)).toBe('allow');
    time.pass(minute);
    other.list = listOf([bob], inADay);
    await one.revocation.refresh();
    expect(server.answers).toEqual(['200 undefined', '304 "1"']);
    time.pass(minute);
    await one.revocation.refresh();
    expect(server.answers.at(-1)).toBe('200 undefined');
    expect(await one.say(bob)).toContain('certificate_revoked');
  });

  it('is asked for whole when one of its lists is there no more', async () => {
    const pem = [listOf([], inADay), rootList].map((der) => toPem(der, 'X509 CRL')).join('');
    const server = await serving(Buffer.from(pem), '"1"');
    const other = await serving(listOf([], inADay), undefined);
    const one = checking(server.url, other.url);
    expect(await one.say(bob)).toBe('allow');
    time.pass(minute);
    other.list = listOf([bob], inADay);
    await one.revocation.refresh();
    expect(server.answers.at(-1)).toBe('304 "1"');
    time.pass(minute);
    await one.revocation.refresh();
    expect(server.answers.at(-1)).toBe('200 undefined');
  });

  it('is asked for whole when what came cannot be used', async () => {
    const server = await serving(Buffer.from('no list'), '"1"');
    const one = checking(server.url);
    await one.revocation.ready();
    time.pass(minute);
    server.list = listOf([bob], inADay);
    await one.revocation.refresh();
    expect(server.answers).toEqual(['200 undefined', '200 undefined']);
    expect(await one.say(bob)).toContain('certificate_revoked');
  });

  it('is asked for whole every twelfth time, whatever the server says', async () => {
    const server = await serving(listOf([], inADay), '"1"');
    const one = checking(server.url);
    await one.revocation.ready();
    server.list = listOf([bob], { ...inADay, crlNumber: 2_000_000_000 });
    for (let time = 1; time <= 11; time += 1) await one.revocation.refresh();
    expect(new Set(server.answers.slice(1))).toEqual(new Set(['304 "1"']));
    expect(await one.say(bob)).toContain('allow');
    await one.revocation.refresh();
    expect(server.answers).toHaveLength(13);
    expect(server.answers.at(-1)).toBe('200 undefined');
    expect(await one.say(bob)).toContain('certificate_revoked');
    await one.revocation.refresh();
    expect(server.answers.at(-1)).toBe('304 "1"');
  });

  it('that nobody asked about by its version is not taken for unchanged', async () => {
    const { port } = await listen((_, response) => {
      response.statusCode = 304;
      response.end();
    });
    const one = checking(`http://127.0.0.1:${port}/issuing.crl`);
    expect(await one.say(bob)).toBe('revocation_unavailable unreachable');
    const problems = one.revocation.status().map(({ lastError }) => lastError?.problem);
    expect(problems).toContain('fetch_redirect');
  });
});

describe('a list of the future whose moment has come', () => {
  it('is fetched whole, as what was said of it before is over', async () => {
    const early = listOf([bob], { thisUpdate: new Date(start + hour), nextUpdate: new Date(start + day) });
    const server = await serving(early, '"1"');
    const one = checking(server.url);
    const statusOf = (): unknown => one.revocation.status().find(({ source }) => source.includes('http'));
    expect(await one.say(bob)).toContain('certificate_revoked');
    expect(statusOf()).toMatchObject({ early: [{}] });
    time.pass(2 * hour);
    await one.revocation.refresh();
    expect(server.answers).toEqual(['200 undefined', '200 undefined']);
    expect(statusOf()).toMatchObject({ early: [], entries: 1 });
    await one.revocation.refresh();
    expect(server.answers.at(-1)).toBe('304 "1"');
    expect(statusOf()).toMatchObject({ early: [], entries: 1 });
  });
});

describe('a file of very many lists, from whoever is on the way to the server', () => {
  it('counts a list that is repeated once, however often it is', async () => {
    const server = await serving(Buffer.from(toPem(listOf([bob], inADay), 'X509 CRL').repeat(150_000)), undefined);
    const one = checking(server.url);
    expect(await one.say(bob)).toBe('certificate_revoked');
    expect(await one.say(alice)).toContain('allow');
    expect(one.revocation.status().find(({ source }) => source.includes('http'))?.entries).toBe(1);
  });

  it('tells of a list of the future once, however often it is repeated', async () => {
    const early = listOf([bob], { thisUpdate: new Date(start + hour), nextUpdate: new Date(start + day) });
    const server = await serving(Buffer.from(toPem(early, 'X509 CRL').repeat(3)), undefined);
    const one = checking(server.url);
    expect(await one.say(bob)).toContain('certificate_revoked');
    await one.revocation.refresh();
    const status = one.revocation.status().find(({ source }) => source.includes('http'));
    expect(status?.early).toHaveLength(1);
  });

  it('tells of no more lists of the future that nobody signed than are kept', async () => {
    const forged = Array.from({ length: 200 }, (_, index) =>
      toPem(
        listDer(authority(`CN=Nobody ${index}`), {
          thisUpdate: new Date(start + hour),
          nextUpdate: new Date(start + day),
        }),
        'X509 CRL',
      ),
    );
    const server = await serving(Buffer.from(forged.join('')), undefined);
    const one = checking(server.url);
    expect(await one.say(alice)).not.toContain('allow');
    const status = one.revocation.status().find(({ source }) => source.includes('http'));
    expect(status?.early).toHaveLength(64);
  });
});
