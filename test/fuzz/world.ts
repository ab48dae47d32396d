import {
  type AuthorityOptions,
  createRootAuthority,
  createSelfSignedClient,
  der,
  extension,
  forgeCertificate,
  type GeneralNameInput,
  type IssuedCertificate,
  type KeyPair,
  type KeyType,
} from '@peercert/pki';
import { Keyring } from './keyring.ts';

/** What a client presents, and whom the server trusts. DER; the leaf first. */
export interface PathInput {
  readonly presented: readonly Uint8Array[];
  readonly anchors: readonly Uint8Array[];
  readonly nowMs: number;
}

/** What the targets begin with. */
export interface World {
  readonly keyring: Keyring;
  readonly paths: readonly PathInput[];
  /** Every certificate of the paths, and some that are in none. */
  readonly certificates: readonly Uint8Array[];
}

const nowMs = Date.UTC(2026, 10, 22);
const clock = (): number => nowMs;

/** One seed: a name, not needed by anybody, and what is presented against which anchors. */
type Recipe = (keys: (keyType?: KeyType) => KeyPair) => Promise<{
  readonly presented: readonly Uint8Array[];
  readonly anchors: readonly IssuedCertificate[];
}>;

/** Certificates of every kind, made afresh; `more` are paths from elsewhere. */
export async function createWorld(more: (keyring: Keyring) => readonly PathInput[] = () => []): Promise<World> {
  const keyring = await Keyring.create();
  const paths: PathInput[] = [];
  for (const recipe of recipes) {
    const { presented, anchors } = await recipe(takeKeys(keyring));
    paths.push({ presented, anchors: anchors.map(({ certificateDer }) => certificateDer), nowMs });
  }
  paths.push(...more(keyring));
  const certificates = new Map<string, Uint8Array>();
  for (const one of [
    ...oddCertificates(keyring),
    ...paths.flatMap(({ presented, anchors }) => [...presented, ...anchors]),
  ]) {
    certificates.set(Buffer.from(one).toString('base64'), one);
  }
  return { keyring, paths, certificates: [...certificates.values()] };
}

/** Keys in order, each type from its first one. */
function takeKeys(keyring: Keyring): (keyType?: KeyType) => KeyPair {
  const taken = new Map<KeyType, number>();
  return (keyType = 'P-256') => {
    const pairs = keyring.pairs(keyType);
    const count = taken.get(keyType) ?? 0;
    taken.set(keyType, count + 1);
    return pairs[count % pairs.length] as KeyPair;
  };
}

/** Every kind of name. */
const names: readonly GeneralNameInput[] = [
  { dns: 'client.example.com' },
  { dns: '*.example.com' },
  { email: 'client@example.com' },
  { uri: 'spiffe://example.com/client' },
  { uri: 'https://client.example.com:8443/a?b#c' },
  { ip: '10.0.0.1' },
  { ip: '2001:db8::1' },
  { directoryName: 'CN=client,OU=Clients,O=Acme' },
  { registeredId: '1.3.6.1.4.1.99999.1' },
  { otherName: { typeId: '1.3.6.1.4.1.311.20.2.3', value: der.utf8String('client@acme') } },
];

const qualifiers = der.sequence(
  der.sequence(der.oid('1.3.6.1.5.5.7.2.1'), der.ia5String('https://example.com/cps')),
  der.sequence(der.oid('1.3.6.1.5.5.7.2.2'), der.sequence(der.utf8String('Notice'))),
);

const policyA = '1.3.6.1.4.1.99999.10';
const policyB = '1.3.6.1.4.1.99999.11';
const anyPolicy = '2.5.29.32.0';

/** A root, one authority below it, and a client. */
function threeTier(
  root: Omit<AuthorityOptions, 'subject'>,
  authority: Omit<AuthorityOptions, 'subject'>,
  client: object,
  keyTypes: readonly [KeyType?, KeyType?, KeyType?] = [],
): Recipe {
  return async (keys) => {
    const top = await createRootAuthority({ subject: 'CN=Root,O=Acme', clock, keyPair: keys(keyTypes[0]), ...root });
    const issuing = await top.issueAuthority({
      subject: 'CN=Issuing,O=Acme',
      keyPair: keys(keyTypes[1]),
      ...authority,
    });
    const leaf = await issuing.issueClient({
      subject: 'CN=client,OU=Clients,O=Acme',
      keyPair: keys(keyTypes[2]),
      ...client,
    });
    return { presented: leaf.chainDer, anchors: [top] };
  };
}

const recipes: readonly Recipe[] = [
  threeTier({}, {}, {}),
  threeTier({}, {}, { sans: names }),
  threeTier({}, {}, {}, ['RSA-2048', 'RSA-2048', 'RSA-2048']),
  threeTier({}, {}, {}, ['P-384', 'P-521', 'Ed25519']),
  threeTier({}, {}, {}, ['Ed25519', 'RSA-3072', 'RSA-1024']),
  threeTier({}, { signature: { padding: 'pss' } }, { signature: { padding: 'pss', hash: 'SHA-512' } }, [
    'RSA-2048',
    'RSA-2048',
  ]),
  threeTier(
    { pathLenConstraint: 1 },
    { pathLenConstraint: 0 },
    { extendedKeyUsage: ['clientAuth', 'any', 'emailProtection'] },
  ),
  threeTier(
    {},
    {
      nameConstraints: {
        permitted: [
          { dns: 'example.com' },
          { email: 'example.com' },
          { uri: '.example.com' },
          { uri: 'example.com' },
          { ip: '10.0.0.0/8' },
          { ip: '2001:db8::/32' },
          { directoryName: [{ O: 'Acme' }] },
        ],
        excluded: [{ dns: 'bad.example.com' }, { email: 'root@example.com' }, { ip: '10.1.0.0/16' }],
      },
    },
    { subject: [{ O: 'Acme' }, { OU: 'Clients' }, { CN: 'client' }], sans: names.slice(0, 7) },
  ),
  threeTier(
    { certificatePolicies: [anyPolicy] },
    {
      certificatePolicies: [policyA, { policyIdentifier: policyB, qualifiers }],
      policyMappings: [{ issuerDomainPolicy: policyA, subjectDomainPolicy: policyB }],
      policyConstraints: { requireExplicitPolicy: 0, inhibitPolicyMapping: 3 },
      inhibitAnyPolicy: 2,
    },
    { certificatePolicies: [policyB, policyA] },
  ),
  threeTier(
    {},
    { certificatePolicies: [{ policyIdentifier: anyPolicy, qualifiers }] },
    {
      certificatePolicies: [{ policyIdentifier: policyA, qualifiers }],
      keyUsage: ['digitalSignature', 'keyAgreement', 'decipherOnly'],
    },
  ),
  threeTier(
    {},
    {
      authorityInfoAccess: { ocsp: [{ uri: 'http://ocsp.example.com' }], caIssuers: [{ uri: 'ldap://h/cn=a,o=b?c' }] },
    },
    {
      crlDistributionPoints: [[{ uri: 'http://crl.example.com/1.crl' }], [{ directoryName: 'CN=crl,O=Acme' }]],
      authorityKeyIdentifier: {
        keyIdentifier: Uint8Array.of(1, 2, 3),
        authorityCertIssuer: [{ directoryName: 'CN=Root,O=Acme' }],
        authorityCertSerialNumber: 77,
      },
      extensions: [
        extension.freshestCrl([[{ uri: 'http://crl.example.com/delta.crl' }]]),
        extension.issuerAltName([{ uri: 'https://example.com/' }]),
        { oid: '1.3.6.1.4.1.99999.2', value: der.octetString(Uint8Array.of(1)) },
        {
          oid: '2.5.29.9',
          value: der.sequence(der.sequence(der.oid('2.5.4.3'), der.setOf(der.utf8String('x')))),
        },
        {
          oid: '2.5.29.31',
          value: der.sequence(
            der.sequence(
              der.constructed(0, der.constructed(1, der.sequence(der.oid('2.5.4.3'), der.utf8String('crl1')))),
              der.primitive(1, Uint8Array.of(1, 0x66)),
              der.constructed(
                2,
                der.constructed(4, der.sequence(der.setOf(der.sequence(der.oid('2.5.4.10'), der.utf8String('Acme'))))),
              ),
            ),
          ),
        },
      ],
    },
  ),
  // Names in every string type, several attributes in one RDN, an empty subject.
  threeTier(
    { subject: [{ O: { teletex: 'Acmé' } }, { OU: { bmp: 'Öl' }, CN: { universal: 'Wurzel' } }] } as object,
    { subject: [{ DC: ['com', 'example'] }, { C: 'DE' }, { CN: { printable: 'Issuing' } }] } as object,
    { subject: [], sans: names },
  ),
  // Cross-certificates: two roots, each way, and an authority that changed its key.
  async (keys) => {
    const one = await createRootAuthority({ subject: 'CN=One', clock, keyPair: keys() });
    const two = await createRootAuthority({ subject: 'CN=Two', clock, keyPair: keys() });
    const issuing = await one.issueAuthority({ subject: 'CN=Issuing', keyPair: keys() });
    const cross = await two.issueAuthority({ subject: 'CN=One', keyPair: one.keyPair });
    const back = await one.issueAuthority({ subject: 'CN=Two', keyPair: two.keyPair });
    const renewed = await issuing.issueAuthority({ subject: 'CN=Issuing', keyPair: keys() });
    const leaf = await renewed.issueClient({ subject: 'CN=client', keyPair: keys() });
    const others = [back, cross, issuing, renewed].map(({ certificateDer }) => certificateDer);
    return { presented: [leaf.certificateDer, ...others], anchors: [two] };
  },
  // A self-signed client that is trusted itself, and one of version 1.
  async (keys) => {
    const own = await createSelfSignedClient({ subject: 'CN=alone', clock, keyPair: keys() });
    return { presented: own.chainDer, anchors: [own] };
  },
  async (keys) => {
    const top = await createRootAuthority({ subject: 'CN=Old,O=Acme', clock, keyPair: keys('RSA-2048') });
    const leaf = await top.issue({ subject: 'CN=v1', version: 1, keyPair: keys('RSA-2048') });
    return { presented: leaf.chainDer, anchors: [top] };
  },
];

/** Certificates that no path needs: odd forms that are still well-formed, and some that are not. */
function oddCertificates(keyring: Keyring): readonly Uint8Array[] {
  const [keyPair] = keyring.pairs('P-256');
  if (keyPair === undefined) return [];
  const forge = (options: object): Uint8Array =>
    forgeCertificate({ keyPair, subject: 'CN=odd', ...options }).certificateDer;
  return [
    forge({ notBefore: '20250101000000Z', notAfter: '20500101000000Z' }),
    forge({ issuerUniqueId: Uint8Array.of(0, 1), subjectUniqueId: Uint8Array.of(3, 8) }),
    forge({ serialNumber: Uint8Array.of(0), version: 2 }),
    forge({ spki: der.sequence(der.sequence(der.oid('1.3.101.113')), der.bitString(new Uint8Array(57))) }),
    forge({ subject: [{ '2.25.329800735698586629295641978511506172918': 'uuid' }] }),
    forge({
      extensions: Array.from({ length: 40 }, (_, arc) => ({ oid: `1.3.6.1.4.1.99999.${arc}`, value: der.nullValue() })),
    }),
    forge({ version: 1, extensions: [] }),
  ];
}
