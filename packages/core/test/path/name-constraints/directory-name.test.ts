import { describe, expect, it } from 'vitest';
import { DirectoryNameSubtrees } from '../../../src/path/name-constraints/directory-name.ts';
import { dn } from '../names.ts';

function subtrees(...bases: readonly (readonly string[])[]): DirectoryNameSubtrees {
  const set = new DirectoryNameSubtrees();
  for (const base of bases) set.add(dn(...base));
  return set;
}

describe('directoryName subtrees', () => {
  it('hold the names whose first RDNs are those of the base', () => {
    const set = subtrees(['C=US', 'O=Acme']);
    expect(set.relate(dn('C=US', 'O=Acme'))).toBe('inside');
    expect(set.relate(dn('C=US', 'O=Acme', 'OU=x', 'CN=y'))).toBe('inside');
    expect(set.relate(dn('C=US'))).toBe('outside');
    expect(set.relate(dn('C=US', 'O=Acme Corp'))).toBe('outside');
    expect(set.relate(dn('O=Acme', 'C=US'))).toBe('outside');
    expect(set.relate(dn('C=US', 'CN=y', 'O=Acme'))).toBe('outside');
    expect(set.relate(dn())).toBe('outside');
  });

  it('compare names in their canonical form', () => {
    expect(subtrees(['C=US', 'O=ACME']).relate(dn('C=us', 'O=Acme', 'CN=y'))).toBe('inside');
  });

  it('hold every name when a base has no RDN', () => {
    expect(subtrees([]).relate(dn('C=US'))).toBe('inside');
    expect(subtrees().relate(dn('C=US'))).toBe('outside');
  });

  it('know nothing of a name that may be another spelling of a base', () => {
    const marks = '\u0301'.repeat(31);
    for (const set of [subtrees(['C=US', 'O=Acme']), subtrees(['O=Other'])]) {
      expect(set.relate(dn('C=US', 'O=Acme', `CN=${'x'.repeat(2_100)}`))).toBe('unintelligible');
      expect(set.relate(dn('C=us', 'O=ACME', `CN=${'x'.repeat(2_100)}`))).toBe('unintelligible');
      expect(set.relate(dn('C=US', 'O=Acme', `CN=e${marks}`))).toBe('unintelligible');
    }
  });

  it.each([
    ['too long', `O=${'x'.repeat(2_100)}`],
    ['with too many marks', `O=e${'\u0301'.repeat(31)}`],
    ['with characters for which no match is defined', 'O=Acme\ue000'],
  ])('cannot be told of a base that is %s', (_, rdn) => {
    expect(new DirectoryNameSubtrees().add(dn(rdn))).toBe(false);
    expect(new DirectoryNameSubtrees().add(dn('O=Acme'))).toBe(true);
  });
});
