// curl as a client of an endpoint: both versions of HTTP and of TLS, and what comes of the clients that should not get in.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tool } from '../../tools.ts';
import { type ClientName, openSite, outcomeOf, run, type Site } from './foreign-site.ts';

const curl = tool('curl') as string;

interface Answer {
  readonly outcome: string;
  /** `HTTP/2 over TLSv1.3`. */
  readonly protocol: string;
  /** Connections that were made for this request: 0 when it went over the one of the request before. */
  readonly connections: number;
}

/** Every path in turn, over one connection. */
async function ask(
  { ca, credential, port }: Site,
  client: ClientName | null,
  paths: readonly string[],
  options: readonly string[] = [],
): Promise<readonly Answer[]> {
  const { code, errors, output } = await run(curl, [
    ...['-sSv', '--max-time', '10', '--cacert', ca, '--resolve', `localhost:${port}:127.0.0.1`],
    ...(client === null ? [] : ['--cert', credential(client)]),
    ...['--write-out', '\n%{http_code} %{http_version} %{num_connects} %{content_type}\n'],
    ...options,
    ...paths.map((path) => `https://localhost:${port}${path}`),
  ]);
  expect(code, errors).toBe(0);
  const [, tls = ''] = /SSL connection using (\S+)/.exec(errors) ?? [];
  return [...output.matchAll(/^(\{.*\})\n(\d+) (\S+) (\d+) (.*)$/gm)].map(
    ([, body = '', status = '', version, connections, type = '']) => {
      const outcome = outcomeOf(status, body);
      // Whatever is refused is a problem document (RFC 9457), and nothing else is.
      expect(type.startsWith('application/problem+json')).toBe(outcome !== '200');
      return { outcome, protocol: `HTTP/${version} over ${tls}`, connections: Number(connections) };
    },
  );
}

const versions = [
  ['1.1', '--http1.1', 'TLSv1.2', ['--tls-max', '1.2']],
  ['1.1', '--http1.1', 'TLSv1.3', ['--tlsv1.3']],
  ['2', '--http2', 'TLSv1.2', ['--tls-max', '1.2']],
  ['2', '--http2', 'TLSv1.3', ['--tlsv1.3']],
] as const;

describe.runIf(curl !== undefined).each(versions)('curl over HTTP/%s (%s) and %s', (http, option, tls, more) => {
  const options = [option, ...more];
  const protocol = `HTTP/${http} over ${tls}`;

  it('is let in by its certificate, and told why without one or with another', async () => {
    const site = await openSite();
    for (const [client, path, outcome] of [
      ['alice', '/admin', '200'],
      ['bob', '/', '200'],
      ['bob', '/admin', '403 role_missing'],
      ['stranger', '/', '401 issuer_unknown'],
      ['expired', '/', '401 certificate_expired'],
      [null, '/', '401 certificate_missing'],
    ] as const) {
      expect(await ask(site, client, [path], options), client ?? 'nobody').toEqual([
        { outcome, protocol, connections: 1 },
      ]);
    }
  });

  it('is refused on the connection that it has once its authority is removed', async () => {
    const answers = await ask(await openSite(), 'alice', ['/', '/farewell', '/admin'], options);
    expect(answers).toEqual([
      { outcome: '200', protocol, connections: 1 },
      { outcome: '200', protocol, connections: 0 },
      { outcome: '401 issuer_unknown', protocol, connections: 0 },
    ]);
  });

  it('that uploads a drop at a time is ended by the server, not by its own patience', async () => {
    const site = await openSite({ timeouts: { headersMilliseconds: 300, requestMilliseconds: 600 } });
    const body = join(site.folder, 'body');
    writeFileSync(body, 'x'.repeat(500_000));
    const { code, output } = await run(curl, [
      ...['-sS', '--max-time', '15', '--cacert', site.ca, '--cert', site.credential('alice'), ...options],
      ...['--resolve', `localhost:${site.port}:127.0.0.1`, '--limit-rate', '1000', '--data-binary', `@${body}`],
      ...['-H', 'Content-Type: text/plain', '-H', 'Expect:', `https://localhost:${site.port}/upload`],
    ]);
    // 28 is the end of --max-time; without it curl would need minutes.
    expect(code).not.toBe(28);
    expect(output).not.toContain('received');
    const { outcome } = (await ask(site, 'alice', ['/'], options))[0] as Answer;
    expect(outcome).toBe('200');
  });
});

describe.runIf(curl !== undefined)('curl that believes in another authority than that of the server', () => {
  it('gives up, and the server tells of it once', async () => {
    const site = await openSite();
    const { code } = await run(curl, [
      ...['-sS', '--max-time', '10', '--cacert', site.wrongCa, '--cert', site.credential('alice')],
      ...['--resolve', `localhost:${site.port}:127.0.0.1`, `https://localhost:${site.port}/`],
    ]);
    // 60: the peer's certificate cannot be authenticated with known authorities.
    expect(code).toBe(60);
    await expect.poll(() => site.events).toMatchObject([{ type: 'connection_refused', cause: 'tls_error' }]);
  });
});

describe.runIf(curl !== undefined)('curl that speaks an older TLS than the profile allows', () => {
  it('gets no connection', async () => {
    const site = await openSite({ tlsProfile: 'modern' });
    const { code } = await run(curl, [
      ...['-sS', '--max-time', '10', '--cacert', site.ca, '--cert', site.credential('alice'), '--tls-max', '1.2'],
      ...['--resolve', `localhost:${site.port}:127.0.0.1`, `https://localhost:${site.port}/`],
    ]);
    // 35: a problem in the handshake.
    expect(code).toBe(35);
    await expect.poll(() => site.events).toMatchObject([{ type: 'connection_refused', cause: 'tls_error' }]);
    expect(await ask(site, 'alice', ['/'])).toMatchObject([{ outcome: '200' }]);
  });
});
