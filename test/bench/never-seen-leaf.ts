import { createPublicKey, verify } from 'node:crypto';
import {
  type Authenticator,
  createAuthenticator,
  parseCertificate,
  type RequestFacts,
  type Source,
} from '@peercert/core';
import { createRootAuthority, generateKeyPair, type KeyType } from '@peercert/pki';
import { compare } from './measure.ts';
import { microseconds, type Row } from './report.ts';

const leaves = 200;

/** A leaf never seen before under an intermediate already verified, beside the one signature check it needs. */
export async function neverSeenLeaf(): Promise<readonly Row[]> {
  return [
    ...(await measure('P-256', (us, bare) => ({
      target: 'at most 1.2 times its verification',
      met: us <= 1.2 * bare,
    }))),
    ...(await measure('RSA-2048', (us, bare) => ({ target: 'verification + 12 us', met: us <= bare + 12 }))),
  ];
}

async function measure(
  keyType: KeyType,
  judge: (us: number, bare: number) => { target: string; met: boolean },
): Promise<readonly Row[]> {
  const root = await createRootAuthority({ subject: 'CN=Bench Root', keyType });
  const issuing = await root.issueAuthority({ subject: 'CN=Bench Issuing', keyType });
  const keyPair = await generateKeyPair(keyType);
  const issued = await Promise.all(
    Array.from({ length: leaves + 1 }, (_, index) => issuing.issueClient({ subject: `CN=client-${index}`, keyPair })),
  );
  const presented = issued.map(({ chainDer }) => chainDer.map((der) => Uint8Array.from(der)));
  const facts = presented.map(
    (event): RequestFacts => ({
      socket: undefined,
      rawHeaders: [],
      trailers: [],
      peerAddress: undefined,
      requestTarget: '/',
      event,
    }),
  );
  const source: Source = {
    name: 'bench',
    present: ({ event }) => ({
      ok: true,
      value: { source: 'bench', certificates: event as Uint8Array[], verdict: { by: 'nobody' } },
    }),
  };
  const issuerKey = createPublicKey(issuing.certificatePem);
  const signed = presented.map(([leaf]) => {
    const parsed = parseCertificate(leaf as Uint8Array);
    if (!parsed.ok) throw new Error('a leaf of our own does not parse');
    return parsed.value;
  });

  let authenticator: Authenticator;
  const allow = (index: number): void => {
    const decision = authenticator.authenticate(facts[index] as RequestFacts);
    if ('outcome' in decision && decision.outcome !== 'allow') throw new Error(JSON.stringify(decision));
  };
  const { spread, subjects } = await compare([
    {
      // Each leaf has its own message and signature; their views and the key are made before.
      name: 'crypto.verify',
      batch: () => {
        for (let index = 1; index <= leaves; index += 1) {
          const { signature, tbsDer } = signed[index] as (typeof signed)[number];
          if (!verify('sha256', tbsDer, issuerKey, signature)) throw new Error('a leaf of our own does not verify');
        }
        return leaves;
      },
    },
    {
      name: 'authenticate',
      prepare: () => {
        // A new instance has seen no leaf; its first request makes the intermediate known.
        authenticator = createAuthenticator({ source, trust: { anchors: root.certificatePem } });
        allow(0);
      },
      batch: () => {
        for (let index = 1; index <= leaves; index += 1) allow(index);
        return leaves;
      },
    },
  ]);
  const [bare = Number.NaN, us = Number.NaN] = subjects.map((subject) => subject.us);
  const { met, target } = judge(us, bare);
  return [
    {
      what: `never-seen leaf, ${keyType}`,
      figure: `${microseconds(us)} = ${(us / bare).toFixed(2)} x ${microseconds(bare)}, ${(us - bare).toFixed(1)} us more`,
      target,
      met,
      spread,
    },
  ];
}
