import { der } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { generalNameText } from '../../src/policy/general-name-text.ts';
import { evidence } from './clients.ts';

describe('the text of a subject alternative name', () => {
  it('names its kind', async () => {
    const { sans } = await evidence({
      sans: [
        { dns: 'a.example' },
        { uri: 'spiffe://acme/web' },
        { email: 'ops@a.example' },
        { ip: '10.0.0.1' },
        { ip: '2001:db8::1' },
        { directoryName: 'CN=a,O=b' },
        { registeredId: '1.2.3.4' },
        { otherName: { typeId: '1.2.3.5', value: der.utf8String('x') } },
        { otherName: { typeId: '1.2.3.6', value: der.integer(7) } },
      ],
    });
    expect(sans.map(generalNameText)).toEqual([
      'DNS:a.example',
      'URI:spiffe://acme/web',
      'email:ops@a.example',
      'IP:10.0.0.1',
      'IP:2001:db8::1',
      'DirName:CN=a,O=b',
      'RID:1.2.3.4',
      'otherName:1.2.3.5:x',
      'otherName:1.2.3.6',
    ]);
  });

  it('says of a name that it cannot be compared, and begins like no other', async () => {
    const octets = (identifier: number, content: string) => ({
      der: Uint8Array.of(identifier, content.length, ...Buffer.from(content, 'latin1')),
    });
    const { sans } = await evidence({
      sans: [
        octets(0x82, 'node-1.cluster.internal.'),
        octets(0x82, 'J\xc3\xb6rg "M"'),
        octets(0x81, 'J\xf6rg'),
        octets(0x86, 'a\0b'),
        octets(0x87, '\x0a\0\0'),
        { otherName: { typeId: '1.2.3', value: Uint8Array.of(0x0c, 5) } },
      ],
    });
    expect(sans.map(generalNameText)).toEqual([
      'uncomparable dNSName "node-1.cluster.internal."',
      'uncomparable dNSName "Jörg \\"M\\""',
      'uncomparable rfc822Name #4af67267',
      'uncomparable uniformResourceIdentifier #610062',
      'uncomparable iPAddress #0a0000',
      'uncomparable otherName 1.2.3 #0c05',
    ]);
  });

  it('shows the beginning of what is long', () => {
    const bytes = new Uint8Array(1_000).fill(0x61);
    expect(generalNameText({ kind: 'uncomparable', of: 'dNSName', bytes })).toBe(
      `uncomparable dNSName "${'a'.repeat(256)}"…`,
    );
  });

  it('shows nothing of what it cannot read', () => {
    expect(generalNameText({ kind: 'x400Address', value: Uint8Array.of(1) })).toBe('x400Address');
    expect(generalNameText({ kind: 'ediPartyName', value: Uint8Array.of(1) })).toBe('ediPartyName');
  });
});
