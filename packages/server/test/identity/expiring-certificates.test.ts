import { createRootAuthority } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { readChain } from '../../src/identity/certificate-chain.ts';
import { expiringCertificates } from '../../src/identity/expiring-certificates.ts';
import { readPem } from '../../src/identity/pem-source.ts';

const day = 86_400_000;
const notAfter = new Date('2027-02-20T00:00:00Z');
const ends = notAfter.getTime();

describe('a chain within 30 days of its end', () => {
  it('is told for each certificate, with the days that are left', async () => {
    const root = await createRootAuthority({ subject: 'CN=Root' });
    const issuing = await root.issueAuthority({
      subject: 'CN=Issuing',
      validity: { notAfter: new Date(ends + 10 * day) },
    });
    const server = await issuing.issueServer({ dnsNames: ['a.example.com'], validity: { notAfter } });
    const chain = readChain(readPem(server.chainPem, 'certificate'));
    const identity = { chain, path: '/etc/tls/tls.crt' };
    const leaf = (daysLeft: number) => ({
      type: 'server_certificate_expiring',
      index: 0,
      subject: 'CN=a.example.com',
      thumbprint: server.thumbprint,
      notAfter,
      daysLeft,
      path: '/etc/tls/tls.crt',
    });

    expect(expiringCertificates(identity, ends - 30 * day - 1)).toEqual([]);
    expect(expiringCertificates(identity, ends - 30 * day)).toEqual([leaf(30)]);
    expect(expiringCertificates(identity, ends - 20 * day - 1)).toEqual([leaf(20)]);
    expect(expiringCertificates(identity, ends - day)).toEqual([
      leaf(1),
      expect.objectContaining({ index: 1, subject: 'CN=Issuing', daysLeft: 11 }),
    ]);
    expect(expiringCertificates(identity, ends + day)[0]).toEqual(leaf(0));
    expect(expiringCertificates({ chain, path: undefined }, ends)[0]).toEqual({ ...leaf(0), path: undefined });
  });
});
