import { der } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deceptive } from '../../../src/log-text.ts';
import { refuseBrokenList } from '../../../src/revocation/broken-list.ts';
import { faultOf } from '../../../src/revocation/crl/fault.ts';
import { authority } from '../../path/certificates.ts';
import { listDer, outcomeOf } from './lists.ts';

const ca = authority('CN=Issuer,O=Acme');

function fault(octets: Uint8Array): string {
  const outcome = outcomeOf(octets);
  if (outcome.ok) throw new Error('it was read');
  return faultOf(octets, outcome.rule);
}

const withExtension = (oid: string, value: Uint8Array, critical = false): Uint8Array =>
  listDer(ca, { extensions: [{ oid, value, critical }] });

describe('the fault of a list', () => {
  const negative = { number: null, extensions: [{ oid: '2.5.29.20', value: der.integer(-1) }] };

  it('is the rule in words, its place, and the octets there', () => {
    const odd = listDer(ca, negative);
    const at = Buffer.from(odd).lastIndexOf(Buffer.from('0201ff', 'hex'));
    expect(fault(odd)).toBe(
      `breaks der_integer_negative (RFC 5280 A.1: A negative INTEGER where none is allowed); place: extension cRLNumber, offset ${at}: 0201ff`,
    );
  });

  it.each<[string, Uint8Array]>([
    [
      'extension authorityKeyIdentifier',
      listDer(ca, { keyIdentifier: null, extensions: [{ oid: '2.5.29.35', value: der.integer(1) }] }),
    ],
    ['extension 1.2.3', withExtension('1.2.3', der.octetString(Uint8Array.of(1)), true)],
    ['the list', listDer(ca).subarray(0, -1)],
    ['behind the list', Uint8Array.of(...listDer(ca), 0)],
  ])('names the place: %s', (place, octets) => {
    expect(fault(octets)).toContain(`; place: ${place}, offset `);
  });

  it('has no place where the whole list is at fault, or where it is not broken so', () => {
    const removal = listDer(ca, { entries: [{ serialNumber: 5, reason: 'removeFromCRL' }] });
    expect(fault(removal)).toMatch(/^breaks crl_reason_remove \([^;]*\)$/);
    expect(faultOf(listDer(ca), 'der_boolean')).toMatch(/^breaks der_boolean \([^;]*\)$/);
  });

  it('is what the operator reads, at the start', () => {
    const octets = listDer(ca, negative);
    expect(() => refuseBrokenList(octets, 'revocation.crls.sources[0]')).toThrow(
      'revocation.crls.sources[0] is not a certificate revocation list: it breaks der_integer_negative (RFC 5280 A.1',
    );
  });

  it('comes to an end for whatever octets there are', () => {
    const sound = listDer(ca, { entries: [{ serialNumber: 5 }, { serialNumber: 6 }] });
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), fc.nat(sound.length), (at, octet, length) => {
        const changed = Uint8Array.from(sound);
        changed[at] = octet;
        for (const octets of [changed, changed.subarray(0, length)]) {
          const outcome = outcomeOf(octets);
          if (!outcome.ok) expect(faultOf(octets, outcome.rule)).not.toMatch(deceptive);
        }
      }),
    );
  });
});
