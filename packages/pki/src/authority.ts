/** A certification authority in memory. Everything it issues can be made odd on purpose, one option at a time. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { type CrlOptions, type IssuedCrl, issueCrl } from './crl.ts';
import * as der from './der.ts';
import { randomSerial } from './forge.ts';
import type { GeneralNameInput } from './general-name.ts';
import { signCertificate } from './issue.ts';
import { derFromPem, type IssuedCertificate, wrapCertificate } from './issued-certificate.ts';
import { type Issuer, readIssuer } from './issuer.ts';
import { generateKeyPair, type KeyPair, type KeyType, keyIdentifierOf, spkiOf } from './key-pair.ts';
import { encodeName, type NameInput } from './name.ts';
import { type ExtensionOptions, type Profile, resolveExtensions } from './profile.ts';
import { serialText } from './serial-number.ts';
import type { SignatureOptions } from './signature.ts';

/** Milliseconds since the epoch. Default `Date.now`. */
export type Clock = () => number;

/** Whole seconds; fractions are cut off. Give `days` or `notAfter`, not both. */
export interface Validity {
  /** Default: five minutes before the clock, so that a client whose clock is slow can use it at once. */
  readonly notBefore?: Date;
  /** Default: `days` after the clock. */
  readonly notAfter?: Date;
  /** Default: 3,650 for roots, 1,825 for issuing authorities, 90 for others, and never beyond the issuer's own notAfter. */
  readonly days?: number;
}

export interface CertificateOptions extends ExtensionOptions {
  readonly subject?: NameInput;
  /** Default `P-256`. */
  readonly keyType?: KeyType;
  /** An existing key pair: for cross-certificates, renewals with the same key, and speed. */
  readonly keyPair?: KeyPair;
  readonly validity?: Validity;
  /** Not negative. Default: 16 random octets. */
  readonly serialNumber?: number | bigint;
  /** How the issuer signs this certificate. */
  readonly signature?: SignatureOptions;
  /** Version 1 has no extensions at all, whatever the options say. Default 3. */
  readonly version?: 1 | 3;
}

export interface AuthorityOptions extends CertificateOptions {
  /** A distinguished name that is not empty (RFC 5280 4.1.2.6). */
  readonly subject: NameInput;
  /** Authorities allowed below this one. Default: no limit. */
  readonly pathLenConstraint?: number;
}

export interface RootAuthorityOptions extends AuthorityOptions {
  /** The clock of this authority and of every authority below it. */
  readonly clock?: Clock;
}

export interface ServerOptions extends CertificateOptions {
  /** The first becomes the subject's CN unless `subject` is given. */
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
}

export interface Authority extends IssuedCertificate {
  /** DER of the subject. */
  readonly nameDer: Uint8Array;
  /** An authority below this one. With `keyPair` and `subject` of another authority: a cross-certificate. */
  issueAuthority(options: AuthorityOptions): Promise<Authority>;
  /** Purpose clientAuth. */
  issueClient(options?: CertificateOptions): Promise<IssuedCertificate>;
  /** Purpose serverAuth. */
  issueServer(options?: ServerOptions): Promise<IssuedCertificate>;
  /** A certificate with no extension but those of the options. */
  issue(options?: CertificateOptions): Promise<IssuedCertificate>;
  /** A revocation list of this authority: complete, delta or indirect (RFC 5280 section 5). */
  issueCrl(options?: CrlOptions): IssuedCrl;
}

/** A self-signed authority. Throws TypeError for options that cannot be written. */
export async function createRootAuthority(options: RootAuthorityOptions): Promise<Authority> {
  const clock = options.clock ?? Date.now;
  return openAuthority(await issueCertificate(undefined, 'authority', authorityOptions(options), 3650, clock), clock);
}

/** A self-signed certificate that is no authority, with purpose clientAuth. */
export async function createSelfSignedClient(
  options: CertificateOptions & { readonly clock?: Clock } = {},
): Promise<IssuedCertificate> {
  return issueCertificate(undefined, 'client', options, 90, options.clock ?? Date.now);
}

export interface StoredAuthority {
  /** The authority's certificate, then its intermediates: `chainPem`. A root has one certificate. */
  readonly chainPem: string;
  /** PKCS #8 without a passphrase. */
  readonly privateKeyPem: string;
  readonly clock?: Clock;
}

/** An authority again, from what was saved of it. Throws TypeError when key and certificate do not belong together. */
export function loadAuthority({ chainPem, privateKeyPem, clock = Date.now }: StoredAuthority): Authority {
  const [own, ...intermediates] = derFromPem(chainPem) as [Uint8Array, ...Uint8Array[]];
  const privateKey = createPrivateKey(privateKeyPem);
  const certificate = new X509Certificate(own);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TypeError('the private key is not that of the first certificate of chainPem');
  }
  const keyPair = { privateKey, publicKey: createPublicKey(privateKey) };
  const serialNumber = certificate.serialNumber;
  return openAuthority(wrapCertificate(own, keyPair, serialNumber, intermediates), clock);
}

function authorityOptions({ pathLenConstraint, ...options }: AuthorityOptions): CertificateOptions {
  if (pathLenConstraint === undefined) return options;
  return { basicConstraints: { cA: true, pathLenConstraint }, ...options };
}

function openAuthority(own: IssuedCertificate, clock: Clock): Authority {
  const issuer = readIssuer(own);
  const issue = (profile: Profile, options: CertificateOptions, days: number): Promise<IssuedCertificate> =>
    issueCertificate(issuer, profile, options, days, clock);
  return Object.freeze({
    ...own,
    nameDer: issuer.name,
    issueAuthority: async (options: AuthorityOptions) =>
      openAuthority(await issue('authority', authorityOptions(options), 1825), clock),
    issueClient: (options: CertificateOptions = {}) => issue('client', options, 90),
    issueServer: (options: ServerOptions = {}) => issue('server', serverOptions(options), 90),
    issue: (options: CertificateOptions = {}) => issue('bare', options, 90),
    issueCrl: (options: CrlOptions = {}) => issueCrl(issuer, options, clock()),
  });
}

function serverOptions({ dnsNames = [], ips = [], ...options }: ServerOptions): CertificateOptions {
  const sans: GeneralNameInput[] = [...dnsNames.map((dns) => ({ dns })), ...ips.map((ip) => ({ ip }))];
  const [first] = dnsNames;
  return {
    ...(first === undefined ? {} : { subject: [{ CN: first }] }),
    ...(sans.length === 0 ? {} : { sans }),
    ...options,
  };
}

async function issueCertificate(
  issuer: Issuer | undefined,
  profile: Profile,
  options: CertificateOptions,
  defaultDays: number,
  clock: Clock,
): Promise<IssuedCertificate> {
  const keyPair = options.keyPair ?? (await generateKeyPair(options.keyType));
  const subject = encodeName(options.subject ?? []);
  const serialNumber = BigInt(options.serialNumber ?? randomSerial());
  if (serialNumber < 0n) throw new TypeError('serialNumber is negative: forgeCertificate writes such certificates');
  const { version = 3 } = options;
  const extensions = resolveExtensions(options, {
    profile,
    isSubjectEmpty: der.contents(subject).length === 0,
    keyIdentifier: keyIdentifierOf(spkiOf(keyPair.publicKey)),
    issuerKeyIdentifier: issuer?.keyIdentifier,
  });
  const certificateDer = await signCertificate({
    version,
    serialNumber,
    subject,
    issuer: issuer?.name ?? subject,
    ...resolveValidity(options.validity ?? {}, defaultDays, clock(), issuer?.notAfterMs),
    keyPair,
    signer: issuer?.keyPair ?? keyPair,
    signature: options.signature ?? {},
    extensions: version === 1 ? [] : extensions,
  });
  return wrapCertificate(
    certificateDer,
    keyPair,
    serialText(der.contents(der.integer(serialNumber))),
    issuer?.chain ?? [],
  );
}

const fiveMinutes = 300_000;
const day = 86_400_000;

function resolveValidity(
  { notBefore, notAfter, days }: Validity,
  defaultDays: number,
  now: number,
  issuerNotAfterMs = Number.POSITIVE_INFINITY,
): { notBefore: Date; notAfter: Date } {
  if (notAfter !== undefined && days !== undefined) throw new TypeError('validity: give notAfter or days, not both');
  const end = Math.min(
    now + (days ?? defaultDays) * day,
    days === undefined ? issuerNotAfterMs : Number.POSITIVE_INFINITY,
  );
  return {
    notBefore: wholeSecond(notBefore?.getTime() ?? now - fiveMinutes),
    notAfter: wholeSecond(notAfter?.getTime() ?? end),
  };
}

function wholeSecond(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}
