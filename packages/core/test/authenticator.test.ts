import { createRootAuthority } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../src/authenticator.ts';
import type { RequestFacts } from '../src/source/facts.ts';
import type { Source } from '../src/source/presented.ts';

const source: Source = {
  name: 'test',
  present: ({ event }) =>
    event === undefined
      ? undefined
      : { ok: true, value: { source: 'test', certificates: event as Uint8Array[], verdict: { by: 'nobody' } } },
};

function presenting(certificates?: readonly Uint8Array[]): RequestFacts {
  return {
    socket: undefined,
    rawHeaders: [],
    trailers: [],
    peerAddress: '127.0.0.1',
    requestTarget: '/',
    event: certificates,
  };
}

describe('the line', () => {
  it('lets in a client whose path ends at an anchor', async () => {
    const root = await createRootAuthority({ subject: 'CN=Root' });
    const issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
    const client = await issuing.issueClient({ subject: 'CN=client,OU=Administrators' });
    const authenticator = createAuthenticator({
      source,
      trust: { anchors: root.certificatePem },
      roles: { Administrators: 'admin' },
    });
    const decision = await authenticator.authenticate(presenting(client.chainDer));
    expect(decision).toMatchObject({ outcome: 'allow', client: { id: 'client', verifiedBy: 'peercert' } });
  });
});
