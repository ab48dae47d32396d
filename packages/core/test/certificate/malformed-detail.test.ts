import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tool } from '../../../../test/tools.ts';
import { parseCertificate } from '../../src/certificate/certificate.ts';
import type { Deviation } from '../../src/certificate/deviations.ts';
import { deviatingDetail, malformedDetail, malformedText } from '../../src/certificate/malformed-detail.ts';
import { deceptive } from '../../src/log-text.ts';
import type { Reason } from '../../src/reasons.ts';
import {
  ascii,
  boolean,
  element,
  explicit,
  hex,
  integer,
  join as joined,
  nothing,
  type Octets,
  octetString,
  oid,
  printable,
  sequence,
  set,
  utcTime,
  utf8,
} from '../encoding/der-writer.ts';
import {
  attribute,
  authority,
  authorityKeyIdentifier,
  certificate,
  commonName,
  ecKey,
  extension,
  isOfForm,
  name,
  parsed,
  type Template,
} from './template.ts';

const openssl = tool('openssl');

type Detail = Extract<Reason, { code: 'certificate_malformed' }>['detail'];

/** What the log says of octets that cannot be read as a certificate, or in which a name is not in its form. */
function refused(template: Template | Uint8Array): Detail {
  const der = template instanceof Uint8Array ? template : certificate(template);
  const outcome = parseCertificate(der, 2);
  const rule = outcome.ok ? outcome.value.deviations.find(isOfForm) : undefined;
  if (rule !== undefined) return deviatingDetail(der, 2, rule);
  if (outcome.ok || outcome.reason.code !== 'certificate_malformed') throw new Error('it was not refused');
  return outcome.reason.detail;
}

const withExtensions = (...extensions: readonly Octets[]): Template => ({
  extensions: [authorityKeyIdentifier, ...extensions.map((one) => Uint8Array.from(one))],
});
const place = (template: Template | Uint8Array): string | undefined => refused(template).place;

const dns = (text: string): Uint8Array => element(0x82, ascii(text));
/** A control character: a name with one has no text. */
const bell = '\x07';

describe('the log of a malformed certificate', () => {
  it('names the rule in words, the place, its octets, and whose certificate it is', () => {
    const odd = dns(`node${bell}`);
    const der = certificate(withExtensions(extension('2.5.29.17', sequence(dns('a.example'), odd))));
    expect(refused(der)).toEqual({
      index: 2,
      rule: 'dns_name',
      explanation: 'RFC 5280 4.2.1.6: A dNSName MUST be in the preferred name syntax of RFC 1034',
      subject: 'CN=Leaf',
      issuer: 'CN=Issuer',
      place: 'SAN[1] dNSName "node\\u0007"',
      offset: Buffer.from(der).indexOf(odd),
      octets: Buffer.from(odd).toString('hex'),
    });
  });

  it.each<[string, Template]>([
    ['subject CN "a\\u0007"', { subject: name(commonName(`a${bell}`)) }],
    ['subject OU "b\\u0007"', { subject: name(commonName('a'), set(attribute('2.5.4.11', utf8(`b${bell}`)))) }],
    ['subject 1.2.3.4 "b\\u0007"', { subject: name(set(attribute('1.2.3.4', utf8(`b${bell}`)))) }],
    ['issuer O "x\\u0007"', { issuer: name(set(attribute('2.5.4.10', element(0x12, ascii(`x${bell}`))))) }],
    ['issuer CN "\\ud800"', { issuer: name(set(attribute('2.5.4.3', element(0x1e, [0xd8, 0])))) }],
    ['version', { version: explicit(0, integer(7)) }],
    ['serialNumber', { serialNumber: hex('02 02 00 01') }],
    ['tbsCertificate.signature', { algorithm: hex('30 80 00 00') }],
    ['notBefore', { notBefore: utcTime('2601010000Z') }],
    ['notAfter', { notAfter: utcTime('270101000000+0100') }],
    ['subjectPublicKeyInfo algorithm', { publicKey: sequence(sequence(oid('1.2.840.10045.2.1'), nothing)) }],
    ['subjectPublicKeyInfo subjectPublicKey', { publicKey: ecKey('1.2.840.10045.3.1.7', [3, 1]) }],
    ['issuerUniqueID', { uniqueIdentifiers: element(0x81, [9]) }],
    ['extensions', { version: [], rawExtensions: explicit(3, sequence(authorityKeyIdentifier)) }],
    ['extension 1.2.3.4 critical', withExtensions(sequence(oid('1.2.3.4'), hex('01020101'), octetString([])))],
    ['extension 1.2.3.4', withExtensions(extension('1.2.3.4', []), extension('1.2.3.4', []))],
    ['extension [1]', withExtensions(sequence(utf8('x')))],
    ['extension keyUsage', withExtensions(extension('2.5.29.15', hex('03 02 07 00')))],
    [
      'extension basicConstraints pathLenConstraint',
      withExtensions(extension('2.5.29.19', sequence(boolean(true), integer(-1)))),
    ],
    [
      'SAN[0] directoryName CN "d\\u0007"',
      withExtensions(extension('2.5.29.17', sequence(explicit(4, name(commonName(`d${bell}`)))))),
    ],
    [
      'SAN[0] otherName 1.3.6.1.4.1.311.20.2.3',
      withExtensions(
        extension('2.5.29.17', sequence(element(0xa0, oid('1.3.6.1.4.1.311.20.2.3'), explicit(0, hex('0c8001'))))),
      ),
    ],
    ['SAN[0] iPAddress', withExtensions(extension('2.5.29.17', sequence(element(0x87, [1, 2, 3]))))],
    ['SAN[1] name', withExtensions(extension('2.5.29.17', sequence(dns('a.example'), element(0x89, [1]))))],
    ['IAN[0] rfc822Name "\\u0007"', withExtensions(extension('2.5.29.18', sequence(element(0x81, ascii(bell)))))],
    [
      'extension nameConstraints permitted[1] dNSName "-"',
      withExtensions(
        authority,
        extension('2.5.29.30', sequence(explicit(0, sequence(dns('a.example')), sequence(dns('-'))))),
      ),
    ],
    [
      'extension nameConstraints excluded[0] distance',
      withExtensions(extension('2.5.29.30', sequence(explicit(1, sequence(dns('a.example'), element(0x80, [1])))))),
    ],
    [
      'extension authorityInfoAccess[0] uniformResourceIdentifier "\\u0007"',
      withExtensions(
        extension('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), element(0x86, ascii(bell))))),
      ),
    ],
    [
      'extension cRLDistributionPoints[0] fullName[0] uniformResourceIdentifier "\\u0007"',
      withExtensions(extension('2.5.29.31', sequence(sequence(explicit(0, explicit(0, element(0x86, ascii(bell)))))))),
    ],
    [
      'extension authorityKeyIdentifier authorityCertIssuer[0] dNSName "\\u0007"',
      { extensions: [extension('2.5.29.35', sequence(explicit(1, dns(bell)), element(0x82, [1])))] },
    ],
    [
      'extension certificatePolicies[0] policyIdentifier',
      withExtensions(extension('2.5.29.32', sequence(sequence(hex('0600'))))),
    ],
    ['signatureAlgorithm', { outerAlgorithm: sequence(oid('1.2.840.10045.4.3.3')) }],
    ['signatureValue', { signature: hex('03 02 04 f0') }],
  ])('says where: %s', (expected, template) => {
    expect(place(template)).toBe(expected);
  });

  it('says where something is missing, or too much', () => {
    expect(place({ signature: [] })).toBe('behind signatureAlgorithm');
    expect(place({ notAfter: [] })).toBe('behind notBefore');
    expect(place(joined(certificate(), [1, 2]))).toBe('behind the certificate');
    expect(refused(joined(certificate(), [1, 2]))).toMatchObject({ octets: '0102' });
    expect(place({ notAfter: joined(utcTime('270101000000Z'), nothing) })).toBe('validity[2]');
    expect(place(sequence())).toBe('inside the certificate');
    expect(place(certificate().subarray(0, -1))).toBe('the certificate');
    const { remedy, ...nothingElse } = refused(new Uint8Array());
    expect(nothingElse).toEqual({ index: 2, rule: 'der_truncated', explanation: expect.any(String) });
    expect(remedy).toContain('cut off');
  });

  it('speaks of the file only where that is cut off, or has more than the certificate', () => {
    const remedyOf = (template: Template | Uint8Array): string | undefined => refused(template).remedy;
    expect(remedyOf(joined(certificate(), [1, 2]))).toContain('Several certificates in one file');
    expect(remedyOf({ notAfter: joined(utcTime('270101000000Z'), nothing) })).toBeUndefined();
    expect(remedyOf(certificate().subarray(0, 100))).toContain('cut off');
    expect(remedyOf(certificate().subarray(0, 3))).toContain('cut off');
    expect(remedyOf({ subject: hex('30 7f 31 00') })).toBeUndefined();
  });

  it.runIf(openssl !== undefined)('says what is known to write it so', () => {
    const written = (...key: string[]): Uint8Array => {
      const folder = mkdtempSync(join(tmpdir(), 'peercert-malformed-'));
      const run = (...args: string[]): Buffer => execFileSync(openssl as string, args, { cwd: folder, stdio: 'pipe' });
      try {
        run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'plain.pem', ...key);
        run('ec', '-in', 'plain.pem', '-out', 'key.pem', ...key);
        return new Uint8Array(run('req', '-x509', '-new', '-key', 'key.pem', '-subj', '/CN=odd', '-outform', 'DER'));
      } finally {
        rmSync(folder, { recursive: true });
      }
    };
    expect(refused(written('-param_enc', 'explicit'))).toMatchObject({
      rule: 'ec_parameters',
      subject: 'CN=odd',
      remedy: expect.stringContaining('-param_enc named_curve'),
    });
    expect(refused(written('-conv_form', 'hybrid'))).toMatchObject({
      rule: 'ec_point',
      place: 'subjectPublicKeyInfo subjectPublicKey',
      remedy: expect.stringContaining('-conv_form uncompressed'),
    });
  });

  it('shows names only where they can be read', () => {
    const odd = name(set(attribute('2.5.4.3', element(0x0c, [0xc0]))));
    expect(refused({ subject: odd }).subject).toBeUndefined();
    expect(refused({ subject: odd }).issuer).toBe('CN=Issuer');
    expect(refused({ version: [], issuer: odd, rawExtensions: [] })).toMatchObject({ subject: 'CN=Leaf' });
    expect(refused(sequence(nothing)).subject).toBeUndefined();
  });

  it('is bounded, on one line, and lets no text end its own quotes', () => {
    const quote = refused({ subject: name(set(attribute('2.5.4.3', printable('"\n\u0000')))) });
    expect(quote.place).toBe('subject CN "\\"\\n\\u0000"');
    const long = refused({ subject: name(commonName(`${'\u202e'.repeat(9_000)}${bell}`)) });
    expect(long.place?.length).toBeLessThan(700);
    expect(long.place).toMatch(/^subject CN "\\u202e[^\u202e]*…"$/);
    expect(long.octets).toMatch(/^[0-9a-f]{64}… \(27005 octets\)$/);
    const types = refused({ subject: name(set(sequence(oid(`1.2${'.3'.repeat(900)}`), utf8(bell)))) });
    expect(types.place).toBe('subject attribute "\\u0007"');
  });

  it('is one sentence for whoever gave it as an option', () => {
    const outcome = parseCertificate(certificate({ serialNumber: hex('02 02 00 01') }));
    expect(outcome.ok ? '' : malformedText(outcome.reason)).toMatch(
      /^der_integer_not_minimal \(X\.690 8\.3\.2: An INTEGER with a redundant leading octet\); place: serialNumber, offset \d+: 02020001; subject: CN=Leaf$/,
    );
  });

  it('comes to an end for whatever octets there are', () => {
    const der = certificate(withExtensions(extension('2.5.29.17', sequence(dns('a.example'))), authority));
    const changes = fc.array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const damaged = changes.map((all) => {
      const changed = Uint8Array.from(der);
      for (const [at, octet] of all) changed[at] = octet;
      return changed;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged), fc.nat(der.length), (octets, length) => {
        for (const part of [octets, octets.subarray(0, length)]) {
          const outcome = parseCertificate(part);
          if (outcome.ok) continue;
          const { explanation, octets: shown = '', offset = 0, place: where = '' } = outcome.reason.detail as Detail;
          expect(explanation).toMatch(/^(RFC|X\.)/);
          expect(offset).toBeLessThanOrEqual(part.length);
          expect(`${where}${shown}`).not.toMatch(deceptive);
        }
      }),
    );
  });
});

describe('the log of a certificate that the profile refuses', () => {
  const detailOf = (template: Template, rule: Deviation): Detail => deviatingDetail(parsed(template).der, 1, rule);

  it('names the sentence, the place and the octets', () => {
    const der = certificate({ serialNumber: integer(0) });
    expect(deviatingDetail(der, 1, 'serial_number_zero')).toEqual({
      index: 1,
      rule: 'serial_number_zero',
      explanation: 'RFC 5280 4.1.2.2: The serial number MUST be a positive integer',
      subject: 'CN=Leaf',
      issuer: 'CN=Issuer',
      place: 'serialNumber',
      offset: Buffer.from(der).indexOf(integer(0)),
      octets: '020100',
    });
  });

  it.each<[Deviation, string, Template]>([
    ['attribute_string_type', 'subject C "DE"', { subject: name(set(attribute('2.5.4.6', utf8('DE')))) }],
    ['attribute_length', 'subject CN ""', { subject: name(commonName('')) }],
    [
      'dns_name_underscore',
      'SAN[1] dNSName "a_b.example"',
      withExtensions(extension('2.5.29.17', sequence(dns('a.example'), dns('a_b.example'), dns('c_d.example')))),
    ],
    [
      'location_uri_syntax',
      'extension cRLDistributionPoints[0] fullName[0] uniformResourceIdentifier "ldap:a b"',
      withExtensions(
        extension('2.5.29.31', sequence(sequence(explicit(0, explicit(0, element(0x86, ascii('ldap:a b'))))))),
      ),
    ],
    [
      'path_length_without_ca',
      'extension basicConstraints pathLenConstraint',
      withExtensions(extension('2.5.29.19', sequence(integer(0)))),
    ],
    ['issuer_empty', 'issuer', { issuer: name() }],
    [
      'freshest_crl_critical',
      'extension freshestCRL critical',
      withExtensions(
        extension('2.5.29.46', sequence(sequence(explicit(0, explicit(0, element(0x86, ascii('http://a/')))))), true),
      ),
    ],
    ['subject_missing', 'subject', { subject: name() }],
    ['authority_key_identifier_missing', 'extensions', { extensions: [extension('1.2.3.4', [])] }],
    [
      'basic_constraints_not_critical',
      'extension basicConstraints critical',
      withExtensions(extension('2.5.29.19', sequence(boolean(true)))),
    ],
  ])('says where %s is: %s', (rule, expected, template) => {
    expect(detailOf(template, rule).place).toBe(expected);
  });

  it('says what it can of a certificate that does not deviate so', () => {
    expect(detailOf({}, 'serial_number_zero')).not.toHaveProperty('place');
    expect(malformedDetail(certificate(), 0, 'der_boolean')).not.toHaveProperty('place');
  });
});
