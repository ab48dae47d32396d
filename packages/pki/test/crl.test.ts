import { execFileSync } from 'node:child_process';
import { verify } from 'node:crypto';
import {
  type CrlOptions,
  createRootAuthority,
  der,
  extension,
  type ForgeCrlOptions,
  forgeCrl,
  generateKeyPair,
  type IssuedCrl,
} from '@peercert/pki';
import { beforeAll, describe, expect, it } from 'vitest';

const now = Date.UTC(2030, 0, 1, 0, 0, 0, 500);
const clock = (): number => now;
let root: Awaited<ReturnType<typeof createRootAuthority>>;
beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Root,O=Acme', clock });
});

/** The lines that openssl prints for a list, without blanks around them. */
function printed({ crlPem }: IssuedCrl): readonly string[] {
  const text = execFileSync('openssl', ['crl', '-noout', '-text'], { input: crlPem, encoding: 'utf8' });
  return text.split('\n').map((line) => line.trim());
}

const issued = (options: CrlOptions = {}): readonly string[] => printed(root.issueCrl(options));

/** The line below one. */
const below = (lines: readonly string[], line: string): string | undefined => lines[lines.indexOf(line) + 1];

describe('an issued list, as openssl reads it', () => {
  it('has the issuer, the clock, seven days and a number by default, and no entry', () => {
    const lines = issued();
    expect(lines).toContain('Version 2 (0x1)');
    expect(lines).toContain('Issuer: O = Acme, CN = Root');
    expect(lines).toContain('Last Update: Jan  1 00:00:00 2030 GMT');
    expect(lines).toContain('Next Update: Jan  8 00:00:00 2030 GMT');
    expect(below(lines, 'X509v3 CRL Number:')).toBe(String(Math.floor(now / 1000)));
    expect(lines).toContain('No Revoked Certificates.');
    expect(lines).toContain('X509v3 Authority Key Identifier:');
  });

  it('is signed by its authority', () => {
    const [tbs = der.sequence(), , signature = der.sequence()] = der.children(root.issueCrl().crlDer);
    expect(verify('sha256', tbs, root.keyPair.publicKey, der.contents(signature).subarray(1))).toBe(true);
  });

  it('revokes certificates by number or by what was issued, with date, reason and invalidity date', async () => {
    const client = await root.issueClient();
    const lines = issued({
      entries: [
        { serialNumber: client.serialNumber, reason: 'keyCompromise', revocationDate: new Date(Date.UTC(2029, 5, 1)) },
        { serialNumber: 0x1234, invalidityDate: new Date(Date.UTC(2029, 0, 1)) },
      ],
    });
    expect(lines).toContain(`Serial Number: ${client.serialNumber}`);
    expect(lines).toContain('Revocation Date: Jun  1 00:00:00 2029 GMT');
    expect(below(lines, 'X509v3 CRL Reason Code:')).toBe('Key Compromise');
    expect(lines).toContain('Serial Number: 1234');
    expect(lines).toContain('Revocation Date: Jan  1 00:00:00 2030 GMT');
    expect(below(lines, 'Invalidity Date:')).toBe('Jan  1 00:00:00 2029 GMT');
  });

  it('can be a delta CRL', () => {
    const lines = issued({ crlNumber: 9, baseCrlNumber: 7 });
    expect(below(lines, 'X509v3 CRL Number:')).toBe('9');
    expect(below(lines, 'X509v3 Delta CRL Indicator: critical')).toBe('7');
  });

  it('can be indirect', () => {
    const lines = issued({
      issuingDistributionPoint: { indirectCRL: true },
      entries: [{ serialNumber: 1, certificateIssuer: [{ directoryName: 'CN=Other' }] }],
    });
    expect(below(lines, 'X509v3 Issuing Distribution Point: critical')).toBe('Indirect CRL');
    expect(lines.some((line) => line.startsWith('X509v3 Certificate Issuer: critical'))).toBe(true);
  });

  it.each<[CrlOptions['issuingDistributionPoint'] & object, readonly string[]]>([
    [{ distributionPoint: [{ uri: 'http://a.test/1' }] }, ['Full Name:', 'URI:http://a.test/1']],
    [{ distributionPoint: { nameRelativeToCrlIssuer: { CN: 'Part' } } }, ['Relative Name:', 'CN = Part']],
    [{ onlyContainsUserCerts: true }, ['Only User Certificates']],
    [{ onlyContainsCACerts: true }, ['Only CA Certificates']],
    [{ onlyContainsAttributeCerts: true }, ['Only Attribute Certificates']],
    [{ onlySomeReasons: ['keyCompromise', 'aACompromise'] }, ['Only Some Reasons:', 'Key Compromise, AA Compromise']],
  ])('can have a scope, case %#', (issuingDistributionPoint, expected) => {
    const lines = issued({ issuingDistributionPoint });
    const start = lines.indexOf('X509v3 Issuing Distribution Point: critical') + 1;
    expect(lines.slice(start, start + expected.length)).toEqual(expected);
  });

  it('leaves out what is null and adds what is given', () => {
    const lines = issued({
      nextUpdate: null,
      crlNumber: null,
      authorityKeyIdentifier: null,
      extensions: [extension.freshestCrl([[{ uri: 'http://a.test/delta' }]])],
    });
    expect(lines).toContain('Next Update: NONE');
    expect(lines).not.toContain('X509v3 CRL Number:');
    expect(lines).not.toContain('X509v3 Authority Key Identifier:');
    expect(lines).toContain('X509v3 Freshest CRL:');
  });
});

describe('a distribution point of a certificate', () => {
  it('can name reasons and another issuer of lists', async () => {
    const client = await root.issueClient({
      crlDistributionPoints: [
        {
          distributionPoint: { nameRelativeToCrlIssuer: { CN: 'Part' } },
          reasons: ['superseded'],
          cRLIssuer: [{ directoryName: 'CN=Lists' }],
        },
      ],
    });
    const text = execFileSync('openssl', ['x509', '-noout', '-ext', 'crlDistributionPoints'], {
      input: client.certificatePem,
      encoding: 'utf8',
    });
    expect(text.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        'Relative Name:',
        'CN = Part',
        'Reasons:',
        'Superseded',
        'CRL Issuer:',
        'DirName:CN = Lists',
      ]),
    );
  });
});

describe('a forged list', () => {
  const forged = async (options: Partial<ForgeCrlOptions>): Promise<readonly Uint8Array[]> => {
    const { crlDer } = forgeCrl({ keyPair: await generateKeyPair(), thisUpdate: new Date(now), ...options });
    return der.children(crlDer);
  };
  const fieldsOf = async (options: Partial<ForgeCrlOptions>): Promise<readonly Uint8Array[]> => {
    const [tbs = der.sequence()] = await forged(options);
    return der.children(tbs);
  };

  it('has nothing but a version, an algorithm, an empty issuer and a time by default', async () => {
    const fields = await fieldsOf({});
    expect(fields.map(([identifier]) => identifier)).toEqual([0x02, 0x30, 0x30, 0x17]);
    expect(fields[0]).toEqual(der.integer(1));
    expect(fields[2]).toEqual(der.sequence());
  });

  it.each<[string, Partial<ForgeCrlOptions>, number, Uint8Array]>([
    ['another version', { version: 9 }, 0, der.integer(8)],
    ['a version as DER', { version: der.nullValue() }, 0, der.nullValue()],
    ['a time as text', { thisUpdate: '20300101000000Z' }, 3, der.generalizedTime('20300101000000Z')],
    ['a short time as text', { thisUpdate: '300101000000Z' }, 3, der.utcTime('300101000000Z')],
    ['a time as DER', { nextUpdate: der.nullValue() }, 4, der.nullValue()],
    ['entries as DER', { entries: der.nullValue() }, 4, der.nullValue()],
    ['an entry as DER', { entries: [der.nullValue()] }, 4, der.sequence(der.nullValue())],
    ['extensions as DER', { extensions: der.nullValue() }, 4, der.nullValue()],
    ['another inner algorithm', { innerAlgorithm: der.nullValue() }, 1, der.nullValue()],
    ['edited fields', { editTbs: () => [der.nullValue()] }, 0, der.nullValue()],
  ])('can have %s', async (_, options, index, expected) => {
    expect((await fieldsOf(options))[index]).toEqual(expected);
  });

  it('can have no version, another outer algorithm, another signature and octets after its end', async () => {
    expect((await fieldsOf({ version: 1 }))[0]?.[0]).toBe(0x30);
    expect((await forged({ outerAlgorithm: der.nullValue() }))[1]).toEqual(der.nullValue());
    expect((await forged({ editSignature: () => Uint8Array.of(7) }))[2]).toEqual(der.bitString(Uint8Array.of(7)));
    const { crlDer } = forgeCrl({
      keyPair: await generateKeyPair(),
      thisUpdate: new Date(now),
      trailing: Uint8Array.of(9),
    });
    expect(crlDer.at(-1)).toBe(9);
  });

  it('can have entries with any serial number, reason and extension', async () => {
    const [, , , , entries = der.sequence()] = await fieldsOf({
      entries: [
        {
          serialNumber: Uint8Array.of(0, 0, 1),
          reason: 7,
          revocationDate: '300101000000Z',
          extensions: [{ oid: '1.2.3', critical: true, value: der.nullValue() }],
        },
      ],
    });
    expect(entries).toEqual(
      der.sequence(
        der.sequence(
          der.integer(Uint8Array.of(0, 0, 1)),
          der.utcTime('300101000000Z'),
          der.sequence(
            der.sequence(der.oid('2.5.29.21'), der.octetString(der.enumerated(7))),
            der.sequence(der.oid('1.2.3'), der.boolean(true), der.octetString(der.nullValue())),
          ),
        ),
      ),
    );
  });
});
