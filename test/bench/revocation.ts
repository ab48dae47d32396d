import { createAuthenticator, createDenyList, createRevocation, type RequestFacts, type Source } from '@peercert/core';
import { createRootAuthority } from '@peercert/pki';
import { startRevocationServer } from '@peercert/testing';
import { compare, repeat } from './measure.ts';
import { microseconds, type Row } from './report.ts';

/** What revocation adds to a warm request, and how often a responder is asked. */
export async function revocationCost(): Promise<readonly Row[]> {
  const root = await createRootAuthority({ subject: 'CN=Bench Root' });
  const client = await root.issueClient({ subject: 'CN=client' });
  const informer = await startRevocationServer({ authority: root });
  const presented = { source: 'bench', certificates: [client.certificateDer], verdict: { by: 'nobody' } } as const;
  const source: Source = { name: 'bench', present: () => ({ ok: true, value: presented }) };
  const facts: RequestFacts = {
    socket: undefined,
    rawHeaders: [],
    trailers: [],
    peerAddress: undefined,
    requestTarget: '/',
  };
  const base = { source, trust: { anchors: root.certificatePem } };

  const atOnce = createRevocation({ methods: ['ocsp'], ocsp: { responders: informer.ocspUrl } });
  const { authenticate } = createAuthenticator({ ...base, revocation: atOnce });
  await Promise.all(Array.from({ length: 1_000 }, async () => authenticate(facts)));
  const { requests } = informer;

  const denyList = createDenyList();
  for (let serial = 1n; serial <= 10_000n; serial += 1n) denyList.revoke({ issuer: 'CN=Bench Root', serial });
  const lists = createRevocation({ methods: ['crl'], crls: { sources: [{ url: informer.crlUrl }] } });
  await lists.ready();
  const ways = {
    'no revocation': createAuthenticator(base),
    'a cached OCSP answer': createAuthenticator({ ...base, revocation: atOnce }),
    'a list': createAuthenticator({ ...base, revocation: lists }),
    'a deny-list of 10,000': createAuthenticator({ ...base, denyList }),
  };
  const subjects = Object.entries(ways).map(([name, way]) => ({
    name,
    batch: repeat(20_000, () => void way.authenticate(facts)),
  }));
  for (const way of Object.values(ways)) {
    const decision = await way.authenticate(facts);
    if (decision.outcome !== 'allow') throw new Error(`expected allow, got ${JSON.stringify(decision)}`);
  }
  const [first, ...others] = subjects as [(typeof subjects)[0], ...typeof subjects];
  const { spread, subjects: measured } = await compare([first, ...others]);
  for (const one of [atOnce, lists]) one.close();
  await informer.close();

  const [without, ...withIt] = measured;
  const added = withIt.map(({ name, us }) => {
    const more = us - (without?.us ?? Number.NaN);
    const row: Row = {
      what: `warm request, added by ${name}`,
      figure: microseconds(more),
      target: 'under 1 us',
      met: more < 1,
      spread,
    };
    return row;
  });
  return [
    ...added,
    {
      what: 'OCSP requests for 1,000 requests at once',
      figure: String(requests),
      target: '1',
      met: requests === 1,
    },
  ];
}
