import { nameOf } from './certificate-chain.ts';
import type { ServerCertificateExpiringEvent } from './identity-event.ts';
import type { ServerIdentity } from './server-identity.ts';

const dayMs = 86_400_000;
const warningMs = 30 * dayMs;

/** Those of an identity that end within 30 days of `nowMs`, or have ended: the server's own and its intermediates. */
export function expiringCertificates(
  { chain, path }: Pick<ServerIdentity, 'chain' | 'path'>,
  nowMs: number,
): readonly ServerCertificateExpiringEvent[] {
  return chain.flatMap((certificate, index) => {
    const leftMs = certificate.notAfterMs - nowMs;
    if (leftMs > warningMs) return [];
    return Object.freeze({
      type: 'server_certificate_expiring' as const,
      index,
      subject: nameOf(certificate),
      thumbprint: certificate.thumbprint,
      notAfter: certificate.notAfter,
      daysLeft: Math.max(0, Math.floor(leftMs / dayMs)),
      path,
    });
  });
}
