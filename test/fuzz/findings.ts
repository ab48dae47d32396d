import {
  type Certificate,
  createTrustStore,
  defaultLimits,
  defaultPathSettings,
  fromHaproxy,
  type Outcome,
  parseCertificate,
  parseChain,
  parseCrl,
  parseDistinguishedName,
  verifyPath,
} from '@peercert/core';
import {
  type Authority,
  type CertificateOptions,
  createRootAuthority,
  der,
  encodeName,
  forgeCertificate,
  forgeCrl,
  generateKeyPair,
} from '@peercert/pki';

/** An input on which a fuzzer found core, or another implementation, to be wrong: made in code, with what is right for it. */
export interface PastFinding {
  readonly what: string;
  /** `accepted`, or the code of the reason and its rule. */
  readonly expected: string;
  readonly answer: () => Promise<string>;
}

const nowMs = Date.UTC(2026, 10, 22);

/** Two certificates below a root, verified to the letter of RFC 5280. */
async function verifyChain(
  authority: Omit<CertificateOptions, 'subject'>,
  client: CertificateOptions,
): Promise<string> {
  const root = await createRootAuthority({ subject: 'CN=Root', clock: () => nowMs });
  const issuing = await root.issueAuthority({ subject: 'CN=Issuing', ...authority });
  return verify((await issuing.issueClient({ subject: 'CN=client', ...client })).chainDer, root);
}

function verify(presented: readonly Uint8Array[], root: Authority): string {
  const chain = parseChain(presented, defaultLimits);
  if (!chain.ok) return codeOf(chain);
  const trust = createTrustStore({ anchors: root.certificateDer }).current;
  const settings = { ...defaultPathSettings, limits: defaultLimits, profile: 'strict' as const };
  return codeOf(verifyPath(chain.value.leaf, chain.value.others, trust, settings, nowMs));
}

/** How an outcome is written in these tables and in the fuzzer's counts. */
export function codeOf(outcome: Outcome<unknown>): string {
  if (outcome.ok) return 'accepted';
  const { code, detail } = outcome.reason;
  return 'rule' in detail ? `${code}:${detail.rule}` : code;
}

/** An EC key whose point lies beside its curve: the SubjectPublicKeyInfo of a real one, its last octet changed. */
async function keyBesideItsCurve(): Promise<Uint8Array> {
  const { publicKey } = await generateKeyPair('P-256');
  const spki = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
  spki[spki.length - 1] = (spki[spki.length - 1] as number) ^ 1;
  return spki;
}

/** A certificate whose subject has one attribute, and what its text is read as. */
function rereadSubject(value: Uint8Array): Promise<string> {
  const name = encodeName([{ CN: { der: value } }]);
  return readBack(name);
}

async function readBack(subject: Uint8Array): Promise<string> {
  const keyPair = await generateKeyPair();
  const parsed = parseCertificate(forgeCertificate({ keyPair, subject }).certificateDer);
  if (!parsed.ok) return codeOf(parsed);
  return isReadBack(parsed.value) ? 'the same name' : 'another name';
}

function isReadBack({ subject }: Certificate): boolean {
  return parseDistinguishedName(subject.toString())?.canonical === subject.canonical;
}

export const findings: readonly PastFinding[] = [
  {
    what: 'OpenSSL and pkijs miss an issuer whose key identifier is not the one that the certificate names',
    expected: 'accepted',
    answer: () => verifyChain({}, { authorityKeyIdentifier: { keyIdentifier: Uint8Array.of(1, 2, 3) } }),
  },
  {
    what: 'OpenSSL holds a CN against constraints on host names',
    expected: 'accepted',
    answer: () =>
      verifyChain(
        { nameConstraints: { permitted: [{ dns: 'example.com' }] } },
        { subject: 'CN=client.example.org', sans: [{ ip: '127.0.0.1' }] },
      ),
  },
  {
    what: 'node:crypto does not read a name with an attribute whose value is an OBJECT IDENTIFIER',
    expected: 'the same name',
    answer: () => readBack(encodeName([{ '1.2.840.10045.2.1': { der: der.oid('1.2.840.10045.3.1.7') } }])),
  },
  {
    what: 'node:crypto does not read a key of an unknown algorithm whose parameters are half a character',
    expected: 'accepted',
    async answer() {
      const parameters = der.tlv(0x1e, new Uint8Array(7));
      const spki = der.sequence(der.sequence(der.oid('1.2.3'), parameters), der.bitString(new Uint8Array(65)));
      const { certificateDer } = forgeCertificate({ keyPair: await generateKeyPair(), spki, subject: 'CN=client' });
      return codeOf(parseCertificate(certificateDer));
    },
  },
  {
    what: 'an issuer whose point is beside its curve is read, and vouches for nobody',
    expected: 'signature_invalid',
    async answer() {
      const keyPair = await generateKeyPair();
      const root = await createRootAuthority({ subject: 'CN=Root', clock: () => nowMs });
      const issuing = await root.issueAuthority({ subject: 'CN=Issuing', keyPair });
      const client = await issuing.issueClient({ subject: 'CN=client' });
      const forged = await withPublicKey(issuing, root, await keyBesideItsCurve());
      return verify([client.certificateDer, forged], root);
    },
  },
  {
    what: 'a value of an unassigned character is the same in whatever string type it is read back in',
    expected: 'the same name',
    answer: () => rereadSubject(der.universalString('\u{40372}')),
  },
  {
    what: 'an entry whose serial number lacks the zero that keeps it positive revokes the certificate all the same',
    expected: 'revoked',
    async answer() {
      const keyPair = await generateKeyPair();
      const { certificateDer } = forgeCertificate({ keyPair, serialNumber: 0xca01, issuer: 'CN=Issuing' });
      const entries = [{ serialNumber: Uint8Array.of(0xca, 0x01) }];
      const thisUpdate = new Date(nowMs);
      const crl = await parseCrl(forgeCrl({ keyPair, issuer: 'CN=Issuing', thisUpdate, entries }).crlDer);
      const certificate = parseCertificate(certificateDer);
      if (!crl.ok || !certificate.ok) return 'refused';
      return crl.value.entryFor(certificate.value) === undefined ? 'not found' : 'revoked';
    },
  },
  {
    what: 'a header with the first three characters of base64 of a certificate is malformed, and no exception',
    expected: 'header_malformed:base64',
    async answer() {
      const source = fromHaproxy({ trustedProxies: ['10.0.0.0/8'], verifiedBy: 'peercert' });
      const rawHeaders = ['X-SSL-Client-Cert', 'MII', 'X-SSL-Client-Verify', '0', 'X-SSL-Client-Used', '1'];
      const presented = source.present({
        socket: null,
        rawHeaders,
        trailers: [],
        peerAddress: '10.0.0.1',
        requestTarget: '/',
      });
      return presented === undefined ? 'absent' : codeOf(presented);
    },
  },
];

/** The certificate of an authority again, with another key in it. */
async function withPublicKey(authority: Authority, issuer: Authority, spki: Uint8Array): Promise<Uint8Array> {
  const fields = der.children(der.children(authority.certificateDer)[0] as Uint8Array);
  const at = fields.length - 2;
  return forgeCertificate({
    keyPair: authority.keyPair,
    signer: issuer.keyPair,
    editTbs: () => fields.map((field, index) => (index === at ? spki : field)),
  }).certificateDer;
}
