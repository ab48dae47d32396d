import { toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { fromTraefik } from '../../src/source/traefik.ts';
import * as p from './proxied.ts';

const source = fromTraefik({ trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' });
const decide = p.deciding(source, { trust: { anchors: p.root.certificatePem } });
const header = 'X-Forwarded-Tls-Client-Cert';
const list = p.client.chainDer.map((der) => p.base64(der)).join(',');

describe('Traefik', () => {
  it.each<[string, p.Headers, string]>([
    ['a chain', { [header]: list }, 'allow spiffe://acme/partner by peercert'],
    ['nothing', {}, 'certificate_missing'],
    ['the chain twice', { [header]: [list, list] }, 'header_repeated x-forwarded-tls-client-cert'],
    ['an empty value', { [header]: '' }, 'header_malformed x-forwarded-tls-client-cert empty'],
    ['an empty member', { [header]: `${list},` }, 'header_malformed x-forwarded-tls-client-cert base64'],
    [
      'a damaged leaf before a good certificate',
      { [header]: `MII*,${list}` },
      'header_malformed x-forwarded-tls-client-cert base64',
    ],
    [
      'an authority that Traefik did not ask for',
      { [header]: p.base64(p.stranger.certificateDer) },
      'signature_invalid',
    ],
    [
      'an expired certificate',
      { [header]: [p.expired, p.issuing].map((one) => p.base64(one.certificateDer)).join(',') },
      'certificate_expired',
    ],
    [
      'the info header alone',
      { 'X-Forwarded-Tls-Client-Cert-Info': 'Subject%3D%22CN%3Dadmin%22' },
      'certificate_missing',
    ],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  // `url.QueryEscape` escapes all of what base64 has beside letters and digits, and writes a blank as a plus sign.
  const queryEscape = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
  const inOnePiece = p.client.chainDer.map(
    (der) => `-----BEGIN CERTIFICATE-----${p.base64(der)}-----END CERTIFICATE-----`,
  );
  const pem = p.client.chainDer.map((der) => toPem(der));
  const allowed = 'allow spiffe://acme/partner by peercert';

  it.each<[string, string]>([
    ['the escaped form before 2.9.4', p.client.chainDer.map((der) => queryEscape(p.base64(der))).join(',')],
    ['the escaped form with its commas escaped', queryEscape(list)],
    ['boundaries around each certificate', inOnePiece.join(',')],
    ['boundaries, and a blank for each end of line', pem.map((one) => one.replaceAll('\n', ' ')).join(',')],
    ['escaped PEM', pem.map((one) => queryEscape(one)).join(',')],
    ['escaped boundaries without ends of lines', inOnePiece.map((one) => queryEscape(one)).join(',')],
  ])('takes what other versions write: %s', (_, value) => {
    expect(decide({ [header]: value })).toBe(allowed);
  });

  const malformed = 'header_malformed x-forwarded-tls-client-cert';
  const [leafPem = ''] = pem;
  it.each<[string, string, string]>([
    ['an escaped text in which a plus sign is left', queryEscape(list).replace('%2B', '+'), 'percent_encoding'],
    ['a slash left', queryEscape(list).replace(/%2F/, '/'), 'percent_encoding'],
    ['a cut-off escape', `${queryEscape(list)}%2`, 'percent_encoding'],
    ['a text escaped twice', queryEscape(queryEscape(list)), 'base64'],
    ['escaped and not', `${queryEscape(list)},${list}`, 'percent_encoding'],
    ['boundaries and none', `${inOnePiece[0]},${list}`, 'pem_boundary'],
    ['a boundary that is not closed', leafPem.replaceAll('\n', ' ').replace(/ -----END.*/, ''), 'pem_boundary'],
    ['boundaries around nothing', '-----BEGIN CERTIFICATE----------END CERTIFICATE-----', 'pem_base64'],
    ['a boundary that is both', '-----BEGIN CERTIFICATE-----END CERTIFICATE-----', 'pem_boundary'],
    ['another label', inOnePiece.join(',').replaceAll('CERTIFICATE', 'PUBLIC KEY'), 'pem_boundary'],
    ['two blocks without a comma', inOnePiece.join(''), 'pem_base64'],
    ['blanks in one piece', (inOnePiece[0] ?? '').replace('MII', 'M II'), 'pem_base64'],
    [
      'a hundred and one certificates',
      Array.from({ length: 101 }, () => inOnePiece[0]).join(','),
      'certificates_too_many',
    ],
  ])('refuses %s', (_, value, rule) => {
    expect(decide({ [header]: value })).toBe(`${malformed} ${rule}`);
  });

  it('keeps the info header for itself, too', () => {
    expect(source.forwarding?.headers).toEqual(['x-forwarded-tls-client-cert', 'x-forwarded-tls-client-cert-info']);
  });
});
