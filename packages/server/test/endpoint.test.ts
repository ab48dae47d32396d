import { join } from 'node:path';
import type { IssuedCertificate } from '@peercert/pki';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authorities,
  answer,
  closeWorld,
  createAuthorities,
  get,
  openEndpoint,
  place,
  serve,
} from './endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;
let bob: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
  bob = await authorities.staff.client({ cn: 'bob' });
});
afterEach(closeWorld);

describe('an endpoint', () => {
  it('lets in whom its trust knows, and explains to everybody else', async () => {
    const port = await serve(await openEndpoint(authorities));
    expect(await answer(authorities, port, alice)).toBe('200 known');
    expect(await answer(authorities, port, bob)).toBe('401 issuer_unknown');
    expect(await answer(authorities, port, null)).toBe('401 certificate_missing');
  });

  it('trusts another authority as soon as its file says so', async () => {
    const world = await openEndpoint(authorities);
    const port = await serve(world);
    place(join(world.directory, 'clients.pem'), authorities.staff.caPem);
    const status = await world.endpoint.reload();
    expect(status.trust).toMatchObject([{ name: 'default', generation: 2, anchors: 1, failure: undefined }]);
    expect(await answer(authorities, port, alice)).toBe('401 issuer_unknown');
    expect(await answer(authorities, port, bob)).toBe('200 known');
  });
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes sessions over %s', async (tlsVersion) => {
    const port = await serve(await openEndpoint(authorities));
    const { connection } = await get(authorities, port, alice, { tlsVersion });
    const second = await get(authorities, port, alice, { tlsVersion, session: connection.session });
    expect(second).toMatchObject({ status: 200, connection: { sessionReused: true, tlsVersion } });
  });
});
