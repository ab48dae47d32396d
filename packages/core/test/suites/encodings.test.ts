import { der, extension, type ForgeOptions, forgeCertificate } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { createGo } from '../../../../test/validators/go.ts';
import { createOpensslVerify } from '../../../../test/validators/openssl.ts';
import { hasAskedVersion } from '../../../../test/validators/versions.ts';
import { parseCertificate } from '../../src/certificate/certificate.ts';
import type { Deviation } from '../../src/certificate/deviations.ts';
import { keyOf, now, oid, refusalOf, trusting, verify } from '../path/certificates.ts';
import {
  alsoWith,
  attribute,
  authorityWith,
  bothAlgorithms,
  type Chain,
  commonName,
  ecdsaWithNull,
  leafWith,
  rawExtension,
  rsaKeyWithoutNull,
  threeUnits,
  unitsInOrder,
} from '../path/encoded.ts';

/** One meaning, several spellings: whole chains, whose signatures are over the octets as they stand. */
interface Spelling {
  readonly chain: Chain;
  readonly rule: Deviation;
  readonly OpenSSL: boolean;
  readonly Go: boolean;
}

const both = { OpenSSL: true, Go: true } as const;
const openssl = { OpenSSL: true, Go: false } as const;

const cnOf = (identifier: number, text: string): Uint8Array =>
  der.sequence(commonName(der.tlv(identifier, Buffer.from(text, 'latin1'))));
const point = (reasons: Uint8Array): Uint8Array =>
  der.sequence(
    der.sequence(
      der.constructed(0, der.constructed(0, der.primitive(6, der.ascii('http://acme.example/a.crl')))),
      der.primitive(1, reasons),
    ),
  );

const spellings: Record<string, Spelling> = {
  'critical FALSE in a leaf': {
    chain: leafWith({
      without: [oid.extendedKeyUsage],
      forge: alsoWith(rawExtension(oid.extendedKeyUsage, 0x00, extension.extendedKeyUsage(['clientAuth']).value)),
    }),
    rule: 'der_default_encoded',
    ...both,
  },
  'critical FALSE of an extension that nobody knows': {
    chain: leafWith({ forge: alsoWith(rawExtension('1.3.6.1.4.1.99999.1', 0x00, der.nullValue())) }),
    rule: 'der_default_encoded',
    ...both,
  },
  'critical FALSE in an authority': {
    chain: authorityWith({ forge: alsoWith(rawExtension('1.3.6.1.4.1.99999.1', 0x00, der.nullValue())) }),
    rule: 'der_default_encoded',
    ...both,
  },
  'cA FALSE in a leaf': {
    chain: leafWith({
      extensions: [{ oid: oid.basicConstraints, critical: true, value: der.sequence(der.boolean(false)) }],
    }),
    rule: 'der_default_encoded',
    ...both,
  },
  'version 1 in a leaf without extensions': {
    chain: leafWith({ forge: { version: der.constructed(0, der.integer(0)), extensions: [] } }),
    rule: 'der_default_encoded',
    ...both,
  },
  'minimum 0 in a name constraint': {
    chain: authorityWith({
      extensions: [
        {
          oid: '2.5.29.30',
          critical: true,
          value: der.sequence(
            der.constructed(
              1,
              der.sequence(der.primitive(2, der.ascii('other.example')), der.primitive(0, Uint8Array.of(0))),
            ),
          ),
        },
      ],
    }),
    rule: 'der_default_encoded',
    ...both,
  },
  'critical TRUE written as 01': {
    chain: leafWith({
      without: [oid.keyUsage],
      forge: alsoWith(rawExtension(oid.keyUsage, 0x01, extension.keyUsage(['digitalSignature']).value)),
    }),
    rule: 'der_boolean_true',
    ...openssl,
  },
  'cA TRUE written as 01': {
    chain: authorityWith({
      extensions: [{ oid: oid.basicConstraints, critical: true, value: der.sequence(der.tlv(0x01, Uint8Array.of(1))) }],
    }),
    rule: 'der_boolean_true',
    ...openssl,
  },
  'keyUsage with a trailing octet of zeros': {
    chain: leafWith({ extensions: [{ oid: oid.keyUsage, critical: true, value: Buffer.from('0303078000', 'hex') }] }),
    rule: 'der_named_bits_not_minimal',
    ...both,
  },
  'keyUsage of an authority as an older certtool writes it': {
    chain: authorityWith({
      extensions: [{ oid: oid.keyUsage, critical: true, value: Buffer.from('0303070600', 'hex') }],
    }),
    rule: 'der_named_bits_not_minimal',
    ...both,
  },
  'keyUsage with trailing zeros in its one octet': {
    chain: leafWith({ extensions: [{ oid: oid.keyUsage, critical: true, value: Buffer.from('03020080', 'hex') }] }),
    rule: 'der_named_bits_not_minimal',
    ...both,
  },
  'keyUsage with octets that no bit has, all zero': {
    chain: leafWith({
      extensions: [{ oid: oid.keyUsage, critical: true, value: Buffer.from('03050080000000', 'hex') }],
    }),
    rule: 'der_named_bits_not_minimal',
    ...both,
  },
  'reasons with trailing zeros': {
    chain: leafWith({ extensions: [{ oid: '2.5.29.31', value: point(Buffer.from('006000', 'hex')) }] }),
    rule: 'der_named_bits_not_minimal',
    ...both,
  },
  "Cloud Foundry's three units": {
    chain: leafWith({}, der.sequence(unitsInOrder(...threeUnits), commonName(der.utf8String('client')))),
    rule: 'der_set_order',
    ...both,
  },
  'units of an authority that are not sorted': {
    chain: authorityWith({}, {}, der.sequence(unitsInOrder('b', 'a'))),
    rule: 'der_set_order',
    ...both,
  },
  'ECDSA with NULL parameters in a leaf': {
    chain: leafWith({ forge: bothAlgorithms(ecdsaWithNull) }),
    rule: 'algorithm_parameters_null',
    ...both,
  },
  'ECDSA with NULL parameters in an authority': {
    chain: authorityWith({ forge: bothAlgorithms(ecdsaWithNull) }),
    rule: 'algorithm_parameters_null',
    ...both,
  },
  'an RSA key of a leaf without parameters': {
    chain: leafWith({ keyPair: keyOf('rsa', 'RSA-2048'), forge: { spki: rsaKeyWithoutNull('rsa') } }),
    rule: 'rsa_key_parameters_absent',
    ...openssl,
  },
  'an RSA key of an authority without parameters': {
    chain: authorityWith({ keyPair: keyOf('rsa', 'RSA-2048'), forge: { spki: rsaKeyWithoutNull('rsa') } }),
    rule: 'rsa_key_parameters_absent',
    ...openssl,
  },
  ...Object.fromEntries(
    ['client@acme.example', 'node_1'].map((text) => [
      `PrintableString ${text}`,
      { chain: leafWith({}, cnOf(0x13, text)), rule: 'der_string_printable', ...openssl },
    ]),
  ),
  'PrintableString *.acme & co.': {
    chain: leafWith({}, cnOf(0x13, '*.acme & co.')),
    rule: 'der_string_printable',
    ...both,
  },
  'PrintableString with the rest of ASCII': {
    chain: leafWith({}, cnOf(0x13, '!"#$%;<>[\\]^`{|}~')),
    rule: 'der_string_printable',
    ...openssl,
  },
  'NumericString with letters': {
    chain: leafWith(
      {},
      der.sequence(der.tlv(0x31, attribute('1.3.6.1.4.1.99999.2', der.tlv(0x12, der.ascii('A-17'))))),
    ),
    rule: 'der_string_printable',
    ...openssl,
  },
  'no subject alternative name in the extension': {
    chain: leafWith({ extensions: [{ oid: '2.5.29.17', value: der.sequence() }] }),
    rule: 'der_empty_list',
    ...both,
  },
  'no distribution point in the extension': {
    chain: leafWith({ extensions: [{ oid: '2.5.29.31', value: der.sequence() }] }),
    rule: 'der_empty_list',
    ...both,
  },
  'no access description in the extension': {
    chain: leafWith({ extensions: [{ oid: '1.3.6.1.5.5.7.1.1', value: der.sequence() }] }),
    rule: 'der_empty_list',
    ...both,
  },
  'no policy qualifier behind a policy': {
    chain: leafWith({
      extensions: [{ oid: '2.5.29.32', value: der.sequence(der.sequence(der.oid('1.2.3.4'), der.sequence())) }],
    }),
    rule: 'der_empty_list',
    ...both,
  },
  'no extension in the field for them': {
    chain: leafWith({ forge: { extensions: der.constructed(3, der.sequence()) } }),
    rule: 'der_empty_list',
    ...both,
  },
  'an authorityKeyIdentifier with an issuer and no serial number': {
    chain: leafWith({
      extensions: [
        {
          oid: oid.authorityKeyIdentifier,
          value: der.sequence(
            der.primitive(0, extensionOfRoot()),
            der.constructed(1, der.constructed(4, der.sequence(commonName(der.utf8String('Root'))))),
          ),
        },
      ],
    }),
    rule: 'authority_key_identifier_halved',
    ...both,
  },
};

/** The key identifier that the root has. */
function extensionOfRoot(): Uint8Array {
  return leafWith({}).anchor.certificate.subjectKeyIdentifier as Uint8Array;
}

const answer = ({ anchor, leaf, others = [] }: Chain, profile: 'strict' | 'interoperable') =>
  verify(leaf, others, trusting(anchor), { profile });

/** Beside the deviation itself, where its certificate cannot be without. */
const besides: ReadonlySet<Deviation> = new Set(['authority_key_identifier_missing']);

describe.each(Object.entries(spellings))('a chain with %s', (_, { chain, rule }) => {
  it('is taken by the interoperable profile', () => {
    expect(answer(chain, 'interoperable').ok).toBe(true);
  });

  it('is refused by the strict profile, which names the rule', () => {
    const all = [chain.leaf, ...(chain.others ?? [])].flatMap(({ certificate }) => certificate.deviations);
    expect(new Set(all.filter((one) => !besides.has(one)))).toEqual(new Set([rule]));
    expect(refusalOf(answer(chain, 'strict'))).toMatchObject({ code: 'certificate_malformed', detail: { rule } });
  });
});

const validators = { OpenSSL: createOpensslVerify(), Go: createGo() };

describe.each(['OpenSSL', 'Go'] as const)('what %s says of these chains', (name) => {
  const validate = validators[name];
  it.runIf(validate !== undefined && hasAskedVersion(name))('is what the table says', () => {
    const questions = Object.values(spellings).map(({ chain: { anchor, leaf, others = [] } }) => ({
      anchors: [anchor.der],
      intermediates: others.map(({ der: octets }) => octets),
      leaf: leaf.der,
      nowMs: now,
    }));
    const said = validate?.(questions).map(({ accepted, says }) => (accepted ? 'accepted' : `refused: ${says}`));
    const names = Object.keys(spellings);
    const table = Object.values(spellings).map((spelling) =>
      spelling[name] ? 'accepted' : expect.stringMatching(/^refused/),
    );
    expect(Object.fromEntries(names.map((one, index) => [one, said?.[index]]))).toEqual(
      Object.fromEntries(names.map((one, index) => [one, table[index]])),
    );
  });
});

/** What no reader may guess at, or what is not signed: refused when it is read, so that no profile sees it. */
describe.each<[string, string, Partial<ForgeOptions>]>([
  ['der_time', 'notBefore without seconds', { notBefore: der.utcTime('2601010000Z') }],
  ['der_time', 'notAfter without seconds', { notAfter: der.generalizedTime('202701010000Z') }],
  ['der_time', 'notBefore with an offset', { notBefore: der.utcTime('260101000000+0100') }],
  ['der_time', 'notAfter with an offset', { notAfter: der.generalizedTime('20270101000000-0500') }],
  ['der_time', 'notAfter with fractions', { notAfter: der.generalizedTime('20270101000000.5Z') }],
  ['der_integer_not_minimal', 'a serial number with redundant octets', { serialNumber: Uint8Array.of(0, 1) }],
  ['algorithm_mismatch', 'NULL parameters outside alone', { outerAlgorithm: ecdsaWithNull }],
  ['algorithm_mismatch', 'NULL parameters inside alone', { innerAlgorithm: ecdsaWithNull }],
  [
    'algorithm_parameters',
    'NULL parameters of Ed25519',
    {
      signer: keyOf('ed', 'Ed25519'),
      ...bothAlgorithms(der.sequence(der.oid('1.3.101.112'), der.nullValue())),
    },
  ],
  [
    'algorithm_parameters',
    'a curve as the parameters of ECDSA',
    bothAlgorithms(der.sequence(der.oid('1.2.840.10045.4.3.2'), der.oid('1.2.840.10045.3.1.7'))),
  ],
  [
    'der_empty_sequence',
    'an empty list of purposes',
    { extensions: [{ oid: oid.extendedKeyUsage, value: der.sequence() }] },
  ],
  [
    'der_bit_string_padding',
    'a bit of keyUsage that does not count, and is set',
    { extensions: [{ oid: oid.keyUsage, critical: true, value: Buffer.from('030205bf', 'hex') }] },
  ],
  [
    'key_usage_unknown_bit',
    'a bit of keyUsage that does not exist',
    { extensions: [{ oid: oid.keyUsage, critical: true, value: Buffer.from('0303068040', 'hex') }] },
  ],
  [
    'der_length_not_minimal',
    'a length in two octets where one does',
    {
      extensions: [
        { oid: '1.3.6.1.4.1.99999.1', value: der.nullValue() },
        Buffer.from('30810a06022a030404800200', 'hex'),
      ],
    },
  ],
  [
    'attribute_duplicate_value',
    'one attribute twice in an RDN that is not sorted',
    { subject: der.sequence(unitsInOrder('b', 'a', 'b')) },
  ],
])('%s: %s', (rule, _, options) => {
  it('is refused whatever the profile', () => {
    const { certificateDer } = forgeCertificate({ keyPair: keyOf('client'), subject: 'CN=client', ...options });
    const outcome = parseCertificate(certificateDer);
    expect(refusalOf(outcome)).toMatchObject({ code: 'certificate_malformed', detail: { rule } });
  });
});
