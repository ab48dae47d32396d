import type { MtlsOptions } from '@peercert/core';
import { createRootAuthority, type IssuedCertificate } from '@peercert/pki';

const root = createRootAuthority({ subject: [{ CN: 'Test Root' }] });

/** Options under which every request comes with the certificate, or with none, whatever its connection. */
export async function presenting(certificate: IssuedCertificate | undefined): Promise<MtlsOptions> {
  return {
    trust: { anchors: (await root).certificatePem },
    source: {
      name: 'fixed',
      present: () =>
        certificate && {
          ok: true,
          value: { source: 'fixed', certificates: certificate.chainDer, verdict: { by: 'nobody' } },
        },
    },
  };
}

export async function clientOfUnit(OU: string): Promise<IssuedCertificate> {
  return (await root).issueClient({ subject: [{ OU }, { CN: `one of ${OU}` }] });
}
