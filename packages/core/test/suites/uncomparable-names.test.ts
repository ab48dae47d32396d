import { der, extension, type GeneralNameInput, type NameInput } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Certificate, GeneralName } from '../../src/certificate/model.ts';
import { matchesPeerName } from '../../src/path/peer-name.ts';
import { not } from '../../src/policy/combined-rules.ts';
import { evidenceOf } from '../../src/policy/evidence.ts';
import { createIdentity } from '../../src/policy/identity.ts';
import { subjectCn, subjectO, subjectOu } from '../../src/policy/name-rules.ts';
import { issuer } from '../../src/policy/path-rules.ts';
import { matchesRule, type Rule } from '../../src/policy/rule.ts';
import { sanDirectoryName, sanDns, sanEmail, sanIp, sanOtherName, sanUri } from '../../src/policy/san-rules.ts';
import { spiffeIdOf } from '../../src/policy/spiffe-id.ts';
import { authority, client, type Entity, keyOf, refusalOf, trusting, verify } from '../path/certificates.ts';
import { checkedPath } from '../policy/clients.ts';

/**
 * A name that cannot be compared is nobody: no rule matches it, nor the opposite of a rule, and no constraint on its kind
 * lets it pass.
 */

const root = authority('CN=Root');
const upn = '1.3.6.1.4.1.311.20.2.3';

interface Kind {
  readonly kind: Exclude<GeneralName['kind'], 'uncomparable'>;
  readonly identifier: number;
  /** Values that are close to honest ones. */
  readonly seeds: readonly string[];
  readonly rules: (value: string) => readonly Rule[];
  /** Of any form, as wide as there is one. */
  readonly bases: readonly GeneralNameInput[];
}

/** What an option refuses as a value names nobody. */
function ruleOf(make: () => Rule): readonly Rule[] {
  try {
    return [make()];
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}

const kinds: readonly Kind[] = [
  {
    kind: 'dNSName',
    identifier: 0x82,
    seeds: [
      'a.example',
      'node-1.cluster.internal.',
      'a.example ',
      'a.example:443',
      'J\xf6rg',
      '',
      '*',
      '.example',
      'a\0.example',
    ],
    rules: (value) => [
      ...ruleOf(() => sanDns(value)),
      sanDns('*.example'),
      sanDns('a.example'),
      sanDns('*.cluster.internal'),
    ],
    bases: [{ dns: '' }, { dns: 'example' }, { dns: '.example' }, { dns: 'cluster.internal' }],
  },
  {
    kind: 'rfc822Name',
    identifier: 0x81,
    seeds: ['a@b.example', 'Alice Example', 'a@b.example ', 'a@@b.example', '', 'a\0@b.example'],
    rules: (value) => [...ruleOf(() => sanEmail(value)), sanEmail('a@b.example')],
    bases: [{ email: 'b.example' }, { email: '.example' }, { email: 'a@b.example' }],
  },
  {
    kind: 'uniformResourceIdentifier',
    identifier: 0x86,
    seeds: ['spiffe://acme/a', '/relative', 'spiffe://acme/a b', 'client.example', '', 'spiffe://acme/a\0'],
    rules: (value) => [...ruleOf(() => sanUri(value)), sanUri('spiffe://acme/**'), sanUri('spiffe://acme/a')],
    bases: [{ uri: 'acme' }, { uri: '.example' }],
  },
  {
    kind: 'iPAddress',
    identifier: 0x87,
    seeds: ['\x0a\0\0', '\x0a\0\0\x01\xff\xff\xff\xff', '10.0.0.1', ''],
    rules: () => [sanIp('0.0.0.0/1'), sanIp('::/1'), sanIp('10.0.0.1')],
    bases: [{ ip: '0.0.0.0/0' }, { ip: '::/0' }],
  },
  {
    kind: 'directoryName',
    identifier: 0xa4,
    seeds: ['0\0'],
    rules: () => [sanDirectoryName('CN=a'), sanDirectoryName('CN=#0c0161')],
    // The subject of the leaf is empty, so that it is not what is refused.
    bases: [{ directoryName: 'CN=a' }],
  },
];

/** Content that is not in the form of its kind, or is: the reader says which. */
const content = (seeds: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...seeds),
    fc.tuple(fc.constantFrom(...seeds), fc.nat(20), fc.nat(255)).map(([seed, at, octet]) => {
      const place = at % (seed.length + 1);
      return `${seed.slice(0, place)}${String.fromCharCode(octet)}${seed.slice(place)}`;
    }),
    fc.uint8Array({ maxLength: 12 }).map((octets) => Buffer.from(octets).toString('latin1')),
  );

const named = (identifier: number, text: string): GeneralNameInput => ({
  der: der.tlv(identifier, Buffer.from(text, 'latin1')),
});

/** A leaf without a subject, so that this name is all that is said of it. */
function leafOf(by: Entity, name: GeneralNameInput, subject: NameInput = []): Entity {
  const names = { ...extension.subjectAltName([name]), critical: true };
  return client(subject, { by, keyPair: keyOf('client'), extensions: [names] });
}

const evidence = (certificate: Certificate): ReturnType<typeof evidenceOf> =>
  evidenceOf(checkedPath([certificate], root.certificate));

/** Neither the rule nor its opposite. */
function expectUndecided(certificate: Certificate, rules: readonly Rule[]): void {
  for (const rule of rules) {
    const subject = evidence(certificate);
    expect([rule.description, matchesRule(rule, subject), matchesRule(not(rule), subject)]).toEqual([
      rule.description,
      false,
      false,
    ]);
  }
}

describe.each(kinds)('an uncomparable $kind', ({ kind, identifier, seeds, rules, bases }) => {
  const authorities = bases.flatMap((base) =>
    [{ permitted: [base] }, { excluded: [base] }].map((constraints) =>
      authority('CN=Issuer', {
        by: root,
        keyPair: keyOf('issuer'),
        extensions: [extension.nameConstraints(constraints)],
      }),
    ),
  );
  // A directoryName of other octets is not read at all.
  const contents = kind === 'directoryName' ? fc.constantFrom(...seeds) : content(seeds);

  it('is matched by no rule, and by the opposite of none', () => {
    fc.assert(
      fc.property(contents, (text) => {
        const { certificate } = leafOf(root, named(identifier, text));
        const [name] = certificate.subjectAltName;
        if (name?.kind === kind) return;
        expect(name).toMatchObject({ of: kind, bytes: Uint8Array.from(Buffer.from(text, 'latin1')) });
        expectUndecided(certificate, rules(text));
        expect(spiffeIdOf(certificate)).toBeUndefined();
        for (const peer of ['dNSName', 'iPAddress', 'rfc822Name', 'uniformResourceIdentifier'] as const) {
          expect(matchesPeerName(certificate, { kind: peer, value: text })).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('passes no constraint on its kind', () => {
    fc.assert(
      fc.property(contents, fc.constantFrom(...authorities), (text, by) => {
        const leaf = leafOf(by, named(identifier, text));
        if (leaf.certificate.subjectAltName[0]?.kind !== 'uncomparable') return;
        const refusal = refusalOf(verify(leaf, [by], trusting(root)));
        expect(refusal).toMatchObject({
          code: 'name_constraint_violated',
          detail: { problem: 'not comparable', constraint: kind },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('passes without constraints, in the interoperable profile alone', () => {
    const leaf = leafOf(root, named(identifier, seeds.at(-1) as string));
    expect(leaf.certificate.subjectAltName[0]?.kind).toBe('uncomparable');
    expect(verify(leaf, [], trusting(root)).ok).toBe(true);
    expect(refusalOf(verify(leaf, [], trusting(root), { profile: 'strict' })).code).toBe('certificate_malformed');
  });
});

describe('an uncomparable otherName', () => {
  const broken: GeneralNameInput = { otherName: { typeId: upn, value: Uint8Array.of(0x0c, 0x81, 1, 0x61) } };
  const control: GeneralNameInput = { otherName: { typeId: upn, value: der.utf8String('alice@acme.example\0') } };

  it('is matched by no rule, and neither is a text that cannot be read', () => {
    for (const name of [broken, control]) {
      const { certificate } = leafOf(root, name);
      expectUndecided(certificate, [sanOtherName({ typeId: upn, value: 'alice@acme.example' })]);
    }
    const { certificate } = leafOf(root, broken);
    expectUndecided(certificate, [sanOtherName({ typeId: upn, value: der.utf8String('a') })]);
    // Of another type it says nothing.
    expect(matchesRule(not(sanOtherName({ typeId: '1.2.3', value: 'a' })), evidence(certificate))).toBe(true);
  });

  it.each([upn, '1.2.3'])('passes no constraint on its type: %s', (typeId) => {
    for (const list of ['permitted', 'excluded'] as const) {
      const base = { otherName: { typeId, value: der.utf8String('@other.example') } };
      const by = authority('CN=Issuer', {
        by: root,
        keyPair: keyOf('issuer'),
        extensions: [extension.nameConstraints({ [list]: [base] })],
      });
      for (const name of [broken, control]) {
        const outcome = verify(leafOf(by, name), [by], trusting(root));
        if (typeId === upn) {
          expect(refusalOf(outcome)).toMatchObject({
            code: 'name_constraint_violated',
            detail: { problem: 'not comparable', constraint: `otherName ${upn}` },
          });
        } else expect(outcome.ok).toBe(true);
      }
    }
  });

  it('of the type of mailboxes passes no constraint on mail', () => {
    const mailbox = { otherName: { typeId: '1.3.6.1.5.5.7.8.9', value: Uint8Array.of(0x0c, 0x81, 1, 0x61) } };
    const by = authority('CN=Issuer', {
      by: root,
      keyPair: keyOf('issuer'),
      extensions: [extension.nameConstraints({ excluded: [{ email: 'other.example' }] })],
    });
    expect(refusalOf(verify(leafOf(by, mailbox), [by], trusting(root))).code).toBe('name_constraint_violated');
  });
});

it('a URI that cannot be compared leaves a client without SPIFFE ID, beside one that can', () => {
  const names = extension.subjectAltName([{ uri: 'spiffe://acme/a' }, named(0x86, 'spiffe://acme/b c')]);
  const { certificate } = client('CN=x', { by: root, keyPair: keyOf('client'), extensions: [names] });
  expect(spiffeIdOf(certificate)).toBeUndefined();
  expect(evidence(certificate).id).toBe('x');
  expectUndecided(certificate, [sanUri('spiffe://acme/a'), sanUri('spiffe://acme/**')]);
});

describe('an attribute without text', () => {
  const values = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((octets) => der.tlv(0x13, octets)),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((octets) => der.tlv(0x16, octets)),
    fc.constantFrom('a\0', 'a\n', '\u0085').map((text) => der.utf8String(text)),
    fc.constantFrom(der.bitString(Uint8Array.of(1)), der.sequence(der.utf8String('a'))),
  );

  it('is matched by no rule, gives no role, and passes no constraint on directory names', () => {
    const constrained = [
      { permitted: [{ directoryName: 'O=Acme' }] },
      { excluded: [{ directoryName: 'O=Other' }] },
    ].map((constraints) =>
      authority('CN=Issuer', {
        by: root,
        keyPair: keyOf('issuer'),
        extensions: [extension.nameConstraints(constraints)],
      }),
    );
    fc.assert(
      fc.property(values, fc.constantFrom('CN', 'O', 'OU'), fc.constantFrom(...constrained), (value, type, by) => {
        const subject: NameInput = [{ O: 'Acme' }, { [type]: { der: value } }];
        const leaf = client(subject, { by, keyPair: keyOf('client') });
        const text = leaf.certificate.subject.rdns[1]?.[0]?.text;
        if (text !== undefined) return;
        const rule = { CN: subjectCn, O: subjectO, OU: subjectOu }[type] as (value: string) => Rule;
        expectUndecided(leaf.certificate, [rule('a'), rule('Other')]);
        expect(evidence(leaf.certificate).organizationalUnits).toEqual([]);
        expect(evidence(leaf.certificate).commonName).toBeUndefined();
        expect(refusalOf(verify(leaf, [by], trusting(root)))).toMatchObject({
          code: 'name_constraint_violated',
          detail: { problem: 'not comparable', constraint: 'directoryName' },
        });
      }),
      { numRuns: 150 },
    );
  });

  it('of an issuer joins what is the same octet for octet, and is neither one name nor another to a rule', () => {
    const name: NameInput = [{ CN: { der: der.tlv(0x13, Uint8Array.of(0x4a, 0xf6)) } }];
    const odd = authority(name, { keyPair: keyOf('odd') });
    const leaf = client('CN=client', { by: odd });
    expect(verify(leaf, [], trusting(odd)).ok).toBe(true);
    expectUndecided(leaf.certificate, [issuer('CN=J\u00f6')]);
    expect(matchesRule(issuer('CN=#13024af6'), evidence(leaf.certificate))).toBe(true);
    // The same letters in another spelling are another name.
    const other = { ...odd, name: [{ CN: { utf8: 'J\u00f6' } }] };
    expect(refusalOf(verify(client('CN=client', { by: other }), [], trusting(odd))).code).toBe('issuer_unknown');
  });
});

it('a handler is shown that it cannot be compared, in a copy of its own and as JSON', () => {
  const { certificate } = leafOf(root, named(0x82, 'node-1.cluster.internal.'), [{ CN: { utf8: 'a\n' } }]);
  const identity = createIdentity(evidence(certificate), 'tls', []);
  const [san] = identity.sans;
  expect(san).toEqual({
    kind: 'uncomparable',
    of: 'dNSName',
    bytes: Uint8Array.from(Buffer.from('node-1.cluster.internal.')),
  });
  if (san?.kind === 'uncomparable') san.bytes.fill(0);
  expect(identity.commonName).toBeUndefined();
  expect(identity.id).toBe(certificate.thumbprint);
  expect(JSON.parse(JSON.stringify(identity))).toMatchObject({
    subject: 'CN=#0c02610a',
    sans: ['uncomparable dNSName "node-1.cluster.internal."'],
    emails: [],
  });
});
