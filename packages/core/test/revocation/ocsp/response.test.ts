import { encodeOcspError, forgeOcspResponse, der as pkiDer } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maximumResponseBytes, type OcspResponse, parseOcspResponse } from '../../../src/revocation/ocsp/response.ts';
import { ocspRules } from '../../../src/revocation/ocsp/rules.ts';
import { keyOf, now } from '../../path/certificates.ts';
import { answer, delegate, issuer, minute, single, subject } from './answers.ts';

const { sequence, constructed, enumerated, octetString, integer, oid, concat, nullValue } = pkiDer;

function read(der: Uint8Array): OcspResponse {
  const parsed = parseOcspResponse(der);
  if (!parsed.ok) throw new Error(parsed.rule);
  return parsed.value;
}

function ruleOf(der: Uint8Array): string | undefined {
  const parsed = parseOcspResponse(der);
  if (!parsed.ok) return parsed.rule;
  const noted = parsed.value.status === 'successful' ? parsed.value.basic.deviations : [];
  return noted.length === 0 ? undefined : `noted ${noted.join(' ')}`;
}

function basicOf(der: Uint8Array): Extract<OcspResponse, { status: 'successful' }>['basic'] {
  const response = read(der);
  if (response.status !== 'successful') throw new Error(response.status);
  return response.basic;
}

/** Its signatures have one length. */
const ed25519 = keyOf('responder', 'Ed25519');

/** The fields of an answer with the one at `index` changed. */
const replacing =
  (index: number, ...fields: readonly Uint8Array[]) =>
  (given: readonly Uint8Array[]): readonly Uint8Array[] => [
    ...given.slice(0, index),
    ...fields,
    ...given.slice(index + 1),
  ];

describe('an OCSP response', () => {
  it.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('of status %i is the error %s', (number, status) => {
    expect(read(encodeOcspError(number))).toEqual({ status });
  });

  it.each([4, 7, 200])('has no status %i', (number) => {
    expect(ruleOf(encodeOcspError(number))).toBe('ocsp_response_status');
  });

  it('is an answer exactly when it is successful', () => {
    expect(ruleOf(encodeOcspError(0))).toBe('ocsp_response_bytes');
    const bytes = pkiDer.children(answer())[1] as Uint8Array;
    expect(ruleOf(sequence(enumerated(2), bytes))).toBe('ocsp_response_bytes');
  });

  it('holds what the responder says, as it says it', () => {
    const { der } = issuer;
    const extension = { oid: '1.2.3', critical: true, value: nullValue() };
    const basic = basicOf(
      answer({ responses: [single(), single('unknown')], extensions: [extension], certificates: [der] }),
    );
    expect(basic.producedAtMs).toBe(now - 5 * minute);
    expect(basic.responses.map(({ certStatus }) => certStatus.kind)).toEqual(['good', 'unknown']);
    expect(basic.extensions).toMatchObject([extension]);
    expect(basic.certificates).toEqual([der]);
    expect(basic.signatureAlgorithm.oid).toBe('1.2.840.10045.4.3.2');
    expect(basic.signature[0]).toBe(0x30);
    expect(basic.tbsDer[0]).toBe(0x30);
  });

  it('has the signed part of which it is made', () => {
    let signed: readonly Uint8Array[] = [];
    const der = answer({
      editTbs: (fields) => {
        signed = fields;
        return fields;
      },
    });
    expect(basicOf(der).tbsDer).toEqual(sequence(...signed));
  });

  it('has no certificates and extensions where there are none', () => {
    expect(basicOf(answer())).toMatchObject({ certificates: [], extensions: [] });
  });

  it('names its responder by name', () => {
    const { responderId } = basicOf(answer({ responderId: { name: 'CN=Issuing' } }));
    expect(responderId).toMatchObject({ kind: 'byName', name: { canonical: issuer.certificate.subject.canonical } });
  });

  it('names its responder by key', () => {
    const { responderId } = basicOf(answer({ responderId: { keyHash: Uint8Array.of(1, 2) } }));
    expect(responderId).toEqual({ kind: 'byKey', keyHash: Uint8Array.of(1, 2) });
  });

  it('can speak of no certificate at all', () => {
    expect(basicOf(answer({ responses: [] })).responses).toEqual([]);
  });

  it('may write out version 1, which says nothing', () => {
    expect(basicOf(answer({ version: 0 })).responses).toHaveLength(1);
  });

  it('does not change when the octets do that it was read from', () => {
    const der = answer();
    const { tbsDer } = basicOf(der);
    const before = tbsDer.slice();
    der.fill(0);
    expect(tbsDer).toEqual(before);
  });

  it.each<[string, Uint8Array]>([
    ['ocsp_version', answer({ version: 1 })],
    ['ocsp_response_type', answer({ responseType: '1.3.6.1.5.5.7.48.1.2' })],
    ['ocsp_responder_id', answer({ responderId: constructed(3, octetString()) })],
    ['ocsp_certificate_status', answer({ responses: [single(pkiDer.primitive(3))] })],
    ['der_trailing_data', answer({ trailing: Uint8Array.of(0) })],
    ['der_trailing_data', answer({ editTbs: (fields) => [...fields, nullValue()] })],
    ['der_time', answer({ producedAt: '20260115120000.5Z' })],
    ['der_time', answer({ producedAt: '202601151200Z' })],
    ['der_unexpected_tag', answer({ producedAt: pkiDer.utcTime('260115120000Z') })],
    ['der_unexpected_tag', answer({ editTbs: replacing(2, pkiDer.tlv(0x31)) })],
    ['noted algorithm_parameters_null', answer({ algorithm: sequence(oid('1.2.840.10045.4.3.2'), nullValue()) })],
    ['extension_duplicate', answer({ extensions: [1, 2].map(() => ({ oid: '1.2.3', value: nullValue() })) })],
    ['noted der_empty_list', answer({ editTbs: (fields) => [...fields, constructed(1, sequence())] })],
    [
      'der_truncated',
      answer({
        responseBytes: constructed(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(sequence(), sequence()))),
      }),
    ],
    ['der_integer_too_large', sequence(enumerated(2 ** 32))],
    ['der_integer_negative', sequence(enumerated(-1))],
    ['der_truncated', new Uint8Array()],
    ['der_unexpected_tag', Uint8Array.of(0x31, 0)],
    ['der_unexpected_tag', sequence(integer(1))],
  ])('gives %s', (rule, der) => {
    expect(ruleOf(der)).toBe(rule);
  });

  it('encloses 20 certificates at most, whatever they are', () => {
    const enclosed = (count: number): Uint8Array =>
      answer({ certificates: Array.from({ length: count }, () => nullValue()) });
    expect(basicOf(enclosed(20)).certificates).toHaveLength(20);
    expect(ruleOf(enclosed(21))).toBe('ocsp_too_many_certificates');
  });

  it('has 65,536 octets at most', () => {
    const padded = (octets: number): Uint8Array =>
      answer({ signer: ed25519, extensions: [{ oid: '1.2.3', value: new Uint8Array(octets) }] });
    const fitting = 60_000 + maximumResponseBytes - padded(60_000).length;
    expect(padded(fitting)).toHaveLength(maximumResponseBytes);
    expect(ruleOf(padded(fitting))).toBeUndefined();
    expect(ruleOf(padded(fitting + 1))).toBe('ocsp_too_large');
  });
});

describe('octets that are no OCSP response', () => {
  it('are refused with a rule, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (der) => {
        const parsed = parseOcspResponse(der);
        return parsed.ok || parsed.rule in ocspRules;
      }),
    );
  });

  it('are refused or read when they are those of an answer with some changed', () => {
    const responder = delegate();
    const honest = forgeOcspResponse({
      signer: responder.keyPair,
      producedAt: new Date(now),
      responses: [
        single(),
        single({ revocationDate: new Date(now), reason: 'keyCompromise' }),
        { ...single('unknown') },
      ],
      extensions: [{ oid: '1.3.6.1.5.5.7.48.1.2', value: octetString(new Uint8Array(32)) }],
      certificates: [responder.der],
    });
    const change = fc.record({ at: fc.nat({ max: honest.length - 1 }), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const der = honest.slice();
        for (const { at, to } of changes) der[at] = to;
        const parsed = parseOcspResponse(der);
        return parsed.ok || parsed.rule in ocspRules;
      }),
    );
  });

  it('are refused when they are cut off anywhere', () => {
    const honest = answer({ certificates: [subject.der] });
    for (let length = 0; length < honest.length; length++) {
      expect(ruleOf(honest.subarray(0, length))).toMatch(/^der_/);
    }
  });

  it('are refused when an answer is followed by another', () => {
    expect(ruleOf(concat(answer(), answer()))).toBe('der_trailing_data');
  });
});
