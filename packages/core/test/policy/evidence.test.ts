import type { CertificateOptions } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { evidenceOf, evidenceOfName } from '../../src/policy/evidence.ts';
import { checkedClient, checkedPath, evidence } from './clients.ts';

const idOf = async (options: CertificateOptions) => (await evidence(options)).id;
const thumbprintId = async (options: CertificateOptions) => {
  const { id, certificate } = await evidence(options);
  return id === certificate?.thumbprint;
};

describe('the id of a client', () => {
  const spiffe = { uri: 'spiffe://acme/web' };

  it('is its SPIFFE ID', async () => {
    expect(await idOf({ subject: 'CN=web', sans: [spiffe, { dns: 'a.example' }] })).toBe('spiffe://acme/web');
  });

  it('may have 2,048 characters', async () => {
    const uri = `spiffe://acme/${'a'.repeat(2_034)}`;
    expect(await idOf({ subject: 'CN=web', sans: [{ uri }] })).toBe(uri);
  });

  it.each([
    ['with a second URI', [spiffe, { uri: 'https://a.example/' }]],
    ['without a path', [{ uri: 'spiffe://acme' }]],
    ['with an empty path', [{ uri: 'spiffe://acme/' }]],
    ['in another case', [{ uri: 'SPIFFE://acme/web' }]],
    ['with a trust domain in another case', [{ uri: 'spiffe://Acme/web' }]],
    ['with a query', [{ uri: 'spiffe://acme/web?x' }]],
    ['of more than 2,048 characters', [{ uri: `spiffe://acme/${'a'.repeat(2_035)}` }]],
    ['with a dot segment', [{ uri: 'spiffe://acme/web/..' }]],
  ])('is no SPIFFE ID %s, but the only CN', async (_, sans) => {
    expect(await idOf({ subject: 'CN=web', sans })).toBe('web');
  });

  it('is the thumbprint without exactly one CN', async () => {
    expect(await thumbprintId({ subject: 'O=Acme' })).toBe(true);
    expect(await thumbprintId({ subject: [{ CN: '' }] })).toBe(true);
    expect(await thumbprintId({ subject: [{ CN: 'a' }, { CN: 'b' }] })).toBe(true);
    expect(await thumbprintId({ subject: [], sans: [{ dns: 'a.example' }] })).toBe(true);
  });

  it('is never a SPIFFE ID written into a CN', async () => {
    expect(await thumbprintId({ subject: [{ CN: 'spiffe://acme/admin' }] })).toBe(true);
    expect(await thumbprintId({ subject: [{ CN: 'SPIFFE://acme/admin' }] })).toBe(true);
  });
});

describe('the evidence of a path', () => {
  it('is worked out once', async () => {
    const checked = await checkedClient({ subject: 'CN=a' });
    expect(evidenceOf(checked)).toBe(evidenceOf(checked));
  });

  it('keeps every OU, in order', async () => {
    const { organizationalUnits } = await evidence({
      subject: [{ OU: 'b' }, { OU: ['c', 'a'] }, { OU: 'b' }, { CN: 'x' }],
    });
    expect([...organizationalUnits].sort()).toEqual(['a', 'b', 'b', 'c']);
    expect(organizationalUnits[0]).toBe('b');
    expect(Object.isFrozen(organizationalUnits)).toBe(true);
  });

  it('has the e-mail addresses of the SAN, and those of the subject only where there is no SAN', async () => {
    const subject = [{ emailAddress: 'root@acme.example' }];
    expect(
      (await evidence({ subject, sans: [{ email: 'a@acme.example' }, { email: 'b@acme.example' }] })).emails,
    ).toEqual(['a@acme.example', 'b@acme.example']);
    expect((await evidence({ subject, sans: [{ dns: 'a.example' }] })).emails).toEqual([]);
    expect((await evidence({ subject })).emails).toEqual(['root@acme.example']);
  });

  it('has the leaf first and the anchor last, once', async () => {
    const { certificates } = await evidence({ subject: 'CN=a' });
    expect(certificates.map(String.call, String)).toHaveLength(3);
    expect(certificates.map((certificate) => certificate.subject.toString())).toEqual([
      'CN=a',
      'CN=Issuing CA,O=Acme',
      'CN=Acme Root,O=Acme',
    ]);
    const [leaf] = certificates;
    expect(evidenceOf(checkedPath([leaf!], leaf!)).certificates).toEqual([leaf]);
    expect((await evidence({}, { verifiedBy: 'proxy' })).certificates).toHaveLength(1);
  });

  it('cannot be had of a path without a leaf', async () => {
    const [leaf] = (await evidence()).certificates;
    expect(() => evidenceOf(checkedPath([], leaf!))).toThrow('A verified path without a leaf');
  });
});

describe('the evidence of a bare name', () => {
  it('is what the proxy says, and nothing of a certificate', async () => {
    const { subject, issuer } = await evidence({
      subject: [{ OU: 'a' }, { emailAddress: 'a@b.example' }, { CN: 'x' }],
    });
    expect(evidenceOfName({ subject, issuer, serialNumber: '07' })).toMatchObject({
      id: 'x',
      commonName: 'x',
      organizationalUnits: ['a'],
      emails: ['a@b.example'],
      sans: [],
      serialNumber: '07',
      verifiedBy: 'proxy',
      certificate: null,
      path: null,
      certificates: [],
    });
  });

  it('goes by the subject where there is no sole CN', async () => {
    const { subject, issuer } = await evidence({ subject: 'OU=a,O=b' });
    expect(evidenceOfName({ subject, issuer, serialNumber: undefined }).id).toBe('OU=a,O=b');
  });
});
