import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { allOf, not } from '../../src/policy/combined-rules.ts';
import { evidenceOf, evidenceOfName } from '../../src/policy/evidence.ts';
import { anchor } from '../../src/policy/path-rules.ts';
import { certificatePin, compilePins, type PinOption, spkiPin, thumbprint } from '../../src/policy/pins.ts';
import { matchesRule } from '../../src/policy/rule.ts';
import { twinOf } from '../revocation/ecdsa-twin.ts';
import { acme, checkedPath, evidence, readCertificate } from './clients.ts';

const client = await evidence({ subject: 'CN=x' });
const leaf = client.certificate!;
const fingerprint = Buffer.from(leaf.thumbprint, 'base64url').toString('hex');
const colons = fingerprint.toUpperCase().match(/../g)!.join(':');
const otherSpki = `sha256/${Buffer.alloc(32).toString('base64')}`;
const otherFingerprint = '00'.repeat(32);

const isPinned = (...pins: PinOption[]) => compilePins(pins)(leaf);

describe('pins', () => {
  it('match the key of the leaf', () => {
    expect(isPinned(`sha256/${leaf.spkiSha256}`)).toBe(true);
    expect(isPinned(spkiPin(`sha256/${leaf.spkiSha256}`))).toBe(true);
    expect(isPinned(otherSpki)).toBe(false);
  });

  it('match the certificate itself, its fingerprint in any of the usual forms', () => {
    expect(isPinned(certificatePin(fingerprint))).toBe(true);
    expect(isPinned(certificatePin(fingerprint.toUpperCase()))).toBe(true);
    expect(isPinned(certificatePin(colons))).toBe(true);
    expect(isPinned(thumbprint(leaf.thumbprint))).toBe(true);
    expect(isPinned(certificatePin(otherFingerprint))).toBe(false);
  });

  it('may have backups: one of the list suffices', () => {
    expect(isPinned(otherSpki, certificatePin(otherFingerprint), `sha256/${leaf.spkiSha256}`)).toBe(true);
  });

  it('outlive a renewal with the same key, unless they name the certificate', async () => {
    const renewed = (await evidence({ subject: 'CN=x' })).certificate!;
    expect(compilePins([`sha256/${leaf.spkiSha256}`])(renewed)).toBe(true);
    expect(compilePins([certificatePin(fingerprint)])(renewed)).toBe(false);
  });

  describe('of a certificate whose holder shows it with the second signature that every ECDSA signature has', () => {
    const twin = readCertificate(twinOf(leaf.der));
    const twinClient = evidenceOf(checkedPath([twin], readCertificate(acme.root.certificateDer)));
    const fingerprintOf = ({ thumbprint }: Certificate) => Buffer.from(thumbprint, 'base64url').toString('hex');

    it.each([
      ['thumbprint', (certificate: Certificate) => thumbprint(certificate.thumbprint)],
      ['certificatePin', (certificate: Certificate) => certificatePin(fingerprintOf(certificate))],
    ])('match it all the same: %s', (_, pinOf) => {
      expect(twin.thumbprint).not.toBe(leaf.thumbprint);
      for (const pin of [pinOf(leaf), pinOf(twin)]) {
        const allButOne = allOf(anchor(acme.root.certificateDer), not(pin));
        for (const shown of [client, twinClient]) {
          expect(matchesRule(pin, shown)).toBe(true);
          expect(matchesRule(allButOne, shown)).toBe(false);
          expect(compilePins([pin])(shown.certificate!)).toBe(true);
        }
      }
    });

    it('match no other certificate of the same key', async () => {
      const renewed = await evidence({ subject: 'CN=x' });
      expect(matchesRule(thumbprint(twin.thumbprint), renewed)).toBe(false);
      expect(matchesRule(allOf(anchor(acme.root.certificateDer), not(thumbprint(twin.thumbprint))), renewed)).toBe(
        true,
      );
    });
  });

  it('mean the leaf, not the authorities above it', () => {
    expect(isPinned(acme.issuing.pin, acme.root.pin)).toBe(false);
  });

  it.each([
    'sha256/',
    'sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    'sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=',
    'sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==',
    'sha256/AAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA=',
    'sha256/____________________________________________',
    'SHA256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    'sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    otherFingerprint,
    '',
    undefined,
    {},
  ])('refuse %j, which is no SPKI pin', (pin) => {
    expect(() => spkiPin(pin as string)).toThrow("spkiPin(): expected 'sha256/' and 44 characters of base64");
    expect(() => compilePins([otherSpki, pin as string])).toThrow(/^pins\[1\]: /);
    expect(() => compilePins([pin as string])).toThrow(TypeError);
  });

  it('say what to write for a fingerprint', () => {
    expect(() => compilePins([otherFingerprint])).toThrow("for a certificate's fingerprint write certificatePin(...)");
  });

  it.each([
    '',
    '00',
    otherFingerprint.slice(1),
    `${otherFingerprint}00`,
    `0:${otherFingerprint.slice(1)}`,
    'zz'.repeat(32),
    `${colons}:`,
    colons.replaceAll(':', '-'),
    undefined,
  ])('refuse %j, which is no fingerprint', (hex) => {
    expect(() => certificatePin(hex as string)).toThrow(
      'certificatePin(): expected a SHA-256 fingerprint of 64 hexadecimal digits',
    );
  });

  it.each([
    '',
    leaf.spkiSha256,
    `${leaf.thumbprint}=`,
    leaf.thumbprint.slice(1),
    `${'A'.repeat(42)}B`,
    '+'.repeat(43),
    undefined,
  ])('refuse %j, which is no thumbprint', (value) => {
    expect(() => thumbprint(value as string)).toThrow('thumbprint(): expected 43 characters of base64url');
  });

  it.each([[[]], ['sha256/x'], [undefined], [{}]])('refuse %j, which is no list of pins', (list) => {
    expect(() => compilePins(list as never)).toThrow(
      "pins: expected a list such as ['sha256/...', certificatePin('...')]",
    );
  });

  it('are rules, too, undecided about bare names asserted by a proxy', () => {
    const bare = evidenceOfName({ subject: client.subject, issuer: client.issuer, serialNumber: undefined });
    for (const pin of [
      spkiPin(`sha256/${leaf.spkiSha256}`),
      certificatePin(fingerprint),
      thumbprint(leaf.thumbprint),
    ]) {
      expect(pin.needs).toBe('certificate');
      expect(matchesRule(pin, client)).toBe(true);
      expect(matchesRule(pin, bare)).toBe(false);
      expect(matchesRule(not(pin), bare)).toBe(false);
    }
    expect(matchesRule(not(spkiPin(otherSpki)), client)).toBe(true);
  });
});
