// The examples as a newcomer runs them: what they print, and how they end. The demo has a suite of its own.
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientCertificateError, problemResponse, type ReasonCode } from '@peercert/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../tools.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'examples');
const names = [
  'alb-fastify',
  'api-gateway-lambda',
  'balancer-nginx-koa',
  'express-rotation',
  'fastify-http2',
  'nginx-express',
  'raw-tls',
  'websocket',
] as const;

beforeAll(() => {
  const projects = names.map((name) => join(folder, name));
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-b', ...projects], { stdio: 'inherit' });
});

interface Result {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function run(name: (typeof names)[number]): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(folder, name, 'dist', 'main.js')], (_, output, errors) =>
      resolve({ code: child.exitCode ?? 1, output, errors }),
    );
  });
}

/** `TITLE: GET PATH` and the line below it, of which the status and the code of a denial are kept. */
function answers(output: string): readonly string[] {
  return [...output.matchAll(/^(.+: GET .+)\n {2}(.*)$/gm)].map(([, request = '', answer = '']) => {
    const [, status = answer.trim()] = /^(\d{3})/.exec(answer) ?? [];
    const [, code = ''] = /"code":"(\w+)"/.exec(answer) ?? [];
    return `${request}: ${status} ${code}`.trim();
  });
}

describe('each example', () => {
  it('is named in the list of examples with its one command', () => {
    const list = readFileSync(join(folder, 'README.md'), 'utf8');
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) expect(list).toContain(`[${name}](${name})`);
    for (const name of names) expect(list).toContain(`\`npm start --prefix examples/${name}\``);
  });
});

describe('Fastify behind ALB', () => {
  it('knows who came through the load balancer, and nobody who only says so', async () => {
    const { code, output, errors } = await run('alb-fastify');
    expect(answers(output)).toEqual([
      'alice: GET /admin: 200',
      'bob: GET /: 200',
      'bob: GET /admin: 403 role_missing',
      'bob, with the leaf of alice: GET /: 400 header_repeated',
      'bob, with a chain of alice: GET /admin: 403 role_missing',
      'no certificate: GET /: no connection',
      'alice by another authority of the same name: GET /: no connection',
      'past the load balancer, with the leaf of alice: GET /admin: 401 certificate_missing',
      'past the load balancer, with the leaf of alice: GET /health: 200',
    ]);
    expect(code, errors).toBe(0);
  });
});

describe('Lambda behind API Gateway', () => {
  it('knows who is in the event, and nobody who is in a header', async () => {
    const { code, output, errors } = await run('api-gateway-lambda');
    expect(answers(output)).toEqual([
      'alice: GET /admin: 200',
      'bob: GET /: 200',
      'bob: GET /admin: 403 role_missing',
      'bob, with the event of alice in a header: GET /admin: 403 role_missing',
      'the default endpoint, which should be disabled: GET /: 401 certificate_missing',
      'the default endpoint, with the event of alice in a header: GET /admin: 401 certificate_missing',
      'alice by another authority of the same name: GET /admin: 401 signature_invalid',
    ]);
    expect(code, errors).toBe(0);
  });
});

describe.runIf(tool('nginx') !== undefined)('nginx in front of Express', () => {
  it('knows who came through nginx, and nobody who only says so', async () => {
    const { code, output, errors } = await run('nginx-express');
    expect(answers(output)).toEqual([
      'alice: GET /admin: 200',
      'bob: GET /: 200',
      'bob: GET /admin: 403 role_missing',
      'bob, with the headers of alice: GET /: 200',
      'no certificate: GET /: 401 certificate_missing',
      'no certificate, with the headers of alice: GET /admin: 401 certificate_missing',
      'alice by another authority of the same name: GET /admin: 401 proxy_verification_failed',
      'past nginx, with the headers of alice: GET /admin: 401 certificate_missing',
    ]);
    expect(output).toContain('bob, with the headers of alice: GET /\n  200 {"hello":"bob"}');
    expect(code, errors).toBe(0);
  });

  it.each<ReasonCode>(['certificate_missing', 'proxy_verification_failed'])(
    'answers %s in the words of Peercert',
    (code) => {
      const configuration = readFileSync(join(folder, 'nginx-express', 'nginx.conf'), 'utf8');
      const { body } = problemResponse(new ClientCertificateError({ code, detail: {} } as never));
      expect(configuration).toContain(`return 401 '${body}';`);
    },
  );
});

describe.runIf(tool('nginx') !== undefined && tool('haproxy') !== undefined)('a balancer, nginx and Koa', () => {
  it('write down who came, by issuer and serial number', async () => {
    const { code, output, errors } = await run('balancer-nginx-koa');
    const staff = { issuer: 'CN=Acme Staff,O=Acme', serialNumber: expect.stringMatching(/^(?:[0-9A-F]{2})+$/) };
    const log = output.trim().split('\n');
    expect(log.map((line): unknown => JSON.parse(line))).toEqual([
      { request: '/orders', address: '127.0.0.8', outcome: 'allow', ...staff },
      { request: '/orders', address: '127.0.0.9', outcome: 'allow', ...staff },
      { request: '/as-alice', address: '127.0.0.9', outcome: 'allow', ...staff },
      { request: '/without', address: '127.0.0.7', outcome: 'certificate_missing' },
      { request: '/forged', address: '127.0.0.7', outcome: 'certificate_missing' },
    ]);
    expect(code, errors).toBe(0);
  });
});

describe('Express whose certificates are replaced', () => {
  it('fails no request of who renews in time, and refuses who does not on the connection that he has', async () => {
    const { code, output, errors } = await run('express-rotation');
    expect(output.trim().split('\n')).toEqual([
      'alice: 200 {"hello":"alice"}',
      'bob: 200 {"hello":"bob"}',
      'a new connection: the first certificate',
      'alice goes on asking',
      '',
      'The server gets another certificate, with another key.',
      'server: identity_updated',
      'a new connection: the second certificate',
      'bob: 200 {"hello":"bob"}',
      '',
      'Clients are to have certificates of another authority: at first either will do.',
      'server: trust_updated',
      'alice renews her certificate',
      'bob: 200 {"hello":"bob"}',
      '',
      'The old authority goes, and bob has not renewed.',
      'server: trust_updated',
      'bob: 401 issuer_unknown',
      '',
      'A certificate arrives whose second half is missing.',
      'server: identity_failed',
      'a new connection: the second certificate',
      '',
      expect.stringMatching(/^alice: 0 of [1-9]\d+ requests failed$/),
    ]);
    expect(code, errors).toBe(0);
  });
});

describe('Fastify over HTTP/2', () => {
  it('gives each route to its roles, over HTTP/1 as well', async () => {
    const { code, output, errors } = await run('fastify-http2');
    expect(answers(output)).toEqual([
      'alice: GET /: 200',
      'alice: GET /admin: 200',
      'alice: GET /audit: 200',
      'bob: GET /: 200',
      'bob: GET /admin: 403 role_missing',
      'bob: GET /audit: 200',
      'alice by another authority of the same name: GET /: 401 signature_invalid',
      'alice by another authority of the same name: GET /admin: 401 signature_invalid',
      'alice by another authority of the same name: GET /audit: 401 signature_invalid',
      'no certificate: GET /: 401 certificate_missing',
      'no certificate: GET /admin: 401 certificate_missing',
      'no certificate: GET /audit: 401 certificate_missing',
      'bob over HTTP/1: GET /: 200',
      'bob over HTTP/1: GET /admin: 403 role_missing',
    ]);
    expect(output).toContain('alice: GET /\n  200 {"hello":"alice","http":"2.0"}');
    expect(output).toContain('bob over HTTP/1: GET /\n  200 {"hello":"bob","http":"1.1"}');
    expect(code, errors).toBe(0);
  });
});

describe('WebSockets', () => {
  it('are open to whom they are for, and close with the reason when a certificate is revoked', async () => {
    const { code, output, errors } = await run('websocket');
    expect(output.trim().split('\n')).toEqual([
      'alice: /control: open',
      'bob: /feed: open',
      'bob: /control: 403 role_missing',
      'no certificate: /feed: 401 certificate_missing',
      'bob: hello: bob said hello',
      'the server closed bob: certificate_revoked',
      'bob: 1008 certificate_revoked',
      'alice: hello: alice said hello',
      'alice: 1001 going_away',
    ]);
    expect(code, errors).toBe(0);
  });
});

describe('TLS without HTTP', () => {
  it('is decided as a request is, and ends when the authority of the client is removed', async () => {
    const { code, output, errors } = await run('raw-tls');
    expect(output.trim().split('\n')).toEqual([
      'alice: OK',
      'partner: OK',
      'bob: ERR role_missing',
      'no certificate: ERR certificate_missing',
      'alice: alice',
      'partner: partner-7',
      'partner: BYE issuer_unknown',
      'alice: alice',
    ]);
    expect(code, errors).toBe(0);
  });
});
