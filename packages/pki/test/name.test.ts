import { createRootAuthority, encodeName, type NameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { opensslX509 } from './openssl.ts';

const hex = (name: NameInput): string => Buffer.from(encodeName(name)).toString('hex');

describe('RFC 4514 text', () => {
  it('is read from its most specific RDN to the first of the encoding', () => {
    expect(hex('CN=alice,OU=Administrators,O=Acme')).toBe(
      hex([{ O: 'Acme' }, { OU: 'Administrators' }, { CN: 'alice' }]),
    );
  });

  it.each<[string, NameInput]>([
    ['', []],
    ['UID=jsmith,DC=example,DC=net', [{ DC: 'net' }, { DC: 'example' }, { UID: 'jsmith' }]],
    ['OU=Sales+CN=J.  Smith,DC=example', [{ DC: 'example' }, { OU: 'Sales', CN: 'J.  Smith' }]],
    ['CN=James \\"Jim\\" Smith\\, III', [{ CN: 'James "Jim" Smith, III' }]],
    ['CN=Before\\0dAfter', [{ CN: 'Before\rAfter' }]],
    ['CN=Lu\\C4\\8Di\\C4\\87', [{ CN: 'Lučić' }]],
    ['CN=Lučić 😀', [{ CN: 'Lučić 😀' }]],
    ['1.3.6.1.4.1.1466.0=#04024869', [{ '1.3.6.1.4.1.1466.0': { der: Uint8Array.of(4, 2, 0x48, 0x69) } }]],
    ['CN=x\\,OU=Administrators', [{ CN: 'x,OU=Administrators' }]],
    ['cn = Acme Root , o = Acme ', [{ O: 'Acme' }, { CN: 'Acme Root' }]],
    ['CN=trailing\\ ,O=\\ leading', [{ O: ' leading' }, { CN: 'trailing ' }]],
    ['CN=a=b', [{ CN: 'a=b' }]],
    ['CN=a\\\\', [{ CN: 'a\\' }]],
    ['OU=a+OU=b', [{ OU: ['a', 'b'] }]],
    ['CN=', [{ CN: '' }]],
  ])('%j', (text, structured) => {
    expect(hex(text)).toBe(hex(structured));
  });

  it.each(['alice', 'CN=a,', 'CN=a;O=b', 'CN="a"', 'CN=a<b', '=a', 'CN=#0', 'CN=\\', 'X Y=a', 'FOO=a'])(
    'refuses %j',
    (text) => {
      expect(() => encodeName(text)).toThrow(TypeError);
    },
  );
});

describe('structured names', () => {
  it('keep a comma, repeated OUs and a multi-valued RDN as openssl reads them', async () => {
    const subject = [{ O: 'Acme' }, { OU: 'b' }, { OU: 'a' }, { UID: '7', CN: 'x,OU=Administrators' }];
    const text = opensslX509(await createRootAuthority({ subject }), '-subject', '-nameopt', 'RFC2253');
    expect(text.trim()).toBe('subject=CN=x\\,OU=Administrators+UID=7,OU=a,OU=b,O=Acme');
  });

  it('choose the string type that is usual for the attribute, or the one asked for', () => {
    const valueTag = (name: NameInput): number => encodeName(name)[11]!;
    expect(valueTag([{ CN: 'a' }])).toBe(0x0c);
    expect(valueTag([{ C: 'DE' }])).toBe(0x13);
    expect(valueTag([{ CN: { printable: 'a' } }])).toBe(0x13);
    expect(valueTag([{ CN: { ia5: 'a' } }])).toBe(0x16);
    expect(valueTag([{ CN: { teletex: 'é' } }])).toBe(0x14);
    expect(valueTag([{ CN: { bmp: 'é' } }])).toBe(0x1e);
    expect(valueTag([{ CN: { universal: 'é' } }])).toBe(0x1c);
  });

  it('write DER as it is', () => {
    expect(hex(Uint8Array.of(1, 2, 3))).toBe('010203');
  });

  it('refuse an unknown attribute type and an RDN without attributes', () => {
    expect(() => encodeName([{ nickname: 'a' }])).toThrow(/dotted object identifier/);
    expect(() => encodeName([{ constructor: 'a' }])).toThrow(TypeError);
    expect(() => encodeName([{}])).toThrow(TypeError);
  });
});
