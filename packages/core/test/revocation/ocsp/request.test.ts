import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { der as pkiDer } from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OcspVerdict } from '../../../src/revocation/ocsp/check-response.ts';
import {
  createOcspNonce,
  encodeOcspRequest,
  type OcspRequestOptions,
  ocspGetUrl,
} from '../../../src/revocation/ocsp/request.ts';
import { authority, client, type Entity } from '../../path/certificates.ts';
import { type Asking, certIdOf, check, delegate, issuer, ruleOf, subject } from './answers.ts';

const { sequence, constructed, octetString, oid } = pkiDer;
const encode = (options?: Parameters<typeof encodeOcspRequest>[2]): Uint8Array =>
  encodeOcspRequest(subject.certificate, issuer.certificate, options);

describe('an OCSP request', () => {
  it('asks about one certificate, by SHA-1 and without a nonce', () => {
    expect(encode()).toEqual(sequence(sequence(sequence(sequence(certIdOf())))));
  });

  it('asks by another hash when told so', () => {
    expect(encode({ hash: 'sha256' })).toEqual(
      sequence(sequence(sequence(sequence(certIdOf(subject, issuer, 'sha256'))))),
    );
  });

  it('carries a nonce as an extension that is not critical', () => {
    const nonce = Uint8Array.of(1, 2, 3);
    const extension = sequence(oid('1.3.6.1.5.5.7.48.1.2'), octetString(octetString(nonce)));
    expect(encode({ nonce })).toEqual(
      sequence(sequence(sequence(sequence(certIdOf())), constructed(2, sequence(extension)))),
    );
  });
});

describe('a nonce', () => {
  it('has 32 octets, other ones each time', () => {
    expect(createOcspNonce()).toHaveLength(32);
    expect(createOcspNonce()).not.toEqual(createOcspNonce());
  });
});

describe('the URL of a GET', () => {
  // fb ff be: each character of base64 that a path must not have as it is, and padding.
  const request = Uint8Array.of(0xfb, 0xff, 0xbe, 0x00);

  it('ends in the request in base64, percent-encoded', () => {
    expect(ocspGetUrl('http://ocsp.acme.test', request)).toBe('http://ocsp.acme.test/%2B%2F%2B%2BAA%3D%3D');
  });

  it('goes on behind a slash that is there', () => {
    expect(ocspGetUrl('http://ocsp.acme.test/status/', request)).toBe(
      ocspGetUrl('http://ocsp.acme.test/status', request),
    );
  });

  it('is none when it would have more than 255 octets', () => {
    const shell = 'http://ocsp.acme.test/'.length;
    const base = (length: number): string => `http://ocsp.acme.test/${'a'.repeat(length - shell)}`;
    const rest = 1 + encodeURIComponent(Buffer.from(request).toString('base64')).length;
    expect(ocspGetUrl(base(255 - rest), request)).toHaveLength(255);
    expect(ocspGetUrl(base(256 - rest), request)).toBeUndefined();
  });

  it.each(['http://ocsp.acme.test/?ca=1', 'http://ocsp.acme.test/#ca'])('is none behind %s', (responder) => {
    expect(ocspGetUrl(responder, request)).toBeUndefined();
  });

  it('holds a whole request about a certificate', () => {
    expect(ocspGetUrl('http://ocsp.acme.test', encode())).toMatch(/^http:\/\/ocsp\.acme\.test\/MF[A-Za-z0-9%]+$/);
  });
});

// The responder of the openssl command answers our requests.

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
    expect(judge(ask(held, by), held).status).toMatchObject({
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
