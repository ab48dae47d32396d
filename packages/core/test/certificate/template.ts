import { parseCertificate } from '../../src/certificate/certificate.ts';
import { type Deviation, isOfEncoding, isOfName } from '../../src/certificate/deviations.ts';
import type { Certificate } from '../../src/certificate/model.ts';
import {
  bitString,
  boolean,
  element,
  explicit,
  hex,
  integer,
  join,
  nothing,
  type Octets,
  octetString,
  oid,
  sequence,
  set,
  utcTime,
  utf8,
} from '../encoding/der-writer.ts';

/** Certificates written octet by octet, so that each field can be wrong on its own. Their signatures are no signatures. */
export interface Template {
  readonly version?: Octets;
  readonly serialNumber?: Octets;
  readonly algorithm?: Octets;
  readonly outerAlgorithm?: Octets;
  readonly issuer?: Octets;
  readonly notBefore?: Octets;
  readonly notAfter?: Octets;
  readonly subject?: Octets;
  readonly publicKey?: Octets;
  readonly uniqueIdentifiers?: Octets;
  readonly extensions?: readonly Octets[];
  /** In place of the whole `[3]`. */
  readonly rawExtensions?: Octets;
  readonly tbsEnd?: Octets;
  readonly signature?: Octets;
  readonly end?: Octets;
}

export const nothingAtAll: Uint8Array = new Uint8Array();

export const attribute = (type: string, value: Octets): Uint8Array => sequence(oid(type), value);
export const name = (...rdns: readonly Octets[]): Uint8Array => sequence(...rdns);
export const commonName = (text: string): Uint8Array => set(attribute('2.5.4.3', utf8(text)));

export const p256Key: Uint8Array = join([0x04], new Uint8Array(64).fill(7));
export const ecKey = (curve: string, point: Octets): Uint8Array =>
  sequence(sequence(oid('1.2.840.10045.2.1'), oid(curve)), bitString(point));
export const p256: Uint8Array = ecKey('1.2.840.10045.3.1.7', p256Key);
export const rsaKey = (modulus: Octets, exponent: Octets): Uint8Array =>
  sequence(sequence(oid('1.2.840.113549.1.1.1'), nothing), bitString(sequence(modulus, exponent)));

export const ecdsaWithSha256: Uint8Array = sequence(oid('1.2.840.10045.4.3.2'));

export const extension = (type: string, value: Octets, critical = false): Uint8Array =>
  sequence(oid(type), critical ? boolean(true) : nothingAtAll, octetString(value));

export const keyIdentifier: Uint8Array = hex('0102030405060708');
export const authorityKeyIdentifier: Uint8Array = extension('2.5.29.35', sequence(element(0x80, keyIdentifier)));
export const subjectKeyIdentifier: Uint8Array = extension('2.5.29.14', octetString(keyIdentifier));
export const authority: Uint8Array = extension('2.5.29.19', sequence(boolean(true)), true);
/** keyCertSign and cRLSign. */
export const authorityKeyUsage: Uint8Array = extension('2.5.29.15', hex('03 02 01 06'), true);

/** A leaf that breaks no rule, but for the fields given. */
export function certificate(template: Template = {}): Uint8Array {
  const algorithm = template.algorithm ?? ecdsaWithSha256;
  const extensions = template.extensions ?? [authorityKeyIdentifier];
  const tbs = sequence(
    template.version ?? explicit(0, integer(2)),
    template.serialNumber ?? integer(0x1234),
    algorithm,
    template.issuer ?? name(commonName('Issuer')),
    sequence(template.notBefore ?? utcTime('260101000000Z'), template.notAfter ?? utcTime('270101000000Z')),
    template.subject ?? name(commonName('Leaf')),
    template.publicKey ?? p256,
    template.uniqueIdentifiers ?? nothingAtAll,
    template.rawExtensions ?? explicit(3, sequence(...extensions)),
    template.tbsEnd ?? nothingAtAll,
  );
  return join(
    sequence(tbs, template.outerAlgorithm ?? algorithm, template.signature ?? bitString([1, 2, 3]), template.end ?? []),
  );
}

/** The rule that refuses the certificate, `accepted`, or `noted RULE` where it is accepted in another spelling than that of DER. */
export function verdict(template: Template | Uint8Array): string {
  const outcome = parseCertificate(template instanceof Uint8Array ? template : certificate(template));
  if (outcome.ok) {
    const noted = outcome.value.deviations.filter(isOfEncoding);
    return noted.length === 0 ? 'accepted' : `noted ${noted.join(' ')}`;
  }
  return outcome.reason.code === 'certificate_malformed' ? outcome.reason.detail.rule : outcome.reason.code;
}

/** The certificate; throws when it is refused. */
export function parsed(template: Template | Uint8Array = {}): Certificate {
  const outcome = parseCertificate(template instanceof Uint8Array ? template : certificate(template));
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.reason));
  return outcome.value;
}

/** The verdict on a leaf with this extension beside its authorityKeyIdentifier. */
export const extensionVerdict = (type: string, value: Octets, critical = false): string =>
  verdict({ extensions: [authorityKeyIdentifier, extension(type, value, critical)] });

/** The same, or what is noted of the form of a name or of the base of a constraint in a leaf that can be read. */
export const formVerdict = (type: string, value: Octets, critical = false): string =>
  judged({ extensions: [authorityKeyIdentifier, extension(type, value, critical)] });

/** The rule that is broken, or what is noted of the form of a name. */
export function judged(template: Template | Uint8Array): string {
  const broken = verdict(template);
  return broken === 'accepted' ? (parsed(template).deviations.find(isOfForm) ?? broken) : broken;
}

export const isOfForm = (deviation: Deviation): boolean =>
  isOfName(deviation) || /^name_constraint_(?:dns|ip|mail|uri)$/.test(deviation);

/** A leaf with this extension. */
export const withExtension = (type: string, value: Octets, critical = false): Certificate =>
  parsed({ extensions: [authorityKeyIdentifier, extension(type, value, critical)] });
