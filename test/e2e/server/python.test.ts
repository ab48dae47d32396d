// The ssl module of Python as a client of an endpoint, with sessions, ALPN and client certificates of its own making.
import { describe, expect, it } from 'vitest';
import { tool } from '../../tools.ts';
import { type ClientName, openSite, outcomeOf, run, type Site } from './foreign-site.ts';

const python = tool('python3') as string;

/** Asks for each path over a connection of its own, each with the session of the one before. */
const script = `
import json, socket, ssl, sys

plan = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=plan['ca'])
context.minimum_version = context.maximum_version = ssl.TLSVersion[plan['version']]
if plan['credential']:
    context.load_cert_chain(plan['credential'])
if plan['alpn']:
    context.set_alpn_protocols(plan['alpn'])

def ask(path, session):
    with socket.create_connection(('127.0.0.1', plan['port']), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname='localhost', session=session) as tls:
            answer = b''
            if tls.selected_alpn_protocol() == 'h2':
                # The preface of a connection (RFC 9113 section 3.4), to which the server answers with settings of its own.
                tls.sendall(b'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n' + bytes(3) + b'\\x04' + bytes(5))
                answer = tls.recv(9)
            else:
                tls.sendall(f'GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'.encode())
                while chunk := tls.recv(65536):
                    answer += chunk
            print(json.dumps({
                'version': tls.version(),
                'alpn': tls.selected_alpn_protocol(),
                'resumed': tls.session_reused,
                'answer': answer.decode('latin-1'),
            }))
            return tls.session

session = None
for path in plan['paths']:
    session = ask(path, session)
`;

interface Plan {
  readonly version: 'TLSv1_2' | 'TLSv1_3';
  readonly paths: readonly string[];
  readonly alpn?: readonly string[];
}

interface Connection {
  readonly version: string;
  readonly alpn: string | null;
  readonly resumed: boolean;
  readonly answer: string;
}

async function connections(
  { ca, credential, port }: Site,
  client: ClientName | null,
  { alpn = [], ...plan }: Plan,
): Promise<readonly Connection[]> {
  const whole = { ...plan, alpn, ca, port, credential: client && credential(client) };
  const { code, errors, output } = await run(python, ['-c', script, JSON.stringify(whole)]);
  expect(code, errors).toBe(0);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Connection);
}

/** Of each connection: `resumed: 401 issuer_unknown`. */
async function outcomes(site: Site, client: ClientName | null, plan: Plan): Promise<readonly string[]> {
  const all = await connections(site, client, plan);
  return all.map(({ answer, resumed, version }) => {
    expect(version).toBe(plan.version.replace('_', '.'));
    const [, status = ''] = /^HTTP\/1\.1 (\d+) /.exec(answer) ?? [];
    return `${resumed ? 'resumed' : 'fresh'}: ${outcomeOf(status, answer.slice(answer.indexOf('\r\n\r\n')))}`;
  });
}

describe.runIf(python !== undefined).each(['TLSv1_2', 'TLSv1_3'] as const)('ssl of Python over %s', (version) => {
  it.each([
    ['alice', '/admin', '200'],
    ['bob', '/admin', '403 role_missing'],
    ['stranger', '/', '401 issuer_unknown'],
    [null, '/', '401 certificate_missing'],
  ] as const)('as %s is answered on a resumed session as on a fresh one: GET %s: %s', async (client, path, outcome) => {
    const seen = await outcomes(await openSite(), client, { version, paths: [path, path, path] });
    expect(seen).toEqual([`fresh: ${outcome}`, `resumed: ${outcome}`, `resumed: ${outcome}`]);
  });

  it('is denied with its session, which is not resumed, once its authority is removed', async () => {
    const seen = await outcomes(await openSite(), 'alice', { version, paths: ['/', '/farewell', '/'] });
    expect(seen).toEqual(['fresh: 200', 'resumed: 200', 'fresh: 401 issuer_unknown']);
  });

  it('agrees upon HTTP/2 or HTTP/1 by ALPN, as it likes', async () => {
    const site = await openSite();
    const [second] = await connections(site, 'alice', { version, paths: ['/'], alpn: ['h2', 'http/1.1'] });
    // The head of a frame of settings (RFC 9113 section 6.5): its length, type 4, no flags, stream 0.
    expect(second?.alpn).toBe('h2');
    expect(Buffer.from(second?.answer ?? '', 'latin1').toString('hex')).toMatch(/^.{6}040000000000$/);
    const [first] = await connections(site, 'alice', { version, paths: ['/'], alpn: ['http/1.1'] });
    expect(first).toMatchObject({ alpn: 'http/1.1', answer: expect.stringMatching(/^HTTP\/1\.1 200 /) });
  });
});
