import { der, extension, type KeyPair } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { createGo } from '../../../../test/validators/go.ts';
import { createOpensslVerify } from '../../../../test/validators/openssl.ts';
import { hasAskedVersion } from '../../../../test/validators/versions.ts';
import { type Deviation, deviations } from '../../src/certificate/deviations.ts';
import { isTolerated, tolerances } from '../../src/path/tolerances.ts';
import { element } from '../encoding/der-writer.ts';
import { authority, client, type Entity, keyOf, now, oid, refusalOf, trusting, verify } from './certificates.ts';
import {
  alsoWith,
  bothAlgorithms,
  commonName,
  ecdsaWithNull,
  rawExtension,
  rsaKeyWithoutNull,
  threeUnits,
  unitsInOrder,
} from './encoded.ts';

/** The anchor, what comes with the leaf, and the leaf. */
interface Example {
  readonly anchor: Entity;
  readonly others?: readonly Entity[];
  readonly leaf: Entity;
}

const root = authority('CN=Root');
const notCritical = <T extends { oid: string; value: Uint8Array }>(one: T): T & { critical: boolean } => ({
  ...one,
  critical: false,
});

/** A leaf that is odd in one thing. */
const leafWith = (
  options: Parameters<typeof client>[1],
  name: Parameters<typeof client>[0] = 'CN=client',
): Example => ({
  anchor: root,
  leaf: client(name, { by: root, keyPair: keyOf('client'), ...options }),
});

/** An authority that is odd in one thing, and its client. */
function authorityWith(
  options: Parameters<typeof authority>[1],
  leafOptions: Parameters<typeof client>[1] = {},
): Example {
  const issuer = authority('CN=Issuer', { by: root, keyPair: keyOf('issuer'), ...options });
  return { anchor: root, others: [issuer], leaf: client('CN=client', { by: issuer, ...leafOptions }) };
}

/** The key on P-256 with one coordinate and the bit of the other (SEC 1 2.3.3). */
function compressed({ publicKey }: KeyPair): Uint8Array {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const [x, y] = [spki.subarray(-64, -32), spki.subarray(-32)];
  const point = Buffer.concat([Uint8Array.of(2 + ((y[31] as number) & 1)), x]);
  return der.sequence(der.children(spki)[0] as Uint8Array, der.bitString(point));
}

/** A subjectAltName with one GeneralName of this tag and content. */
const named = (identifier: number, content: string | Uint8Array): Example =>
  leafWith({ extensions: [extension.subjectAltName([{ der: element(identifier, Buffer.from(content)) }])] });

/** A constraint of this tag and content, excluded, over a client that has no name of its kind. */
const constrained = (identifier: number, content: string | Uint8Array): Example =>
  authorityWith({
    extensions: [extension.nameConstraints({ excluded: [{ der: element(identifier, Buffer.from(content)) }] })],
  });

/** For each tolerance, a chain of real certificates in which nothing else is odd. */
const examples: Partial<Record<Deviation, Example>> = {
  authority_key_identifier_missing: leafWith({ without: [oid.authorityKeyIdentifier] }),
  subject_key_identifier_missing: authorityWith({ without: [oid.subjectKeyIdentifier] }),
  basic_constraints_not_critical: authorityWith({
    extensions: [notCritical(extension.basicConstraints({ cA: true }))],
  }),
  name_constraints_not_critical: authorityWith({
    extensions: [notCritical(extension.nameConstraints({ excluded: [{ dns: 'other.example' }] }))],
  }),
  name_constraint_dns_leading_period: authorityWith(
    {
      extensions: [extension.nameConstraints({ permitted: [{ dns: '.acme.example' }] })],
    },
    { extensions: [extension.subjectAltName([{ dns: 'client.acme.example' }])] },
  ),
  policy_constraints_not_critical: authorityWith({
    extensions: [notCritical(extension.policyConstraints({ requireExplicitPolicy: 9 }))],
  }),
  inhibit_any_policy_not_critical: authorityWith({ extensions: [notCritical(extension.inhibitAnyPolicy(9))] }),
  subject_alt_name_not_critical: leafWith({ extensions: [extension.subjectAltName([{ dns: 'client.example' }])] }, []),
  path_length_without_ca: leafWith({ extensions: [extension.basicConstraints({ cA: false, pathLenConstraint: 0 })] }),
  path_length_without_key_cert_sign: leafWith({
    extensions: [extension.basicConstraints({ cA: true, pathLenConstraint: 0 })],
  }),
  ec_point_compressed: authorityWith(
    { forge: { spki: compressed(keyOf('issuer')) } },
    { forge: { spki: compressed(keyOf('CN=client')) } },
  ),
  serial_number_negative: leafWith({ forge: { serialNumber: -1 } }),
  serial_number_too_long: leafWith({ forge: { serialNumber: 1n << 255n } }),
  serial_number_zero: leafWith({ forge: { serialNumber: 0 } }),
  attribute_string_type: leafWith({}, [{ E: { utf8: 'client@acme.example' } }]),
  attribute_length: leafWith({}, [{ CN: 'c'.repeat(65) }]),
  dns_name_underscore: leafWith({ extensions: [extension.subjectAltName([{ dns: 'my_host.example' }])] }),
  dns_name: named(0x82, 'node-1.cluster.internal.'),
  rfc822_name: named(0x81, 'Alice Example'),
  uri: named(0x86, 'client.example'),
  ip_address: named(0x87, Uint8Array.of(192, 0, 2, 1, 255, 255, 255, 255)),
  directory_name_empty: named(0xa4, Uint8Array.of(0x30, 0)),
  other_name: leafWith({
    extensions: [
      extension.subjectAltName([{ otherName: { typeId: '1.2.3.4', value: Uint8Array.of(0x0c, 0x81, 0x01, 0x41) } }]),
    ],
  }),
  attribute_characters: leafWith({}, [{ CN: { der: element(0x13, Buffer.from('J\xf6rg', 'latin1')) } }]),
  attribute_control: leafWith({}, [{ CN: { utf8: 'client\n' } }]),
  attribute_not_text: leafWith({}, [{ CN: { der: element(0x03, Uint8Array.of(0, 1)) } }]),
  name_constraint_dns: constrained(0x82, '*.other.example'),
  name_constraint_mail: constrained(0x81, ''),
  name_constraint_uri: constrained(0x86, 'https://other.example/'),
  name_constraint_ip: constrained(0x87, Uint8Array.of(10, 0, 0, 0, 0, 255, 0, 0)),
  location_uri_syntax: leafWith({
    extensions: [extension.crlDistributionPoints([[{ uri: 'ldap://acme.example/cn=Acme CA' }]])],
  }),
  authority_key_identifier_halved: leafWith({
    extensions: [
      {
        oid: oid.authorityKeyIdentifier,
        value: der.sequence(
          der.primitive(0, root.certificate.subjectKeyIdentifier as Uint8Array),
          der.constructed(1, der.constructed(4, root.certificate.subject.der)),
        ),
      },
    ],
  }),
  der_boolean_true: leafWith({
    without: [oid.keyUsage],
    forge: alsoWith(rawExtension(oid.keyUsage, 0x01, extension.keyUsage(['digitalSignature']).value)),
  }),
  der_default_encoded: leafWith({
    extensions: [{ oid: oid.basicConstraints, critical: true, value: der.sequence(der.boolean(false)) }],
  }),
  der_named_bits_not_minimal: authorityWith({
    extensions: [{ oid: oid.keyUsage, critical: true, value: Buffer.from('0303070600', 'hex') }],
  }),
  der_set_order: leafWith({}, der.sequence(unitsInOrder(...threeUnits), commonName(der.utf8String('client')))),
  der_empty_list: leafWith({ extensions: [{ oid: '1.3.6.1.5.5.7.1.1', value: der.sequence() }] }),
  der_string_printable: leafWith({}, der.sequence(commonName(der.tlv(0x13, Buffer.from('*.acme & co.'))))),
  algorithm_parameters_null: leafWith({ forge: bothAlgorithms(ecdsaWithNull) }),
  rsa_key_parameters_absent: leafWith({
    keyPair: keyOf('rsa', 'RSA-2048'),
    forge: { spki: rsaKeyWithoutNull('rsa') },
  }),
};

const answer = ({ anchor, leaf, others = [] }: Example, profile: 'strict' | 'interoperable') =>
  verify(leaf, others, trusting(anchor), { profile });

const validators = { OpenSSL: createOpensslVerify(), Go: createGo() };

/** Who is there, in the version whose verdicts stand in the table, and which examples it accepts. */
const verdicts = (['OpenSSL', 'Go'] as const).flatMap((validator) => {
  const validate = validators[validator];
  if (validate === undefined || !hasAskedVersion(validator)) return [];
  const questions = Object.values(examples).map(({ anchor, leaf, others = [] }) => ({
    anchors: [anchor.der],
    intermediates: others.map(({ der }) => der),
    leaf: leaf.der,
    nowMs: now,
  }));
  const answers = validate(questions);
  return [{ validator, of: new Map(Object.keys(examples).map((name, index) => [name, answers[index]])) }];
});

describe.each(tolerances)('the tolerance $deviation', ({ deviation, sentence, acceptedBy, because }) => {
  const example = examples[deviation] as Example;

  it('lets pass what strict refuses for this and nothing else', () => {
    expect(refusalOf(answer(example, 'strict'))).toMatchObject({
      code: 'certificate_malformed',
      detail: { rule: deviation, place: expect.any(String), remedy: expect.any(String) },
    });
    expect(answer(example, 'interoperable').ok).toBe(true);
  });

  it('names the sentence that it relaxes, and why', () => {
    expect(sentence).toContain(deviations[deviation].sentence);
    expect(because).toMatch(/\.$/);
  });

  it.each(verdicts)('says of $validator what it says itself', ({ validator, of }) => {
    const verdict = of.get(deviation);
    expect(verdict?.accepted, verdict?.says).toBe(acceptedBy.includes(validator));
  });
});

describe('tolerances', () => {
  it('are each in the table once', () => {
    const listed = tolerances.map(({ deviation }) => deviation);
    expect(new Set(listed).size).toBe(listed.length);
    expect(Object.keys(examples).sort()).toEqual(listed.toSorted());
  });

  it('are each shared with one of the validators that were asked', () => {
    expect(tolerances.filter(({ acceptedBy }) => acceptedBy.length === 0)).toEqual([]);
  });

  it('do not include what makes an authority, an identity or a purpose', () => {
    const never: readonly Deviation[] = [
      'key_cert_sign_without_ca',
      'name_constraints_without_ca',
      'ca_subject_empty',
      'issuer_empty',
      'subject_missing',
    ];
    expect(never.filter(isTolerated)).toEqual([]);
  });
});
