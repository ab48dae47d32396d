import { der, type ExtensionInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { authority, client } from '../../path/certificates.ts';
import { alsoWith, bothAlgorithms, ecdsaWithNull, rawExtension, unitsInOrder } from '../../path/encoded.ts';
import { clientWith, entryFor, type ListOptions, list, verdict } from '../crl/lists.ts';
import { answer, by, check, delegate } from '../ocsp/answers.ts';

/**
 * Lists and answers that are written otherwise than DER has it. Under `interoperable` they say what they say; under `strict`
 * a list says nothing by its silence, and an answer nothing at all.
 */

const ca = authority('CN=Issuer');
const leaf = client('CN=leaf', { by: ca });
const interoperable = { profile: 'interoperable' } as const;

const scope = (...fields: readonly Uint8Array[]): ExtensionInput => ({
  oid: '2.5.29.28',
  critical: true,
  value: der.sequence(...fields),
});
const [no, yes] = [Uint8Array.of(0), Uint8Array.of(0xff)];
const place = der.constructed(0, der.constructed(0, der.primitive(6, der.ascii('http://a.test/1'))));
const unordered = der.sequence(unitsInOrder('b', 'a'));
const unorderedCa = authority(unordered);
const fromUnordered = client('CN=leaf', { by: unorderedCa });

describe.each<[string, ListOptions, typeof leaf?, typeof ca?]>([
  ['FALSE in its scope', { extensions: [scope(der.primitive(1, yes), der.primitive(2, no), der.primitive(4, no))] }],
  ['FALSE alone in its scope', { extensions: [scope(der.primitive(1, no))] }],
  ['true as 01 in its scope', { extensions: [scope(der.primitive(1, Uint8Array.of(1)))] }],
  ['ECDSA with NULL parameters', { forge: bothAlgorithms(ecdsaWithNull) }],
  ['an issuer whose units are not sorted', {}, fromUnordered, unorderedCa],
  ['an extension of an entry written out as not critical', {}],
])('a list with %s', (name, options, of = leaf, issuer = ca) => {
  const odd = rawExtension('1.2.3.4', 0x00, der.nullValue());
  const oddEntry = der.sequence(der.integer(99), der.utcTime('260101000000Z'), der.sequence(odd));
  const more = name.startsWith('an extension') ? { forge: { entries: [oddEntry] } } : {};
  const silent = [list(issuer, { ...options, ...more })];

  it('says by its silence that a certificate is good, to the interoperable profile alone', () => {
    expect(verdict({ leaf: of, issuer, lists: silent, policy: interoperable })).toBe('good');
    expect(verdict({ leaf: of, issuer, lists: silent })).toBe('undetermined: malformed');
  });

  it('revokes whom it names, to both', () => {
    const naming = [list(issuer, { ...options, entries: [entryFor(of)] })];
    expect(verdict({ leaf: of, issuer, lists: naming, policy: interoperable })).toBe('revoked: unspecified');
    expect(verdict({ leaf: of, issuer, lists: naming })).toBe('revoked: unspecified');
  });
});

describe('a list that names nobody', () => {
  it('may do so by an empty list of entries', () => {
    const lists = [list(ca, { forge: { entries: der.sequence() } })];
    expect(verdict({ leaf, issuer: ca, lists, policy: interoperable })).toBe('good');
    expect(verdict({ leaf, issuer: ca, lists })).toBe('undetermined: malformed');
  });
});

describe('the scopes of two lists', () => {
  it('are the same however they are written, so that a delta list is not overlooked', () => {
    const placed = clientWith('CN=leaf', ca, [{ distributionPoint: [{ uri: 'http://a.test/1' }] }]);
    const complete = list(ca, { number: 1, extensions: [scope(place, der.primitive(1, yes))] });
    const named = list(ca, {
      number: 2,
      base: 1,
      extensions: [scope(place, der.primitive(1, Uint8Array.of(1)), der.primitive(4, no))],
      entries: [entryFor(placed)],
    });
    expect(named.scopeDer).toEqual(complete.scopeDer);
    expect(verdict({ leaf: placed, issuer: ca, lists: [complete, named], policy: interoperable })).toBe(
      'revoked: unspecified',
    );
  });

  it.each([
    ['00', '0780'],
    ['0640', '06c0'],
    ['0560', '006000'],
    ['074180', '00c18000'],
  ])('are the same where the same reasons are written as %s and %s', (one, another) => {
    const [first, second] = [one, another].map(
      (octets) => list(ca, { extensions: [scope(der.primitive(3, Buffer.from(octets as string, 'hex')))] }).scopeDer,
    );
    expect(first).toEqual(second);
  });
});

describe('reasons that name none', () => {
  const unused = Buffer.from('0780', 'hex');
  const pointWith = (reasons: Uint8Array): Uint8Array =>
    rawExtension('2.5.29.31', undefined, der.sequence(der.sequence(place, der.primitive(1, reasons))));
  const limited = (reasons: Uint8Array) => client('CN=limited', { by: ca, forge: alsoWith(pointWith(reasons)) });
  const placed = clientWith('CN=placed', ca, [{ distributionPoint: [{ uri: 'http://a.test/1' }] }]);

  it.each([['0780'], ['00']])('cover nothing in a list (%s): it revokes, and its silence says nothing', (octets) => {
    const extensions = [scope(place, der.primitive(3, Buffer.from(octets, 'hex')))];
    for (const policy of [interoperable, {}]) {
      expect(verdict({ leaf: placed, issuer: ca, lists: [list(ca, { extensions })], policy })).toBe(
        'undetermined: noSource',
      );
      const naming = list(ca, { extensions, entries: [entryFor(placed)] });
      expect(verdict({ leaf: placed, issuer: ca, lists: [naming], policy })).toBe('revoked: unspecified');
    }
  });

  it('do not make up for the reasons that another list lacks', () => {
    // All but aACompromise, and none.
    const partial = list(ca, { extensions: [scope(place, der.primitive(3, Uint8Array.of(0, 0x7f)))] });
    const none = list(ca, { extensions: [scope(place, der.primitive(3, unused))] });
    const rest = list(ca, { extensions: [scope(place, der.primitive(3, Uint8Array.of(7, 0x80, 0x80)))] });
    expect(verdict({ leaf: placed, issuer: ca, lists: [partial, none] })).toBe('undetermined: noSource');
    expect(verdict({ leaf: placed, issuer: ca, lists: [partial, none, rest] })).toBe('good');
  });

  it('cover nothing in a distribution point', () => {
    const one = limited(unused);
    const onlyThere = list(ca, { extensions: [scope(place)] });
    expect(verdict({ leaf: one, issuer: ca, lists: [onlyThere] })).toBe('undetermined: noSource');
    expect(verdict({ leaf: one, issuer: ca, lists: [list(ca)] })).toBe('good');
  });
});

describe.each<[string, Parameters<typeof answer>[0], string]>([
  ['ECDSA with NULL parameters', { algorithm: ecdsaWithNull }, 'algorithm_parameters_null'],
  [
    'critical FALSE of an extension',
    {
      editTbs: (fields) => [
        ...fields,
        der.constructed(1, der.sequence(rawExtension('1.2.3.4', 0x00, der.nullValue()))),
      ],
    },
    'der_default_encoded',
  ],
  [
    'an empty list of extensions',
    { editTbs: (fields) => [...fields, der.constructed(1, der.sequence())] },
    'der_empty_list',
  ],
])('an answer with %s', (_, changes, rule) => {
  it('is good to the interoperable profile, and no answer to the strict one', () => {
    const octets = answer(changes);
    expect(check(octets).status.status).toBe('good');
    expect(check(octets, { settings: { profile: 'strict' } })).toMatchObject({
      status: { status: 'undetermined', kind: 'malformed' },
      rule,
    });
  });
});

describe('an answer of a delegate', () => {
  it('whose certificate writes critical FALSE is good to the interoperable profile alone', () => {
    const signer = delegate({ forge: alsoWith(rawExtension('1.2.3.4', 0x00, der.nullValue())) });
    const octets = answer({ ...by(signer), responderId: { name: signer.name } });
    expect(check(octets).status.status).toBe('good');
    expect(check(octets, { settings: { profile: 'strict' } }).rule).toBe('ocsp_delegate_malformed');
  });
});
