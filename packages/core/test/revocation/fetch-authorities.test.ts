import { createRootAuthority, toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { readFetchCa } from '../../src/revocation/fetch-authorities.ts';

const root = await createRootAuthority({ subject: 'CN=Web Root' });
const other = await createRootAuthority({ subject: 'CN=Other' });
const both = root.certificatePem + other.certificatePem;
const read = (ca: unknown): string => readFetchCa(ca, 'ca');

describe('the authorities of https servers', () => {
  it.each([
    ['as OpenSSL writes it', both],
    ['with text around', `# one\n${both}end`],
    ['with a byte order mark', `\ufeff${both}`],
    ['in a variable of the environment', JSON.stringify(both)],
    ['on one line', both.replaceAll('\n', ' ')],
    ['indented', both.replace(/^/gm, '  ')],
    [
      'under old labels',
      both.replace('CERTIFICATE', 'X509 CERTIFICATE').replace('END CERTIFICATE', 'END X509 CERTIFICATE'),
    ],
    ['as OpenSSL trusts them', both.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
  ])('reach Node as it reads them: %s', (_, ca) => {
    expect(read(ca)).toBe(both);
  });

  /** X509_CERT_AUX: nothing trusted but 1.3.6.1.5.5.7.3.2, clientAuth. */
  const forClients = toPem(
    Buffer.concat([root.certificateDer, Buffer.from('300c300a06082b06010505070302', 'hex')]),
    'TRUSTED CERTIFICATE',
  );
  it.each<[string, unknown, string]>([
    ['octets', root.certificateDer, 'ca must be PEM text of the authorities of https servers'],
    ['nothing', '', 'ca is empty: was the variable'],
    ['text', 'believe me', 'ca must be PEM text of the authorities of https servers: it is not PEM'],
    ['what is cut off', both.slice(0, -9), 'it is cut off'],
    ['a key', both + root.privateKeyPem, 'ca holds a private key: take it out'],
    ['a list', root.issueCrl({}).crlPem, 'ca holds a revocation list'],
    ['authorities of clients alone', forClients, 'ca is trusted for other purposes than serverAuth'],
    ['no certificate', toPem(Uint8Array.of(0x30, 0)), 'ca: certificate 1 cannot be read'],
  ])('are not %s', (_, ca, words) => {
    expect(() => read(ca)).toThrow(TypeError);
    expect(() => read(ca)).toThrow(words);
  });
});
