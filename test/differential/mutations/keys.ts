import { generateKeyPairSync } from 'node:crypto';
import { der } from '@peercert/pki';
import { publicKeyOf } from '../../fuzz/keyring.ts';
import { writeElement } from '../../fuzz/mutation/tree.ts';
import { element, hex, type Mutation, setField } from '../parts.ts';

const spki = (type: 'ec' | 'rsa' | 'rsa-pss', options: object): Uint8Array =>
  (generateKeyPairSync as (type: string, options: object) => { publicKey: import('node:crypto').KeyObject })(
    type,
    options,
  ).publicKey.export({ type: 'spki', format: 'der' });

let made: readonly Uint8Array[] | undefined;

/** Keys of other kinds than authorities have here; nothing is signed with them. */
function otherKeys(): readonly Uint8Array[] {
  made ??= [
    ...['secp256k1', 'prime192v1', 'secp224r1', 'brainpoolP256r1', 'sect233k1'].map((namedCurve) =>
      spki('ec', { namedCurve }),
    ),
    spki('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' }),
    spki('rsa', { modulusLength: 1024 }),
    spki('rsa', { modulusLength: 2047 }),
    spki('rsa', { modulusLength: 2048, publicExponent: 3 }),
    spki('rsa-pss', { modulusLength: 2048 }),
    spki('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 }),
    spki('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha512', mgf1HashAlgorithm: 'sha256', saltLength: 20 }),
    spki('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha1', mgf1HashAlgorithm: 'sha1', saltLength: 20 }),
    der.sequence(der.sequence(der.oid('1.3.101.113')), der.bitString(new Uint8Array(57).fill(7))),
    der.sequence(der.sequence(der.oid('1.3.101.110')), der.bitString(new Uint8Array(32).fill(9))),
    der.sequence(der.sequence(der.oid('1.2.3.4'), der.nullValue()), der.bitString(hex('0011'))),
  ];
  return made;
}

const algorithms: readonly Uint8Array[] = [
  '1.2.840.10045.2.1',
  '1.2.840.113549.1.1.1',
  '1.2.840.113549.1.1.10',
  '1.2.840.113549.1.1.7',
  '1.3.101.112',
].flatMap((type) => [
  der.sequence(der.oid(type)),
  der.sequence(der.oid(type), der.nullValue()),
  der.sequence(der.oid(type), der.oid('1.2.840.10045.3.1.7')),
]);

/** The key of a certificate (RFC 5280 4.1.2.7, RFC 3279 2.3, RFC 5480, RFC 4055, RFC 8410). */
export const keyMutations: Readonly<Record<string, Mutation>> = {
  'another kind of key': ({ target }, random) => setField(target, 'publicKey', random.pick(otherKeys())),
  'algorithm of the key': ({ target }, random) => {
    const children = publicKeyOf(target).children;
    if (children !== undefined) children[0] = element(random.pick(algorithms));
  },
  'parameters of the key': ({ target }, random) => {
    const algorithm = publicKeyOf(target).children?.[0]?.children;
    algorithm?.splice(
      1,
      algorithm.length,
      ...random
        .pick([[], [der.nullValue()], [der.sequence()], [der.oid('1.3.132.0.34')], [der.nullValue(), der.nullValue()]])
        .map(element),
    );
  },
  'octets of the key': ({ target }, random) => {
    const key = publicKeyOf(target).children?.[1];
    if (key === undefined) return;
    const contents = Buffer.from(writeElement(key)).subarray(
      key.content.length >= 128 || key.children !== undefined ? 4 : 2,
    );
    const changed = Buffer.from(contents);
    switch (random.below(6)) {
      case 0:
        // The form of the point (SEC 1 2.3.3): compressed, hybrid, infinity.
        changed[1] = random.pick([0x02, 0x03, 0x06, 0x07, 0x00, 0x05]);
        break;
      case 1:
        changed[0] = random.pick([1, 7, 8]);
        break;
      case 2:
        changed[random.below(changed.length)] = random.below(256);
        break;
      default:
        changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ (1 << random.below(8));
    }
    const half = Buffer.concat([Uint8Array.of(0, 2 + ((changed.at(-1) ?? 0) & 1)), changed.subarray(2, 34)]);
    publicKeyOf(target).children?.splice(1, 1, element(der.tlv(0x03, random.oneIn(6) ? half : changed)));
  },
};
