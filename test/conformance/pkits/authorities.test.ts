import { type ExtensionInput, extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { answer, chain, type Spec } from './chain.ts';

const noBasicConstraints = ['2.5.29.19'];
const notAuthority = extension.basicConstraints({ cA: false });

describe('4.6 basic constraints', () => {
  it.each<[test: string, expected: string, specs: readonly Spec[]]>([
    ['1 missing', 'issuer_not_ca', [{ without: noBasicConstraints }, {}]],
    ['2 cA false', 'issuer_not_ca', [{ extensions: [notAuthority] }, {}]],
    ['3 cA false, not critical', 'issuer_not_ca', [{ extensions: [{ ...notAuthority, critical: false }] }, {}]],
    ['5 pathLen 0 and an authority', 'path_length_exceeded', [{ pathLength: 0 }, {}, {}]],
    [
      '6 pathLen 0 and an authority above an authority',
      'path_length_exceeded',
      [{ pathLength: 0 }, {}, { isAuthority: true }],
    ],
    ['7 pathLen 0', 'valid', [{ pathLength: 0 }, {}]],
    ['8 pathLen 0 above an authority at the end', 'valid', [{ pathLength: 0 }, { isAuthority: true }]],
    ['9 pathLen 6, 0, none', 'path_length_exceeded', [{ pathLength: 6 }, { pathLength: 0 }, {}, {}]],
    [
      '10 the same with an authority at the end',
      'path_length_exceeded',
      [{ pathLength: 6 }, { pathLength: 0 }, {}, { isAuthority: true }],
    ],
    [
      '11 pathLen 6, 1, 1, none',
      'path_length_exceeded',
      [{ pathLength: 6 }, { pathLength: 1 }, { pathLength: 1 }, {}, {}],
    ],
    ['13 pathLen 6, 4, 1, none', 'valid', [{ pathLength: 6 }, { pathLength: 4 }, { pathLength: 1 }, {}, {}]],
    [
      '14 the same with an authority at the end',
      'valid',
      [{ pathLength: 6 }, { pathLength: 4 }, { pathLength: 1 }, {}, { isAuthority: true }],
    ],
    ['15 pathLen 0 and a self-issued authority', 'valid', [{ pathLength: 0 }, { selfIssued: true, pathLength: 0 }, {}]],
    [
      '16 the same and one more',
      'path_length_exceeded',
      [{ pathLength: 0 }, { selfIssued: true, pathLength: 0 }, {}, {}],
    ],
    [
      '17 pathLen 1 and two self-issued',
      'valid',
      [{ pathLength: 1 }, { selfIssued: true }, {}, { selfIssued: true }, {}],
    ],
  ])('test %s', (_test, expected, specs) => {
    expect(answer(chain(...specs))).toBe(expected);
  });

  it('test 4: not critical is what the strict profile refuses and the other tolerates', () => {
    const certificates = chain({ extensions: [{ ...extension.basicConstraints({ cA: true }), critical: false }] }, {});
    expect(answer(certificates)).toBe('certificate_malformed');
    expect(answer(certificates, { profile: 'interoperable' })).toBe('valid');
  });
});

describe('4.7 key usage', () => {
  const crlSignOnly = extension.keyUsage(['cRLSign']);
  it.each<[test: string, expected: string, specs: readonly Spec[]]>([
    ['1 no keyCertSign', 'key_usage_forbids', [{ extensions: [crlSignOnly] }, {}]],
    [
      '2 no keyCertSign, not critical',
      'key_usage_forbids',
      [{ extensions: [{ ...crlSignOnly, critical: false }] }, {}],
    ],
    ['3 not critical', 'valid', [{ extensions: [{ ...extension.keyUsage(['keyCertSign']), critical: false }] }, {}]],
  ])('test %s', (_test, expected, specs) => {
    expect(answer(chain(...specs))).toBe(expected);
  });
});

describe('4.16 private extensions', () => {
  const unknown: ExtensionInput = { oid: '2.16.840.1.101.2.1.12.2', value: Uint8Array.of(5, 0) };
  it.each<[test: string, expected: string, specs: readonly Spec[]]>([
    ['1 not critical', 'valid', [{}, { extensions: [unknown] }]],
    ['2 critical', 'critical_extension_unsupported', [{}, { extensions: [{ ...unknown, critical: true }] }]],
    [
      'critical in an authority',
      'critical_extension_unsupported',
      [{ extensions: [{ ...unknown, critical: true }] }, {}],
    ],
  ])('test %s', (_test, expected, specs) => {
    expect(answer(chain(...specs))).toBe(expected);
  });
});
