/**
 * Revocation that is made apart, and given to instances of other settings: of the two the stricter counts, for lists, for
 * answers, for who signs lists, and in whatever order the instances come.
 */
import {
  type Authority,
  createOcspResponder,
  createRootAuthority,
  generateKeyPair,
  type IssuedCertificate,
} from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MtlsOptions } from '../../../src/options.ts';
import type { TrustOptions } from '../../../src/path/trust-store.ts';
import { createRevocation, type Revocation, type RevocationSurroundings } from '../../../src/revocation/revocation.ts';
import type { RevocationOptions } from '../../../src/revocation/revocation-options.ts';
import { alice, clock, day, issuing, line, listOf, root, start, time } from '../world.ts';

const opened: Revocation[] = [];

beforeEach(() => time.reset());

afterEach(() => {
  for (const revocation of opened.splice(0)) revocation.close();
});

function open(options: RevocationOptions, surroundings: RevocationSurroundings = {}): Revocation {
  const revocation = createRevocation(options, { clock, ...surroundings });
  opened.push(revocation);
  return revocation;
}

async function say(options: MtlsOptions, client: IssuedCertificate = alice): Promise<string> {
  return (await line(options).say(client)).replace('now: ', '');
}

describe('lists that a strict instance would refuse', () => {
  // As `openssl ca -gencrl` writes them without crl_extensions: RFC 5280 5.2.3 asks for a number.
  const unnumbered = (): RevocationOptions => ({
    methods: ['crl'],
    scope: 'leaf',
    crls: { sources: [listOf([], { crlNumber: null })] },
  });

  it('are refused by it inline and made apart alike, and taken by others beside it', async () => {
    const revocation = open(unnumbered());
    expect(await say({ revocation })).toBe('allow');
    expect(await say({ profile: 'strict', revocation })).toBe('revocation_unavailable malformed');
    expect(await say({ revocation })).toBe('allow');
    expect(await say({ profile: 'strict', revocation: unnumbered() })).toBe('revocation_unavailable malformed');
  });

  it('are refused for all where the revocation itself is strict', async () => {
    const revocation = open(unnumbered(), { profile: 'strict' });
    expect(await say({ revocation })).toBe('revocation_unavailable malformed');
  });

  it('say by their detail which profile it is that refuses them', async () => {
    const decision = await line({ profile: 'strict', revocation: open(unnumbered()) }).decide(alice);
    expect(decision).toMatchObject({
      reason: { detail: { trouble: { problem: 'crl_not_strict', lists: [{ crlNumber: undefined }] } } },
    });
  });

  it('still revoke whom they name', async () => {
    const client = await issuing.issueClient({ subject: 'CN=named' });
    const sources = [listOf([client], { crlNumber: null })];
    const revocation = open({ methods: ['crl'], scope: 'leaf', crls: { sources } });
    expect(await say({ profile: 'strict', revocation }, client)).toBe('certificate_revoked');
  });
});

describe('signatures that one of the two does not allow', () => {
  const validity = { notBefore: new Date(start - day), notAfter: new Date(start + 300 * day) };

  async function short(): Promise<{ authority: Authority; client: IssuedCertificate; trust: TrustOptions }> {
    const keyPair = await generateKeyPair('RSA-1024');
    const authority = await createRootAuthority({ subject: 'CN=Short', validity, clock, keyPair });
    const client = await authority.issueClient({
      subject: 'CN=short',
      validity,
      keyPair: await generateKeyPair('P-256'),
    });
    return { authority, client, trust: { anchors: authority.certificatePem } };
  }

  it('count for lists where both allow them', async () => {
    const { authority, client, trust } = await short();
    const sources = [listOf([], {}, authority)];
    const options: RevocationOptions = { methods: ['crl'], crls: { sources } };
    const allowed = { dangerouslyAllowRsaBits: 1024 };
    expect(await say({ trust, ...allowed, revocation: open(options) }, client)).toBe(
      'revocation_unavailable malformed',
    );
    expect(await say({ trust, ...allowed, revocation: open(options, allowed) }, client)).toBe('allow');
    expect(await say({ trust, ...allowed, revocation: options }, client)).toBe('allow');
  });

  it('count for OCSP answers where both allow them, whoever asked first', async () => {
    const responder = await createOcspResponder({ authority: issuing, clock }).listen();
    onTestFinished(() => responder.close());
    const revocation = open({ methods: ['ocsp'], scope: 'leaf', ocsp: { responders: responder.url } });
    expect(await say({ revocation })).toBe('allow');
    // Everything here has ECDSA keys: to ask for more of RSA keys changes nothing, but the answers are judged apart.
    expect(await say({ revocation, dangerouslyAllowRsaBits: 4096 })).toBe('allow');
    expect(responder.requests).toBe(2);
    const { authority, client, trust } = await short();
    const weak = await createOcspResponder({ authority, clock }).listen();
    onTestFinished(() => weak.close());
    const options: RevocationOptions = { methods: ['ocsp'], ocsp: { responders: weak.url } };
    const allowed = { dangerouslyAllowRsaBits: 1024 };
    const shared = open(options, allowed);
    expect(await say({ trust, ...allowed, revocation: shared }, client)).toBe('allow');
    expect(await say({ trust, ...allowed, revocation: open(options) }, client)).toBe(
      'revocation_unavailable malformed',
    );
  });

  it('of who signs lists beside the issuer count by the settings of the instance', async () => {
    const signer = await root.issueAuthority({
      subject: 'CN=Issuing',
      validity,
      keyPair: await generateKeyPair('RSA-2048'),
    });
    const crls = { sources: [listOf([], {}, signer)], issuers: signer.certificatePem };
    const revocation = open({ methods: ['crl'], scope: 'leaf', crls });
    expect(await say({ revocation })).toBe('allow');
    expect(await say({ revocation, dangerouslyAllowRsaBits: 3072 })).toBe('revocation_unavailable malformed');
    expect(await say({ revocation })).toBe('allow');
  });

  it('are said to be wrong at construction', () => {
    const options: RevocationOptions = { methods: ['crl'], crls: { sources: [listOf([])] } };
    expect(() => open(options, { dangerouslyAllowRsaBits: 512 })).toThrow(
      new TypeError('createRevocation(): dangerouslyAllowRsaBits must be a whole number of bits from 1024 to 8192'),
    );
    expect(() => open(options, { dangerouslyAllowAlgorithms: ['md5' as never] })).toThrow(
      /^createRevocation\(\): dang/,
    );
  });
});
