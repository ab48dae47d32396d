import { forgeCertificate } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { not } from '../../src/policy/combined-rules.ts';
import { evidenceOf, evidenceOfName } from '../../src/policy/evidence.ts';
import { anchor, certificatePolicy, issuer, serialNumber } from '../../src/policy/path-rules.ts';
import { matchesRule, type Rule, type RuleSubject } from '../../src/policy/rule.ts';
import { acme, checkedPath, evidence, partner, readCertificate } from './clients.ts';

const ofAcme = await evidence({ subject: 'CN=x', serialNumber: 0x03a5b1 });
const ofPartner = await evidence({ subject: 'CN=x', serialNumber: 0x03a5b1 }, { by: partner });
/** A client of Acme with a serial number that no authority of the tests issues. */
const numbered = (serialNumber: number): RuleSubject => {
  const { keyPair, certificateDer } = acme.issuing;
  const issuerName = 'CN=Issuing CA,O=Acme';
  const forged = forgeCertificate({ keyPair, subject: 'CN=x', issuer: issuerName, serialNumber });
  const certificates = [readCertificate(forged.certificateDer), readCertificate(certificateDer)];
  return evidenceOf(checkedPath(certificates, readCertificate(acme.root.certificateDer)));
};
const [minusOne, one, twoHundredFiftyFive] = [numbered(-1), numbered(1), numbered(255)] as const;
const bare = evidenceOfName({ subject: ofAcme.subject, issuer: ofAcme.issuer, serialNumber: '03A5B1' });

/** What the rule says, and what its opposite says. */
const says = (rule: Rule, subject: RuleSubject) => [matchesRule(rule, subject), matchesRule(not(rule), subject)];
const match = [true, false];
const mismatch = [false, true];
const undecided = [false, false];

describe('issuer', () => {
  it('given as a certificate matches the issuer in the verified path, by name and key', () => {
    const rule = issuer(acme.issuing.certificatePem);
    expect(says(rule, ofAcme)).toEqual(match);
    expect(says(rule, ofPartner)).toEqual(mismatch);
    expect(ofPartner.issuer.canonical).toBe(ofAcme.issuer.canonical);
  });

  it('takes a certificate as PEM, DER or parsed', () => {
    for (const value of [
      acme.issuing.certificatePem,
      acme.issuing.certificateDer,
      readCertificate(acme.issuing.certificateDer),
    ]) {
      expect(says(issuer(value), ofAcme)).toEqual(match);
    }
  });

  it('takes a renewed certificate of the same authority, not another key under its name or its key under another name', async () => {
    const { keyPair } = acme.issuing;
    const renewed = await acme.root.issueAuthority({ subject: 'CN=Issuing CA,O=Acme', keyPair });
    const renamed = await acme.root.issueAuthority({ subject: 'CN=Other CA,O=Acme', keyPair });
    const rekeyed = await acme.root.issueAuthority({ subject: 'CN=Issuing CA,O=Acme' });
    expect(says(issuer(renewed.certificatePem), ofAcme)).toEqual(match);
    expect(says(issuer(renamed.certificatePem), ofAcme)).toEqual(mismatch);
    expect(says(issuer(rekeyed.certificatePem), ofAcme)).toEqual(mismatch);
  });

  it('means the direct issuer, which may be the anchor itself', async () => {
    expect(says(issuer(acme.root.certificatePem), ofAcme)).toEqual(mismatch);
    const leaf = readCertificate((await acme.root.issueClient({ subject: 'CN=x' })).certificateDer);
    const direct = evidenceOf(checkedPath([leaf], readCertificate(acme.root.certificateDer)));
    expect(says(issuer(acme.root.certificatePem), direct)).toEqual(match);
  });

  it('is undecided where the leaf is the anchor without being its own issuer', () => {
    const leaf = ofAcme.certificates[0]!;
    const own = evidenceOf(checkedPath([leaf], leaf));
    expect(says(issuer(leaf), own)).toEqual(undecided);
    expect(says(issuer(acme.issuing.certificatePem), own)).toEqual(undecided);
  });

  it('given as text compares the issuer name alone, which another authority can have', () => {
    const rule = issuer('cn=issuing  ca,O=ACME');
    expect(says(rule, ofAcme)).toEqual(match);
    expect(says(rule, ofPartner)).toEqual(match);
    expect(says(issuer('CN=Issuing CA'), ofAcme)).toEqual(mismatch);
    expect(says(issuer('O=Acme,CN=Issuing CA'), ofAcme)).toEqual(mismatch);
  });

  it('given as text can be satisfied by asserted names; given as a certificate it cannot', () => {
    expect(says(issuer('CN=Issuing CA,O=Acme'), bare)).toEqual(match);
    expect(says(issuer(acme.issuing.certificatePem), bare)).toEqual(undecided);
    expect(issuer('CN=a').needs).toBe('name');
    expect(issuer(acme.issuing.certificatePem).needs).toBe('certificate');
  });

  it('is undecided where a proxy asserted no issuer', async () => {
    const nameless = (await evidence({ subject: [], sans: [{ dns: 'a.example' }] })).subject;
    const subjectOnly = evidenceOfName({ subject: ofAcme.subject, issuer: nameless, serialNumber: undefined });
    expect(says(issuer('CN=Issuing CA,O=Acme'), subjectOnly)).toEqual(undecided);
  });

  it.each([
    '',
    'Issuing CA',
    'CN',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    undefined,
    null,
    {},
    [],
    7,
  ])('refuses %j', (value) => {
    expect(() => issuer(value as string)).toThrow(TypeError);
  });

  it('refuses several certificates at once', () => {
    const { certificatePem } = acme.issuing;
    expect(() => issuer(certificatePem + certificatePem)).toThrow(
      'issuer(): expected one certificate; combine several rules with anyOf(...)',
    );
    expect(() => issuer([certificatePem] as never)).toThrow('issuer(): expected one certificate');
  });
});

describe('anchor', () => {
  it('matches the trust anchor of the path, by name and key', () => {
    expect(says(anchor(acme.root.certificatePem), ofAcme)).toEqual(match);
    expect(says(anchor(acme.root.certificateDer), ofPartner)).toEqual(mismatch);
    expect(says(anchor(acme.issuing.certificatePem), ofAcme)).toEqual(mismatch);
  });

  it('refuses a name, and what is no certificate', () => {
    for (const value of ['CN=Acme Root,O=Acme', '', undefined, {}, new Uint8Array(3)]) {
      expect(() => anchor(value as string)).toThrow(TypeError);
    }
  });
});

describe('serialNumber', () => {
  const named = 'CN=Issuing CA,O=Acme';

  it.each(['03A5B1', '03a5b1', '3A5B1', '0003A5B1', '03:A5:B1', 0x03a5b1n])('matches %s of its issuer', (serial) => {
    expect(says(serialNumber({ issuer: named, serial }), ofAcme)).toEqual(match);
    expect(says(serialNumber({ issuer: acme.issuing.certificatePem, serial }), ofAcme)).toEqual(match);
    expect(says(serialNumber({ issuer: acme.issuing.certificatePem, serial }), ofPartner)).toEqual(mismatch);
    expect(says(serialNumber({ issuer: 'CN=Other', serial }), ofAcme)).toEqual(mismatch);
  });

  it('does not match another serial', () => {
    expect(says(serialNumber({ issuer: named, serial: '03A5B2' }), ofAcme)).toEqual(mismatch);
    expect(says(serialNumber({ issuer: named, serial: '03A5B100' }), ofAcme)).toEqual(mismatch);
  });

  it('matches a serial of zero', async () => {
    const zero = await evidence({ subject: 'CN=x', serialNumber: 0 });
    expect(says(serialNumber({ issuer: named, serial: '0' }), zero)).toEqual(match);
    expect(says(serialNumber({ issuer: named, serial: 0n }), zero)).toEqual(match);
  });

  it('takes a negative one as tools print it, and never for the positive one of the same digits', () => {
    for (const serial of ['-01', '-1', '-0x1', '(Negative)01', -1n]) {
      expect(says(serialNumber({ issuer: named, serial }), minusOne)).toEqual(match);
      expect(says(serialNumber({ issuer: named, serial }), one)).toEqual(mismatch);
      expect(says(not(serialNumber({ issuer: named, serial })), minusOne)).toEqual(mismatch);
    }
    expect(says(serialNumber({ issuer: named, serial: '01' }), minusOne)).toEqual(mismatch);
  });

  it('does not know whether the octets of a negative one are meant, so that nobody matches, under not neither', () => {
    for (const serial of ['FF', '0xff', '00:FF', 255n]) {
      const rule = serialNumber({ issuer: named, serial });
      expect(says(rule, minusOne)).toEqual(undecided);
      expect(says(not(rule), minusOne)).toEqual(undecided);
      expect(says(serialNumber({ issuer: 'CN=Other', serial }), minusOne)).toEqual(mismatch);
      expect(says(rule, twoHundredFiftyFive)).toEqual(match);
    }
    expect(says(serialNumber({ issuer: named, serial: '-01' }), twoHundredFiftyFive)).toEqual(undecided);
  });

  it('is undecided about asserted names', () => {
    expect(says(serialNumber({ issuer: named, serial: '03A5B1' }), bare)).toEqual(undecided);
  });

  it.each([
    [{ serial: '01' }, 'issuer() is neither PEM text nor DER bytes'],
    [{ issuer: named }, 'serialNumber(): expected the serial as hexadecimal text'],
    [{ issuer: named, serial: '' }, 'serialNumber(): expected the serial'],
    [{ issuer: named, serial: '0x' }, 'serialNumber(): expected the serial'],
    [{ issuer: named, serial: '1:2' }, 'serialNumber(): expected the serial'],
    [{ issuer: named, serial: '01:' }, 'serialNumber(): expected the serial'],
    [{ issuer: named, serial: '--1' }, 'serialNumber(): expected the serial'],
    [{ issuer: named, serial: 1 }, 'serialNumber(): expected the serial'],
    [{ issuer: named, serial: ' 01' }, 'serialNumber(): expected the serial'],
    [{ issuer: named, serialNumber: '01' }, 'serialNumber(): unknown option "serialNumber"'],
    ['01', 'serialNumber(): expected an object'],
  ])('refuses %o', (options, message) => {
    expect(() => serialNumber(options as never)).toThrow(TypeError);
    expect(() => serialNumber(options as never)).toThrow(message);
  });
});

describe('certificatePolicy', () => {
  const wanted = '1.3.6.1.4.1.99999.1';
  const claims = (...oids: string[]) => ({ subject: 'CN=x', certificatePolicies: oids });

  it('matches a policy of the user-constrained set, whatever the leaf claims', async () => {
    expect(says(certificatePolicy(wanted), await evidence({}, { policies: [wanted] }))).toEqual(match);
    expect(says(certificatePolicy(wanted), await evidence(claims(wanted), { policies: [] }))).toEqual(mismatch);
    expect(says(certificatePolicy(wanted), await evidence(claims(wanted), { policies: [`${wanted}.1`] }))).toEqual(
      mismatch,
    );
  });

  it('matches a path that asserts anyPolicy throughout, the leaf included', async () => {
    expect(says(certificatePolicy(wanted), await evidence(claims('2.5.29.32.0'), { policies: 'any' }))).toEqual(match);
    expect(says(certificatePolicy(wanted), await evidence({}, { policies: 'any' }))).toEqual(mismatch);
  });

  it.each(['', '1', 'policy', undefined, '2.5.29.32.0'])('refuses %s', (oid) => {
    expect(() => certificatePolicy(oid as string)).toThrow(TypeError);
  });
});

describe('under a verdict delegated to a proxy', () => {
  it('rules on the path are undecided, also under not', async () => {
    const client = await evidence(
      { subject: 'CN=x', serialNumber: 7, certificatePolicies: ['1.2.3.4', '2.5.29.32.0'] },
      { verifiedBy: 'proxy', policies: 'any' },
    );
    expect(says(anchor(acme.root.certificatePem), client)).toEqual(undecided);
    expect(says(issuer(acme.issuing.certificatePem), client)).toEqual(undecided);
    expect(says(certificatePolicy('1.2.3.4'), client)).toEqual(undecided);
    expect(says(serialNumber({ issuer: acme.issuing.certificatePem, serial: '07' }), client)).toEqual(undecided);
    expect(says(issuer('CN=Issuing CA,O=Acme'), client)).toEqual(match);
    expect(says(serialNumber({ issuer: 'CN=Issuing CA,O=Acme', serial: '07' }), client)).toEqual(match);
  });
});

describe('rules on the path', () => {
  it('trust nothing that a delegated path may say of those above the leaf', () => {
    const path = { ...ofAcme.path, verifiedBy: 'proxy' } as NonNullable<RuleSubject['path']>;
    const { subject, issuer: name, certificate } = ofAcme;
    for (const rule of [anchor(acme.root.certificatePem), issuer(acme.issuing.certificatePem)]) {
      expect(says(rule, { subject, issuer: name, certificate, path })).toEqual(undecided);
    }
  });

  it('are undecided about bare names asserted by a proxy', () => {
    for (const rule of [anchor(acme.root.certificatePem), certificatePolicy('1.2.3.4')]) {
      expect(rule.needs).toBe('certificate');
      expect(says(rule, bare)).toEqual(undecided);
    }
  });
});
