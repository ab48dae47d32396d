import { describe, expect, it } from 'vitest';
import { clientAuth, defaultPathSettings } from '../../src/path/settings.ts';
import { authority, client, trusting, verify, version1 } from './certificates.ts';

const root = authority('CN=Root');

describe('the default settings', () => {
  it('are the interoperable profile, for TLS clients, under any policy', () => {
    expect(clientAuth).toBe('1.3.6.1.5.5.7.3.2');
    expect(defaultPathSettings).toEqual({
      profile: 'interoperable',
      purposes: [clientAuth],
      extendedKeyUsage: 'optional',
      keyUsage: ['digitalSignature', 'keyAgreement'],
      initialPolicySet: 'any',
      initialExplicitPolicy: false,
      initialPolicyMappingInhibit: false,
      initialAnyPolicyInhibit: false,
      allowedWeakAlgorithms: new Set(),
      minimumRsaBits: 2048,
    });
  });

  it('take the certificates of the guides, and good ones', () => {
    expect(verify(version1('CN=guide', { by: root }), [], trusting(root)).ok).toBe(true);
    expect(verify(client('CN=client', { by: root }), [], trusting(root)).ok).toBe(true);
  });
});
