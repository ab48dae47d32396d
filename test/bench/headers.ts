import { createPublicKey, verify } from 'node:crypto';
import {
  type Authenticator,
  createAuthenticator,
  fromAlb,
  fromApache,
  fromCaddy,
  fromEnvoy,
  fromHaproxy,
  fromNginx,
  fromRfc9440,
  fromTraefik,
  parseCertificate,
  type RequestFacts,
  type Source,
} from '@peercert/core';
import {
  type Authority,
  createRootAuthority,
  generateKeyPair,
  type IssuedCertificate,
  type KeyType,
} from '@peercert/pki';
import { compare, median, repeat } from './measure.ts';
import { microseconds, type Row } from './report.ts';

const trusted = { trustedProxies: ['10.0.0.7'], verifiedBy: 'peercert' } as const;

/** Certificates that nginx forwards: known ones, new ones, ten thousand of them, and rubbish in every header. */
export async function forwardedHeaders(): Promise<readonly Row[]> {
  return [
    ...(await known()),
    ...(await neverSeen('P-256', (us, bare) => ({
      target: 'at most 1.3 times its verification',
      met: us <= 1.3 * bare,
    }))),
    ...(await neverSeen('RSA-2048', (us, bare) => ({ target: 'verification + 30 us', met: us <= bare + 30 }))),
    ...(await manyClients()),
    ...junk(await createRootAuthority({ subject: 'CN=Bench Root' })),
  ];
}

async function known(): Promise<readonly Row[]> {
  const { clients, root } = await issue('P-256', 1, 900);
  const [facts] = clients.map(forwarded) as [RequestFacts];
  const authenticator = createAuthenticator({
    source: fromNginx(trusted),
    trust: { anchors: root.certificatePem },
    roles: { Administrators: 'admin' },
  });
  const decision = await authenticator.authenticate(facts);
  if (decision.outcome !== 'allow') throw new Error(JSON.stringify(decision));
  // Each request brings a new string: one that was hashed before would flatter the look-up.
  const copies = Array.from({ length: 500 }, () => freshCopy(facts));
  const batch = repeat(copies.length, (index) => void authenticator.authenticate(copies[index] as RequestFacts));
  const { spread, subjects } = await compare([{ name: 'authenticate', batch }]);
  const us = subjects[0]?.us ?? Number.NaN;
  const bytes = facts.rawHeaders[1]?.length ?? 0;
  return [
    {
      what: `forwarded certificate, warm, header of ${bytes} characters`,
      figure: microseconds(us),
      target: 'under 5 us',
      met: us < 5,
      spread,
    },
  ];
}

async function neverSeen(
  keyType: KeyType,
  judge: (us: number, bare: number) => { target: string; met: boolean },
): Promise<readonly Row[]> {
  const leaves = 200;
  const { clients: issued, issuing, root } = await issue(keyType, leaves + 1);
  const [first, ...clients] = issued as [IssuedCertificate, ...IssuedCertificate[]];
  const facts = clients.map(forwarded);
  const issuerKey = createPublicKey(issuing.certificatePem);
  const signed = clients.map(({ certificateDer }) => {
    const parsed = parseCertificate(certificateDer);
    if (!parsed.ok) throw new Error('a leaf of our own does not parse');
    return parsed.value;
  });
  const trust = { anchors: root.certificatePem, intermediates: issuing.certificatePem };
  let authenticator: Authenticator;
  const allow = (each: RequestFacts): void => {
    const decision = authenticator.authenticate(each);
    if ('outcome' in decision && decision.outcome !== 'allow') throw new Error(JSON.stringify(decision));
  };
  const { spread, subjects } = await compare([
    {
      name: 'crypto.verify',
      batch: () => {
        for (const { signature, tbsDer } of signed) {
          if (!verify('sha256', tbsDer, issuerKey, signature)) throw new Error('a leaf of our own does not verify');
        }
        return leaves;
      },
    },
    {
      name: 'authenticate',
      prepare: () => {
        // A new instance has seen no header; its first request makes the intermediate known.
        authenticator = createAuthenticator({ source: fromNginx(trusted), trust });
        allow(forwarded(first));
      },
      batch: () => {
        for (const each of facts) allow(each);
        return leaves;
      },
    },
  ]);
  const [bare = Number.NaN, us = Number.NaN] = subjects.map((subject) => subject.us);
  const { met, target } = judge(us, bare);
  return [
    {
      what: `never-seen header, ${keyType}`,
      figure: `${microseconds(us)} = ${(us / bare).toFixed(2)} x ${microseconds(bare)}, ${(us - bare).toFixed(1)} us more`,
      target,
      met,
      spread,
    },
  ];
}

/** What 10,000 clients occupy once all are known: heap and buffers after a collection. */
async function manyClients(): Promise<readonly Row[]> {
  const count = 10_000;
  const { clients, root } = await issue('P-256', count);
  const headers = clients.map(({ certificatePem }) => Buffer.from(encodeURIComponent(certificatePem)));
  clients.length = 0;
  const authenticator = createAuthenticator({
    source: fromNginx(trusted),
    trust: { anchors: root.certificatePem },
    limits: { rememberedPaths: count },
  });
  const pass = (): void => {
    for (const header of headers) {
      const decision = authenticator.authenticate(requestWith(header.toString('latin1')));
      if ('outcome' in decision && decision.outcome !== 'allow') throw new Error(JSON.stringify(decision));
    }
  };
  const before = occupied();
  pass();
  const megabytes = (occupied() - before) / 1_000_000;
  const start = process.hrtime.bigint();
  pass();
  const us = Number(process.hrtime.bigint() - start) / 1000 / count;
  return [
    {
      what: '10,000 forwarded clients remembered',
      figure: `${megabytes.toFixed(1)} MB, second pass ${microseconds(us)} a request`,
      target: 'under 20 MB',
      met: megabytes < 20,
    },
  ];
}

function occupied(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('run with --expose-gc');
  gc();
  gc();
  const { external, heapUsed } = process.memoryUsage();
  return heapUsed + external;
}

/** 16 KB of what makes parsers slow, in the header of each source. */
function junk(root: Authority): readonly Row[] {
  const sources: readonly (readonly [Source, string])[] = [
    [fromNginx(trusted), 'X-SSL-Client-Cert'],
    [fromRfc9440(trusted), 'Client-Cert'],
    [fromEnvoy(trusted), 'x-forwarded-client-cert'],
    [fromTraefik(trusted), 'X-Forwarded-Tls-Client-Cert'],
    [fromHaproxy(trusted), 'X-SSL-Client-Cert'],
    [fromApache(trusted), 'X-SSL-Client-Cert'],
    [fromCaddy(trusted), 'X-SSL-Client-Cert'],
    [fromAlb({ ...trusted, mode: 'passthrough' }), 'X-Amzn-Mtls-Clientcert'],
  ];
  let slowest = 0;
  let where = '';
  for (const [source, header] of sources) {
    const authenticator = createAuthenticator({ source, trust: { anchors: root.certificatePem } });
    for (const unit of [',', '%', '"', 'A', '%2', ';', '=,', ':A:,', '-----BEGIN CERTIFICATE-----']) {
      const value = unit.repeat(Math.ceil(16_384 / unit.length)).slice(0, 16_384);
      const facts = requestWith(value, header);
      const rounds = Array.from({ length: 9 }, () => {
        const start = process.hrtime.bigint();
        const decision = authenticator.authenticate(facts);
        const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
        if ('outcome' in decision && decision.outcome === 'allow') throw new Error(`${source.name} let ${unit} in`);
        return milliseconds;
      });
      // Some round pays for compilation or for the garbage of the section before: not the input's fault.
      const milliseconds = median(rounds);
      if (milliseconds > slowest) [slowest, where] = [milliseconds, `${source.name}, ${unit}`];
    }
  }
  return [
    {
      what: '16 KB of rubbish in any header, slowest median',
      figure: `${slowest.toFixed(2)} ms (${where})`,
      target: 'under 2 ms',
      met: slowest < 2,
    },
  ];
}

async function issue(
  keyType: KeyType,
  count: number,
  padding = 0,
): Promise<{ root: Authority; issuing: Authority; clients: IssuedCertificate[] }> {
  const root = await createRootAuthority({ subject: 'CN=Bench Root', keyType });
  const issuing =
    padding === 0 && count < 1000 ? await root.issueAuthority({ subject: 'CN=Bench Issuing', keyType }) : root;
  const keyPair = await generateKeyPair(keyType);
  const sans = padding === 0 ? {} : { sans: [{ uri: `https://example.com/${'x'.repeat(padding)}` }] };
  const clients: IssuedCertificate[] = [];
  for (let index = 0; index < count; index += 1) {
    clients.push(await issuing.issueClient({ subject: `CN=client-${index},OU=Administrators`, keyPair, ...sans }));
  }
  return { root, issuing, clients };
}

function forwarded({ certificatePem }: IssuedCertificate): RequestFacts {
  return requestWith(encodeURIComponent(certificatePem));
}

function requestWith(value: string, header = 'X-SSL-Client-Cert'): RequestFacts {
  return {
    socket: undefined,
    rawHeaders: [header, value, 'X-SSL-Client-Verify', 'SUCCESS', 'Host', 'api.example', 'Accept', '*/*'],
    trailers: [],
    peerAddress: '10.0.0.7',
    requestTarget: '/',
  };
}

function freshCopy(facts: RequestFacts): RequestFacts {
  return { ...facts, rawHeaders: facts.rawHeaders.map((text) => Buffer.from(text, 'latin1').toString('latin1')) };
}
