import { type Authority, createRootAuthority, generateKeyPair, issuingDistributionPoint } from '@peercert/pki';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTrustStore } from '../../src/path/trust-store.ts';
import { createRevocation } from '../../src/revocation/revocation.ts';
import type { RevocationOptions } from '../../src/revocation/revocation-options.ts';
import { alice, bob, clock, day, issuing, line, listOf, root, start, time } from './world.ts';

const validity = { notBefore: new Date(start - day), notAfter: new Date(start + 300 * day) };

beforeEach(() => time.reset());

async function say(
  crls: NonNullable<RevocationOptions['crls']>,
  client = bob,
  intermediates: readonly string[] = [],
): Promise<string> {
  const one = line({
    trust: { anchors: root.certificatePem, intermediates: [issuing.certificatePem, ...intermediates] },
    revocation: { methods: ['crl'], scope: 'leaf', crls },
  });
  return (await one.say(client)).replace('now: ', '');
}

/** Another certificate of the issuing authority, with a key of its own. */
const renewed = (by: Authority): Promise<Authority> => by.issueAuthority({ subject: 'CN=Issuing', validity });

describe('a list that another certificate of the authority signed', () => {
  it('counts when that one has a path to the same anchor, whether as an intermediate or as an issuer of lists', async () => {
    const other = await renewed(root);
    const lists = { sources: [listOf([bob], {}, other)] };
    expect(await say(lists)).toBe('revocation_unavailable malformed');
    expect(await say({ ...lists, issuers: other.certificatePem })).toBe('certificate_revoked');
    expect(await say({ ...lists, issuers: other.certificatePem }, alice)).toBe('allow');
    expect(await say(lists, bob, [other.certificatePem])).toBe('certificate_revoked');
  });

  it('does not count when that one has another anchor, or none', async () => {
    const elsewhere = await createRootAuthority({ subject: 'CN=Elsewhere', validity, clock });
    for (const other of [
      await renewed(elsewhere),
      await createRootAuthority({ subject: 'CN=Issuing', validity, clock }),
    ]) {
      const lists = { sources: [listOf([bob], {}, other)], issuers: other.certificatePem };
      expect(await say(lists)).toBe('revocation_unavailable malformed');
      expect(await say(lists, bob, [elsewhere.certificatePem])).toBe('revocation_unavailable malformed');
    }
  });

  it('does not count when that one is revoked itself', async () => {
    const other = await renewed(root);
    const sources = [listOf([bob], {}, other), listOf([other], {}, root)];
    expect(await say({ sources, issuers: other.certificatePem })).toBe('revocation_unavailable malformed');
  });

  it('does not count for whoever asks while the list that revokes that one is still being verified', async () => {
    const other = await renewed(root);
    // Beyond a megabyte a signature is checked in slices; who asks before its end has to wait for it.
    const filling = Array.from({ length: 20 }, (_, index) => ({
      serialNumber: index + 1,
      extensions: [{ oid: '1.2.3', value: new Uint8Array(60_000) }],
    }));
    const { crlDer } = root.issueCrl({ entries: [...filling, { serialNumber: other.serialNumber }] });
    const sources = [listOf([], {}, other), crlDer];
    const revocation = createRevocation(
      { methods: ['crl'], scope: 'leaf', crls: { sources, issuers: other.certificatePem } },
      { clock },
    );
    // Nothing is trusted yet: whose key signed the lists shows when the first client comes.
    await revocation.ready();
    const one = line({ revocation });
    const said = await Promise.all([one.say(alice), one.say(alice), one.say(bob)]);
    expect(said).toEqual(said.map(() => 'revocation_unavailable malformed'));
    expect(await one.say(alice)).toBe('now: revocation_unavailable malformed');
    revocation.close();
  });

  it('counts for whoever asks while a list that is silent about that one is still being verified', async () => {
    const other = await renewed(root);
    const filling = Array.from({ length: 20 }, (_, index) => ({
      serialNumber: index + 1,
      extensions: [{ oid: '1.2.3', value: new Uint8Array(60_000) }],
    }));
    const { crlDer } = root.issueCrl({ entries: filling });
    const sources = [listOf([bob], {}, other), crlDer];
    const revocation = createRevocation(
      { methods: ['crl'], scope: 'leaf', crls: { sources, issuers: other.certificatePem } },
      { clock },
    );
    await revocation.ready();
    const one = line({ revocation });
    expect(await Promise.all([one.say(alice), one.say(bob)])).toEqual(['allow', 'certificate_revoked']);
    revocation.close();
  });

  it('does not count when that one may not sign lists', async () => {
    const keyPair = await generateKeyPair('P-256');
    const other = await root.issueAuthority({ subject: 'CN=Issuing', validity, keyPair, keyUsage: ['keyCertSign'] });
    const lists = { sources: [listOf([bob], {}, other)], issuers: other.certificatePem };
    expect(await say(lists)).toBe('revocation_unavailable malformed');
  });

  it('does not count for one instance because another, which shares its trust, allows weaker keys', async () => {
    const weak = await root.issueAuthority({
      subject: 'CN=Weak',
      validity,
      keyPair: await generateKeyPair('RSA-1024'),
    });
    const other = await renewed(weak);
    const trust = createTrustStore({ anchors: root.certificatePem, intermediates: issuing.certificatePem });
    const revocation: RevocationOptions = {
      methods: ['crl'],
      scope: 'leaf',
      crls: { sources: [listOf([bob], {}, other)], issuers: [other.certificatePem, weak.certificatePem] },
    };
    const lax = line({ trust, revocation, dangerouslyAllowRsaBits: 1024 });
    const firm = line({ trust, revocation });
    expect(await lax.say(bob)).toBe('certificate_revoked');
    expect(await firm.say(alice)).toBe('now: revocation_unavailable malformed');
  });

  it('counts no longer than that one is valid', async () => {
    const brief = { notBefore: new Date(start - day), notAfter: new Date(start + 60_000) };
    const other = await root.issueAuthority({ subject: 'CN=Issuing', validity: brief });
    const one = line({
      revocation: {
        methods: ['crl'],
        scope: 'leaf',
        crls: { sources: [listOf([], {}, other)], issuers: other.certificatePem },
      },
    });
    expect(await one.say(alice)).toBe('allow');
    expect(await one.say(bob)).toBe('now: allow');
    time.pass(120_000);
    const carol = await issuing.issueClient({ subject: 'CN=carol', validity });
    expect(await one.say(carol)).toBe('now: revocation_unavailable malformed');
  });
});

describe('an indirect list', () => {
  it('speaks of certificates of others whose distribution point names its issuer', async () => {
    const lister = await root.issueAuthority({ subject: 'CN=Lists', validity });
    const carol = await issuing.issueClient({
      subject: 'CN=carol',
      validity,
      crlDistributionPoints: [{ cRLIssuer: [{ directoryName: 'CN=Lists' }] }],
    });
    const { crlDer } = lister.issueCrl({
      entries: [{ serialNumber: carol.serialNumber, certificateIssuer: [{ directoryName: 'CN=Issuing' }] }],
      issuingDistributionPoint: { indirectCRL: true },
    });
    expect(issuingDistributionPoint({ indirectCRL: true }).critical).toBe(true);
    expect(await say({ sources: [crlDer] }, carol)).toBe('revocation_unavailable malformed');
    expect(await say({ sources: [crlDer], issuers: lister.certificatePem }, carol)).toBe('certificate_revoked');
  });
});
