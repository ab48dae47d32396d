import { X509Certificate } from 'node:crypto';
import type { KeyPair } from '@peercert/pki';
import { encodeGeneralName, extension, forgeCertificate, type GeneralNameInput, generateKeyPair } from '@peercert/pki';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { opensslX509 } from './openssl.ts';

const hex = (name: GeneralNameInput): string => Buffer.from(encodeGeneralName(name)).toString('hex');
let keyPair: KeyPair;

beforeAll(async () => {
  keyPair = await generateKeyPair('Ed25519');
});

describe('iPAddress', () => {
  it('has the octets that Node’s own reader finds in any address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        const { certificateDer } = forgeCertificate({ keyPair, extensions: [extension.subjectAltName([{ ip }])] });
        expect(new X509Certificate(certificateDer).checkIP(ip)).toBe(ip);
      }),
    );
  });

  it.each([
    ['10.0.0.0/8', '87080a000000ff000000'],
    ['10.0.0.0/255.255.0.0', '87080a000000ffff0000'],
    ['192.168.16.0/20', '8708c0a81000fffff000'],
    ['0.0.0.0/0', '87080000000000000000'],
    ['2001:db8::/33', '872020010db8000000000000000000000000ffffffff800000000000000000000000'],
  ])('writes %s as address and mask', (ip, expected) => {
    expect(hex({ ip })).toBe(expected);
  });

  it.each([
    'localhost',
    '10.0.0',
    '10.0.0.1/33',
    '::1/129',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '010.0.0.1',
    '10.0.0.0/ffff::',
  ])('refuses %j', (ip) => {
    expect(() => encodeGeneralName({ ip })).toThrow(TypeError);
  });
});

describe('every kind', () => {
  it('is read back by openssl', () => {
    const names: GeneralNameInput[] = [
      { dns: 'api.acme.test' },
      { uri: 'spiffe://acme/x' },
      { email: 'a@acme.test' },
      { ip: '::1' },
      { directoryName: 'CN=alice' },
      { registeredId: '1.2.3.4' },
      { otherName: { typeId: '1.3.6.1.4.1.311.20.2.3', value: Uint8Array.of(0x0c, 1, 0x61) } },
      { der: encodeGeneralName({ dns: 'raw.acme.test' }) },
    ];
    const certificate = forgeCertificate({ keyPair, extensions: [extension.subjectAltName(names)] });
    expect(opensslX509(certificate, '-ext', 'subjectAltName').split('\n')[1]?.trim()).toBe(
      'DNS:api.acme.test, URI:spiffe://acme/x, email:a@acme.test, IP Address:0:0:0:0:0:0:0:1, DirName:CN=alice, ' +
        'Registered ID:1.2.3.4, othername: UPN::a, DNS:raw.acme.test',
    );
  });
});
