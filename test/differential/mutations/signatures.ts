import { der } from '@peercert/pki';
import type { Signer } from '../../fuzz/keyring.ts';
import { writeElement } from '../../fuzz/mutation/tree.ts';
import type { Random } from '../../fuzz/random.ts';
import { hex, type Mutation, type Signing } from '../parts.ts';

const ecdsa = {
  sha1: '1.2.840.10045.4.1',
  sha224: '1.2.840.10045.4.3.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};
const rsa = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha224: '1.2.840.113549.1.1.14',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};
const hashes = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
const rsaPss = '1.2.840.113549.1.1.10';
const mgf1 = '1.2.840.113549.1.1.8';

function parameters(random: Random): readonly Uint8Array[] {
  return random.pick([[], [der.nullValue()], [der.nullValue()], [der.sequence()], [der.nullValue(), der.nullValue()]]);
}

function anyOf<T extends object>(table: T, random: Random): keyof T {
  return random.pick(Object.keys(table)) as keyof T;
}

function pssParameters(hash: keyof typeof hashes, salt: number, random: Random): Uint8Array {
  const hashOf = (one: keyof typeof hashes): Uint8Array =>
    der.sequence(der.oid(hashes[one]), ...(random.oneIn(3) ? [] : [der.nullValue()]));
  const mask = random.oneIn(8) ? anyOf(hashes, random) : hash;
  return der.sequence(
    ...(hash === 'sha1' && random.oneIn(2) ? [] : [der.constructed(0, hashOf(hash))]),
    ...(mask === 'sha1' && random.oneIn(2) ? [] : [der.constructed(1, der.sequence(der.oid(mgf1), hashOf(mask)))]),
    ...(salt === 20 && random.oneIn(2) ? [] : [der.constructed(2, der.integer(salt))]),
    ...(random.oneIn(8) ? [der.constructed(3, der.integer(1 + random.below(2)))] : []),
  );
}

/** How a key of the kind of the issuer signs, in forms that issuers use and in some that they must not (RFC 4055, RFC 5758). */
function anySigning({ keyPair }: Signer, random: Random): Signing {
  const kind = keyPair.privateKey.asymmetricKeyType;
  if (kind === 'ed25519') return { algorithm: der.sequence(der.oid('1.3.101.112'), ...parameters(random)) };
  if (kind === 'ec') {
    const hash = anyOf(ecdsa, random);
    return { algorithm: der.sequence(der.oid(ecdsa[hash]), ...parameters(random)), hash };
  }
  if (random.oneIn(3)) {
    const hash = anyOf(rsa, random);
    return { algorithm: der.sequence(der.oid(rsa[hash]), ...parameters(random)), hash };
  }
  const hash = anyOf(hashes, random);
  const saltLength = random.pick([0, 1, 20, 32, 48, 64, 190]);
  const said = random.oneIn(8) ? random.pick([0, 20, 32, 222, 300]) : saltLength;
  return { algorithm: der.sequence(der.oid(rsaPss), pssParameters(hash, said, random)), hash, pss: { saltLength } };
}

/** Ways to write one ECDSA signature twice, and octets that are none. */
function rewritten(signature: Uint8Array, random: Random): Uint8Array {
  const at = random.below(signature.length);
  const changed = Uint8Array.from(signature);
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([signature, hex('00')]);
    case 1:
      return signature.subarray(0, -1);
    case 2:
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
      return changed;
    case 3: {
      // A longer form of the length of the sequence.
      return signature[0] === 0x30 ? Buffer.concat([hex('3081'), signature.subarray(1)]) : new Uint8Array();
    }
    case 4: {
      // A zero before the first integer.
      if (signature[0] !== 0x30 || (signature[1] ?? 0) > 0x7e) return new Uint8Array();
      const length = (signature[3] ?? 0) + 1;
      const head = Uint8Array.of(0x30, (signature[1] ?? 0) + 1, 0x02, length, 0);
      return Buffer.concat([head, signature.subarray(4)]);
    }
    default:
      return new Uint8Array();
  }
}

/** How a certificate is signed (RFC 5280 4.1.1.2 and 4.1.2.3). */
export const signatureMutations: Readonly<Record<string, Mutation>> = {
  'signature algorithm': (draft, random) => {
    draft.signing = anySigning(draft.issuer, random);
  },
  'signature octets': (draft, random) => {
    draft.signing = { algorithm: usual(draft.issuer), change: (signature) => rewritten(signature, random) };
  },
  'two signature algorithms': (draft, random) => {
    draft.signing = { algorithm: usual(draft.issuer), outer: anySigning(draft.issuer, random).algorithm };
  },
};

function usual({ algorithm }: Signer): Uint8Array {
  return Uint8Array.from(writeElement(algorithm));
}
