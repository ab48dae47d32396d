import { describe, expect, it } from 'vitest';
import { keyMatch } from '../../src/path/key-match.ts';
import { authority, client, saying } from './certificates.ts';

const root = authority('CN=Root');
const other = authority('CN=Other');
const leaf = client('CN=x', { by: root });

describe('the key that a certificate names as its issuer’s', () => {
  it('is that of an issuer, that of another, or nothing to compare', () => {
    expect(keyMatch(leaf.certificate, root.certificate)).toBe(2);
    expect(keyMatch(leaf.certificate, other.certificate)).toBe(0);
    expect(keyMatch(leaf.certificate, saying(root.certificate, { subjectKeyIdentifier: undefined }))).toBe(1);
    expect(keyMatch(saying(leaf.certificate, { authorityKeyIdentifier: undefined }), root.certificate)).toBe(1);
  });
});
