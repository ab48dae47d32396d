/**
 * Answers and lists that were true once and are shown again: signed by who may sign them, and within their time. A certificate
 * that is known to be revoked must not come back by one, over whatever way it comes.
 */
import { createOcspResponder, type IssuedCertificate, issueOcspDelegate } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRevocation, type Revocation } from '../../../src/revocation/revocation.ts';
import type { RevocationOptions } from '../../../src/revocation/revocation-options.ts';
import { twinOf } from '../ecdsa-twin.ts';
import { closeServers, type Listening, listen } from '../http-server.ts';
import { alice, bob, clock, day, hour, issuing, type Line, line, listOf, minute, root, start, time } from '../world.ts';

const opened: Revocation[] = [];

beforeEach(() => time.reset());

afterEach(async () => {
  for (const revocation of opened.splice(0)) revocation.close();
  await closeServers();
});

type Word = 'good' | 'revoked' | 'certificateHold' | 'unknown';

interface Said {
  /** Default: now. */
  readonly at?: number;
  readonly lifetimeSeconds?: number;
}

/** What the authority said of bob, of alice and of everybody at some moment: to be given when it is asked for. */
type Answering = (request: Uint8Array) => Uint8Array;

function said(word: Word, { at = clock(), lifetimeSeconds = 86_400 }: Said = {}): Answering {
  const responder = createOcspResponder({ authority: issuing, clock: () => at, lifetimeSeconds });
  for (const client of [alice, bob]) {
    if (word === 'unknown') responder.forget(client);
    else if (word !== 'good') responder.revoke(client, word === 'revoked' ? {} : { reason: word });
  }
  return (request) => responder.answer(request);
}

interface Responder extends Listening {
  readonly url: string;
  /** From now on. */
  says(answering: Answering | 'nothing'): void;
}

async function responding(first: Answering | 'nothing' = 'nothing'): Promise<Responder> {
  let answering = first;
  const server = await listen(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
    if (answering === 'nothing') response.writeHead(500).end();
    else response.end(answering(Buffer.concat(chunks)));
  });
  return Object.assign(server, {
    url: `http://127.0.0.1:${server.port}/`,
    says: (next: Answering | 'nothing') => {
      answering = next;
    },
  });
}

interface Asking extends Line {
  readonly revocation: Revocation;
}

function checking(options: RevocationOptions): Asking {
  const events: Line['events'] = [];
  const revocation = createRevocation({ scope: 'leaf', ...options }, { clock, onEvent: (event) => events.push(event) });
  opened.push(revocation);
  return { ...line({ revocation }), events, revocation };
}

/** Asks again after a minute. */
const asking = (...responders: readonly Responder[]): Asking =>
  checking({ methods: ['ocsp'], ocsp: { responders: responders.map(({ url }) => url), refreshSeconds: 60 } });

const lists = (...sources: readonly Uint8Array[]): Asking => checking({ methods: ['crl'], crls: { sources } });

const problems = ({ events }: Line): unknown[] => events.flatMap((event) => ('problem' in event ? event.problem : []));

const code = async (one: Line, client: IssuedCertificate = bob): Promise<string> =>
  (await one.say(client)).replace('now: ', '');

/** What is said once this responder was asked again, ten minutes later, and its answer was taken or refused. */
async function codeAfterAsking(one: Asking, { url }: Responder): Promise<string> {
  time.pass(10 * minute);
  await one.say(bob);
  await vi.waitFor(() => {
    const row = one.revocation.status().find(({ source }) => source === `ocsp ${url}`);
    expect([row?.updatedAt, row?.lastError?.at]).toContainEqual(new Date(time.now));
  });
  return code(one);
}

describe('an answer of before a revocation', () => {
  it('does not bring back who was revoked, nor does any later one', async () => {
    const old = said('good', { at: start - hour });
    const responder = await responding(said('revoked', { lifetimeSeconds: 60 }));
    const one = asking(responder);
    expect(await code(one)).toBe('certificate_revoked');
    responder.says(old);
    time.pass(2 * minute);
    expect(await code(one)).toBe('certificate_revoked');
    responder.says(said('good'));
    time.pass(day - hour);
    expect(await code(one)).toBe('certificate_revoked');
    // Of others it is as good as ever.
    expect(await code(one, alice)).toBe('allow');
  });

  it('does not end a hold, nor does one of the same moment: only a later one does', async () => {
    const responder = await responding(said('certificateHold'));
    const one = asking(responder);
    expect(await code(one)).toBe('certificate_revoked');
    for (const at of [start - hour, start]) {
      responder.says(said('good', { at }));
      expect(await codeAfterAsking(one, responder)).toBe('certificate_revoked');
      expect(problems(one)).toContain('ocsp_not_newer');
    }
    responder.says(said('good', { at: start + 1_000 }));
    expect(await codeAfterAsking(one, responder)).toBe('allow');
  });

  it('does not end a hold when the answer that told of it is over', async () => {
    const responder = await responding(said('certificateHold', { lifetimeSeconds: 60 }));
    const one = asking(responder);
    expect(await code(one)).toBe('certificate_revoked');
    responder.says(said('good', { at: start - hour }));
    time.pass(2 * minute);
    expect(await code(one)).toBe('revocation_unavailable stale');
    expect(problems(one)).toEqual(['ocsp_not_newer']);
  });

  it('does not take the place of a later one that says good, which is used to its end', async () => {
    const responder = await responding(said('good', { lifetimeSeconds: 3_600 }));
    const one = asking(responder);
    expect(await code(one)).toBe('allow');
    responder.says(said('good', { at: start - hour }));
    expect(await codeAfterAsking(one, responder)).toBe('allow');
    expect(problems(one)).toEqual(['ocsp_not_newer']);
    time.pass(hour);
    expect(await code(one)).toBe('revocation_unavailable stale');
  });

  it('is known by the time it was signed where thisUpdate is the same', async () => {
    const signed = (word: Word, producedAt: number): Answering => {
      const responder = createOcspResponder({
        authority: issuing,
        clock: () => start,
        lifetimeSeconds: 86_400,
        lie: (honest) => ({ ...honest, producedAt: new Date(producedAt) }),
      });
      if (word !== 'good') responder.revoke(bob, { reason: 'certificateHold' });
      return (request) => responder.answer(request);
    };
    const responder = await responding(signed('certificateHold', start + 30_000));
    const one = asking(responder);
    expect(await code(one)).toBe('certificate_revoked');
    responder.says(signed('good', start + 20_000));
    expect(await codeAfterAsking(one, responder)).toBe('certificate_revoked');
    responder.says(signed('good', start + 40_000));
    expect(await codeAfterAsking(one, responder)).toBe('allow');
  });

  it('is not taken after the same responder said that it does not know the certificate', async () => {
    const responder = await responding(said('unknown'));
    const one = asking(responder);
    expect(await code(one)).toBe('certificate_status_unknown');
    responder.says(said('good', { at: start - hour }));
    time.pass(10 * minute);
    expect(await code(one)).toBe('revocation_unavailable stale');
    // An older one of these does not help it.
    responder.says(said('unknown', { at: start - 2 * hour }));
    time.pass(10 * minute);
    expect(await code(one)).toBe('certificate_status_unknown');
    responder.says(said('good', { at: start - hour }));
    time.pass(10 * minute);
    expect(await code(one)).toBe('revocation_unavailable stale');
    responder.says(said('good', { at: start + minute }));
    time.pass(10 * minute);
    expect(await code(one)).toBe('allow');
  });

  it('is told from one that was made in advance, after the responder did not know the certificate, by when it was signed', async () => {
    const inAdvance = (word: 'good' | 'certificateHold', producedAt: number): Answering => {
      const responder = createOcspResponder({
        authority: issuing,
        clock: () => start,
        lifetimeSeconds: 86_400,
        lie: (honest) => ({ ...honest, producedAt: new Date(producedAt) }),
      });
      if (word !== 'good') responder.revoke(bob, { reason: word });
      return (request) => responder.answer(request);
    };
    time.pass(minute);
    const responder = await responding(said('unknown'));
    const one = asking(responder);
    expect(await code(one)).toBe('certificate_status_unknown');
    for (const producedAt of [start, start + minute]) {
      responder.says(inAdvance('good', producedAt));
      time.pass(10 * minute);
      expect(await code(one)).toBe('revocation_unavailable stale');
    }
    responder.says(inAdvance('good', start + 5 * minute));
    time.pass(10 * minute);
    expect(await code(one)).toBe('allow');
    // Against a hold it is its thisUpdate that counts.
    responder.says(said('certificateHold', { at: start + 10 * minute }));
    expect(await codeAfterAsking(one, responder)).toBe('certificate_revoked');
    responder.says(inAdvance('good', start + 15 * minute));
    expect(await codeAfterAsking(one, responder)).toBe('certificate_revoked');
  });
});

describe('an answer that says revoked', () => {
  it('counts also when it was given before the one that is held', async () => {
    const responder = await responding(said('good'));
    const one = asking(responder);
    expect(await code(one)).toBe('allow');
    responder.says(said('revoked', { at: start - hour }));
    expect(await codeAfterAsking(one, responder)).toBe('certificate_revoked');
    responder.says(said('good', { at: start + 20 * minute }));
    time.pass(day);
    expect(await code(one)).toBe('certificate_revoked');
  });

  it('counts against the other octets that a certificate can have, and is not asked for again', async () => {
    const responder = await responding(said('revoked'));
    const one = asking(responder);
    const twin = { ...bob, certificateDer: twinOf(bob.certificateDer) } as IssuedCertificate;
    expect(Buffer.compare(twin.certificateDer, bob.certificateDer)).not.toBe(0);
    expect(await code(one, twin)).toBe('certificate_revoked');
    responder.says(said('good', { at: start - hour }));
    expect(await code(one, bob)).toBe('certificate_revoked');
    expect(await code(one, twin)).toBe('certificate_revoked');
    expect(responder.requests).toBe(1);
  });
});

describe('several responders', () => {
  it('do not bring back who one of them knows as revoked', async () => {
    const [first, second] = [
      await responding(said('revoked', { lifetimeSeconds: 60 })),
      await responding(said('good')),
    ];
    const one = asking(first, second);
    expect(await code(one)).toBe('certificate_revoked');
    first.says('nothing');
    time.pass(2 * minute);
    expect(await code(one)).toBe('certificate_revoked');
    expect(await code(one, alice)).toBe('allow');
  });

  it('do not end a hold by what the second said before the first', async () => {
    const first = await responding(said('certificateHold', { lifetimeSeconds: 60 }));
    const second = await responding(said('good', { at: start - minute }));
    const one = asking(first, second);
    expect(await code(one)).toBe('certificate_revoked');
    first.says('nothing');
    time.pass(2 * minute);
    expect(await code(one)).toBe('revocation_unavailable stale');
    second.says(said('good'));
    time.pass(2 * minute);
    expect(await code(one)).toBe('allow');
  });

  it('help out where the first shows an old answer', async () => {
    const [first, second] = [await responding(said('good')), await responding(said('good', { at: start + minute }))];
    const one = asking(first, second);
    expect(await code(one)).toBe('allow');
    first.says(said('good', { at: start - hour }));
    expect(await codeAfterAsking(one, second)).toBe('allow');
    expect(problems(one)).toEqual(['ocsp_not_newer']);
    expect(second.requests).toBe(1);
    // The first does not know the certificate; what the second said of it earlier is no older answer of the first.
    const unknowing = await responding(said('unknown'));
    second.says(said('good', { at: start }));
    expect(await code(asking(unknowing, second), bob)).toBe('allow');
  });
});

describe('instances', () => {
  it('made anew do not forget who was revoked', async () => {
    const responder = await responding(said('revoked'));
    expect(await code(asking(responder))).toBe('certificate_revoked');
    for (const revocation of opened.splice(0)) revocation.close();
    responder.says(said('good', { at: start - hour }));
    expect(await code(asking(responder))).toBe('certificate_revoked');
  });

  it('made anew do not end a hold by an answer of before it', async () => {
    const responder = await responding(said('certificateHold'));
    expect(await code(asking(responder))).toBe('certificate_revoked');
    responder.says(said('good', { at: start - hour }));
    expect(await code(asking(responder))).toBe('certificate_revoked');
    time.pass(minute);
    responder.says(said('good'));
    expect(await code(asking(responder))).toBe('allow');
  });

  it('that remember a client hear at once what another one was told', async () => {
    const [first, second] = [await responding(said('good')), await responding(said('revoked'))];
    const one = asking(first);
    expect(await one.say(bob)).toBe('allow');
    expect(await one.say(bob)).toBe('now: allow');
    expect(await code(asking(second))).toBe('certificate_revoked');
    expect(await one.say(bob)).toBe('now: certificate_revoked');
  });

  it('that share one object keep to it together', async () => {
    const responder = await responding(said('certificateHold'));
    const revocation = createRevocation(
      { methods: ['ocsp'], scope: 'leaf', ocsp: { responders: responder.url, refreshSeconds: 60 } },
      { clock },
    );
    opened.push(revocation);
    const [one, other] = [line({ revocation }), line({ revocation })];
    expect(await code(one)).toBe('certificate_revoked');
    responder.says(said('good', { at: start - hour }));
    expect(await codeAfterAsking({ ...other, revocation }, responder)).toBe('certificate_revoked');
    expect(await code(one)).toBe('certificate_revoked');
    responder.says(said('good'));
    expect(await codeAfterAsking({ ...one, revocation }, responder)).toBe('allow');
    expect(await code(other)).toBe('allow');
  });

  it('whose answers come in another order than they were asked for let nobody in', async () => {
    const held: (() => void)[] = [];
    const old = said('good', { at: start - hour });
    const late = await listen(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
      held.push(() => response.end(old(Buffer.concat(chunks))));
    });
    const slow = checking({ methods: ['ocsp'], ocsp: { responders: `http://127.0.0.1:${late.port}/` } });
    const pending = slow.say(bob);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    expect(await code(asking(await responding(said('revoked'))))).toBe('certificate_revoked');
    held[0]?.();
    expect(await pending).toBe('certificate_revoked');
    expect(await slow.say(bob)).toBe('now: certificate_revoked');
  });
});

describe('a list', () => {
  const at = (hours: number): { thisUpdate: Date; nextUpdate: Date } => ({
    thisUpdate: new Date(start + hours * hour),
    nextUpdate: new Date(start + 5 * day),
  });

  it('that does not name any more who was revoked does not bring it back', async () => {
    let list = listOf([{ ...bob, reason: 'superseded' }], { ...at(-3), crlNumber: 1 });
    const server = await listen((_, response) => response.end(list));
    const url = `http://127.0.0.1:${server.port}/ca.crl`;
    const one = checking({ methods: ['crl'], crls: { sources: [{ url }] } });
    expect(await code(one)).toBe('certificate_revoked');
    list = listOf([], { ...at(-1), crlNumber: 2 });
    time.pass(minute);
    await one.revocation.refresh();
    expect(await code(one, alice)).toBe('allow');
    expect(await code(one)).toBe('certificate_revoked');
    expect(await code(lists(list))).toBe('certificate_revoked');
  });

  it('that does not name any more who was on hold does', async () => {
    let list = listOf([{ ...bob, reason: 'certificateHold' }], { ...at(-3), crlNumber: 1 });
    const server = await listen((_, response) => response.end(list));
    const one = checking({
      methods: ['crl'],
      crls: { sources: [{ url: `http://127.0.0.1:${server.port}/ca.crl` }] },
    });
    expect(await code(one)).toBe('certificate_revoked');
    list = listOf([], { ...at(-1), crlNumber: 2 });
    time.pass(minute);
    await one.revocation.refresh();
    expect(await code(one)).toBe('allow');
  });

  it('of before a hold does not end it, also for an instance that never had the later one', async () => {
    const before = listOf([], { ...at(-3), crlNumber: 1 });
    expect(await code(lists(listOf([{ ...bob, reason: 'certificateHold' }], { ...at(-2), crlNumber: 2 })))).toBe(
      'certificate_revoked',
    );
    expect(await code(lists(before))).toBe('certificate_revoked');
    expect(await code(lists(listOf([], { ...at(-1), crlNumber: 3 })))).toBe('allow');
  });

  it('of one source does not take the place of a later one of another, however both come', async () => {
    const [old, later] = [listOf([], { ...at(-3), crlNumber: 1 }), listOf([bob], { ...at(-2), crlNumber: 2 })];
    const server = await listen((request, response) => response.end(request.url === '/old' ? old : later));
    const [oldUrl, laterUrl] = ['old', 'later'].map((path) => ({ url: `http://127.0.0.1:${server.port}/${path}` }));
    if (oldUrl === undefined || laterUrl === undefined) throw new Error('no URLs');
    for (const sources of [
      [old, laterUrl],
      [later, oldUrl],
      [oldUrl, laterUrl],
      [laterUrl, oldUrl],
    ]) {
      time.reset();
      const one = checking({ methods: ['crl'], crls: { sources } });
      await one.revocation.ready();
      time.pass(minute);
      await one.revocation.refresh();
      expect(await code(one)).toBe('certificate_revoked');
    }
  });

  it('that takes back by a delta what is no hold does not bring anybody back', async () => {
    const complete = (reason: 'superseded' | 'certificateHold') =>
      listOf([{ ...bob, reason }], { ...at(-3), crlNumber: 1 });
    const delta = listOf([{ ...bob, reason: 'removeFromCRL' }], { ...at(-1), crlNumber: 2, baseCrlNumber: 1 });
    expect(await code(lists(complete('superseded'), delta))).toBe('certificate_revoked');
    time.reset();
    expect(await code(lists(complete('certificateHold'), delta))).toBe('allow');
  });
});

describe('lists and answers together', () => {
  const list = (revoked: Parameters<typeof listOf>[0], at: number, until = start + 5 * day): Uint8Array =>
    listOf(revoked, { thisUpdate: new Date(at), nextUpdate: new Date(until) });
  const both = (
    methods: RevocationOptions['methods'],
    crl: Uint8Array,
    responder: Responder,
    on: NonNullable<RevocationOptions['on']> = {},
  ): Asking =>
    checking({ methods, crls: { sources: [crl] }, ocsp: { responders: responder.url, refreshSeconds: 60 }, on });

  it.each([[['ocsp', 'crl']], [['crl', 'ocsp']]] as const)(
    'asked as %j let nobody in whom the list names, whatever the responder says and when it said it',
    async (methods) => {
      for (const reason of ['superseded', 'certificateHold'] as const) {
        for (const at of [start - 2 * hour, start]) {
          time.reset();
          const responder = await responding(said('good', { at }));
          const one = both(methods, list([{ ...bob, reason }], start - hour), responder);
          expect(await code(one)).toBe('certificate_revoked');
          expect(await code(one, alice)).toBe('allow');
        }
      }
    },
  );

  it.each([[['ocsp', 'crl']], [['crl', 'ocsp']]] as const)(
    'asked as %j let nobody in whom the responder knows as revoked, whatever the list says that comes later',
    async (methods) => {
      const old = list([], start - day, start - hour);
      const current = list([], start - minute);
      for (const word of ['revoked', 'certificateHold'] as const) {
        time.reset();
        const responder = await responding(said(word));
        let given = old;
        const server = await listen((_, response) => response.end(given));
        const one = checking({
          methods,
          crls: { sources: [{ url: `http://127.0.0.1:${server.port}/ca.crl` }] },
          ocsp: { responders: responder.url },
        });
        await one.revocation.ready();
        // As long as the list is over, the responder is asked.
        expect(await code(one)).toBe('certificate_revoked');
        responder.says('nothing');
        given = current;
        time.pass(10 * minute);
        await one.revocation.refresh();
        expect(await code(one, alice)).toBe('allow');
        expect(await code(one)).toBe('certificate_revoked');
      }
    },
  );

  it('do not end a hold that a responder told by a list of before it, when the responder is gone', async () => {
    const responder = await responding(said('certificateHold', { lifetimeSeconds: 60 }));
    const one = both(['ocsp', 'crl'], list([], start - hour), responder);
    expect(await code(one)).toBe('certificate_revoked');
    responder.says('nothing');
    time.pass(2 * minute);
    expect(await code(one)).toBe('certificate_revoked');
    expect(await code(lists(list([], start - minute)))).toBe('certificate_revoked');
    expect(await code(lists(list([], start + minute)))).toBe('allow');
  });

  it('let nobody in who is known as revoked, whatever is allowed where nothing is known', async () => {
    const allow = {
      noSource: 'allow',
      unreachable: 'allow',
      stale: 'allow',
      malformed: 'allow',
      unknown: 'allow',
    } as const;
    for (const methods of [
      ['ocsp', 'crl'],
      ['crl', 'ocsp'],
    ] as const) {
      time.reset();
      const responder = await responding(said('revoked', { lifetimeSeconds: 60 }));
      const one = both(methods, list([], start - day, start - hour), responder, allow);
      expect(await code(one)).toBe('certificate_revoked');
      for (const next of [
        'nothing',
        said('good', { at: start - hour }),
        said('unknown'),
        () => Buffer.from('?'),
      ] as const) {
        responder.says(next);
        time.pass(10 * minute);
        expect(await code(one)).toBe('certificate_revoked');
      }
      expect(await code(one, alice)).toBe('allow');
    }
  });

  it('wait for a list of their own that is still being read', async () => {
    // So many entries are read bit by bit.
    const entries = Array.from({ length: 40_000 }, (_, index) => ({
      serialNumber: (0x7000_0000_0000 + index).toString(16),
    }));
    const large = list([...entries, bob], start - hour);
    const responder = await responding(said('good', { at: start - hour }));
    const one = both(['ocsp', 'crl'], large, responder);
    expect(await one.say(bob)).toBe('certificate_revoked');
  });
});

describe('a certificate that vouches for lists or answers', () => {
  const sourceOf = async (one: Line, client: IssuedCertificate): Promise<unknown> => {
    const decision = await one.decide(client);
    return decision.outcome === 'allow' && decision.client.revocation.mode !== 'off'
      ? decision.client.revocation.certificates.map((status) => 'source' in status && status.source).join()
      : decision.outcome;
  };

  it('and is revoked takes back what it said before, on the next request', async () => {
    const delegate = await issueOcspDelegate(issuing, {
      extensions: [],
      validity: { notBefore: new Date(start - day) },
    });
    const responder = createOcspResponder({ authority: issuing, delegate, clock, lifetimeSeconds: 3_000_000 });
    const server = await listen((request, response) => responder.handle(request, response));
    let given = listOf([], { crlNumber: 1, thisUpdate: new Date(start - hour) });
    const lists = await listen((_, response) => response.end(given));
    const url = `http://127.0.0.1:${lists.port}/ca.crl`;
    const ocsp = { responders: `http://127.0.0.1:${server.port}/` };
    for (const methods of [
      ['ocsp', 'crl'],
      ['crl', 'ocsp'],
    ] as const) {
      const one = checking({ methods, crls: { sources: [{ url }] }, ocsp });
      await one.revocation.ready();
      expect(await sourceOf(one, alice)).toBe(methods[0]);
    }
    const one = checking({ methods: ['ocsp', 'crl'], crls: { sources: [{ url }] }, ocsp });
    await one.revocation.ready();
    expect(await sourceOf(one, alice)).toBe('ocsp');
    given = listOf([delegate], { crlNumber: 2, thisUpdate: new Date(start) });
    time.pass(minute);
    await one.revocation.refresh();
    expect(await sourceOf(one, alice)).toBe('crl');
    expect(problems(one)).toEqual(['ocsp_delegate_revoked']);
    // And where nothing else is known, nobody is let in by it.
    const alone = checking({ methods: ['ocsp'], ocsp });
    expect(await code(alone, alice)).toBe('revocation_unavailable malformed');
  });

  it('and is known to be revoked does not do so any more, whatever list comes', async () => {
    const delegate = await issueOcspDelegate(issuing, {
      extensions: [],
      validity: { notBefore: new Date(start - day) },
    });
    const responder = createOcspResponder({ authority: issuing, delegate, clock });
    const server = await listen((request, response) => responder.handle(request, response));
    let given = listOf([delegate], { crlNumber: 1, thisUpdate: new Date(start - hour) });
    const lists = await listen((_, response) => response.end(given));
    const one = checking({
      methods: ['ocsp', 'crl'],
      crls: { sources: [{ url: `http://127.0.0.1:${lists.port}/ca.crl` }] },
      ocsp: { responders: `http://127.0.0.1:${server.port}/` },
    });
    await one.revocation.ready();
    expect(await sourceOf(one, alice)).toBe('crl');
    given = listOf([], { crlNumber: 2, thisUpdate: new Date(start) });
    time.pass(minute);
    await one.revocation.refresh();
    time.pass(10 * minute);
    expect(await sourceOf(one, bob)).toBe('crl');
    expect(problems(one)).toContain('ocsp_delegate_revoked');
  });
});

describe('the path', () => {
  it('does not get an authority back that was revoked', async () => {
    const given = { thisUpdate: new Date(start - hour), nextUpdate: new Date(start + day) };
    const leaves = listOf([]);
    const check = (rootList: Uint8Array): Asking =>
      checking({ methods: ['crl'], scope: 'path', crls: { sources: [leaves, rootList] } });
    expect(await code(check(listOf([issuing], { ...given, crlNumber: 2 }, root)))).toBe('certificate_revoked');
    expect(await code(check(listOf([], { ...given, crlNumber: 1 }, root)))).toBe('certificate_revoked');
  });
});
