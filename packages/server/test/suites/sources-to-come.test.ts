// What an authority dates ahead of the clock of the server takes the place of nothing that is good, over real TLS.
import { join } from 'node:path';
import { fromFile } from '@peercert/core';
import { type CrlOptions, createRootAuthority, type IssuedCertificate } from '@peercert/pki';
import { keepAliveAgent } from '@peercert/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authorities,
  answer,
  closeWorld,
  createAuthorities,
  createDirectory,
  get,
  openEndpoint,
  place,
  serve,
} from '../endpoint-world.ts';

const minute = 60_000;
const day = 1_440 * minute;

let authorities: Authorities;
let alice: IssuedCertificate;
let bob: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
  bob = await authorities.partners.client({ cn: 'bob' });
});
afterEach(closeWorld);

/** Some versions of Node show the leaf alone. */
const trust = (directory: string) => ({
  anchors: fromFile(join(directory, 'clients.pem')),
  intermediates: authorities.partners.issuing.certificatePem,
});

describe('a list of the future', () => {
  const listOf = (options: CrlOptions): string => authorities.partners.issuing.issueCrl(options).crlPem;

  it('is no outage, and whom it names is denied on the connection that is open', async () => {
    const directory = createDirectory();
    const path = join(directory, 'issuing.crl');
    place(path, listOf({ crlNumber: 1 }));
    const world = await openEndpoint(
      authorities,
      {
        trust: trust(directory),
        revocation: { methods: ['crl'], scope: 'leaf', crls: { sources: [fromFile(path)] } },
      },
      directory,
    );
    const port = await serve(world);
    const agent = keepAliveAgent();
    expect(await answer(authorities, port, alice, { agent })).toBe('200 known');
    const thisUpdate = new Date(Date.now() + 10 * minute);
    place(path, listOf({ crlNumber: 2, thisUpdate }));
    await world.endpoint.reload();
    expect(await answer(authorities, port, alice, { agent })).toBe('200 known');
    expect(await answer(authorities, port, bob)).toBe('200 known');
    expect(world.endpoint.status().revocation).toMatchObject([{ lastError: undefined, early: [{ crlNumber: '2' }] }]);
    expect(world.events).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ type: 'crl_this_update_in_future', source: `crl ${path}` })]),
    );
    const entries = [{ serialNumber: alice.serialNumber }];
    place(path, listOf({ crlNumber: 3, thisUpdate, entries }));
    await world.endpoint.reload();
    const denied = await get(authorities, port, alice, { agent });
    expect([denied.status, denied.body, denied.connection.connectionReused]).toEqual([
      401,
      'certificate_revoked',
      true,
    ]);
    expect(await answer(authorities, port, bob)).toBe('200 known');
    agent.destroy();
  });
});

describe('files of authorities and certificates that are not valid yet', () => {
  it('leave those before in use', async () => {
    const directory = createDirectory();
    const world = await openEndpoint(authorities, { trust: trust(directory) }, directory);
    const port = await serve(world);
    const validity = { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 2 * day) };
    const coming = await createRootAuthority({ subject: 'CN=Coming', validity });
    place(join(directory, 'clients.pem'), coming.certificatePem);
    const { chainPem, privateKeyPem } = await authorities.server.server({ validity });
    place(join(directory, 'tls.crt'), chainPem);
    place(join(directory, 'tls.key'), privateKeyPem);
    await world.endpoint.reload();
    expect(await answer(authorities, port, bob)).toBe('200 known');
    expect(world.endpoint.status()).toMatchObject({
      identities: [{ failure: { detail: expect.stringContaining('is not yet valid') } }],
      trust: [{ anchors: 1, failure: { problem: 'file_not_yet_valid', detail: expect.stringContaining('CN=Coming') } }],
    });
    expect(world.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['trust_failed', 'identity_failed']));
  });
});
