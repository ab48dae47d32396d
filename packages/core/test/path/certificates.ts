/** Authorities and clients for the tests of paths: made at once, every part in the caller's hand, keys kept. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  type ExtensionInput,
  extension,
  type ForgeOptions,
  forgeCertificate,
  type KeyPair,
  type NameInput,
  type SignatureOptions,
} from '@peercert/pki';
import { parseCertificate } from '../../src/certificate/certificate.ts';
import type { Certificate } from '../../src/certificate/model.ts';
import { defaultLimits } from '../../src/limits.ts';
import { defaultPathSettings, type PathSettings } from '../../src/path/settings.ts';
import { createTrustStore, type TrustOptions, type TrustSnapshot } from '../../src/path/trust-store.ts';
import type { VerifiedPath } from '../../src/path/verified-path.ts';
import { verifyPath } from '../../src/path/verify-path.ts';
import type { Outcome, Reason } from '../../src/reasons.ts';

export const now: number = Date.UTC(2026, 0, 15, 12);

export type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'RSA-1024' | 'RSA-2048' | 'RSA-PSS-2048' | 'secp256k1';

const keyPairs = new Map<string, KeyPair>();

/** The same key for the same owner and kind each time. */
export function keyOf(owner: string, kind: KeyKind = 'P-256'): KeyPair {
  const known = keyPairs.get(`${kind} ${owner}`) ?? generate(kind);
  keyPairs.set(`${kind} ${owner}`, known);
  return known;
}

function generate(kind: KeyKind): KeyPair {
  switch (kind) {
    case 'Ed25519':
      return generateKeyPairSync('ed25519');
    case 'RSA-PSS-2048':
      return generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    case 'RSA-1024':
    case 'RSA-2048':
      return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) });
    default:
      return generateKeyPairSync('ec', { namedCurve: kind });
  }
}

/** A name and a key that issue. */
export interface Issuing {
  readonly name: NameInput;
  readonly keyPair: KeyPair;
}

export interface Entity extends Issuing {
  readonly certificate: Certificate;
  readonly der: Uint8Array;
}

export interface EntityOptions {
  /** Default: self-signed. */
  readonly by?: Issuing;
  /** Default: the key of that name. */
  readonly keyPair?: KeyPair;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** In place of the default with the same OID, or besides. */
  readonly extensions?: readonly ExtensionInput[];
  /** OIDs of default extensions to leave out. */
  readonly without?: readonly string[];
  readonly signature?: SignatureOptions;
  readonly forge?: Partial<ForgeOptions>;
}

export const oid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** An authority: self-signed, or issued by another. */
export function authority(
  name: NameInput,
  { pathLength, ...options }: EntityOptions & { readonly pathLength?: number } = {},
): Entity {
  return entity(name, options, [
    extension.basicConstraints({ cA: true, pathLenConstraint: pathLength }),
    extension.keyUsage(['keyCertSign', 'cRLSign']),
  ]);
}

/** A TLS client. */
export function client(name: NameInput, options: EntityOptions = {}): Entity {
  return entity(name, options, [extension.keyUsage(['digitalSignature']), extension.extendedKeyUsage(['clientAuth'])]);
}

/** Version 1, as of `openssl x509 -req` without extensions. */
export function version1(name: NameInput, options: EntityOptions = {}): Entity {
  return entity(name, { ...options, forge: { ...options.forge, version: 1, extensions: [] } }, []);
}

function entity(name: NameInput, options: EntityOptions, profile: readonly ExtensionInput[]): Entity {
  const {
    keyPair = keyOf(typeof name === 'string' ? name : JSON.stringify(name)),
    by,
    extensions = [],
    without = [],
    signature,
    forge,
  } = options;
  const defaults = [
    ...profile,
    extension.subjectKeyIdentifier(keyIdentifier(keyPair)),
    ...(by === undefined ? [] : [extension.authorityKeyIdentifier({ keyIdentifier: keyIdentifier(by.keyPair) })]),
  ];
  const kept = defaults.filter(
    ({ oid: one }) => !without.includes(one) && !extensions.some((other) => other.oid === one),
  );
  const { certificateDer } = forgeCertificate({
    keyPair,
    signer: by?.keyPair ?? keyPair,
    subject: name,
    issuer: by?.name ?? name,
    ...(options.notBefore === undefined ? {} : { notBefore: options.notBefore }),
    ...(options.notAfter === undefined ? {} : { notAfter: options.notAfter }),
    ...(signature === undefined ? {} : { signature }),
    extensions: [...kept, ...extensions],
    ...forge,
  });
  return { name, keyPair, der: certificateDer, certificate: read(certificateDer) };
}

export function keyIdentifier({ publicKey }: KeyPair): Uint8Array {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

export function read(der: Uint8Array): Certificate {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.reason));
  return parsed.value;
}

/** A certificate that says something else than its octets, for checks that look at one member alone. */
export function saying(certificate: Certificate, members: Partial<Omit<Certificate, never>>): Certificate {
  return new Proxy(certificate, {
    get: (target, member) => (member in members ? Reflect.get(members, member) : Reflect.get(target, member, target)),
  });
}

export const settings: PathSettings = { ...defaultPathSettings, limits: defaultLimits };

export function settingsWith(changes: Partial<PathSettings>): PathSettings {
  return { ...settings, ...changes };
}

export function trusting(
  anchors: Entity | readonly Entity[],
  options: Omit<TrustOptions, 'anchors' | 'intermediates'> & { readonly intermediates?: readonly Entity[] } = {},
): TrustSnapshot {
  const { intermediates = [], ...rest } = options;
  const trust = {
    anchors: (Array.isArray(anchors) ? anchors : [anchors]).map(({ der }: Entity) => der),
    intermediates: intermediates.map(({ der }) => der),
    ...rest,
  };
  // Read before any of them ended: a store refuses an anchor that has ended when it is read.
  return createTrustStore(trust, { clock: () => 0 }).current;
}

export function verify(
  leaf: Entity,
  others: readonly Entity[],
  trust: TrustSnapshot,
  changes: Partial<PathSettings> = {},
  nowMs: number = now,
): Outcome<VerifiedPath> {
  const certificates = others.map(({ certificate }) => certificate);
  return verifyPath(leaf.certificate, certificates, trust, settingsWith(changes), nowMs);
}

/** The path, leaf first and anchor last; throws when there is none. */
export function pathOf(outcome: Outcome<VerifiedPath>): readonly Certificate[] {
  if (!outcome.ok) throw new Error(`no path: ${JSON.stringify(outcome.reason)}`);
  const { anchor, certificates } = outcome.value;
  if (anchor === undefined) return certificates;
  return certificates[0] === anchor.certificate ? certificates : [...certificates, anchor.certificate];
}

/** The subjects of `pathOf`. */
export function namesOf(outcome: Outcome<VerifiedPath>): readonly string[] {
  return pathOf(outcome).map(({ subject }) => subject.toString());
}

/** The reason; throws when there is a path. */
export function refusalOf(outcome: { readonly ok: true } | { readonly ok: false; readonly reason: Reason }): Reason {
  if (outcome.ok) throw new Error('no refusal');
  return outcome.reason;
}
