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
      'otherName:1.2.3.5',
    ]);
  });

  it('shows nothing of what it cannot read', () => {
    expect(generalNameText({ kind: 'x400Address', value: Uint8Array.of(1) })).toBe('x400Address');
    expect(generalNameText({ kind: 'ediPartyName', value: Uint8Array.of(1) })).toBe('ediPartyName');
  });
});
