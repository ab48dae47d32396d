import type { NameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { answer, authority, client, keyOf, root } from './chain.ts';

describe('4.3 name chaining', () => {
  const issuerAs = (issuer: NameInput): string => {
    const keyPair = keyOf('pkits name chaining');
    const ca = authority([{ O: { printable: 'Test Certificates' } }, { CN: { utf8: 'Good CA' } }], {
      by: root,
      keyPair,
    });
    return answer([ca, client('CN=EE', { by: { name: issuer, keyPair } })]);
  };
  it.each<[test: string, expected: string, issuer: NameInput]>([
    ['1 another name', 'issuer_unknown', [{ O: 'Test Certificates' }, { CN: 'Good CA Root' }]],
    ['2 another order', 'issuer_unknown', [{ CN: 'Good CA' }, { O: 'Test Certificates' }]],
    ['3 more white space', 'valid', [{ O: 'Test  Certificates' }, { CN: ' Good   CA ' }]],
    ['5 other capitals', 'valid', [{ O: 'TEST CERTIFICATES' }, { CN: 'good ca' }]],
    ['10 another string type', 'valid', [{ O: { utf8: 'Test Certificates' } }, { CN: { printable: 'Good CA' } }]],
    ['one value in place of two', 'issuer_unknown', [{ O: 'Test Certificates', CN: 'Good CA' }]],
  ])('test %s', (_test, expected, issuer) => {
    expect(issuerAs(issuer)).toBe(expected);
  });
});

describe('4.5 an authority that changes its key', () => {
  const oldKey = keyOf('pkits old');
  const newKey = keyOf('pkits new');
  const name = 'CN=Rollover CA,O=Test Certificates,C=US';
  const oldAuthority = authority(name, { by: root, keyPair: oldKey });
  const newWithOld = authority(name, { by: oldAuthority, keyPair: newKey });
  const newAuthority = authority(name, { by: root, keyPair: newKey });
  const oldWithNew = authority(name, { by: newAuthority, keyPair: oldKey });

  it('test 1: an end issued with the new key is reached through the old one', () => {
    const end = client('CN=EE', { by: { name, keyPair: newKey } });
    expect(answer([oldAuthority, newWithOld, end])).toBe('valid');
    expect(answer([newWithOld, end])).toBe('issuer_unknown');
  });

  it('test 3: an end issued with the old key is reached through the new one', () => {
    const end = client('CN=EE', { by: { name, keyPair: oldKey } });
    expect(answer([oldWithNew, newAuthority, end])).toBe('valid');
  });

  it('finds the way in whatever order and however many certificates come', () => {
    const end = client('CN=EE', { by: { name, keyPair: oldKey } });
    expect(answer([newWithOld, oldWithNew, newAuthority, end])).toBe('valid');
    expect(answer([newAuthority, newWithOld, oldWithNew, end])).toBe('valid');
  });
});
