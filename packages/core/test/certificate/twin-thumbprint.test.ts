import { describe, expect, it } from 'vitest';
import { twinThumbprint } from '../../src/certificate/twin-thumbprint.ts';
import { createDenyList } from '../../src/revocation/deny-list.ts';
import { authority, client, type KeyKind, keyOf, read, saying, trusting, verify } from '../path/certificates.ts';
import { twinOf } from '../revocation/ecdsa-twin.ts';

/** A client of an authority with such a key. */
function issuedBy(kind: KeyKind) {
  const root = authority('CN=Root', { keyPair: keyOf('root', kind) });
  return { root, leaf: client('CN=leaf', { by: root }) };
}

describe.each(['P-256', 'P-384', 'P-521'] as const)('a certificate that was signed with a key of %s', (kind) => {
  const { leaf, root } = issuedBy(kind);
  const twin = read(twinOf(leaf.der, kind));

  it('is good with other octets as well, which anybody can compute', () => {
    expect(twin.thumbprint).not.toBe(leaf.certificate.thumbprint);
    expect(verify({ ...leaf, certificate: twin, der: twin.der }, [], trusting(root))).toMatchObject({ ok: true });
  });

  it('has a second thumbprint, and the second has the first', () => {
    expect(twinThumbprint(leaf.certificate)).toBe(twin.thumbprint);
    expect(twinThumbprint(twin)).toBe(leaf.certificate.thumbprint);
    // From memory, too.
    expect(twinThumbprint(twin)).toBe(leaf.certificate.thumbprint);
  });

  it('is denied by its thumbprint whichever of the two its holder shows, until that is lifted', () => {
    for (const denied of [leaf.certificate, twin]) {
      const list = createDenyList();
      list.revoke({ thumbprint: denied.thumbprint });
      expect([leaf.certificate, twin].map((shown) => list.has(shown))).toEqual([true, true]);
      list.lift({ thumbprint: denied.thumbprint });
      expect([leaf.certificate, twin].map((shown) => list.has(shown))).toEqual([false, false]);
    }
  });
});

describe('a certificate that has one signature alone', () => {
  it.each(['RSA-2048', 'Ed25519'] as const)('because its key is of %s has one thumbprint', (kind) => {
    const { leaf } = issuedBy(kind);
    expect(twinThumbprint(leaf.certificate)).toBeUndefined();
    const list = createDenyList();
    list.revoke({ thumbprint: issuedBy('P-256').leaf.certificate.thumbprint });
    expect(list.has(leaf.certificate)).toBe(false);
  });

  it.each([
    ['no sequence', '0500'],
    ['a number missing', '3003020101'],
    ['more behind it', '30060201010201010500'],
    ['more in it', '3009020101020101020101'],
    ['a negative number', '3006020101020181'],
    ['numbers beyond every curve', `308188${'0242'}${'7f'.repeat(66)}${'0242'}${'7f'.repeat(66)}`],
  ])('because it is none, with %s, has one thumbprint', (_, hex) => {
    const { leaf } = issuedBy('P-256');
    expect(twinThumbprint(saying(leaf.certificate, { signature: Buffer.from(hex, 'hex') }))).toBeUndefined();
  });
});
