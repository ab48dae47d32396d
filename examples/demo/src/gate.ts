/** The endpoint that the three servers share. Its certificate and key are files, which are replaced while clients are connected. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEndpoint, type Endpoint, fromFile } from '@peercert/server';
import type { AccessRules } from './api.ts';
import type { Company } from './company.ts';

export interface Gate {
  readonly endpoint: Endpoint;
  /** Puts the other certificate, with its key, in the place of the one in use. */
  rotate(): Promise<void>;
}

export function openGate({ servers }: Company, { application, trust }: AccessRules, folder: string): Gate {
  const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  let [current, other] = servers;
  function write(): void {
    writeFileSync(certificate, current.chainPem);
    writeFileSync(key, current.privateKeyPem, { mode: 0o600 });
  }
  write();
  const endpoint = createEndpoint({ certificate: fromFile(certificate), key: fromFile(key), trust, ...application });
  return {
    endpoint,
    async rotate() {
      [current, other] = [other, current];
      write();
      await endpoint.reload();
    },
  };
}
