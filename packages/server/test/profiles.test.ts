import { once } from 'node:events';
import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { availableCurves, tlsProfiles } from '../src/profiles.ts';
import { type Authorities, closeWorld, createAuthorities, openEndpoint, serve } from './endpoint-world.ts';

let authorities: Authorities;
beforeAll(async () => {
  authorities = await createAuthorities();
});
afterEach(closeWorld);

/** The cipher and version agreed upon, or the code of what went wrong. */
async function agree(port: number, options: ConnectionOptions): Promise<string> {
  const socket: TLSSocket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: authorities.server.caPem,
    ...options,
  });
  try {
    await once(socket, 'secureConnect');
    return `${socket.getProtocol()} ${socket.getCipher().name}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    socket.destroy();
  }
}

const tls12: ConnectionOptions = { maxVersion: 'TLSv1.2' };
const refused = /^ERR_SSL_.*(HANDSHAKE_FAILURE|PROTOCOL_VERSION)$/;

describe('the profile intermediate', () => {
  it('speaks TLS 1.3 and 1.2, with the cipher that the client likes best', async () => {
    const port = await serve(await openEndpoint(authorities));
    expect(await agree(port, {})).toMatch(/^TLSv1\.3 TLS_/);
    for (const ciphers of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305']) {
      expect(await agree(port, { ...tls12, ciphers: `${ciphers}:ECDHE-ECDSA-AES256-GCM-SHA384` })).toBe(
        `TLSv1.2 ${ciphers}`,
      );
    }
  });

  it('speaks neither TLS 1.1 nor a cipher without authentication of data or forward secrecy', async () => {
    const port = await serve(await openEndpoint(authorities));
    expect(await agree(port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' })).toMatch(
      refused,
    );
    expect(await agree(port, { ...tls12, ciphers: 'ECDHE-ECDSA-AES128-SHA256' })).toMatch(refused);
    expect(await agree(port, { ...tls12, ciphers: 'AES128-GCM-SHA256' })).toMatch(refused);
  });

  it('agrees on no curve beyond its list', async () => {
    const port = await serve(await openEndpoint(authorities));
    expect(await agree(port, { ecdhCurve: 'P-384' })).toMatch(/^TLSv1\.3/);
    expect(await agree(port, { ecdhCurve: 'P-521' })).toMatch(refused);
  });
});

describe('the profile modern', () => {
  it('speaks TLS 1.3 alone', async () => {
    const port = await serve(await openEndpoint(authorities, { tlsProfile: 'modern' }));
    expect(await agree(port, {})).toMatch(/^TLSv1\.3/);
    expect(await agree(port, tls12)).toMatch(refused);
  });
});

describe('the profiles', () => {
  it('name the guidelines that they follow', () => {
    expect(Object.values(tlsProfiles).map(({ guidelines }) => guidelines)).toEqual([
      'Mozilla Server Side TLS 6.0',
      'Mozilla Server Side TLS 6.0',
    ]);
  });

  it('have ciphers that OpenSSL knows, each by its name', () => {
    for (const cipher of tlsProfiles.intermediate.ciphers) {
      expect(() => createSecureContext({ ca: [], ciphers: cipher }), cipher).not.toThrow();
    }
  });

  it('offer every curve of the guidelines that this OpenSSL has, in their order', () => {
    const offered = availableCurves().split(':');
    expect(offered).toEqual(tlsProfiles.modern.curves.filter((curve) => offered.includes(curve)));
    expect(offered).toEqual(expect.arrayContaining(['X25519', 'prime256v1', 'secp384r1']));
  });
});
