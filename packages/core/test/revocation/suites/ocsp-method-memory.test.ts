import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessDescription, Certificate } from '../../../src/certificate/model.ts';
import type { FetchRequest, FetchResult } from '../../../src/revocation/fetcher.ts';
import { OcspMethod, type OcspMethodSettings } from '../../../src/revocation/ocsp-method.ts';
import type { Finding } from '../../../src/revocation/question.ts';
import { compileRevocationOptions } from '../../../src/revocation/revocation-options.ts';
import type { RevocationEvent } from '../../../src/revocation/source-status.ts';
import { client, now, saying } from '../../path/certificates.ts';
import { answer, issuer, settings as policy, single, subject } from '../ocsp/answers.ts';

const other = client('CN=other', { by: issuer });
const responder = 'http://ocsp.test/';
const settings = compileRevocationOptions({ methods: ['ocsp'], ocsp: { responders: responder } }).ocsp;
if (settings === undefined) throw new Error('no settings');

let time = now;
beforeEach(() => {
  time = now;
});

const given = (body: Uint8Array): FetchResult => ({ ok: true, body });
const failing = (problem: 'fetch_failed' | 'fetch_busy'): FetchResult => ({ ok: false, problem, detail: '' });
const good = given(answer());
const revoked = given(answer({ responses: [single({ revocationDate: new Date(now - 60_000) })] }));

const strictness = policy;

/** A method whose responder gives these answers in turn, the last one from then on. */
function asking(answers: readonly FetchResult[], changes: Partial<OcspMethodSettings> = {}) {
  const asked: FetchRequest[] = [];
  const events: RevocationEvent[] = [];
  let changed = 0;
  const fetch = async (request: FetchRequest): Promise<FetchResult> => {
    asked.push(request);
    return answers[Math.min(asked.length, answers.length) - 1] as FetchResult;
  };
  const method = new OcspMethod(
    { ...(settings as OcspMethodSettings), ...changes },
    policy,
    { fetch, close: () => undefined },
    { clock: () => time, tell: (event) => events.push(event), onChange: () => (changed += 1) },
  );
  const ask = async (certificate: Certificate = subject.certificate, nowMs: number = time): Promise<string> => {
    const by = { issuer: issuer.certificate, anchor: issuer.certificate };
    const question = { ...by, certificate, nowMs, client: 'one', crlIssuers: () => [], strictness };
    const { status }: Finding = await method.statusOf(question);
    return status.status === 'undetermined' ? status.kind : status.status;
  };
  return { method, ask, asked, events, changes: () => changed };
}

const naming = (...accesses: readonly AccessDescription[]): Certificate =>
  saying(subject.certificate, { authorityInfoAccess: accesses });
const ocspAccess = '1.3.6.1.5.5.7.48.1';
const uri = (value: string, accessMethod: string = ocspAccess): AccessDescription => ({
  accessMethod,
  accessLocation: { kind: 'uniformResourceIdentifier', value },
});

describe('the responders that a certificate names', () => {
  const hosts = new Set(['a.test:80', 'b.test:80']);

  it('are left alone unless the options say otherwise', async () => {
    const { ask, asked } = asking([failing('fetch_failed')]);
    expect(await ask(naming(uri('http://a.test/')))).toBe('unreachable');
    expect(asked.map(({ url }) => url.href)).toEqual([responder]);
  });

  it('are those of OCSP with a URL', async () => {
    const { ask, asked } = asking([failing('fetch_failed')], { hosts, responders: [] });
    const dns = { accessMethod: ocspAccess, accessLocation: { kind: 'dNSName', value: 'http://a.test/dns' } } as const;
    const named = naming(uri('http://a.test/ca', '1.3.6.1.5.5.7.48.2'), dns, uri('http://b.test/'));
    expect(await ask(named)).toBe('unreachable');
    expect(asked.map(({ url }) => url.href)).toEqual(['http://b.test/']);
  });

  it('are remembered, the last 256 of them', async () => {
    const { ask, method } = asking([failing('fetch_failed')], { hosts, responders: [] });
    for (let index = 0; index < 257; index += 1) await ask(saidBy(index));
    const sources = method.status(now).map(({ source }) => source);
    expect(sources).toHaveLength(256);
    expect([sources[0], sources.at(-1)]).toEqual(['ocsp http://a.test/1', 'ocsp http://a.test/256']);
  });

  /** Another certificate each time, with a responder of its own. */
  function saidBy(index: number): Certificate {
    return saying(subject.certificate, {
      serialNumber: `0${index}`,
      authorityInfoAccess: [uri(`http://a.test/${index}`)],
    });
  }

  it('are asked as far as the fourth', async () => {
    const { ask, asked } = asking([failing('fetch_failed')], { hosts, responders: [] });
    await ask(naming(...Array.from({ length: 6 }, (_, index) => uri(`http://a.test/${index}`))));
    expect(asked.map(({ url }) => url.pathname)).toEqual(['/0', '/1', '/2', '/3']);
  });
});

describe('an answer in the memory', () => {
  it('serves until it is to be asked for again, be it that the clock was ahead meanwhile', async () => {
    const { ask, asked } = asking([good]);
    time += 5_000;
    expect(await ask(subject.certificate, now)).toBe('good');
    expect(await ask(subject.certificate, now)).toBe('good');
    expect(await ask(subject.certificate, now + 1_000)).toBe('good');
    expect(asked).toHaveLength(1);
    expect(await ask(subject.certificate, now - 1)).toBe('good');
    expect(asked).toHaveLength(2);
  });

  it('that says something else than the one before is a change, and no other is', async () => {
    const { ask, changes } = asking([good, good, revoked, revoked]);
    const said: [string, number][] = [];
    for (let times = 0; times < 4; times += 1) said.push([await ask(subject.certificate, now - times), changes()]);
    expect(said).toEqual([
      ['good', 0],
      ['good', 0],
      ['revoked', 1],
      ['revoked', 1],
    ]);
  });

  it('is used until its last moment, and no longer', async () => {
    const { ask } = asking([good, failing('fetch_failed')]);
    await ask();
    const last = now + 55 * 60_000 - 1;
    expect(await ask(subject.certificate, last)).toBe('good');
    time = last + 1;
    expect(await ask()).toBe('unreachable');
  });

  it('that never came makes room for another', async () => {
    const { ask, asked } = asking([failing('fetch_failed')], { capacity: 1 });
    expect(await ask()).toBe('unreachable');
    expect(await ask(other.certificate)).toBe('unreachable');
    expect(asked).toHaveLength(1);
  });
});

describe('a responder', () => {
  it('is paused after a failure, but not for a client that asks for too much', async () => {
    const busy = asking([failing('fetch_busy'), good]);
    expect(await busy.ask()).toBe('unreachable');
    await busy.ask(other.certificate);
    expect(busy.asked).toHaveLength(2);
    const broken = asking([failing('fetch_failed'), good]);
    expect(await broken.ask()).toBe('unreachable');
    expect(await broken.ask(other.certificate)).toBe('unreachable');
    expect(broken.asked).toHaveLength(1);
  });

  it('is told of when it fails, and when it is back', async () => {
    const { ask, events } = asking([good, failing('fetch_failed'), good]);
    await ask();
    expect(events).toEqual([]);
    await ask(subject.certificate, now - 1);
    time += 400_000;
    await ask();
    expect(events.map(({ type }) => type)).toEqual(['revocation_source_failed', 'revocation_source_updated']);
  });

  it('is asked by GET only without a nonce', async () => {
    const plain = asking([good], { method: 'get' });
    await plain.ask();
    expect(plain.asked[0]).toMatchObject({ headers: { Accept: 'application/ocsp-response' }, client: 'one' });
    expect(plain.asked[0]?.body).toBeUndefined();
    const fresh = asking([good], { method: 'get', nonce: 'required' });
    expect(await fresh.ask()).toBe('malformed');
    expect(fresh.asked[0]?.body).toBeInstanceOf(Uint8Array);
    expect(fresh.asked[0]?.headers).toEqual({
      Accept: 'application/ocsp-response',
      'Content-Type': 'application/ocsp-request',
    });
  });
});
