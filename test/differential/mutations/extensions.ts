import { der } from '@peercert/pki';
import { extensionsOf } from '../../fuzz/keyring.ts';
import { copyElement } from '../../fuzz/mutation/tree.ts';
import type { Random } from '../../fuzz/random.ts';
import { extensionElement, hex, type Mutation, oid, putExtension, removeExtension, utf8 } from '../parts.ts';
import { anyGeneralName, anyGeneralNames } from './alt-names.ts';
import { anyText, attributeTypes } from './names.ts';

const bits = (contents: string): Uint8Array => der.tlv(0x03, hex(contents));
const boolean = (contents: string): Uint8Array => der.tlv(0x01, hex(contents));
const anyFlag = (random: Random): Uint8Array | undefined =>
  random.pick([undefined, undefined, hex('ff'), hex('ff'), hex('00'), hex('01'), hex('')]);

const keyUsages = [
  '03f8',
  '0780',
  '070600',
  '0106',
  '0106',
  '0205',
  '0006',
  '0000',
  '00',
  '070080',
  '0186',
  '07ff80',
  '00ff80',
  '0080',
  '05a0',
  '0308',
  '00',
  '0780ff',
  '0700',
  '',
  '08',
  '0102',
];

const purposes = [
  '1.3.6.1.5.5.7.3.1',
  '1.3.6.1.5.5.7.3.2',
  '1.3.6.1.5.5.7.3.4',
  '2.5.29.37.0',
  '1.3.6.1.4.1.311.20.2.2',
  '1.3.6.1.5.5.7.3.9',
  '1.2.3',
];

const urls = [
  'http://crl.example.com/1.crl',
  'ldap:///CN=CA,DC=example?certificateRevocationList',
  'ldap://acme.example/cn=Acme CA',
  'file:///etc/x',
  '\\\\server\\share',
  '',
  'relative',
  'http://a b/',
  'http://ä/',
  'https://10.0.0.1/',
];

function pointName(random: Random): Uint8Array {
  const url = (): Uint8Array => der.primitive(6, utf8(random.pick(urls)));
  return random.pick([
    der.constructed(0, url()),
    der.constructed(0, url(), url()),
    der.constructed(0, anyGeneralName(random)),
    der.constructed(1, der.sequence(der.oid(attributeTypes.CN), der.utf8String('crl'))),
    der.constructed(0),
  ]);
}

function distributionPoints(random: Random): Uint8Array {
  const point = (): Uint8Array =>
    der.sequence(
      ...(random.oneIn(8) ? [] : [der.constructed(0, pointName(random))]),
      ...(random.oneIn(3)
        ? [
            der.primitive(
              1,
              hex(random.pick(['0780', '0640', '0680', '01fe', '07ff80', '0006', '00', '0000', '070080'])),
            ),
          ]
        : []),
      ...(random.oneIn(4) ? [der.constructed(2, anyGeneralName(random))] : []),
    );
  return der.sequence(...Array.from({ length: random.oneIn(12) ? 0 : 1 + random.below(2) }, point));
}

function access(random: Random): Uint8Array {
  const one = (): Uint8Array =>
    der.sequence(
      der.oid(random.pick(['1.3.6.1.5.5.7.48.1', '1.3.6.1.5.5.7.48.2', '1.3.6.1.5.5.7.48.5', '1.2.3'])),
      random.oneIn(2) ? der.primitive(6, utf8(random.pick(urls))) : anyGeneralName(random),
    );
  return der.sequence(...Array.from({ length: random.oneIn(12) ? 0 : 1 + random.below(2) }, one));
}

const policies = ['1.3.6.1.4.1.99999.10', '1.3.6.1.4.1.99999.11', '2.5.29.32.0', '2.23.140.1.2.1'];

function certificatePolicies(random: Random): Uint8Array {
  const notice = (): Uint8Array =>
    der.sequence(
      ...(random.oneIn(3) ? [der.sequence(der.utf8String('Acme'), der.sequence(der.integer(1)))] : []),
      ...(random.oneIn(4) ? [] : [der.tlv(random.pick([0x0c, 0x16, 0x1a, 0x1e, 0x13]), utf8(anyText(random)))]),
    );
  const qualifier = (): Uint8Array =>
    random.pick([
      der.sequence(der.oid('1.3.6.1.5.5.7.2.1'), der.tlv(random.pick([0x16, 0x0c]), utf8(random.pick(urls)))),
      der.sequence(der.oid('1.3.6.1.5.5.7.2.2'), notice()),
      der.sequence(der.oid('1.2.3'), der.nullValue()),
      der.sequence(der.oid('1.2.3')),
    ]);
  const one = (): Uint8Array =>
    der.sequence(
      der.oid(random.pick(policies)),
      ...(random.oneIn(2) ? [] : [der.sequence(...Array.from({ length: random.below(3) }, qualifier))]),
    );
  return der.sequence(...Array.from({ length: random.oneIn(12) ? 0 : 1 + random.below(3) }, one));
}

const small = (random: Random): Uint8Array =>
  hex(random.pick(['00', '01', '02', '7f', '0080', 'ff', '', '0001', '7fffffffffffffffff']));

const integer = (random: Random): Uint8Array => der.integer(small(random));

function keyIdentifier(random: Random): Uint8Array {
  return der.sequence(
    ...(random.oneIn(2) ? [der.primitive(0, random.bytes(random.pick([0, 1, 20, 20, 64])))] : []),
    ...(random.oneIn(3) ? [der.constructed(1, random.oneIn(4) ? der.concat() : anyGeneralName(random))] : []),
    ...(random.oneIn(3) ? [der.primitive(2, small(random))] : []),
  );
}

/** The value of each extension of RFC 5280 4.2, and of some others, right and wrong. */
const values: Readonly<Record<string, (random: Random) => Uint8Array>> = {
  [oid.keyUsage]: (random) => bits(random.pick(keyUsages)),
  [oid.basicConstraints]: (random) =>
    der.sequence(
      ...random.pick([[], [boolean('ff')], [boolean('ff')], [boolean('00')], [boolean('01')], [boolean('')]]),
      ...(random.oneIn(2) ? [integer(random)] : []),
      ...(random.oneIn(16) ? [der.nullValue()] : []),
    ),
  [oid.extendedKeyUsage]: (random) =>
    der.sequence(
      ...Array.from({ length: random.oneIn(12) ? 0 : 1 + random.below(3) }, () => der.oid(random.pick(purposes))),
    ),
  [oid.subjectKeyIdentifier]: (random) => der.octetString(random.bytes(random.pick([0, 1, 20, 32, 64]))),
  [oid.authorityKeyIdentifier]: keyIdentifier,
  [oid.crlDistributionPoints]: distributionPoints,
  [oid.freshestCrl]: distributionPoints,
  [oid.authorityInfoAccess]: access,
  [oid.subjectInfoAccess]: access,
  [oid.certificatePolicies]: certificatePolicies,
  [oid.policyMappings]: (random) =>
    der.sequence(
      ...Array.from({ length: random.oneIn(12) ? 0 : 1 + random.below(2) }, () =>
        der.sequence(der.oid(random.pick(policies)), der.oid(random.pick(policies))),
      ),
    ),
  [oid.policyConstraints]: (random) =>
    der.sequence(
      ...(random.oneIn(3) ? [] : [der.primitive(0, small(random))]),
      ...(random.oneIn(2) ? [der.primitive(1, small(random))] : []),
    ),
  [oid.inhibitAnyPolicy]: integer,
  [oid.subjectDirectoryAttributes]: (random) =>
    der.sequence(
      ...(random.oneIn(6)
        ? []
        : [
            der.sequence(
              der.oid('1.3.6.1.5.5.7.9.4'),
              der.setOf(...(random.oneIn(4) ? [] : [der.printableString('DE')])),
            ),
          ]),
    ),
  [oid.issuerAltName]: anyGeneralNames,
  [oid.tlsFeature]: () => der.sequence(der.integer(5)),
  [oid.netscapeCertType]: (random) => bits(random.pick(['0780', '0640', '00ff', '0006', '0106', '05a0', ''])),
  [oid.netscapeComment]: (random) => der.ia5String(random.pick(['made by openssl', ''])),
  [oid.microsoftTemplate]: () => der.sequence(der.oid('1.3.6.1.4.1.311.21.8.1'), der.integer(100), der.integer(1)),
  [oid.signedCertificateTimestamps]: () => der.octetString(hex('0000')),
  [oid.unknown]: (random) => random.bytes(random.below(6)),
};

const typical: ReadonlySet<string> = new Set([
  oid.basicConstraints,
  oid.policyConstraints,
  oid.inhibitAnyPolicy,
  oid.keyUsage,
]);

/** Extensions in general, and each one by its type (RFC 5280 4.2). */
export const extensionMutations: Readonly<Record<string, Mutation>> = {
  ...Object.fromEntries(
    Object.entries(values).map(([type, value]): [string, Mutation] => [
      `extension ${type}`,
      ({ target }, random) =>
        putExtension(target, type, value(random), typical.has(type) && !random.oneIn(4) ? true : anyFlag(random)),
    ]),
  ),
  'criticality of an extension': ({ target }, random) => {
    const list = extensionsOf(target);
    if (list.length === 0) return;
    const { children } = random.pick(list);
    if (children === undefined) return;
    if (children[1]?.identifier === 0x01) children.splice(1, 1);
    const flag = anyFlag(random);
    if (flag !== undefined) children.splice(1, 0, { ...extensionElement('1.2', flag, flag).children?.[1] } as never);
  },
  'an extension twice': ({ target }, random) => {
    const list = extensionsOf(target);
    if (list.length > 0) list.push(copyElement(random.pick(list)));
  },
  'an extension less': ({ target }, random) => {
    const list = extensionsOf(target);
    if (list.length > 0) list.splice(random.below(list.length), 1);
    if (list.length === 0 && !random.oneIn(4)) target.fields.pop();
  },
  'no extensions': ({ target }, random) => {
    extensionsOf(target).length = 0;
    if (random.oneIn(2)) target.fields.pop();
  },
  'order of extensions': ({ target }, random) => {
    const list = extensionsOf(target);
    list.sort(() => random.below(3) - 1);
  },
  'value of an extension': ({ target }, random) => {
    const types = Object.values(oid);
    putExtension(
      target,
      random.pick(types),
      random.pick([
        hex(''),
        der.nullValue(),
        der.sequence(),
        der.utf8String('x'),
        random.bytes(5),
        hex('3080'),
        hex('0500'),
      ]),
      anyFlag(random),
    );
  },
  'octets behind an extension': ({ target }, random) => {
    const list = extensionsOf(target);
    const value = list.length === 0 ? undefined : random.pick(list).children?.at(-1);
    if (value === undefined) return;
    if (value.children === undefined) value.content = Buffer.concat([value.content, hex('00')]);
    else value.children.push(extensionElement('1.2', hex('')).children?.[0] as never);
  },
  'without the extensions of a profile': ({ target }, random) => {
    for (const type of [oid.keyUsage, oid.extendedKeyUsage, oid.subjectKeyIdentifier, oid.authorityKeyIdentifier]) {
      if (random.oneIn(2)) removeExtension(target, type);
    }
  },
};
