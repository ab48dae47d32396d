import { createHash } from 'node:crypto';
import { toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { parseDistinguishedName } from '../../src/certificate/name.ts';
import {
  createDenyList,
  type DenyListEntry,
  type DenyListIndex,
  deniedPathRefusal,
  readDenyListOption,
} from '../../src/revocation/deny-list.ts';
import { authority, client, type Entity, keyOf, read, trusting, verify } from '../path/certificates.ts';

const issuer = authority('CN=Issuing,O=Acme');
const alice = client('CN=alice', { by: issuer, forge: { serialNumber: 0x03a5b1n } }).certificate;
const bob = client('CN=bob', { by: issuer, forge: { serialNumber: 0x80n } }).certificate;
const elsewhere = client('CN=alice', { by: authority('CN=Other'), forge: { serialNumber: 0x03a5b1n } }).certificate;

const listing = (entry: DenyListEntry): ReturnType<typeof createDenyList> => {
  const list = createDenyList();
  list.revoke(entry);
  return list;
};

describe('a deny-list', () => {
  it('denies nobody while it is empty', () => {
    const list = createDenyList();
    expect(list.size).toBe(0);
    expect(list.has(alice)).toBe(false);
  });

  it.each<[string, DenyListEntry]>([
    ['hex', { issuer: 'CN=Issuing,O=Acme', serial: '03A5B1' }],
    ['hex in lower case', { issuer: 'CN=Issuing,O=Acme', serial: '03a5b1' }],
    ['hex without its leading zero', { issuer: 'CN=Issuing,O=Acme', serial: '3A5B1' }],
    ['hex with zero octets in front', { issuer: 'CN=Issuing,O=Acme', serial: '0003A5B1' }],
    ['hex with colons', { issuer: 'CN=Issuing,O=Acme', serial: '03:a5:b1' }],
    ['a bigint', { issuer: 'CN=Issuing,O=Acme', serial: 239025n }],
    ['an issuer in another case and spacing', { issuer: 'CN=ISSUING,O=acme', serial: '03A5B1' }],
    ['a name as identities have it', { issuer: alice.issuer, serial: alice.serialNumber }],
    ['the issuer’s certificate', { issuer: issuer.certificate, serial: '03A5B1' }],
    ['the issuer’s certificate in DER', { issuer: issuer.der, serial: '03A5B1' }],
    ['the issuer’s certificate in PEM', { issuer: toPem(issuer.der), serial: '03A5B1' }],
    ['a thumbprint', { thumbprint: alice.thumbprint }],
    ['a fingerprint', { thumbprint: createHash('sha256').update(alice.der).digest('hex') }],
    [
      'a fingerprint with colons',
      {
        thumbprint: createHash('sha256')
          .update(alice.der)
          .digest('hex')
          .toUpperCase()
          .replace(/..(?=.)/g, '$&:'),
      },
    ],
  ])('denies a certificate given by %s, and no other', (_, entry) => {
    const list = listing(entry);
    expect(list.size).toBe(1);
    expect(list.has(alice)).toBe(true);
    expect(list.has(bob)).toBe(false);
    expect(list.has(elsewhere)).toBe(false);
  });

  it.each([
    ['of more characters than are prepared', 'Long '.repeat(500).trim()],
    ['of more marks than are put in order', `e${'\u0301'.repeat(40)}`],
    ['of characters for which no match is defined', 'Acme\ue000'],
  ])('knows an issuer %s by its text, whatever its string type', (_, value) => {
    for (const encoded of [{ utf8: value }, { bmp: value }, { universal: value }]) {
      const strange = { name: [{ CN: encoded }], keyPair: keyOf('strange') };
      const victim = client('CN=v', { by: strange, forge: { serialNumber: 7n } }).certificate;
      expect(listing({ issuer: `CN=${value}`, serial: '07' }).has(victim)).toBe(true);
      expect(listing({ issuer: victim.issuer, serial: '07' }).has(victim)).toBe(true);
      expect(listing({ issuer: `CN=${value}x`, serial: '07' }).has(victim)).toBe(false);
    }
  });

  it('reads serial numbers as unsigned, whatever their highest bit', () => {
    expect(listing({ issuer: issuer.certificate, serial: '80' }).has(bob)).toBe(true);
    expect(listing({ issuer: issuer.certificate, serial: '0080' }).has(bob)).toBe(true);
    expect(listing({ issuer: issuer.certificate, serial: 128n }).has(bob)).toBe(true);
  });

  it('takes decimal digits in text for hexadecimal ones', () => {
    expect(listing({ issuer: issuer.certificate, serial: '239025' }).has(alice)).toBe(false);
    expect(listing({ issuer: issuer.certificate, serial: '128' }).has(bob)).toBe(false);
  });

  it.each<[string, bigint, readonly (string | bigint)[]]>([
    ['-1', -1n, ['-01', '-1', '-0x1', '(Negative)01', '(Negative) 01', 'FF', 'ff', '0xFF', '00FF', -1n, 255n]],
    ['-255', -255n, ['-FF', '-00ff', '-0xff', 'FF01', 'ff:01', '0xFF01', -255n]],
    ['255', 255n, ['FF', '00:FF', '0xff', '-01', -1n, 255n]],
    [
      'a number of 32 octets',
      1n << 255n,
      [`80${'00'.repeat(31)}`, `00${':00'.repeat(0)}80${'00'.repeat(31)}`, 1n << 255n],
    ],
    ['a number of 128 octets', 0x5an << 1016n, [`5A${'00'.repeat(127)}`, `5a${':00'.repeat(127)}`]],
  ])('finds %s in all forms that tools print', (_, serialNumber, forms) => {
    const odd = client('CN=odd', { by: issuer, forge: { serialNumber } }).certificate;
    const entries = forms.map((serial) => ({ issuer: issuer.certificate, serial }));
    for (const entry of entries) {
      const list = listing(entry);
      expect(list.has(odd)).toBe(true);
      expect(list.has(bob) || list.has(alice)).toBe(false);
      for (const other of entries) {
        list.revoke(entry);
        expect(list.size).toBe(1);
        expect(list.lift(other)).toBe(true);
        expect(list.has(odd)).toBe(false);
      }
    }
  });

  it('does not take a negative number for the positive one of its digits', () => {
    const one = client('CN=one', { by: issuer, forge: { serialNumber: 1 } }).certificate;
    expect(listing({ issuer: issuer.certificate, serial: '-01' }).has(one)).toBe(false);
    const minusOne = client('CN=one', { by: issuer, forge: { serialNumber: -1 } }).certificate;
    expect(listing({ issuer: issuer.certificate, serial: '01' }).has(minusOne)).toBe(false);
  });

  it('knows the serial number zero', () => {
    const zero = client('CN=zero', { by: issuer, forge: { serialNumber: 0n } });
    for (const serial of ['0', 0n]) {
      const list = listing({ issuer: issuer.certificate, serial });
      expect(list.has(read(zero.der))).toBe(true);
      expect(list.has(alice)).toBe(false);
    }
  });

  it('counts an entry once, and lifts it in the form in which it was given', () => {
    const list = listing({ issuer: 'CN=Issuing,O=Acme', serial: '03A5B1' });
    list.revoke({ issuer: 'cn=issuing,o=acme', serial: '3a5b1' });
    list.revoke({ issuer: 'CN=Other', serial: '3a5b1' });
    expect(list.size).toBe(2);
    expect(list.lift({ thumbprint: alice.thumbprint })).toBe(false);
    expect(list.lift({ issuer: 'CN=Third', serial: '03A5B1' })).toBe(false);
    expect(list.lift({ issuer: 'CN=Issuing,O=Acme', serial: '04' })).toBe(false);
    expect(list.has(alice)).toBe(true);
    expect(list.lift({ issuer: 'CN=Issuing,O=Acme', serial: 239025n })).toBe(true);
    expect(list.has(alice)).toBe(false);
    expect(list.has(elsewhere)).toBe(true);
    expect(list.lift({ issuer: 'CN=Other', serial: '03A5B1' })).toBe(true);
    expect(list.size).toBe(0);
    list.revoke({ thumbprint: alice.thumbprint });
    expect(list.lift({ thumbprint: alice.thumbprint })).toBe(true);
    expect(list.size).toBe(0);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'CN=Issuing'],
    ['an unknown key', { issuer: 'CN=Issuing', serialNumber: '03' }],
    ['a number', { issuer: 'CN=Issuing', serial: 3 }],
    ['a serial number of two signs', { issuer: 'CN=Issuing', serial: '--03' }],
    ['a sign alone', { issuer: 'CN=Issuing', serial: '-' }],
    ['a prefix alone', { issuer: 'CN=Issuing', serial: '0x' }],
    ['an empty serial number', { issuer: 'CN=Issuing', serial: '' }],
    ['a serial number with a suffix', { issuer: 'CN=Issuing', serial: '03h' }],
    ['colons between half octets', { issuer: 'CN=Issuing', serial: '0:3' }],
    ['a name that is none', { issuer: 'Issuing', serial: '03' }],
    ['a name of older forms', { issuer: '/CN=Issuing', serial: '03' }],
    ['an empty name', { issuer: '', serial: '03' }],
    ['an empty parsed name', { issuer: parseDistinguishedName(''), serial: '03' }],
    ['a certificate that is none', { issuer: new Uint8Array([0x30, 0]), serial: '03' }],
    ['several certificates', { issuer: toPem(issuer.der) + toPem(issuer.der), serial: '03' }],
    ['a short thumbprint', { thumbprint: alice.thumbprint.slice(1) }],
    ['a SHA-1 fingerprint', { thumbprint: 'ab'.repeat(20) }],
    ['a fingerprint that goes on', { thumbprint: 'ab'.repeat(33) }],
    ['null for an issuer', { issuer: null, serial: '03' }],
    ['a name without its parts', { issuer: { canonical: 'cn=issuing' }, serial: '03' }],
    ['a thumbprint that is no text', { thumbprint: 7 }],
  ])('refuses %s as a mistake of the program', (_, entry) => {
    const list = createDenyList();
    expect(() => list.revoke(entry as DenyListEntry)).toThrow(TypeError);
    expect(() => list.revoke(entry as DenyListEntry)).toThrow(/^revoke\(\)/);
    expect(() => list.lift(entry as DenyListEntry)).toThrow(TypeError);
    expect(() => list.lift(entry as DenyListEntry)).toThrow(/^lift\(\)/);
    expect(list.size).toBe(0);
  });

  it.each<[string, object]>([
    ['without its issuer', { serial: '03A5B1' }],
    ['without its issuer', { issuer: 'CN=Issuing' }],
    ['without its issuer', {}],
    ['not both', { issuer: 'CN=Issuing', serial: '03', thumbprint: alice.thumbprint }],
    ['not both', { issuer: 'CN=Issuing', thumbprint: alice.thumbprint }],
    ['not both', { serial: '03', thumbprint: alice.thumbprint }],
  ])('refuses a part of one form, and parts of both, %s: case %#', (told, entry) => {
    expect(() => createDenyList().revoke(entry as DenyListEntry)).toThrow(told);
  });

  it('says how many certificates were given for one issuer', () => {
    const issuer = toPem(elsewhere.der) + toPem(alice.der);
    expect(() => createDenyList().revoke({ issuer, serial: '03' })).toThrow('got 2 certificates');
  });

  it('takes a serial number of 100 digits', () => {
    expect(listing({ issuer: 'CN=Issuing', serial: '1'.repeat(100) }).size).toBe(1);
  });
});

describe('a path', () => {
  const root = authority('CN=Root');
  const between = authority('CN=Between', { by: root });
  const leaf = client('CN=leaf', { by: between });
  const verified = verify(leaf, [], trusting(root, { intermediates: [between] }));
  if (!verified.ok) throw new Error('no path');
  const path = verified.value;
  const byThumbprint = (...denied: readonly Entity[]): DenyListIndex => {
    const list = createDenyList();
    for (const { certificate } of denied) list.revoke({ thumbprint: certificate.thumbprint });
    return readDenyListOption(list);
  };
  const refusal = (...denied: readonly Entity[]) => deniedPathRefusal(byThumbprint(...denied), path)?.detail;

  it('is refused for its first certificate that is denied, the anchor being the last', () => {
    expect(refusal(leaf)).toMatchObject({ index: 0, subject: 'CN=leaf', by: 'deny-list' });
    expect(refusal(between)).toMatchObject({ index: 1, subject: 'CN=Between' });
    expect(refusal(root)).toMatchObject({ index: 2, subject: 'CN=Root' });
    expect(refusal(leaf, root)).toMatchObject({ index: 0 });
    expect(refusal(between, root)).toMatchObject({ index: 1 });
  });

  it('is not refused for others, nor while nobody is denied', () => {
    expect(refusal()).toBeUndefined();
    expect(refusal({ ...leaf, certificate: alice })).toBeUndefined();
  });

  it('without an anchor is as good as its certificates', () => {
    const delegated = { ...path, anchor: undefined };
    expect(deniedPathRefusal(byThumbprint(root), delegated)).toBeUndefined();
    expect(deniedPathRefusal(byThumbprint(leaf), delegated)?.detail).toMatchObject({ index: 0 });
  });
});

describe('the option denyList', () => {
  it('takes what createDenyList makes, and nothing that looks like it', () => {
    expect(readDenyListOption(createDenyList()).size).toBe(0);
    for (const wrong of [undefined, null, [], 'CN=alice', {}, { has: () => false, size: 0 }]) {
      expect(() => readDenyListOption(wrong)).toThrow(/createDenyList\(\)/);
    }
  });
});
