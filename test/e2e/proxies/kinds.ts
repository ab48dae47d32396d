// The four proxies: how each is started around its configuration in docs/proxies.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program as ProgramName } from '../../tools.ts';
import { tool } from '../../tools.ts';
import { type Company, writePki } from './company.ts';
import { type Change, fillIn, readConfiguration } from './configuration.ts';
import { type Command, type Program, startProgram } from './program.ts';

export interface Start {
  readonly company: Company;
  /** What the configuration calls APP: `127.0.0.1:3000`. */
  readonly app: string;
  /** Another configuration than the standard one of the kind. */
  readonly file?: string;
  readonly changes?: readonly Change[];
  /** Further files for the folder PKI. */
  readonly pki?: Readonly<Record<string, string>>;
  /** Further values, of other names or instead of the usual ones, for a proxy that listens on this address. */
  readonly values?: (address: string) => Readonly<Record<string, string>>;
}

export interface Kind {
  readonly name: string;
  readonly program: ProgramName;
  start(options: Start): Promise<Program>;
}

interface Rendering {
  readonly text: string;
  readonly folder: string;
  readonly values: Readonly<Record<string, string>>;
  readonly port: number;
}

function kind(
  name: string,
  program: ProgramName,
  standard: { readonly file: string; readonly gateway: (port: number) => string },
  command: (path: string, rendering: Rendering) => Command,
): Kind {
  return {
    name,
    program,
    async start({ company, app, file = standard.file, changes = [], pki: more = {}, values: others }) {
      const path = tool(program);
      if (path === undefined) throw new Error(`${program} is not installed`);
      const text = readConfiguration(file, changes);
      const folder = mkdtempSync(join(tmpdir(), `peercert-${program}-`));
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      try {
        // Workers that have given up root look for their sockets here.
        chmodSync(folder, 0o755);
        const pki = writePki(company, folder);
        for (const [each, content] of Object.entries(more)) writeFileSync(join(pki, each), content);
        const { port, stop } = await startProgram((free) => {
          const address = standard.gateway(free);
          const values = { GATEWAY: address, APP: app, PKI: pki, ...others?.(address) };
          return command(path, { text, folder, values, port: free });
        });
        return { port, stop: () => stop().finally(remove) };
      } catch (error) {
        remove();
        throw error;
      }
    },
  };
}

const isRoot = process.getuid?.() === 0;

export const nginx: Kind = kind(
  'nginx',
  'nginx',
  { file: 'nginx.conf', gateway: (port) => `127.0.0.1:${port}` },
  (path, { text, folder, values }) => {
    writeFileSync(join(folder, 'api.conf'), fillIn(text, values));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path tmp;`);
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid nginx.pid; error_log stderr warn; ${isRoot ? 'user root;' : ''}
events { worker_connections 64; }
http { access_log off; ${temporary.join(' ')} include api.conf; }
`,
    );
    return { path, args: ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')] };
  },
);

export const haproxy: Kind = kind(
  'HAProxy',
  'haproxy',
  { file: 'haproxy.cfg', gateway: (port) => `127.0.0.1:${port}` },
  (path, { text, folder, values }) => {
    writeFileSync(join(folder, 'haproxy.cfg'), text);
    return { path, args: ['-db', '-f', join(folder, 'haproxy.cfg')], env: values };
  },
);

const apacheModules = {
  mpm_event_module: 'mod_mpm_event.so',
  authz_core_module: 'mod_authz_core.so',
  ssl_module: 'mod_ssl.so',
  headers_module: 'mod_headers.so',
  proxy_module: 'mod_proxy.so',
  proxy_http_module: 'mod_proxy_http.so',
};

export const apache: Kind = kind(
  'Apache',
  'apache2',
  { file: 'apache.conf', gateway: (port) => `127.0.0.1:${port}` },
  (path, { text, folder, values }) => {
    writeFileSync(join(folder, 'api.conf'), text);
    const modules = Object.entries(apacheModules).map(
      ([name, file]) => `LoadModule ${name} /usr/lib/apache2/modules/${file}`,
    );
    writeFileSync(
      join(folder, 'apache.conf'),
      [
        ...modules,
        ...(isRoot ? ['User www-data', 'Group www-data'] : []),
        'ServerName localhost',
        `PidFile "${folder}/httpd.pid"`,
        `Mutex file:${folder} default`,
        `ErrorLog "${folder}/error.log"`,
        `Listen ${values['GATEWAY']}`,
        `Include "${folder}/api.conf"`,
        '',
      ].join('\n'),
    );
    return { path, args: ['-DFOREGROUND', '-d', folder, '-f', join(folder, 'apache.conf')], env: values };
  },
);

export const caddy: Kind = kind(
  'Caddy',
  'caddy',
  { file: 'Caddyfile', gateway: (port) => `https://localhost:${port}` },
  (path, { text, folder, values }) => {
    const options = '{\n\tadmin off\n\tauto_https off\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n}\n';
    writeFileSync(join(folder, 'Caddyfile'), options + text);
    const args = ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
    return { path, args, env: { ...values, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } };
  },
);
