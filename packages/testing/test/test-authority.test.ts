import { X509Certificate } from 'node:crypto';
import { createTestAuthority } from '@peercert/testing';
import { describe, expect, it } from 'vitest';

const clock = (): number => Date.parse('2030-01-02T03:04:05Z');

describe('a test authority', () => {
  it('issues clients with literal names, most general first', async () => {
    const authority = await createTestAuthority({ clock });
    const client = await authority.client({ o: 'Acme', ou: ['b', 'a'], cn: 'x,OU=Administrators' });
    expect(new X509Certificate(client.certificateDer).subject).toBe('O=Acme\nOU=b\nOU=a\nCN=x\\,OU=Administrators');
    const single = new X509Certificate((await authority.client({ ou: 'Partner' })).certificateDer);
    expect(single.subject).toBe('OU=Partner\nCN=client');
  });

  it('issues from an intermediate that the certificates present', async () => {
    const authority = await createTestAuthority({ clock });
    const [leaf, issuer, top] = [await authority.client(), authority.issuing, authority.root].map(
      (one) => new X509Certificate(one.certificateDer),
    );
    expect(leaf?.verify(issuer!.publicKey)).toBe(true);
    expect(issuer?.verify(top!.publicKey)).toBe(true);
    expect((await authority.client()).chainDer).toHaveLength(2);
  });

  it('takes every option of a certificate', async () => {
    const authority = await createTestAuthority({ clock });
    const odd = await authority.client({
      cn: 'ignored',
      subject: 'CN=other',
      sans: [{ uri: 'spiffe://acme/x' }],
      serialNumber: 7,
      validity: { days: 1 },
      keyType: 'RSA-2048',
    });
    const certificate = new X509Certificate(odd.certificateDer);
    expect(certificate.subject).toBe('CN=other');
    expect(certificate.subjectAltName).toBe('URI:spiffe://acme/x');
    expect(certificate.serialNumber).toBe('07');
    expect(certificate.publicKey.asymmetricKeyType).toBe('rsa');
    expect(certificate.validTo).toBe('Jan  3 03:04:05 2030 GMT');
  });

  it('gives one name one key, and other names and authorities other keys', async () => {
    const [one, same, other] = await Promise.all([
      createTestAuthority(),
      createTestAuthority(),
      createTestAuthority({ name: 'Other' }),
    ]);
    const alice = await one.client({ cn: 'alice' });
    expect((await one.client({ cn: 'alice', ou: 'x' })).pin).toBe(alice.pin);
    expect((await same.client({ cn: 'alice' })).pin).toBe(alice.pin);
    expect((await one.client({ cn: 'bob' })).pin).not.toBe(alice.pin);
    expect((await other.client({ cn: 'alice' })).pin).not.toBe(alice.pin);
    expect(one.root.pin).not.toBe(other.root.pin);
  });

  it('issues servers for the names of loopback unless told otherwise', async () => {
    const authority = await createTestAuthority();
    const usual = new X509Certificate((await authority.server()).certificateDer);
    expect([usual.checkHost('localhost'), usual.checkIP('127.0.0.1'), usual.checkIP('::1')]).not.toContain(undefined);
    const named = new X509Certificate((await authority.server({ dnsNames: ['api.test'], ips: [] })).certificateDer);
    expect(named.subjectAltName).toBe('DNS:api.test');
  });
});
