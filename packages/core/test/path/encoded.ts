import { der, type ForgeOptions } from '@peercert/pki';
import { authority, client, type Entity, type EntityOptions, keyOf } from './certificates.ts';

/** Chains in which one certificate is written in another way than DER has it, for the tests of encodings. */

/** The anchor, what comes with the leaf, and the leaf. */
export interface Chain {
  readonly anchor: Entity;
  readonly others?: readonly Entity[];
  readonly leaf: Entity;
}

type Options = EntityOptions;
type Name = Parameters<typeof client>[0];

export const root: Entity = authority('CN=Root');

/** A leaf that is odd in one thing. */
export const leafWith = (options: Options, name: Name = 'CN=client'): Chain => ({
  anchor: root,
  leaf: client(name, { by: root, keyPair: keyOf('client'), ...options }),
});

/** An authority that is odd in one thing, and its client. */
export function authorityWith(options: Options, leafOptions: Options = {}, name: Name = 'CN=Issuer'): Chain {
  const issuer = authority(name, { by: root, keyPair: keyOf('issuer'), ...options });
  return { anchor: root, others: [issuer], leaf: client('CN=client', { by: issuer, ...leafOptions }) };
}

/** An extension, its BOOLEAN written as it is given: `undefined` leaves it out. */
export const rawExtension = (type: string, critical: number | undefined, value: Uint8Array): Uint8Array =>
  der.sequence(
    der.oid(type),
    ...(critical === undefined ? [] : [der.tlv(0x01, Uint8Array.of(critical))]),
    der.octetString(value),
  );

/** Further extensions behind the others, octet by octet. */
export const alsoWith = (...extensions: readonly Uint8Array[]): Pick<ForgeOptions, 'editTbs'> => ({
  editTbs: (fields) => {
    const [list] = der.children(fields.at(-1) as Uint8Array);
    return [
      ...fields.slice(0, -1),
      der.constructed(3, der.sequence(...der.children(list as Uint8Array), ...extensions)),
    ];
  },
});

export const attribute = (type: string, value: Uint8Array): Uint8Array => der.sequence(der.oid(type), value);
export const commonName = (value: Uint8Array): Uint8Array => der.tlv(0x31, attribute('2.5.4.3', value));

/** An RDN with several organizational units, in the order given. */
export const unitsInOrder = (...units: readonly string[]): Uint8Array =>
  der.tlv(0x31, ...units.map((unit) => attribute('2.5.4.11', der.utf8String(unit))));

/** As the instance identity of Cloud Foundry has them, which is not the order of DER. */
export const threeUnits = ['organization:4e5f', 'space:2c3d', 'app:0a1b'] as const;

/** The algorithm of a P-256 key with NULL where nothing should be. */
export const ecdsaWithNull: Uint8Array = der.sequence(der.oid('1.2.840.10045.4.3.2'), der.nullValue());
export const bothAlgorithms = (algorithm: Uint8Array): Pick<ForgeOptions, 'innerAlgorithm' | 'outerAlgorithm'> => ({
  innerAlgorithm: algorithm,
  outerAlgorithm: algorithm,
});

/** The public key of an RSA pair without the NULL of its algorithm. */
export function rsaKeyWithoutNull(owner: string): Uint8Array {
  const spki = keyOf(owner, 'RSA-2048').publicKey.export({ type: 'spki', format: 'der' });
  return der.sequence(der.sequence(der.oid('1.2.840.113549.1.1.1')), der.children(spki)[1] as Uint8Array);
}
