import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import {
  type Authority,
  createOcspResponder,
  createRootAuthority,
  der,
  encodeOcspCertId,
  encodeOcspError,
  type IssuedCertificate,
  issueOcspDelegate,
  type OcspListener,
  type OcspResponder,
  type OcspResponderOptions,
} from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'peercert-ocsp-'));
let authority: Authority;
let delegate: IssuedCertificate;
let certificate: IssuedCertificate;

beforeAll(async () => {
  authority = await createRootAuthority({ subject: 'CN=Root' });
  [delegate, certificate] = await Promise.all([
    issueOcspDelegate(authority),
    authority.issueClient({ subject: 'CN=a' }),
  ]);
  writeFileSync(join(folder, 'root.pem'), authority.certificatePem);
  writeFileSync(join(folder, 'client.pem'), certificate.certificatePem);
});

afterAll(() => rmSync(folder, { recursive: true }));

async function listening(options: Partial<OcspResponderOptions> = {}): Promise<[OcspResponder, OcspListener]> {
  const responder = createOcspResponder({ authority, ...options });
  const listener = await responder.listen();
  onTestFinished(() => listener.close());
  return [responder, listener];
}

/** What `openssl ocsp` prints of the client, verified under the root. */
async function openssl(url: string, ...flags: string[]): Promise<string> {
  const files = ['-issuer', 'root.pem', '-cert', 'client.pem', '-CAfile', 'root.pem', '-url', url];
  const { stdout, stderr } = await promisify(execFile)('openssl', ['ocsp', ...files, ...flags], { cwd: folder });
  return stdout + stderr;
}

describe('openssl ocsp believes the responder', () => {
  it.each([
    ['the authority', () => ({})],
    ['the authority, named by name', () => ({ responderId: 'byName' })],
    ['a delegate', () => ({ delegate })],
    ['a delegate, named by name', () => ({ delegate, responderId: 'byName' })],
  ] as const)('that signs as %s', async (_, options) => {
    const [, { url }] = await listening(options());
    const output = await openssl(url);
    expect(output).toContain('Response verify OK');
    expect(output).toMatch(/client\.pem: good/);
    expect(output).not.toContain('WARNING');
  });

  it('that was told to revoke, to forget and to restore', async () => {
    const [responder, { url }] = await listening();
    responder.revoke(certificate, { revocationDate: new Date(Date.UTC(2026, 0, 1)), reason: 'superseded' });
    const revoked = await openssl(url);
    expect(revoked).toMatch(/client\.pem: revoked/);
    expect(revoked).toContain('Reason: superseded');
    expect(revoked).toContain('Revocation Time: Jan  1 00:00:00 2026 GMT');
    responder.forget(certificate);
    expect(await openssl(url)).toMatch(/client\.pem: unknown/);
    responder.restore(certificate);
    expect(await openssl(url)).toMatch(/client\.pem: good/);
  });

  it('that is asked with SHA-256', async () => {
    const [, { url }] = await listening();
    const output = await openssl(url, '-sha256', '-issuer', 'root.pem', '-cert', 'client.pem');
    expect(output).toMatch(/good/);
  });

  it('unless it keeps the nonce for itself', async () => {
    const [, echoing] = await listening();
    expect(await openssl(echoing.url, '-nonce')).not.toContain('WARNING: no nonce');
    const [, silent] = await listening({ nonce: 'ignore' });
    expect(await openssl(silent.url, '-nonce')).toContain('WARNING: no nonce');
  });

  it('but not one that lies', async () => {
    const [, { url }] = await listening({ lie: (honest) => ({ ...honest, signer: certificate.keyPair }) });
    await expect(openssl(url)).rejects.toThrow(/signer certificate not found/);
  });
});

const requestFor = (serialNumber: string, issuer: Pick<Authority, 'nameDer' | 'keyPair'> = authority): Uint8Array => {
  const issuerSpki = issuer.keyPair.publicKey.export({ type: 'spki', format: 'der' });
  const certId = encodeOcspCertId({ issuerName: issuer.nameDer, issuerSpki, serialNumber });
  return der.sequence(der.sequence(der.sequence(der.sequence(certId))));
};

/** The fields of ResponseData. */
function dataOf(response: Uint8Array): readonly Uint8Array[] {
  const [, bytes] = der.children(response);
  const [, octets] = der.children(der.contents(bytes as Uint8Array));
  const [data] = der.children(der.contents(octets as Uint8Array));
  return der.children(data as Uint8Array);
}

/** The fields of the first SingleResponse. */
const singleOf = (response: Uint8Array): readonly Uint8Array[] =>
  der.children(der.children(dataOf(response)[2] as Uint8Array)[0] as Uint8Array);

describe('an OCSP responder', () => {
  const clock = (): number => Date.UTC(2026, 0, 15, 12, 0, 0, 999);
  const time = der.generalizedTime('20260115120000Z');

  it('answers for an hour from now, in whole seconds', () => {
    const response = createOcspResponder({ authority, clock }).answer(requestFor('05'));
    expect(dataOf(response)[1]).toEqual(time);
    expect(singleOf(response).slice(2)).toEqual([time, der.constructed(0, der.generalizedTime('20260115130000Z'))]);
  });

  it('answers for as long as it is told to, or for nobody knows how long', () => {
    const told = createOcspResponder({ authority, clock, lifetimeSeconds: 60 }).answer(requestFor('05'));
    expect(singleOf(told)[3]).toEqual(der.constructed(0, der.generalizedTime('20260115120100Z')));
    expect(
      singleOf(createOcspResponder({ authority, clock, lifetimeSeconds: null }).answer(requestFor('05'))),
    ).toHaveLength(3);
  });

  it('revokes now when it is told no date', () => {
    const responder = createOcspResponder({ authority, clock });
    responder.revoke({ serialNumber: '05' });
    expect(singleOf(responder.answer(requestFor('05')))[1]).toEqual(der.constructed(1, time));
    expect(singleOf(responder.answer(requestFor('06')))[1]).toEqual(der.primitive(0));
  });

  it('does not know the certificates of another authority', async () => {
    const other = await createRootAuthority({ subject: 'CN=Other' });
    const answer = createOcspResponder({ authority }).answer(requestFor('05', other));
    expect(singleOf(answer)[1]).toEqual(der.primitive(2));
    const namesake = await createRootAuthority({ subject: 'CN=Root' });
    expect(singleOf(createOcspResponder({ authority }).answer(requestFor('05', namesake)))[1]).toEqual(
      der.primitive(2),
    );
  });

  it('takes a CertID whose hash has no parameters', () => {
    const [name, key, serial] = der.children(requestCertId()).slice(1) as [Uint8Array, Uint8Array, Uint8Array];
    const certId = der.sequence(der.sequence(der.oid('1.3.14.3.2.26')), name, key, serial);
    const request = der.sequence(der.sequence(der.sequence(der.sequence(certId))));
    expect(singleOf(createOcspResponder({ authority }).answer(request))[1]).toEqual(der.primitive(0));
  });

  const requestCertId = (): Uint8Array => {
    const [tbs] = der.children(requestFor('05'));
    return der.children(
      der.children(der.children(tbs as Uint8Array)[0] as Uint8Array)[0] as Uint8Array,
    )[0] as Uint8Array;
  };

  it('lies when it is told to, and knows what it was asked', () => {
    const asked: Uint8Array[] = [];
    const lie: OcspResponderOptions['lie'] = (honest, bytes) => {
      asked.push(bytes);
      return { ...honest, responseStatus: 3 };
    };
    const question = requestFor('05');
    expect(createOcspResponder({ authority, lie }).answer(question)).toEqual(encodeOcspError(3));
    expect(asked).toEqual([question]);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['an empty sequence', der.sequence()],
    ['no certificate', der.sequence(der.sequence(der.sequence()))],
    ['two requests', der.sequence(der.sequence(der.sequence()), der.sequence())],
    ['a certificate without an issuer', der.sequence(der.sequence(der.sequence(der.sequence(der.sequence()))))],
    ['what is cut off', Uint8Array.of(0x30, 0x20, 0x30)],
  ])('calls %s a malformed request', (_, bytes) => {
    expect(createOcspResponder({ authority }).answer(bytes)).toEqual(encodeOcspError(1));
  });

  it('calls a serial number without octets a malformed request', () => {
    const fields = der.children(requestCertId()).slice(0, 3);
    const certId = der.sequence(...fields, der.integer(new Uint8Array()));
    const bytes = der.sequence(der.sequence(der.sequence(der.sequence(certId))));
    expect(createOcspResponder({ authority }).answer(bytes)).toEqual(encodeOcspError(1));
  });
});

describe('an OCSP responder over HTTP', () => {
  interface Answer {
    readonly status: number | undefined;
    readonly type: string | undefined;
    readonly body: string;
  }

  function send(url: string, method: string, target: string, body?: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      request(new URL(target, url), { method, agent: false }, async (response) => {
        response.setEncoding('latin1');
        const { statusCode: status, headers } = response;
        resolve({ status, type: headers['content-type'], body: await text(response) });
      })
        .once('error', reject)
        .end(body);
    });
  }

  const octets = (answer: Answer): Uint8Array => new Uint8Array(Buffer.from(answer.body, 'latin1'));

  it('answers POST and GET alike', async () => {
    const [responder, { url }] = await listening({ clock: () => 0 });
    const bytes = requestFor('05');
    const target = `/${encodeURIComponent(Buffer.from(bytes).toString('base64'))}`;
    for (const answer of [await send(url, 'POST', '/', bytes), await send(url, 'GET', target)]) {
      expect(answer).toMatchObject({ status: 200, type: 'application/ocsp-response' });
      expect(dataOf(octets(answer))).toEqual(dataOf(responder.answer(bytes)));
    }
  });

  it.each(['/', '/%', '/%zz', '/MA'])('calls the path %s a malformed request', async (target) => {
    const [, { url }] = await listening();
    expect(octets(await send(url, 'GET', target))).toEqual(encodeOcspError(1));
  });

  it('reads no body that is longer than a request', async () => {
    const [, { url }] = await listening();
    expect((await send(url, 'POST', '/', new Uint8Array(65_536))).status).toBe(200);
    expect((await send(url, 'POST', '/', new Uint8Array(65_537))).status).toBe(413);
  });

  it('counts requests, and outlives a client that goes away', async () => {
    const [, listener] = await listening();
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf');
    while (listener.requests === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    expect((await send(listener.url, 'POST', '/', requestFor('05'))).status).toBe(200);
    expect(listener.requests).toBe(2);
  });

  it('fails to listen where somebody else does', async () => {
    const [responder, { url }] = await listening();
    await expect(responder.listen(Number(new URL(url).port))).rejects.toThrow(/EADDRINUSE/);
  });
});
