import 'reflect-metadata';
import { createPublicKey, verify, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  createTrustStore,
  defaultLimits,
  defaultPathSettings,
  type PathSettings,
  parseCertificate,
  verifyPath,
} from '@peercert/core';
import { createRootAuthority, type KeyType } from '@peercert/pki';
import forge from 'node-forge';
import * as pkijs from 'pkijs';
import { compare, repeat } from './measure.ts';
import { microseconds, type Row } from './report.ts';

const settings: PathSettings = { ...defaultPathSettings, limits: defaultLimits };

interface Chain {
  readonly keyType: KeyType;
  /** DER: the leaf, its issuer, the anchor. */
  readonly ders: readonly [leaf: Uint8Array, intermediate: Uint8Array, root: Uint8Array];
}

async function chainOf(keyType: KeyType): Promise<Chain> {
  const root = await createRootAuthority({ subject: 'CN=Bench Root,O=Acme', keyType });
  const issuing = await root.issueAuthority({ subject: 'CN=Bench Issuing,O=Acme', keyType });
  const client = await issuing.issueClient({ subject: 'CN=client,OU=Administrators,O=Acme', keyType });
  const [leaf, intermediate] = client.chainDer;
  return {
    keyType,
    ders: [Uint8Array.from(leaf as Uint8Array), Uint8Array.from(intermediate as Uint8Array), root.certificateDer],
  };
}

/** One certificate from DER to a model, beside the other readers that Node users have. */
export async function parsing(): Promise<readonly Row[]> {
  const { ders } = await chainOf('P-256');
  const [leaf] = ders;
  const buffer = Buffer.from(leaf);
  const exact = Uint8Array.from(leaf);
  const { spread, subjects } = await compare([
    { name: 'peercert', batch: repeat(500, () => parseCertificate(leaf)) },
    { name: 'node:crypto X509Certificate', batch: repeat(100, () => new X509Certificate(buffer)) },
    { name: 'pkijs', batch: repeat(50, () => pkijs.Certificate.fromBER(exact)) },
    { name: '@peculiar/x509', batch: repeat(50, () => new x509.X509Certificate(exact)) },
  ]);
  const rsa = await chainOf('RSA-2048');
  const text = forge.util.createBuffer(Buffer.from(rsa.ders[0]).toString('latin1'));
  const forged = await compare([
    {
      name: 'node-forge (RSA)',
      batch: repeat(20, () => {
        text.read = 0;
        forge.pki.certificateFromAsn1(forge.asn1.fromDer(text));
      }),
    },
  ]);
  const us = subjects[0]?.us ?? Number.NaN;
  const others = [...subjects.slice(1), ...forged.subjects].map(({ name, us: own }) => `${name} ${microseconds(own)}`);
  return [
    { what: 'parse one certificate', figure: microseconds(us), target: 'under 10 us', met: us < 10, spread },
    { what: '  beside', figure: others.join(', '), target: '', met: true },
  ];
}

/** Three certificates from DER to a verified path with nothing known before. */
export async function coldPaths(): Promise<readonly Row[]> {
  return [...(await coldPath(await chainOf('RSA-2048'), 30)), ...(await coldPath(await chainOf('P-256'), 12))];
}

async function coldPath({ ders, keyType }: Chain, timesPkijs: number): Promise<readonly Row[]> {
  const [leaf, intermediate, root] = ders;
  const parsed = ders.map((der) => {
    const outcome = parseCertificate(der);
    if (!outcome.ok) throw new Error('a certificate of our own does not parse');
    return outcome.value;
  });
  const isRsa = keyType === 'RSA-2048';
  const loads = parsed.slice(1).map(({ publicKey: { key } }) => {
    if (isRsa) return () => createPublicKey({ key: Buffer.from(key), format: 'der', type: 'pkcs1' });
    const point = Buffer.from(key);
    const jwk = { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) };
    return () => createPublicKey({ key: jwk, format: 'jwk' });
  });
  const pkijsCertificates = (): pkijs.Certificate[] =>
    ders.map((der) => pkijs.Certificate.fromBER(Uint8Array.from(der)));
  const { spread, subjects } = await compare([
    {
      name: 'two loads and two verifications',
      batch: repeat(40, () => {
        for (const [index, load] of loads.entries()) {
          const { signature, tbsDer } = parsed[index] as (typeof parsed)[number];
          if (!verify('sha256', tbsDer, load(), signature)) throw new Error('a signature of our own is wrong');
        }
      }),
    },
    {
      name: 'peercert',
      batch: repeat(40, () => {
        const own = parseCertificate(leaf);
        const issuing = parseCertificate(intermediate);
        if (!own.ok || !issuing.ok) throw new Error('a certificate of our own does not parse');
        const trust = createTrustStore({ anchors: root }).current;
        if (!verifyPath(own.value, [issuing.value], trust, settings, Date.now()).ok) throw new Error('no path');
      }),
    },
    {
      name: 'three X509Certificate',
      batch: repeat(40, () => ders.map((der) => new X509Certificate(Buffer.from(der)))),
    },
    {
      name: 'pkijs',
      batch: async () => {
        const [own, issuing, anchor] = pkijsCertificates() as [pkijs.Certificate, pkijs.Certificate, pkijs.Certificate];
        const engine = new pkijs.CertificateChainValidationEngine({ certs: [issuing, own], trustedCerts: [anchor] });
        const { result } = await engine.verify();
        if (!result) throw new Error('pkijs found no path');
        return 1;
      },
    },
  ]);
  const [bare = Number.NaN, us = Number.NaN, node = Number.NaN, other = Number.NaN] = subjects.map(
    ({ us: own }) => own,
  );
  const imported = isRsa ? 'createPublicKey(pkcs1 DER)' : 'createPublicKey(JWK)';
  const rows: Row[] = [
    {
      what: `DER to verified path, ${keyType}`,
      figure: `${microseconds(us)} = ${(us / bare).toFixed(2)} x ${microseconds(bare)} (with ${imported})`,
      target: 'at most 1.3 times',
      met: us <= 1.3 * bare,
      spread,
    },
    {
      what: `  times as fast as pkijs, ${keyType}`,
      figure: `${(other / us).toFixed(1)} (${microseconds(other)})`,
      target: `at least ${timesPkijs}`,
      met: other / us >= timesPkijs,
    },
  ];
  if (isRsa) {
    rows.push({
      what: '  beside three X509Certificate objects, RSA-2048',
      figure: microseconds(node),
      target: 'slower than our path',
      met: us < node,
    });
  }
  return rows;
}

pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }));
x509.cryptoProvider.set(webcrypto as never);
