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
});
