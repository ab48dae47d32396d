/** An OCSP responder for development and tests (RFC 6960), by itself or over plain HTTP. */
import type { RequestListener } from 'node:http';
import type { Authority, CertificateOptions, Clock } from './authority.ts';
import * as der from './der.ts';
import type { ExtensionInput } from './extension.ts';
import type { IssuedCertificate } from './issued-certificate.ts';
import { spkiOf } from './key-pair.ts';
import { readOcspRequest } from './ocsp-request.ts';
import {
  encodeOcspError,
  type ForgeOcspOptions,
  forgeOcspResponse,
  type OcspRevocation,
  type OcspSingleInput,
  type OcspStatusInput,
  ocspOids,
} from './ocsp-response.ts';
import { createOcspListener, listenForOcsp, type OcspListener } from './ocsp-server.ts';
import { serialFromText } from './serial-number.ts';
import type { SignatureOptions } from './signature.ts';

export interface OcspResponderOptions {
  /** Whose certificates are asked about. */
  readonly authority: Authority;
  /** Who signs in its stead: `issueOcspDelegate` makes one. Default: the authority itself. */
  readonly delegate?: IssuedCertificate;
  /** Default: `Date.now`. */
  readonly clock?: Clock;
  /** Time between thisUpdate and nextUpdate. Default 3,600; `null` leaves nextUpdate out. */
  readonly lifetimeSeconds?: number | null;
  /** How the responder names itself. Default `byKey`. */
  readonly responderId?: 'byName' | 'byKey';
  /** Whether a nonce comes back (RFC 9654). Default `echo`. */
  readonly nonce?: 'echo' | 'ignore';
  /** The certificates enclosed. Default: the delegate, if there is one. */
  readonly certificates?: readonly Uint8Array[];
  readonly signature?: SignatureOptions;
  /** Changes the parts of each answer before it is signed: for tests of refusals. `request` is the DER asked with. */
  readonly lie?: (honest: ForgeOcspOptions, request: Uint8Array) => ForgeOcspOptions;
}

export interface OcspResponder {
  /** The DER of the answer to a DER request. */
  answer(request: Uint8Array): Uint8Array;
  /** From now on, at any status before. Default date: now. */
  revoke(certificate: { readonly serialNumber: string }, revocation?: Partial<OcspRevocation>): void;
  /** From now on: the responder does not know it. */
  forget(certificate: { readonly serialNumber: string }): void;
  /** From now on: good, as everything else that the authority issued. */
  restore(certificate: { readonly serialNumber: string }): void;
  /** Answers POST, and GET of `/{base64}` (RFC 6960 A.1), of a server of your own. */
  readonly handle: RequestListener;
  /** A plain HTTP server. Default port: any free one, on 127.0.0.1. */
  listen(port?: number): Promise<OcspListener>;
}

/** A certificate that may answer for the authority: id-kp-OCSPSigning and id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2). */
export function issueOcspDelegate(
  authority: Authority,
  { extensions = [ocspNoCheck()], ...options }: CertificateOptions = {},
): Promise<IssuedCertificate> {
  return authority.issueClient({
    subject: 'CN=OCSP responder',
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['ocspSigning'],
    extensions,
    ...options,
  });
}

/** id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1): nobody need ask for the status of this certificate. Not critical. */
export function ocspNoCheck(): ExtensionInput {
  return { oid: ocspOids.noCheck, value: der.nullValue() };
}

const malformedRequest = 1;

/** Answers good for whatever the authority may have issued, and unknown for certificates of others. */
export function createOcspResponder(options: OcspResponderOptions): OcspResponder {
  const { authority, clock = Date.now } = options;
  const issuer = { issuerName: authority.nameDer, issuerSpki: spkiOf(authority.keyPair.publicKey) };
  const statuses = new Map<bigint, OcspStatusInput>();
  const set = (serialNumber: string, status: OcspStatusInput): void => {
    statuses.set(serialFromText(serialNumber), status);
  };

  const answer = (request: Uint8Array): Uint8Array => {
    const asked = readOcspRequest(request, issuer);
    if (asked === undefined) return encodeOcspError(malformedRequest);
    const thisUpdate = new Date(Math.floor(clock() / 1000) * 1000);
    const responses = asked.certificates.map(({ certId, serialNumber }): OcspSingleInput => {
      const status = serialNumber === undefined ? 'unknown' : (statuses.get(serialNumber) ?? 'good');
      return { certId, status, thisUpdate, nextUpdate: nextUpdate(thisUpdate, options) };
    });
    const honest = honestAnswer(options, responses, thisUpdate, asked.nonce);
    return forgeOcspResponse(options.lie?.(honest, request) ?? honest);
  };

  const handle = createOcspListener(answer);
  return Object.freeze({
    answer,
    revoke: ({ serialNumber }, revocation = {}) =>
      set(serialNumber, { revocationDate: new Date(Math.floor(clock() / 1000) * 1000), ...revocation }),
    forget: ({ serialNumber }) => set(serialNumber, 'unknown'),
    restore: ({ serialNumber }) => set(serialNumber, 'good'),
    handle,
    listen: (port = 0) => listenForOcsp(handle, port),
  } satisfies OcspResponder);
}

function nextUpdate(thisUpdate: Date, { lifetimeSeconds = 3600 }: OcspResponderOptions): Date | undefined {
  return lifetimeSeconds === null ? undefined : new Date(thisUpdate.getTime() + lifetimeSeconds * 1000);
}

function honestAnswer(
  options: OcspResponderOptions,
  responses: readonly OcspSingleInput[],
  producedAt: Date,
  nonce: ExtensionInput | undefined,
): ForgeOcspOptions {
  const { authority, delegate, certificates = delegate && [delegate.certificateDer] } = options;
  const signer = delegate ?? authority;
  return {
    signer: signer.keyPair,
    ...(options.responderId === 'byName' ? { responderId: { name: subjectOf(signer.certificateDer) } } : {}),
    producedAt,
    responses,
    ...(nonce === undefined || options.nonce === 'ignore' ? {} : { extensions: [nonce] }),
    ...(certificates === undefined ? {} : { certificates }),
    ...(options.signature === undefined ? {} : { signature: options.signature }),
  };
}

function subjectOf(certificate: Uint8Array): Uint8Array {
  const fields = der.children(der.children(certificate)[0] as Uint8Array);
  // Version 1 is the DEFAULT and leaves no field.
  return (fields[0]?.[0] === 0xa0 ? fields[5] : fields[4]) as Uint8Array;
}
