import { describe, expect, it } from 'vitest';
import { ascii, element, nothing, oid, sequence } from '../../encoding/der-writer.ts';
import { formVerdict, withExtension } from '../template.ts';

const type = '1.3.6.1.5.5.7.1.1';
const uri = (text: string): Uint8Array => element(0x86, ascii(text));

describe('authorityInfoAccess (4.2.2.1)', () => {
  it('has methods and locations', () => {
    const certificate = withExtension(
      type,
      sequence(
        sequence(oid('1.3.6.1.5.5.7.48.1'), uri('http://ocsp.example/')),
        sequence(oid('1.3.6.1.5.5.7.48.2'), element(0x82, ascii('ca.example'))),
      ),
    );
    expect(certificate.authorityInfoAccess).toEqual([
      {
        accessMethod: '1.3.6.1.5.5.7.48.1',
        accessLocation: { kind: 'uniformResourceIdentifier', value: 'http://ocsp.example/' },
      },
      { accessMethod: '1.3.6.1.5.5.7.48.2', accessLocation: { kind: 'dNSName', value: 'ca.example' } },
    ]);
    expect(Object.isFrozen(certificate.authorityInfoAccess)).toBe(true);
    expect(certificate.authorityInfoAccess).toBe(certificate.authorityInfoAccess);
  });

  it.each([type, '1.3.6.1.5.5.7.1.11'])('is refused in any other shape, like subjectInfoAccess: %s', (oidText) => {
    const verdict = (...content: Uint8Array[]): string => formVerdict(oidText, sequence(...content));
    expect(verdict()).toBe('noted der_empty_list');
    expect(verdict(sequence())).toBe('der_truncated');
    expect(verdict(sequence(oid('1.2.3')))).toBe('general_name_kind');
    expect(verdict(sequence(uri('http://a/')))).toBe('der_unexpected_tag');
    expect(verdict(sequence(oid('1.2.3'), uri('http://a/'), nothing))).toBe('der_trailing_data');
    expect(verdict(sequence(oid('1.2.3'), element(0x82, ascii('-'))))).toBe('dns_name');
  });
});
