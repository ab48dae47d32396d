import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseCertificate, parseCertificatePem } from '../../src/certificate/certificate.ts';
import { malformedRules } from '../../src/certificate/malformed.ts';
import { ProfileReader } from '../../src/certificate/profile-reader.ts';
import { encodePem } from '../../src/encoding/pem.ts';
import { serialIntegerOctets } from '../../src/encoding/serial-number.ts';
import {
  bitString,
  element,
  explicit,
  generalizedTime,
  hex,
  integer,
  join,
  nothing,
  octetString,
  oid,
  sequence,
  utcTime,
} from '../encoding/der-writer.ts';
import {
  authorityKeyIdentifier,
  certificate,
  commonName,
  extension,
  name,
  nothingAtAll,
  p256,
  p256Key,
  parsed,
  verdict,
} from './template.ts';

describe('a certificate', () => {
  it('is read field by field', () => {
    const der = certificate({ serialNumber: integer(0x03a5b1) });
    const read = parsed(der);
    expect(read.der).toEqual(der);
    expect(read.version).toBe(3);
    expect(read.serialNumber).toBe('03A5B1');
    expect(read.signatureAlgorithm.oid).toBe('1.2.840.10045.4.3.2');
    expect(read.signatureAlgorithm.parameters).toBeUndefined();
    expect(read.signatureAlgorithm.der).toEqual(sequence(oid('1.2.840.10045.4.3.2')));
    expect(read.signature).toEqual(Uint8Array.of(1, 2, 3));
    expect(read.issuer.toString()).toBe('CN=Issuer');
    expect(read.subject.toString()).toBe('CN=Leaf');
    expect(read.notBefore).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(read.notAfter).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(read.notBeforeMs).toBe(Date.UTC(2026, 0, 1));
    expect(read.notAfterMs).toBe(Date.UTC(2027, 0, 1));
    expect(read.publicKey.der).toEqual(p256);
    expect(read.publicKey.key).toEqual(p256Key);
    expect(read.publicKey.algorithm.oid).toBe('1.2.840.10045.2.1');
    expect(read.publicKey.algorithm.parameters).toEqual(oid('1.2.840.10045.3.1.7'));
    expect(read.extensions.map(({ oid: type, critical }) => [type, critical])).toEqual([['2.5.29.35', false]]);
    expect(read.extensions[0]?.value).toEqual(sequence(element(0x80, hex('0102030405060708'))));
    expect(read.isSelfIssued).toBe(false);
    expect(read.deviations).toEqual([]);
  });

  it('has its signed part cut out with the header', () => {
    const der = certificate();
    const read = parsed(der);
    expect(sequence(read.tbsDer, read.signatureAlgorithm.der, bitString(read.signature))).toEqual(der);
  });

  it('lacks every extension that it does not have', () => {
    const read = parsed({ rawExtensions: nothingAtAll });
    expect(read.extensions).toEqual([]);
    expect(read.basicConstraints).toBeUndefined();
    expect(read.keyUsage).toBeUndefined();
    expect(read.extendedKeyUsage).toBeUndefined();
    expect(read.subjectAltName).toEqual([]);
    expect(read.issuerAltName).toEqual([]);
    expect(read.nameConstraints).toBeUndefined();
    expect(read.certificatePolicies).toBeUndefined();
    expect(read.policyMappings).toBeUndefined();
    expect(read.policyConstraints).toBeUndefined();
    expect(read.inhibitAnyPolicy).toBeUndefined();
    expect(read.authorityKeyIdentifier).toBeUndefined();
    expect(read.subjectKeyIdentifier).toBeUndefined();
    expect(read.crlDistributionPoints).toBeUndefined();
    expect(read.freshestCrl).toBeUndefined();
    expect(read.authorityInfoAccess).toBeUndefined();
  });

  it('has the thumbprint of RFC 8705 and the pin of RFC 7469', () => {
    const read = parsed();
    expect(read.thumbprint).toBe(createHash('sha256').update(certificate()).digest('base64url'));
    expect(read.spkiSha256).toBe(createHash('sha256').update(p256).digest('base64'));
  });

  it('is written as PEM and read back', () => {
    const pem = parsed().toPem();
    expect(pem).toBe(encodePem(certificate(), 'CERTIFICATE'));
    const again = parseCertificatePem(pem);
    expect(again.ok && again.value.der).toEqual(certificate());
  });

  it('remembers what it decoded', () => {
    const read = parsed();
    expect(read.subject).toBe(read.subject);
    expect(read.issuer).toBe(read.issuer);
    expect(read.publicKey).toBe(read.publicKey);
    expect(read.signatureAlgorithm).toBe(read.signatureAlgorithm);
    expect(read.tbsDer).toBe(read.tbsDer);
    expect(read.signature).toBe(read.signature);
    expect(read.authorityKeyIdentifier).toBe(read.authorityKeyIdentifier);
    expect(read.extensions[0]?.value).toBe(read.extensions[0]?.value);
  });

  it('cannot be changed through the input, nor through its dates', () => {
    const der = certificate();
    const read = parsed(der);
    der.fill(0);
    expect(read.der).toEqual(certificate());
    read.notBefore.setTime(0);
    read.notAfter.setTime(0);
    expect(read.notBefore).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(read.notAfter).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(Object.isFrozen(read.extensions)).toBe(true);
    expect(Object.isFrozen(read.deviations)).toBe(true);
  });

  it('is read from a Buffer and from a view into a larger one', () => {
    const der = certificate();
    expect(parsed(Buffer.from(der)).der).toEqual(der);
    expect(parsed(join([1, 2], der, [3]).subarray(2, der.length + 2)).der).toEqual(der);
  });
});

describe('the arguments', () => {
  it('must be octets', () => {
    expect(() => parseCertificate('-----BEGIN CERTIFICATE-----' as never)).toThrow(TypeError);
    expect(() => parseCertificate('-----BEGIN CERTIFICATE-----' as never)).toThrow('parseCertificatePem');
  });

  it('say which certificate the reason speaks of', () => {
    expect(parseCertificate(Uint8Array.of(0), 3)).toMatchObject({
      ok: false,
      reason: { code: 'certificate_malformed', detail: { index: 3, rule: 'der_unexpected_tag' } },
    });
    expect(parseCertificate(Uint8Array.of(0))).toMatchObject({ reason: { detail: { index: 0 } } });
    expect(parseCertificatePem('', 2)).toMatchObject({ reason: { detail: { index: 2, rule: 'pem_empty' } } });
    const pem = encodePem(Uint8Array.of(0), 'CERTIFICATE');
    expect(parseCertificatePem(pem, 2)).toMatchObject({ reason: { detail: { index: 2, rule: 'der_unexpected_tag' } } });
  });

  it('hold exactly one PEM block', () => {
    const pem = parsed().toPem();
    expect(parseCertificatePem(pem + pem)).toMatchObject({ reason: { detail: { rule: 'pem_several' } } });
    expect(parseCertificatePem(pem.replaceAll('CERTIFICATE', 'X509 CRL'))).toMatchObject({
      reason: { detail: { rule: 'pem_label' } },
    });
  });
});

describe('structure', () => {
  it('is refused with data behind, in the file or in any of its parts', () => {
    expect(verdict(join(certificate(), [0]))).toBe('der_trailing_data');
    expect(verdict(join(certificate(), certificate()))).toBe('der_trailing_data');
    expect(verdict({ end: nothing })).toBe('der_trailing_data');
    expect(verdict({ tbsEnd: nothing })).toBe('der_trailing_data');
    expect(verdict({ notAfter: join(utcTime('270101000000Z'), nothing) })).toBe('der_trailing_data');
    expect(verdict({ version: explicit(0, integer(2), nothing) })).toBe('der_trailing_data');
    expect(verdict({ algorithm: sequence(oid('1.2.3'), nothing, nothing) })).toBe('der_trailing_data');
    expect(verdict({ rawExtensions: explicit(3, sequence(authorityKeyIdentifier), nothing) })).toBe(
      'der_trailing_data',
    );
    expect(verdict({ publicKey: sequence(sequence(oid('1.2.3')), bitString([1]), nothing) })).toBe('der_trailing_data');
  });

  it('is refused when cut off anywhere', () => {
    const der = certificate();
    for (let length = 0; length < der.length; length++) {
      expect(verdict(der.subarray(0, length))).toBe('der_truncated');
    }
  });

  it('is refused with something missing', () => {
    expect(verdict(sequence())).toBe('der_truncated');
    expect(verdict({ signature: nothingAtAll })).toBe('der_truncated');
    expect(verdict({ serialNumber: nothingAtAll })).toBe('der_unexpected_tag');
    expect(verdict({ notBefore: nothingAtAll, notAfter: nothingAtAll })).toBe('der_truncated');
  });

  it('has a signature of whole octets', () => {
    expect(verdict({ signature: hex('03 02 04 f0') })).toBe('der_bit_string_not_octets');
    expect(verdict({ signature: hex('03 02 00 f1') })).toBe('accepted');
    expect(verdict({ signature: octetString([1]) })).toBe('der_unexpected_tag');
  });

  it('re-encodes to the same octets or is refused, whatever octet is changed', () => {
    const der = certificate({
      extensions: [authorityKeyIdentifier, extension('2.5.29.17', sequence(element(0x82, Buffer.from('a.example'))))],
    });
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(der);
        changed[at] = (changed[at] as number) ^ change;
        const outcome = parseCertificate(changed);
        if (!outcome.ok) {
          expect(outcome.reason.code).toBe('certificate_malformed');
          return;
        }
        const read = outcome.value;
        expect(sequence(read.tbsDer, read.signatureAlgorithm.der, bitString(read.signature))).toEqual(changed);
        expect(read.tbsDer).toEqual(reassemble(read));
      }),
      { numRuns: 4_000 },
    );
  });
});

/** The signed part of a version 3 certificate, written again from the decoded fields. */
function reassemble(read: ReturnType<typeof parsed>): Uint8Array {
  const time = (date: Date): Uint8Array => {
    const text = date
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
      .replace(/[-:T]/g, '');
    const isUtc = date.getUTCFullYear() >= 1950 && date.getUTCFullYear() < 2050;
    return isUtc ? utcTime(text.slice(2)) : generalizedTime(text);
  };
  return sequence(
    explicit(0, integer(2)),
    element(0x02, serialIntegerOctets(read.serialNumber)),
    read.signatureAlgorithm.der,
    read.issuer.der,
    sequence(time(read.notBefore), time(read.notAfter)),
    read.subject.der,
    sequence(read.publicKey.algorithm.der, bitString(read.publicKey.key)),
    explicit(3, sequence(...read.extensions.map(({ oid: type, critical, value }) => extension(type, value, critical)))),
  );
}

describe('version (4.1.2.1)', () => {
  it('is 1 when absent, which is noted when it is written out', () => {
    expect(parsed({ version: nothingAtAll, rawExtensions: nothingAtAll }).version).toBe(1);
    expect(verdict({ version: explicit(0, integer(0)), rawExtensions: nothingAtAll })).toBe(
      'noted der_default_encoded',
    );
    expect(parsed({ version: explicit(0, integer(0)), rawExtensions: nothingAtAll }).version).toBe(1);
    expect(verdict({ version: explicit(0, integer(0)) })).toBe('version_extensions');
  });

  it('is 1, 2 or 3', () => {
    expect(parsed({ version: explicit(0, integer(1)), rawExtensions: nothingAtAll }).version).toBe(2);
    expect(parsed({ version: explicit(0, integer(2)), rawExtensions: nothingAtAll }).version).toBe(3);
    expect(verdict({ version: explicit(0, integer(3)) })).toBe('version');
    expect(verdict({ version: explicit(0, integer(-1)) })).toBe('der_integer_negative');
  });

  it('is 3 where there are extensions', () => {
    expect(verdict({ version: nothingAtAll })).toBe('version_extensions');
    expect(verdict({ version: explicit(0, integer(1)) })).toBe('version_extensions');
  });

  it('is 2 or 3 where there are unique identifiers', () => {
    const uniqueIdentifiers = join(element(0x81, [0, 1]), element(0x82, [0, 2]));
    const rawExtensions = nothingAtAll;
    expect(verdict({ version: nothingAtAll, uniqueIdentifiers, rawExtensions })).toBe('version_unique_id');
    expect(verdict({ version: nothingAtAll, uniqueIdentifiers: element(0x82, [0, 2]), rawExtensions })).toBe(
      'version_unique_id',
    );
    expect(verdict({ version: explicit(0, integer(1)), uniqueIdentifiers, rawExtensions })).toBe('accepted');
    expect(verdict({ uniqueIdentifiers })).toBe('accepted');
  });
});

describe('unique identifiers (4.1.2.8)', () => {
  it('are BIT STRINGs in their order', () => {
    expect(verdict({ uniqueIdentifiers: element(0x81, [1, 1]) })).toBe('der_bit_string_padding');
    expect(verdict({ uniqueIdentifiers: element(0x81, []) })).toBe('der_bit_string');
    expect(verdict({ uniqueIdentifiers: join(element(0x82, [0, 2]), element(0x81, [0, 1])) })).toBe(
      'der_trailing_data',
    );
  });
});

describe('serial number (4.1.2.2)', () => {
  it('is refused when not minimal', () => {
    expect(verdict({ serialNumber: hex('02 02 ff 80') })).toBe('der_integer_not_minimal');
    expect(verdict({ serialNumber: hex('02 02 00 7f') })).toBe('der_integer_not_minimal');
    expect(verdict({ serialNumber: hex('02 00') })).toBe('der_integer_empty');
  });

  it('is text without leading zero octets', () => {
    expect(parsed({ serialNumber: hex('02 02 00 80') }).serialNumber).toBe('80');
    expect(parsed({ serialNumber: hex('02 01 7f') }).serialNumber).toBe('7F');
    expect(parsed({ serialNumber: hex('02 01 00') }).serialNumber).toBe('00');
    expect(parsed({ serialNumber: hex('02 02 01 00') }).serialNumber).toBe('0100');
  });

  it.each([
    ['ff', '-01'],
    ['80', '-80'],
    ['ff 7f', '-81'],
    ['ff 01', '-FF'],
    ['ff 00', '-0100'],
    ['80 00', '-8000'],
    ['8f 11 ed cb a9 87 6f 54 32 11', '-70EE1234567890ABCDEF'],
  ])('of the octets %s is the number of this magnitude, %s', (octets, text) => {
    const serialNumber = element(0x02, hex(octets));
    expect(parsed({ serialNumber }).serialNumber).toBe(text);
    expect(parsed({ serialNumber: element(0x02, [0], hex(octets)) }).serialNumber).toBe(
      octets.replaceAll(' ', '').toUpperCase(),
    );
  });
});

describe('signature algorithm (4.1.1.2)', () => {
  it('is the same inside and outside, octet for octet', () => {
    const rsa = (arc: number): Uint8Array => sequence(oid(`1.2.840.113549.1.1.${arc}`), nothing);
    expect(verdict({ algorithm: rsa(11), outerAlgorithm: rsa(12) })).toBe('algorithm_mismatch');
    expect(verdict({ algorithm: rsa(11), outerAlgorithm: sequence(oid('1.2.840.113549.1.1.11')) })).toBe(
      'algorithm_mismatch',
    );
    expect(verdict({ algorithm: rsa(11), outerAlgorithm: rsa(11) })).toBe('accepted');
  });
});

describe('validity (4.1.2.5)', () => {
  it('is refused with dates that are none', () => {
    expect(verdict({ notBefore: utcTime('261301000000Z') })).toBe('der_time');
    expect(verdict({ notAfter: generalizedTime('20500101000000+0100') })).toBe('der_time');
  });

  it('is read where it ends before it begins: no moment lies inside', () => {
    expect(verdict({ notBefore: utcTime('270101000000Z'), notAfter: utcTime('260101000000Z') })).toBe('accepted');
  });
});

describe('a self-issued certificate (6.1)', () => {
  it('has one name in two encodings or in one', () => {
    const upper = name(commonName('ROOT  ca'));
    const lower = name(commonName('Root CA'));
    expect(parsed({ issuer: upper, subject: upper }).isSelfIssued).toBe(true);
    expect(parsed({ issuer: upper, subject: lower }).isSelfIssued).toBe(true);
    expect(parsed({ issuer: upper, subject: name(commonName('Root CB')) }).isSelfIssued).toBe(false);
  });
});

describe('a mistake of ours', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is thrown, never taken for a fault of the certificate', () => {
    const mistake = new RangeError('a mistake of ours');
    vi.spyOn(ProfileReader.prototype, 'note').mockImplementation(() => {
      throw mistake;
    });
    expect(() => parseCertificate(certificate({ serialNumber: integer(0) }))).toThrow(mistake);
  });
});

describe('the table of rules', () => {
  it('gives every rule a section and an explanation', () => {
    for (const [rule, { section, explanation }] of Object.entries(malformedRules)) {
      expect(rule).toMatch(/^[a-z0-9_]+$/);
      expect(section).toMatch(/^(RFC \d+|X\.\d+)/);
      expect(explanation.length).toBeGreaterThan(10);
    }
  });
});

it('is refused wherever node:crypto refuses it', () => {
  const der = certificate();
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.nat(255), (at, octet) => {
      const changed = Uint8Array.from(der);
      changed[at] = octet;
      let isReadable = true;
      try {
        new X509Certificate(changed);
      } catch {
        isReadable = false;
      }
      if (!isReadable) expect(verdict(changed)).not.toBe('accepted');
    }),
    { numRuns: 1_000 },
  );
});
