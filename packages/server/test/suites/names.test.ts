// One endpoint under several names, each with its own certificate and its own trust.
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { createTrustStore, type TrustOptions, type TrustStore } from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import type { RequestAsOptions } from '@peercert/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authorities,
  answer,
  closeWorld,
  createAuthorities,
  get,
  openEndpoint,
  serve,
  type World,
} from '../endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;
let bob: IssuedCertificate;
let staffServer: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
  bob = await authorities.staff.client({ cn: 'bob' });
  staffServer = await authorities.server.server({ dnsNames: ['staff.test', '*.staff.test'], ips: [] });
});
afterEach(closeWorld);

/** `localhost` and whatever else is for partners; `staff.test` is for staff. */
async function openNames(trust: TrustOptions | TrustStore = { anchors: authorities.staff.caPem }): Promise<World> {
  const { chainPem, privateKeyPem } = staffServer;
  const identity = { certificate: chainPem, key: privateKeyPem };
  return openEndpoint(authorities, {
    names: { 'staff.test': { ...identity, trust }, '*.staff.test': { ...identity, trust } },
  });
}

const asking = (servername: string, host = servername): RequestAsOptions => ({ servername, headers: { Host: host } });

describe('an endpoint with several names', () => {
  it('shows each the certificate that is for it', async () => {
    const port = await serve(await openNames());
    const shown = async (servername: string): Promise<string | undefined> => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { subjectaltname } = socket.getPeerCertificate();
      socket.destroy();
      return subjectaltname;
    };
    expect(await shown('staff.test')).toBe('DNS:staff.test, DNS:*.staff.test');
    expect(await shown('a.staff.test')).toBe('DNS:staff.test, DNS:*.staff.test');
    expect(await shown('localhost')).toContain('DNS:localhost');
    expect(await shown('unknown.test')).toContain('DNS:localhost');
  });

  it('knows under each name the clients of that name alone', async () => {
    const port = await serve(await openNames());
    expect(await answer(authorities, port, alice, asking('localhost'))).toBe('200 known');
    expect(await answer(authorities, port, bob, asking('localhost'))).toBe('401 issuer_unknown');
    expect(await answer(authorities, port, bob, asking('staff.test'))).toBe('200 known');
    expect(await answer(authorities, port, bob, asking('a.staff.test'))).toBe('200 known');
    expect(await answer(authorities, port, alice, asking('staff.test'))).toBe('401 issuer_unknown');
  });

  it('answers 421 to a request for a name of another trust than the handshake had', async () => {
    const port = await serve(await openNames());
    expect(await answer(authorities, port, alice, asking('localhost', 'staff.test'))).toBe('421 misdirected_request');
    expect(await answer(authorities, port, bob, asking('staff.test', 'localhost'))).toBe('421 misdirected_request');
    expect(await answer(authorities, port, bob, asking('staff.test', 'a.staff.test'))).toBe('200 known');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'lets no session of one name authorize under another over %s',
    async (tlsVersion) => {
      const port = await serve(await openNames());
      const { connection } = await get(authorities, port, alice, { ...asking('localhost'), tlsVersion });
      const { session } = connection;
      expect(session).toBeDefined();
      const own = await get(authorities, port, alice, { ...asking('localhost'), session, tlsVersion });
      expect(own).toMatchObject({ status: 200, connection: { sessionReused: true } });
      // Whether OpenSSL resumes the session or not, and whichever name it then reports.
      const other = await get(authorities, port, alice, { ...asking('staff.test'), session, tlsVersion });
      expect([401, 421]).toContain(other.status);
    },
  );

  it('resumes under each name, until the trust of any is another', async () => {
    const trust = createTrustStore({ anchors: authorities.staff.caPem });
    const port = await serve(await openNames(trust));
    const sessionOf = async (name: string, client: IssuedCertificate): Promise<Buffer | undefined> =>
      (await get(authorities, port, client, asking(name))).connection.session;
    const partner = await sessionOf('localhost', alice);
    const staff = await sessionOf('staff.test', bob);
    const isResumed = async (name: string, client: IssuedCertificate, session: Buffer | undefined): Promise<boolean> =>
      (await get(authorities, port, client, { ...asking(name), session })).connection.sessionReused;
    expect([await isResumed('localhost', alice, partner), await isResumed('staff.test', bob, staff)]).toEqual([
      true,
      true,
    ]);
    trust.replace({ anchors: authorities.partners.caPem });
    expect([await isResumed('localhost', alice, partner), await isResumed('staff.test', bob, staff)]).toEqual([
      false,
      false,
    ]);
    expect(await answer(authorities, port, bob, asking('staff.test'))).toBe('401 issuer_unknown');
  });

  it('refuses a certificate that is not for its name', async () => {
    const { chainPem, privateKeyPem } = staffServer;
    await expect(
      openEndpoint(authorities, { names: { 'other.test': { certificate: chainPem, key: privateKeyPem } } }),
    ).rejects.toThrow(
      "names['other.test'].certificate (given as text) is not valid for other.test, but for staff.test, *.staff.test",
    );
  });
});
