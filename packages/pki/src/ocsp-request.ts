/** `OCSPRequest` (RFC 6960 4.1.1), as far as a responder for tests needs it. */
import * as der from './der.ts';
import type { ExtensionInput } from './extension.ts';
import { type OcspIssuer, serialNumberOfCertId } from './ocsp-cert-id.ts';
import { ocspOids } from './ocsp-response.ts';

export interface OcspRequest {
  readonly certificates: readonly {
    /** DER of the `CertID`. */
    readonly certId: Uint8Array;
    /** `undefined` when the issuer is another. */
    readonly serialNumber: bigint | undefined;
  }[];
  readonly nonce: ExtensionInput | undefined;
}

/** `undefined` when it is none. Whether it is strict DER is not asked. */
export function readOcspRequest(request: Uint8Array, issuer: OcspIssuer): OcspRequest | undefined {
  try {
    const fields = der.children(only(der.children(request)));
    const list = only(fields.filter(([identifier]) => identifier === 0x30));
    const extensions = fields.find(([identifier]) => identifier === 0xa2);
    const certificates = der.children(list).map((one) => {
      const certId = only(der.children(one).slice(0, 1));
      return { certId, serialNumber: serialNumberOfCertId(certId, issuer) };
    });
    return certificates.length === 0 ? undefined : { certificates, nonce: extensions && readNonce(extensions) };
  } catch {
    // TypeError of the reader, SyntaxError of BigInt: whatever does not read is no request.
    return undefined;
  }
}

function only([one, ...more]: readonly Uint8Array[]): Uint8Array {
  if (one === undefined || more.length > 0) throw new TypeError('not an OCSPRequest');
  return one;
}

function readNonce(extensions: Uint8Array): ExtensionInput | undefined {
  const wanted = der.oid(ocspOids.nonce);
  const found = der
    .children(der.contents(extensions))
    .map((extension) => der.children(extension))
    .find(([oid]) => oid !== undefined && Buffer.compare(oid, wanted) === 0)
    ?.at(-1);
  return found && { oid: ocspOids.nonce, value: der.contents(found) };
}
