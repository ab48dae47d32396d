/** An authority in memory whose certificates are one call away. */
import {
  type Authority,
  type CertificateOptions,
  type Clock,
  createRootAuthority,
  generateKeyPair,
  type IssuedCertificate,
  type KeyPair,
  type KeyType,
  type RdnInput,
  type ServerOptions,
} from '@peercert/pki';
import { asClient, type TestClient } from './as-client.ts';
import type { Credential } from './credential.ts';
import type { TestApp } from './listener.ts';

export interface TestAuthorityOptions {
  /** The CN of the root; the issuing authority is named after it. Default `Test Authority`. */
  readonly name?: string;
  /** Of every certificate, unless its own options differ. Default `P-256`. */
  readonly keyType?: KeyType;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: Clock;
}

/** Values are literal: a comma needs no escape. `subject` in place of these gives any other name. */
export interface TestClientOptions extends CertificateOptions {
  /** Default `client`. */
  readonly cn?: string;
  readonly ou?: string | readonly string[];
  /** Default: none. */
  readonly o?: string;
}

export interface TestAuthority {
  /** PEM of the root: for `trust.anchors`, and for the `ca` of a server. */
  readonly caPem: string;
  readonly root: Authority;
  /** The intermediate that issues clients and servers; they present it. */
  readonly issuing: Authority;
  /** A client certificate. The same `cn` has the same key pair each time, another `cn` another one. */
  client(options?: TestClientOptions): Promise<IssuedCertificate>;
  /** A server certificate. Default names: localhost, 127.0.0.1 and ::1. */
  server(options?: ServerOptions): Promise<IssuedCertificate>;
  /** `asClient` on a server whose `ca` is this authority, as `mtls()` without options wants it. */
  asClient(app: TestApp, credential: Credential | null): TestClient;
}

/** A root and an issuing authority. Key pairs are kept for the life of the process, so later calls cost little. */
export async function createTestAuthority(options: TestAuthorityOptions = {}): Promise<TestAuthority> {
  const { name = 'Test Authority', keyType = 'P-256', clock = Date.now } = options;
  const keyPair = (owner: string, type = keyType): Promise<KeyPair> => rememberedKeyPair(`${name}\0${owner}`, type);
  const root = await createRootAuthority({ subject: [{ CN: name }], keyPair: await keyPair('root'), clock });
  const issuing = await root.issueAuthority({
    subject: [{ CN: `${name} Issuing` }],
    keyPair: await keyPair('issuing'),
  });
  return Object.freeze({
    caPem: root.certificatePem,
    root,
    issuing,
    client: async ({ cn = 'client', ou = [], o, ...rest }: TestClientOptions = {}) =>
      issuing.issueClient({
        subject: subjectOf(cn, typeof ou === 'string' ? [ou] : ou, o),
        keyPair: await keyPair(`client ${cn}`, rest.keyType),
        ...rest,
      }),
    server: async (rest: ServerOptions = {}) =>
      issuing.issueServer({
        dnsNames: ['localhost'],
        ips: ['127.0.0.1', '::1'],
        keyPair: await keyPair('server', rest.keyType),
        ...rest,
      }),
    // Both, because some versions of Node show the leaf alone once they have verified a handshake.
    asClient: (app: TestApp, credential: Credential | null) =>
      asClient(app, credential, { ca: `${root.certificatePem}${issuing.certificatePem}` }),
  });
}

function subjectOf(cn: string, ous: readonly string[], o: string | undefined): RdnInput[] {
  return [...(o === undefined ? [] : [{ O: o }]), ...ous.map((ou) => ({ OU: ou })), { CN: cn }];
}

const keyPairs = new Map<string, Promise<KeyPair>>();

function rememberedKeyPair(owner: string, keyType: KeyType): Promise<KeyPair> {
  const key = `${keyType}\0${owner}`;
  const known = keyPairs.get(key) ?? generateKeyPair(keyType);
  keyPairs.set(key, known);
  return known;
}
