import { describe, expect, it } from 'vitest';
import { createTrustByName, isTrustByName, type TrustByNameOptions } from '../../src/path/trust-by-name.ts';
import type { TrustEvent } from '../../src/path/trust-event.ts';
import { createTrustStore } from '../../src/path/trust-store.ts';
import { authority } from './certificates.ts';

const one = authority('CN=One');
const two = authority('CN=Two');
const a = { anchors: one.der };
const b = { anchors: two.der };

describe('trust by server name', () => {
  const fallback = createTrustStore(b);
  const trust = createTrustByName({
    default: fallback,
    names: { 'A.example': a, '*.b.example': b, 'full.b.example.': createTrustStore(a), 'alias.example': a },
  });
  const nameOf = (serverName: string | undefined): string | undefined => {
    const store = trust.storeFor(serverName);
    return store === fallback ? 'default' : [...trust.names].find(([, known]) => known === store)?.[0];
  };

  it.each([
    ['a.example', 'a.example'],
    ['A.EXAMPLE', 'a.example'],
    ['a.example.', 'a.example'],
    ['x.b.example', '*.b.example'],
    ['full.b.example', 'full.b.example'],
    ['x.y.b.example', 'default'],
    ['b.example', 'default'],
    ['.b.example', 'default'],
    ['*.b.example', 'default'],
    ['other.example', 'default'],
    ['localhost', 'default'],
    ['192.0.2.7', 'default'],
    ['', 'default'],
    ['constructor', 'default'],
    [undefined, 'default'],
  ])('of %s is that of %s', (serverName, expected) => {
    expect(nameOf(serverName)).toBe(expected);
  });

  it('is one store for names that were given one object', () => {
    expect(trust.storeFor('alias.example')).toBe(trust.storeFor('a.example'));
    expect(trust.storeFor('full.b.example')).not.toBe(trust.storeFor('a.example'));
  });

  it('is none without a default for whoever asks for another name, or for none', () => {
    const { storeFor } = createTrustByName({ names: { 'a.example': a } });
    expect([undefined, 'b.example', '192.0.2.7'].map(storeFor)).toEqual([undefined, undefined, undefined]);
  });

  it('tells of each store under its name, and of none after the end', () => {
    const heard: unknown[] = [];
    const shared = createTrustStore(a);
    const byName = createTrustByName(
      { default: shared, names: { 'a.example': shared } },
      { onEvent: ({ type, name }: TrustEvent) => heard.push([type, name]) },
    );
    const end = byName.subscribe(({ type }) => heard.push(type));
    end();
    shared.replace(b);
    expect(heard).toEqual([
      ['trust_updated', 'a.example'],
      ['trust_updated', 'default'],
    ]);
  });

  it('is recognised', () => {
    expect(isTrustByName(trust)).toBe(true);
    expect([fallback, a, null, undefined, 'x'].map(isTrustByName)).toEqual([false, false, false, false, false]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /expected an object with options/],
    [
      'an unknown option',
      { names: { 'a.example': a }, defaults: a },
      /unknown option "defaults"; did you mean "default"/,
    ],
    ['no names', { default: a }, /needs names/],
    ['an empty map of names', { names: {} }, /needs names/],
    ['a list of names', { names: ['a.example'] }, /needs names/],
    ['an address', { names: { '192.0.2.7': a } }, /"192.0.2.7" is no server name/],
    ['a wildcard for everything', { names: { '*': a } }, /"\*" is no server name/],
    ['a wildcard within a label', { names: { 'a*.example': a } }, /"a\*.example" is no server name/],
    ['a wildcard that is not first', { names: { 'a.*.example': a } }, /"a.\*.example" is no server name/],
    ['a port', { names: { 'a.example:443': a } }, /"a.example:443" is no server name/],
    ['a name twice', { names: { 'a.example': a, 'A.example.': b } }, /"a.example" is listed twice/],
    ['a name without trust', { names: { 'a.example': undefined } }, /names\["a.example"\] must be an object/],
    ['a default that got lost', { default: undefined, names: { 'a.example': a } }, /default must be an object/],
    [
      'trust that is none',
      { names: { 'a.example': { anchors: [] } } },
      /^names\["a.example"\]: trust.anchors holds no/,
    ],
  ])('refuses %s', (_, options, message) => {
    const create = (): unknown => createTrustByName(options as TrustByNameOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });
});
