import { parseCertificate } from '../certificate/certificate.ts';
import type { Certificate, GeneralName, Name } from '../certificate/model.ts';
import { nameAt } from '../certificate/name-der.ts';
import type { RevocationStatus } from '../revocation/checked-path.ts';

/**
 * What handlers get hold of. Octets, Dates and Sets can be changed by whoever holds them, frozen or not, and those of a
 * certificate are the ones that the next request is decided by: so each reader gets copies of his own.
 */

export function copyOfCertificate(certificate: Certificate): Certificate {
  // Reading copies the octets, and everything else is decoded from them.
  const read = parseCertificate(certificate.der);
  if (!read.ok) throw new Error('A certificate that was read once cannot be read again');
  return read.value;
}

export function copyOfName(name: Name): Name {
  const der = new Uint8Array(name.der);
  return nameAt(der, 0, der.length);
}

export function copyOfGeneralName(name: GeneralName): GeneralName {
  switch (name.kind) {
    case 'rfc822Name':
    case 'dNSName':
    case 'uniformResourceIdentifier':
    case 'registeredID':
      return Object.freeze({ ...name });
    case 'iPAddress':
    case 'uncomparable':
      return Object.freeze({ ...name, bytes: new Uint8Array(name.bytes) });
    case 'directoryName':
      return Object.freeze({ ...name, name: copyOfName(name.name) });
    case 'otherName':
    case 'x400Address':
    case 'ediPartyName':
      return Object.freeze({ ...name, value: new Uint8Array(name.value) });
  }
}

export function copyOfRevocation(revocation: RevocationStatus): RevocationStatus {
  if (revocation.mode === 'off') return Object.freeze({ mode: 'off' });
  return Object.freeze({
    mode: revocation.mode,
    certificates: Object.freeze(
      revocation.certificates.map((status) =>
        Object.freeze(
          status.status === 'revoked' && status.revocationDate !== undefined
            ? { ...status, revocationDate: new Date(status.revocationDate) }
            : { ...status },
        ),
      ),
    ),
  });
}
