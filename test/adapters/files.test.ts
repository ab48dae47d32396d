import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPinStore, createRoleStore, createTrustStore, fromFile } from '@peercert/core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Written beside and renamed, as whoever rotates files should. */
function file(name: string, content: string | Uint8Array): ReturnType<typeof fromFile> {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
  return fromFile(path);
}

describe.each(frameworks)('$name', (framework) => {
  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (maxVersion) => {
    it('denies the clients of an authority that left its file, on live connections and resumed sessions', async () => {
      const { partnerRoot, root } = await theWorld();
      const trust = createTrustStore({ anchors: file('ca.pem', root.certificatePem + partnerRoot.certificatePem) });
      onTestFinished(() => trust.close());
      const api = await startApi(framework, { mtls: { trust } });
      const [admin, impostor] = [
        await api.connect('admin', { maxVersion }),
        await api.connect('impostor', { maxVersion }),
      ];
      expect(outcomeOf(await admin.get('/profile'))).toBe('200 ok');
      expect(outcomeOf(await impostor.get('/profile'))).toBe('200 ok');
      const session = await impostor.session();

      file('ca.pem', root.certificatePem);
      await trust.reload();
      expect(outcomeOf(await impostor.get('/profile'))).toBe('401 issuer_unknown');
      const resumed = await api.connect('impostor', { maxVersion, session });
      expect(outcomeOf(await resumed.get('/profile'))).toBe('401 issuer_unknown');
      expect(resumed.socket.isSessionReused()).toBe(true);
      expect(outcomeOf(await admin.get('/profile'))).toBe('200 ok');

      file('ca.pem', '');
      await expect(trust.reload()).rejects.toThrow('is empty');
      expect(outcomeOf(await admin.get('/profile'))).toBe('200 ok');
      expect(outcomeOf(await impostor.get('/profile'))).toBe('401 issuer_unknown');
    });
  });

  it('takes authorities and lists out of one file, as PowerShell wrote it', async () => {
    const { root } = await theWorld();
    const { crlPem } = root.issueCrl({ entries: [] });
    const ca = file('ca.crt', Buffer.from(`\ufeff${root.certificatePem}${crlPem}`.replaceAll('\n', '\r\n'), 'utf16le'));
    const trust = createTrustStore({ anchors: ca });
    onTestFinished(() => trust.close());
    const crls = { methods: ['crl'] as const, crls: { sources: [ca] } };
    const api = await startApi(framework, { mtls: { trust, revocation: crls } });
    expect(outcomeOf(await api.get('admin', '/profile'))).toBe('200 ok');
    expect(trust.current.anchors.all).toHaveLength(1);
    await expect(startApi(framework, { mtls: { trust } })).rejects.toThrow(/ca\.crt, block 2 is a revocation list/);

    // The same in the `ca` of the server, which is read with the first request.
    const text = `${root.certificatePem}${crlPem}`;
    const inline = { methods: ['crl'] as const, crls: { sources: [text] } };
    const other = await startApi(framework, { mtls: { revocation: inline }, tls: { ca: text } });
    expect(outcomeOf(await other.get('admin', '/profile'))).toBe('200 ok');
  });

  it('applies pins and roles of files as they are now, on a connection that lives', async () => {
    const { admin } = (await theWorld()).clients;
    const { publicKey } = new X509Certificate(admin.certificatePem);
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const pin = `sha256/${createHash('sha256').update(spki).digest('base64')}`;
    const pins = createPinStore(file('pins.txt', `# the admin\n${pin}\n`));
    const roles = createRoleStore(file('roles.json', JSON.stringify({ Administrators: 'admin' })));
    onTestFinished(() => {
      pins.close();
      roles.close();
    });
    const api = await startApi(framework, { mtls: { pins, roles } });
    const connection = await api.connect('admin');
    expect(outcomeOf(await connection.get('/admin'))).toBe('200 ok');
    file('roles.json', JSON.stringify({ Administrators: 'reader' }));
    await roles.reload();
    expect(outcomeOf(await connection.get('/admin'))).toBe('403 role_missing');
    expect((await connection.get('/profile')).json['roles']).toEqual(['reader']);
    file('pins.txt', `sha256/${Buffer.alloc(32).toString('base64')}`);
    await pins.reload();
    expect(outcomeOf(await connection.get('/profile'))).toBe('403 pin_mismatch');
  });
});
