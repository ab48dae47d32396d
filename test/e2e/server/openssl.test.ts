// openssl s_client as a client of an endpoint that comes back with the session it was given.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tool } from '../../tools.ts';
import { type ClientName, openSite, outcomeOf, run, type Site } from './foreign-site.ts';

const openssl = tool('openssl') as string;

interface Answer {
  readonly outcome: string;
  /** Of each handshake: `New, TLSv1.3` or `Reused, TLSv1.3`. */
  readonly handshakes: readonly string[];
}

async function ask(
  { ca, credential, port }: Site,
  client: ClientName | null,
  options: readonly string[] = [],
  path = '/',
): Promise<Answer> {
  const file = client === null ? '' : credential(client);
  const { errors, output } = await run(
    openssl,
    [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-CAfile', ca],
      ...['-verify_hostname', 'localhost', '-verify_return_error', '-ign_eof'],
      ...(client === null ? [] : ['-cert', file, '-key', file, '-cert_chain', file]),
      ...options,
    ],
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  );
  // Not at the beginning of a line: it writes what arrives into the midst of what it tells about tickets.
  const [, status, body] = /HTTP\/1\.1 (\d+) [^{}]*\r\n\r\n(\{[^{}]*\})/.exec(output) ?? [];
  if (status === undefined || body === undefined) throw new Error(`no answer: ${errors}`);
  const handshakes = [...output.matchAll(/^((?:New|Reused), TLSv1\.\d)/gm)].map(([, one = '']) => one);
  return { outcome: outcomeOf(status, body), handshakes };
}

describe.runIf(openssl !== undefined).each([
  ['-tls1_2', 'TLSv1.2'],
  ['-tls1_3', 'TLSv1.3'],
] as const)('openssl s_client %s', (option, version) => {
  /** A first connection that leaves its session behind, and the option to come back with it. */
  async function keepSession(site: Site, client: ClientName | null): Promise<readonly string[]> {
    const session = join(site.folder, `${client}.session`);
    await ask(site, client, [option, '-sess_out', session]);
    return [option, '-sess_in', session];
  }
  const fresh = [`New, ${version}`];
  const resumed = [`Reused, ${version}`];

  it.each([
    ['alice', '/admin', '200'],
    ['bob', '/', '200'],
    ['bob', '/admin', '403 role_missing'],
    ['stranger', '/', '401 issuer_unknown'],
    [null, '/', '401 certificate_missing'],
  ] as const)('as %s is answered on a resumed session as on a fresh one: GET %s: %s', async (client, path, outcome) => {
    const site = await openSite();
    expect(await ask(site, client, [option], path)).toEqual({ outcome, handshakes: fresh });
    const back = await keepSession(site, client);
    expect(await ask(site, client, back, path)).toEqual({ outcome, handshakes: resumed });
  });

  it('is denied with its session once its certificate is revoked', async () => {
    const site = await openSite();
    const back = await keepSession(site, 'alice');
    site.revoke('alice');
    expect(await ask(site, 'alice', back)).toEqual({ outcome: '401 certificate_revoked', handshakes: resumed });
  });

  it('is denied with its session, which is not resumed, once its authority is removed', async () => {
    const site = await openSite();
    const back = await keepSession(site, 'alice');
    await site.removeAuthority();
    expect(await ask(site, 'alice', back)).toEqual({ outcome: '401 issuer_unknown', handshakes: fresh });
  });

  it('resumes nothing where resumption is off', async () => {
    const site = await openSite({ sessions: { resumption: 'off' } });
    const options = [option, '-reconnect'];
    // Sessions of TLS 1.3 come after the handshake, so that it has none yet when it connects again.
    const { handshakes, outcome } = await ask(site, 'alice', options);
    expect(outcome).toBe('200');
    expect(new Set(handshakes)).toEqual(new Set(fresh));
  });
});

describe.runIf(openssl !== undefined)('openssl s_client -reconnect over TLS 1.2', () => {
  it.each([
    ['alice', '200'],
    ['stranger', '401 issuer_unknown'],
    [null, '401 certificate_missing'],
  ] as const)('as %s resumes its session five times, and is answered %s on the last', async (client, outcome) => {
    const answer = await ask(await openSite(), client, ['-tls1_2', '-reconnect']);
    expect(answer).toEqual({
      outcome,
      handshakes: ['New, TLSv1.2', ...Array.from({ length: 5 }, () => 'Reused, TLSv1.2')],
    });
  });

  it('cannot renegotiate', async () => {
    const site = await openSite();
    const { errors } = await run(
      openssl,
      [
        ...['s_client', '-connect', `127.0.0.1:${site.port}`, '-servername', 'localhost', '-CAfile', site.ca],
        ...['-cert', site.credential('alice'), '-key', site.credential('alice'), '-tls1_2'],
      ],
      'R\n',
    );
    expect(errors).toContain('no renegotiation');
  });
});
