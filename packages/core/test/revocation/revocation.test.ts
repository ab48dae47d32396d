import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RevocationChecker } from '../../src/revocation/checker.ts';
import { checkerOf, createRevocation, type Revocation } from '../../src/revocation/revocation.ts';
import type { RevocationEvent } from '../../src/revocation/source-status.ts';
import { alice, clock, line, listOf, start, time } from './world.ts';

const opened: Revocation[] = [];

beforeEach(() => time.reset());

afterEach(() => {
  for (const revocation of opened.splice(0)) revocation.close();
});

const lists = { methods: ['crl'], scope: 'leaf', crls: { sources: [listOf([])] } } as const;
const responders = { methods: ['ocsp'], ocsp: { responders: 'http://127.0.0.1:1/' } } as const;

function open(...[options, surroundings]: Parameters<typeof createRevocation>): Revocation {
  const revocation = createRevocation(options, { clock, ...surroundings });
  opened.push(revocation);
  return revocation;
}

describe('revocation', () => {
  it('is recognised by its checker, and nothing else is', () => {
    expect(checkerOf(open(lists))).toBeInstanceOf(RevocationChecker);
    for (const other of [undefined, null, 'revocation', 7, {}, [], lists]) expect(checkerOf(other)).toBeUndefined();
  });

  it('goes by the profile that it is given', async () => {
    // The age that is limited stands in for the nextUpdate; but issuers must write one (RFC 5280 5.1.2.5).
    const crlDer = listOf([], { nextUpdate: null });
    const said = async (profile: 'strict' | 'interoperable'): Promise<string> => {
      const crls = { sources: [crlDer], maximumAgeSeconds: 3_600 };
      const revocation = open({ ...lists, crls }, { profile });
      await revocation.ready();
      return line({ revocation }).say(alice);
    };
    expect(await said('interoperable')).toContain('allow');
    expect(await said('strict')).toContain('revocation_unavailable malformed');
  });

  it('refuses a misspelt key of its surroundings by its own name', () => {
    expect(() => open(lists, { onEvents: () => undefined } as never)).toThrow(/^createRevocation\(\).*onEvent/);
  });

  it('by OCSP alone has no lists to wait for or to fetch', async () => {
    const revocation = open(responders);
    await expect(revocation.ready()).resolves.toBeUndefined();
    await expect(revocation.refresh()).resolves.toBeUndefined();
    expect(revocation.status()).toMatchObject([{ source: 'ocsp http://127.0.0.1:1/', updatedAt: undefined }]);
  });

  it('by both tells of both', async () => {
    const revocation = open({ ...responders, ...lists, methods: ['crl', 'ocsp'] });
    await revocation.ready();
    expect(revocation.status().map(({ source }) => source)).toEqual(['crl 1', 'ocsp http://127.0.0.1:1/']);
  });

  it('tells its events, and takes no harm where they are refused later', async () => {
    const heard: RevocationEvent[] = [];
    const refused: unknown[] = [];
    const onEvent = (event: RevocationEvent): unknown => {
      heard.push(event);
      return {
        // biome-ignore lint/suspicious/noThenProperty: what an async function gives, without a rejection that ends the process.
        then: (_: unknown, onRefused: unknown) => refused.push(onRefused),
      };
    };
    await open(lists, { onEvent: onEvent as () => void }).ready();
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toMatchObject([{ type: 'revocation_source_updated', source: 'crl 1' }]);
    expect(heard[0]).toMatchObject({ nextUpdate: new Date(start + 7 * 24 * 3_600_000) });
    expect(refused).toEqual([expect.any(Function)]);
  });
});
