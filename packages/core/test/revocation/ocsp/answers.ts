/** OCSP answers for tests: honest ones about one client, and any part of them changed. */
import {
  encodeOcspCertId,
  extension,
  type ForgeOcspOptions,
  forgeOcspResponse,
  type OcspSingleInput,
  type OcspStatusInput,
  ocspNoCheck,
} from '@peercert/pki';
import { checkOcspResponse, type OcspQuestion, type OcspVerdict } from '../../../src/revocation/ocsp/check-response.ts';
import { defaultOcspSettings, type OcspSettings } from '../../../src/revocation/ocsp/settings.ts';
import { authority, client, type Entity, type EntityOptions, now } from '../../path/certificates.ts';

export const minute = 60_000;
export const hour: number = 60 * minute;

export const issuer: Entity = authority('CN=Issuing');
export const subject: Entity = client('CN=client', { by: issuer });

export function certIdOf(
  { certificate }: Entity = subject,
  by: Entity = issuer,
  hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512',
): Uint8Array {
  return encodeOcspCertId({
    issuerName: certificate.issuer.der,
    issuerSpki: by.certificate.publicKey.der,
    serialNumber: certificate.serialNumber,
    ...(hash === undefined ? {} : { hash }),
  });
}

/** About the client, from five minutes ago for an hour. */
export function single(status: OcspStatusInput = 'good', changes: Partial<OcspSingleInput> = {}): OcspSingleInput {
  return {
    certId: certIdOf(),
    status,
    thisUpdate: new Date(now - 5 * minute),
    nextUpdate: new Date(now + 55 * minute),
    ...changes,
  };
}

/** Good, by the key of the issuer, unless changed. */
export function answer(changes: Partial<ForgeOcspOptions> = {}): Uint8Array {
  return forgeOcspResponse({
    signer: issuer.keyPair,
    producedAt: new Date(now - 5 * minute),
    responses: [single()],
    ...changes,
  });
}

/** A certificate that may answer for the issuer, with id-pkix-ocsp-nocheck. */
export function delegate(options: EntityOptions = {}): Entity {
  return client('CN=Responder', {
    by: issuer,
    ...options,
    extensions: [extension.extendedKeyUsage(['ocspSigning']), ocspNoCheck(), ...(options.extensions ?? [])],
  });
}

/** The parts of an answer that a delegate signed and is enclosed in. */
export function by({ keyPair, der }: Entity): Pick<ForgeOcspOptions, 'signer' | 'certificates'> {
  return { signer: keyPair, certificates: [der] };
}

export const settings: OcspSettings = defaultOcspSettings;

export interface Asking extends Partial<OcspQuestion> {
  readonly atMs?: number;
  readonly settings?: Partial<OcspSettings>;
}

export function questionOf({
  certificate = subject.certificate,
  issuer: by,
  nonce,
}: Partial<OcspQuestion>): OcspQuestion {
  return { certificate, issuer: by ?? issuer.certificate, ...(nonce === undefined ? {} : { nonce }) };
}

export function check(der: Uint8Array, { atMs = now, settings: changes, ...question }: Asking = {}): OcspVerdict {
  return checkOcspResponse(der, questionOf(question), atMs, { ...settings, ...changes });
}

/** Why an answer is refused; `undefined` when it is believed. */
export function ruleOf(der: Uint8Array, asking: Asking = {}): string | undefined {
  return check(der, asking).rule;
}
