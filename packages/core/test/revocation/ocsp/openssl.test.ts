/** The responder of the openssl command answers our requests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OcspVerdict } from '../../../src/revocation/ocsp/check-response.ts';
import {
  createOcspNonce,
  encodeOcspRequest,
  type OcspRequestOptions,
  ocspGetUrl,
} from '../../../src/revocation/ocsp/request.ts';
import { authority, client, type Entity } from '../../path/certificates.ts';
import { type Asking, check, delegate, issuer, ruleOf } from './answers.ts';

const folder = mkdtempSync(join(tmpdir(), 'peercert-ocsp-'));
const valid = client('CN=valid', { by: issuer });
const held = client('CN=held', { by: issuer });
const stranger = client('CN=stranger', { by: issuer });
const responder = delegate();

beforeAll(() => {
  const line = (status: string, revocation: string, { certificate }: Entity): string =>
    `${[status, '491231235959Z', revocation, certificate.serialNumber, 'unknown', '/CN=x'].join('\t')}\n`;
  const index = line('V', '', valid) + line('R', '260101000000Z,keyCompromise', held);
  writeFileSync(join(folder, 'index.txt'), index);
  for (const [name, { certificate, keyPair }] of Object.entries({ issuer, responder })) {
    writeFileSync(join(folder, `${name}.pem`), certificate.toPem());
    writeFileSync(join(folder, `${name}.key`), keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

type Answering = 'issuer' | 'responder';

const responding = (by: Answering): string[] => [
  ...['ocsp', '-index', 'index.txt', '-CA', 'issuer.pem', '-ndays', '1'],
  ...['-rsigner', `${by}.pem`, '-rkey', `${by}.key`],
];

/** What the openssl command answers, without a network. */
function ask(entity: Entity, by: Answering, options: OcspRequestOptions = {}, ...flags: string[]): Uint8Array {
  writeFileSync(join(folder, 'request.der'), encodeOcspRequest(entity.certificate, issuer.certificate, options));
  const files = ['-reqin', 'request.der', '-respout', 'response.der'];
  execFileSync('openssl', [...responding(by), ...files, ...flags], { cwd: folder, stdio: 'pipe' });
  return new Uint8Array(readFileSync(join(folder, 'response.der')));
}

const judge = (der: Uint8Array, { certificate }: Entity, asking: Asking = {}): OcspVerdict =>
  check(der, { certificate, atMs: Date.now(), ...asking });

describe.each<Answering>(['issuer', 'responder'])('openssl ocsp, signing as %s,', (by) => {
  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('tells by %s which certificate is good', (hash) => {
    const { status, rule } = judge(ask(valid, by, { hash }), valid);
    expect(rule).toBeUndefined();
    expect(status).toMatchObject({ status: 'good', source: 'ocsp' });
  });

  it('tells which is revoked, since when and why', () => {
    expect(judge(ask(held, by), held).status).toEqual({
      status: 'revoked',
      source: 'ocsp',
      revocationDate: new Date(Date.UTC(2026, 0, 1)),
      revocationReason: 'keyCompromise',
    });
  });

  it('tells that it does not know one', () => {
    expect(judge(ask(stranger, by), stranger).rule).toBe('ocsp_status_unknown');
  });

  it('brings a nonce back', () => {
    const nonce = createOcspNonce();
    const der = ask(valid, by, { nonce });
    expect(judge(der, valid, { nonce }).status.status).toBe('good');
    expect(judge(der, valid, { nonce: createOcspNonce() }).rule).toBe('ocsp_nonce_mismatch');
    expect(judge(ask(valid, by), valid, { nonce }).rule).toBe('ocsp_nonce_missing');
  });

  it('is named by key, too', () => {
    expect(judge(ask(valid, by, {}, '-resp_key_id'), valid).status.status).toBe('good');
  });

  it('is believed about no certificate but the one that was asked about', () => {
    expect(judge(ask(valid, by), held).rule).toBe('ocsp_other_certificate');
  });
});

describe('openssl ocsp', () => {
  it('is not believed when it answers for another authority', () => {
    const other = authority('CN=Other');
    const der = ask(valid, 'issuer');
    expect(ruleOf(der, { issuer: other.certificate, atMs: Date.now() })).toBe('ocsp_delegate_issuer');
  });

  it('reads in our request what we put there', () => {
    const nonce = createOcspNonce();
    const input = encodeOcspRequest(valid.certificate, issuer.certificate, { hash: 'sha256', nonce });
    writeFileSync(join(folder, 'shown.der'), input);
    const text = execFileSync('openssl', ['ocsp', '-reqin', 'shown.der', '-req_text'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(text).toContain('Hash Algorithm: sha256');
    expect(text).toContain(`Serial Number: ${valid.certificate.serialNumber}`);
    expect(text.replace(/\s/g, '')).toContain(`0420${Buffer.from(nonce).toString('hex').toUpperCase()}`);
  });
});

describe('openssl ocsp over HTTP', () => {
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    server = spawn('openssl', [...responding('responder'), '-port', '0'], { cwd: folder });
    url = await new Promise((resolve, reject) => {
      let text = '';
      const read = (chunk: Buffer): void => {
        text += chunk.toString();
        const port = /ACCEPT .*:(\d+)/.exec(text)?.[1];
        if (port !== undefined) resolve(`http://127.0.0.1:${port}/`);
      };
      server.stdout?.on('data', read);
      server.stderr?.on('data', read);
      server.once('exit', () => reject(new Error(text)));
    });
  });

  afterAll(() => {
    server.kill();
  });

  const request = encodeOcspRequest(valid.certificate, issuer.certificate);

  async function send(method: string, target: string, body?: Uint8Array): Promise<Uint8Array> {
    const headers = body && { 'content-type': 'application/ocsp-request', 'content-length': body.length };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(target, { method, ...(headers && { headers }), agent: false }, resolve)
        .once('error', reject)
        .end(body);
    });
    return new Uint8Array(await buffer(response));
  }

  it('answers a POST', async () => {
    expect(judge(await send('POST', url, request), valid).status.status).toBe('good');
  });

  it('answers a GET of the URL that we make', async () => {
    const target = ocspGetUrl(url, request);
    expect(judge(await send('GET', target as string), valid).status.status).toBe('good');
  });
});
