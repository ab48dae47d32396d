import { der } from '@peercert/pki';
import type { Random } from '../../fuzz/random.ts';
import { authorityOf, hex, leafOf, type Mutation, oid, putExtension, utf8 } from '../parts.ts';
import { anyName, anyText, attributeTypes } from './names.ts';

const upn = '1.3.6.1.4.1.311.20.2.3';

const texts = [
  'client.example.com',
  'CLIENT.Example.com',
  'client.example.com.',
  'node-1.cluster.internal.',
  'a.client.example.com',
  'notexample.com',
  'example.com',
  '*.example.com',
  '*.com',
  'f*.example.com',
  'my host',
  'localhost:8443',
  'Jane Doe',
  'münchen.example',
  'xn--mnchen-3ya.example',
  '-a.example',
  'a_b.example.com',
  '10.0.0.1',
  'client@example.com',
  'CLIENT@EXAMPLE.COM',
  'client@sub.example.com',
  '"a b"@example.com',
  'Jane Doe <jane@example.com>',
  'jörg@example.com',
  'client',
  'https://client.example.com/',
  'https://user@client.example.com:8443/a?b#c',
  'spiffe://example.com/a',
  'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  'urn:example:a b',
  'https://10.0.0.1/',
  'https://[2001:db8::1]/',
  'https://notexample.com/',
  'example',
  '/relative',
  'a\0.example.com',
];

function anyNameText(random: Random): Uint8Array {
  return utf8(random.oneIn(4) ? anyText(random) : random.pick(texts));
}

const stringTags = [0x0c, 0x13, 0x14, 0x16, 0x1a, 0x1b, 0x1e, 0x04, 0x30, 0x02];

export function anyGeneralName(random: Random): Uint8Array {
  switch (random.below(12)) {
    case 0:
      return der.constructed(
        0,
        der.oid(random.pick([upn, '1.3.6.1.5.5.7.8.9', '1.3.6.1.5.5.7.8.7', '1.3.6.1.4.1.99999.9', '2.16.76.1.3.1'])),
        der.constructed(0, der.tlv(random.pick(stringTags), anyNameText(random))),
      );
    case 1:
    case 2:
      return der.primitive(1, anyNameText(random));
    case 3:
    case 4:
    case 5:
      return der.primitive(2, anyNameText(random));
    case 6:
      return der.constructed(4, anyName(random));
    case 7:
    case 8:
      return der.primitive(6, anyNameText(random));
    case 9:
      return der.primitive(
        7,
        hex(
          random.pick([
            '0a000001',
            '0a010001',
            '0a0000',
            '',
            '0a000001ffffff00',
            `20010db8${'00'.repeat(11)}01`,
            '00'.repeat(15),
          ]),
        ),
      );
    case 10:
      return der.primitive(8, random.pick([der.oidOctets('1.2.3.4'), hex('80'), hex('')]));
    default:
      return random.pick([
        der.constructed(3, der.sequence()),
        der.constructed(5, der.constructed(1, der.utf8String('party'))),
        der.constructed(0, der.oid(upn)),
        der.constructed(0, der.oid(upn), der.utf8String('no tag')),
        der.primitive(9, utf8('x')),
        der.tlv(0x16, utf8('no tag')),
      ]);
  }
}

export function anyGeneralNames(random: Random): Uint8Array {
  const count = random.oneIn(20) ? 0 : 1 + random.below(3);
  return der.sequence(...Array.from({ length: count }, () => anyGeneralName(random)));
}

const bases = [
  'example.com',
  '.example.com',
  'client.example.com',
  'EXAMPLE.com',
  'com',
  '.com',
  '',
  '.',
  'example.com.',
  '*.example.com',
  'client@example.com',
  '@example.com',
  'other.example',
  'https://example.com/',
  'exämple.com',
  'my host',
  '10.0.0.1',
];
const ranges = [
  '0a000000ff000000',
  '0a000000ffff0000',
  '0a000001ffffffff',
  '0000000000000000',
  '0a000001ff000000',
  '0a000000ff00ff00',
  '0a000000',
  `20010db8${'00'.repeat(12)}ffffffff${'00'.repeat(12)}`,
  '00'.repeat(32),
];

function anyBase(random: Random): Uint8Array {
  switch (random.below(10)) {
    case 0:
      return der.constructed(
        0,
        der.oid(random.pick([upn, '1.3.6.1.5.5.7.8.9', '1.3.6.1.4.1.99999.9'])),
        der.constructed(
          0,
          der.tlv(
            random.pick([0x0c, 0x16]),
            utf8(random.pick(['example.com', '@example.com', '.example.com', 'client@example.com'])),
          ),
        ),
      );
    case 1:
    case 2:
      return der.primitive(1, utf8(random.pick(bases)));
    case 3:
    case 4:
      return der.primitive(2, utf8(random.pick(bases)));
    case 5:
      return der.constructed(
        4,
        random.oneIn(2) ? anyName(random) : organization(random.pick(['Acme', 'ACME', 'Other'])),
      );
    case 6:
    case 7:
      return der.primitive(6, utf8(random.pick(bases)));
    case 8:
      return der.primitive(7, hex(random.pick(ranges)));
    default:
      return anyGeneralName(random);
  }
}

function organization(text: string): Uint8Array {
  return der.sequence(der.setOf(der.sequence(der.oid(attributeTypes.O), der.utf8String(text))));
}

function anySubtrees(random: Random): Uint8Array {
  const subtree = (): Uint8Array => {
    const bounds = random.oneIn(12)
      ? [random.pick([der.primitive(0, hex('00')), der.primitive(0, hex('01')), der.primitive(1, hex('05'))])]
      : [];
    return der.sequence(anyBase(random), ...bounds);
  };
  return der.concat(...Array.from({ length: random.oneIn(20) ? 0 : 1 + random.below(2) }, subtree));
}

export function anyNameConstraints(random: Random): Uint8Array {
  const permitted = der.constructed(0, anySubtrees(random));
  const excluded = der.constructed(1, anySubtrees(random));
  return random.pick([
    der.sequence(permitted),
    der.sequence(excluded),
    der.sequence(permitted, excluded),
    random.oneIn(8) ? der.sequence() : der.sequence(permitted),
  ]);
}

const anyCritical = (random: Random): boolean => !random.oneIn(3);

/** What a certificate says of other names, and what authorities allow (RFC 5280 4.2.1.6 and 4.2.1.10). */
export const altNameMutations: Readonly<Record<string, Mutation>> = {
  'subjectAltName of a client': (draft, random) =>
    putExtension(leafOf(draft), oid.subjectAltName, anyGeneralNames(random), random.oneIn(4)),
  'one subjectAltName of a client': (draft, random) =>
    putExtension(leafOf(draft), oid.subjectAltName, der.sequence(anyGeneralName(random)), random.oneIn(4)),
  subjectAltName: ({ target }, random) =>
    putExtension(target, oid.subjectAltName, anyGeneralNames(random), random.oneIn(4)),
  issuerAltName: ({ target }, random) =>
    putExtension(target, oid.issuerAltName, anyGeneralNames(random), random.oneIn(8)),
  'name constraints': (draft, random) =>
    putExtension(authorityOf(draft, random), oid.nameConstraints, anyNameConstraints(random), anyCritical(random)),
  'name constraints and names': (draft, random) => {
    putExtension(authorityOf(draft, random), oid.nameConstraints, anyNameConstraints(random), anyCritical(random));
    putExtension(leafOf(draft), oid.subjectAltName, anyGeneralNames(random));
  },
  'one constraint and one name': (draft, random) => {
    const subtree = der.sequence(anyBase(random));
    const constraints = der.sequence(der.constructed(random.below(2), subtree));
    putExtension(authorityOf(draft, random), oid.nameConstraints, constraints, anyCritical(random));
    putExtension(leafOf(draft), oid.subjectAltName, der.sequence(anyGeneralName(random)));
  },
  'name constraints of a client': (draft, random) =>
    putExtension(leafOf(draft), oid.nameConstraints, anyNameConstraints(random), anyCritical(random)),
};
