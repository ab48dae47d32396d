/** The two hops in front of the application, each around its configuration file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type Program, startProgram } from './program.ts';

const here = join(import.meta.dirname, '..');

export interface Hop extends Program {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
}

/** @param pki the folder of the certificates, whose parent nginx may write to */
export async function startNginx(app: string, pki: string): Promise<Hop> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const folder = join(pki, '..');
  const values: Readonly<Record<string, string>> = { GATEWAY: address, BALANCER: '127.0.0.1', APP: app, PKI: pki };
  const template = readFileSync(join(here, 'nginx.conf'), 'utf8');
  writeFileSync(
    join(folder, 'api.conf'),
    template.replace(/\$\{([A-Z]+)\}/g, (placeholder, name: string) => values[name] ?? placeholder),
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path temporary;`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid nginx.pid; error_log stderr crit;
     events {} http { access_log off; ${temporary.join(' ')} include api.conf; }`,
  );
  const args = ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')];
  return { address, ...(await startProgram('nginx', args, port)) };
}

export async function startBalancer(gateway: string): Promise<Hop> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const args = ['-db', '-f', join(here, 'haproxy.cfg')];
  return { address, ...(await startProgram('haproxy', args, port, { BALANCER: address, GATEWAY: gateway })) };
}
