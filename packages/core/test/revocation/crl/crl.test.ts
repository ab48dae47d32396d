import { type CrlEntryInput, der, type ExtensionInput, extension, type ForgeCrlOptions, forgeCrl } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCrl } from '../../../src/revocation/crl/crl.ts';
import { authority, client, keyOf } from '../../path/certificates.ts';
import { at, entryFor, list, listDer, outcomeOf, readList, ruleOf } from './lists.ts';

const ca = authority('CN=Issuer,O=Acme');
const leaf = client('CN=leaf', { by: ca, forge: { serialNumber: 0x1234 } });

/** A list with nothing but what is named. */
const bare = (options: Partial<ForgeCrlOptions> = {}): Uint8Array =>
  forgeCrl({ keyPair: ca.keyPair, issuer: ca.name, thisUpdate: at(-1), nextUpdate: at(1), ...options }).crlDer;

/** One bit of the signature declared unused. */
function withUnusedBit(octets: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(octets);
  changed[octets.length - readList(octets).signature.length - 1] = 1;
  changed[octets.length - 1] = 0;
  return changed;
}

const withExtension = (...extensions: readonly ExtensionInput[]): Uint8Array => listDer(ca, { extensions });

describe('a revocation list', () => {
  it('says what its fields and extensions say', () => {
    const scope = { distributionPoint: [{ uri: 'http://a.test/1' }], onlyContainsUserCerts: true };
    const read = list(ca, {
      number: 258,
      base: 257,
      scope,
      extensions: [extension.issuerAltName([{ dns: 'ca.test' }])],
      entries: [entryFor(leaf), { serialNumber: 7 }],
    });
    expect(read.issuer.toString()).toBe('CN=Issuer,O=Acme');
    expect(read.thisUpdateMs).toBe(at(-1).getTime());
    expect(read.nextUpdateMs).toBe(at(24).getTime());
    expect(read.crlNumber).toBe(258n);
    expect(read.baseCrlNumber).toBe(257n);
    expect(read.isDelta).toBe(true);
    expect(read.authorityKeyIdentifier?.keyIdentifier).toEqual(ca.certificate.subjectKeyIdentifier);
    expect(read.issuingDistributionPoint?.onlyContainsUserCerts).toBe(true);
    expect(read.scopeDer.length).toBeGreaterThan(0);
    expect(read.entryCount).toBe(2);
    expect(read.deviations).toEqual([]);
    expect(read.signatureAlgorithm.oid).toBe('1.2.840.10045.4.3.2');
    expect(read.signature[0]).toBe(0x30);
    expect(read.tbsDer[0]).toBe(0x30);
    expect(der.children(read.der)[0]).toEqual(new Uint8Array(read.tbsDer));
  });

  it('says nothing that it does not contain', () => {
    const read = readList(bare({ version: 1 }));
    expect(read).toMatchObject({
      crlNumber: undefined,
      baseCrlNumber: undefined,
      isDelta: false,
      authorityKeyIdentifier: undefined,
      issuingDistributionPoint: undefined,
      freshestCrl: undefined,
      entryCount: 0,
    });
    expect(read.scopeDer).toHaveLength(0);
  });

  it('keeps the octets that it was given', () => {
    const octets = listDer(ca);
    expect(readList(octets).der).toBe(octets);
  });

  it('tells where fresher lists are', () => {
    const read = list(ca, { extensions: [extension.freshestCrl([[{ uri: 'http://a.test/delta' }]])] });
    expect(read.freshestCrl?.[0]?.distributionPoint).toEqual({
      kind: 'fullName',
      names: [{ kind: 'uniformResourceIdentifier', value: 'http://a.test/delta' }],
    });
  });

  it('has a CRL number of up to 20 octets', () => {
    const longest = (1n << 159n) - 1n;
    const number = { oid: '2.5.29.20', value: der.integer(longest) };
    expect(list(ca, { number: null, extensions: [number] }).crlNumber).toBe(longest);
  });

  it('is a mistake of the program when it is not octets', () => {
    expect(() => parseCrl('text' as unknown as Uint8Array)).toThrow('takes DER as a Uint8Array');
  });

  it('may have been issued with either form of time, and without nextUpdate', () => {
    expect(readList(bare({ thisUpdate: '20260101000000Z', nextUpdate: '20500101000000Z' }))).toMatchObject({
      thisUpdateMs: Date.UTC(2026, 0),
      nextUpdateMs: Date.UTC(2050, 0),
    });
    expect(list(ca, { nextUpdate: null }).nextUpdateMs).toBeUndefined();
  });
});

describe('the form of a list (RFC 5280 5.1)', () => {
  const nullAlgorithm = der.sequence(der.oid('1.2.840.10045.4.3.3'));
  it.each<[string, Uint8Array]>([
    ['crl_version', bare({ version: 3 })],
    ['noted crl_version_1_written', bare({ version: der.integer(0) })],
    ['crl_version', bare({ version: der.integer(2) })],
    [
      'crl_version_extensions',
      bare({ version: der.integer(0), extensions: [{ oid: '1.2.3', value: der.nullValue() }] }),
    ],
    ['crl_version', bare({ version: der.integer(257) })],
    ['crl_version_extensions', bare({ version: 1, extensions: [{ oid: '1.2.3', value: der.nullValue() }] })],
    ['crl_version_extensions', bare({ version: 1, entries: [{ serialNumber: 1, reason: 'superseded' }] })],
    ['crl_algorithm_mismatch', bare({ innerAlgorithm: nullAlgorithm })],
    ['crl_algorithm_mismatch', bare({ outerAlgorithm: nullAlgorithm })],
    ['crl_issuer_empty', bare({ issuer: [] })],
    ['der_trailing_data', bare({ trailing: Uint8Array.of(0) })],
    ['der_trailing_data', bare({ editTbs: (fields) => [...fields, der.nullValue()] })],
    ['der_time', bare({ thisUpdate: '260132000000Z' })],
    ['der_time', bare({ nextUpdate: '2601010000Z' })],
    [
      'der_truncated',
      bare({ editTbs: ([version, algorithm, issuer]) => [version, algorithm, issuer] as Uint8Array[] }),
    ],
    ['noted der_empty_list', bare({ entries: der.sequence() })],
    ['noted der_empty_list', bare({ extensions: der.constructed(0, der.sequence()) })],
    ['der_unexpected_tag', Uint8Array.of(0x31, 0)],
    ['der_truncated', Uint8Array.of()],
    ['der_bit_string_not_octets', withUnusedBit(bare())],
  ])('breaks %s', (rule, octets) => {
    expect(ruleOf(octets)).toBe(rule);
  });

  it('is bounded in every field but the entries', () => {
    const long = 'x'.repeat(66_000);
    expect(ruleOf(bare({ issuer: [{ CN: long }] }))).toBe('crl_field_too_large');
    expect(ruleOf(withExtension({ oid: '1.2.3', value: der.octetString(Buffer.from(long)) }))).toBe(
      'crl_field_too_large',
    );
    const parameters = der.sequence(der.oid('1.2.3'), der.octetString(Buffer.from(long)));
    expect(ruleOf(bare({ innerAlgorithm: parameters, outerAlgorithm: parameters }))).toBe('crl_field_too_large');
    const extensions = [{ oid: '1.2.3', value: der.octetString(Buffer.from(long)) }];
    expect(ruleOf(bare({ entries: [{ serialNumber: 1, extensions }] }))).toBe('crl_field_too_large');
    expect(
      ruleOf(
        bare({
          entries: [
            {
              serialNumber: 1,
              extensions: [
                { ...extensions[0], value: der.octetString(Buffer.from(long.slice(1_000))) } as ExtensionInput,
              ],
            },
          ],
        }),
      ),
    ).toBe('read');
  });
});

describe('a field of 65,536 octets', () => {
  const filler = (octets: number): ExtensionInput => ({ oid: '1.2.3', value: new Uint8Array(octets) });
  /** Its content fills what is left of that many octets. */
  const filling = (octetsOf: (octets: number) => Uint8Array): number => 60_000 + 65_536 - octetsOf(60_000).length;

  it('is read, and one that is longer is not', () => {
    const extensionsOf = (octets: number): Uint8Array => der.constructed(0, der.sequence(encoded(filler(octets))));
    const whole = filling(extensionsOf);
    const rule = (octets: number): string => ruleOf(bare({ extensions: extensionsOf(octets) }));
    expect(extensionsOf(whole)).toHaveLength(65_536);
    expect([whole, whole + 1].map(rule)).toEqual(['read', 'crl_field_too_large']);
  });

  it('may be an entry', () => {
    const entryOf = (octets: number): Uint8Array =>
      der.sequence(der.integer(1), der.utcTime('260101000000Z'), der.sequence(encoded(filler(octets))));
    const whole = filling(entryOf);
    const rule = (octets: number): string => ruleOf(bare({ entries: [entryOf(octets)] }));
    expect(entryOf(whole)).toHaveLength(65_536);
    expect([whole, whole + 1].map(rule)).toEqual(['read', 'crl_field_too_large']);
  });

  function encoded({ oid, value }: ExtensionInput): Uint8Array {
    return der.sequence(der.oid(oid), der.octetString(value as Uint8Array));
  }
});

describe('the extensions of a list (5.2)', () => {
  const any = der.nullValue();
  it.each<[string, readonly ExtensionInput[]]>([
    ['crl_critical_extension', [{ oid: '1.2.3', critical: true, value: any }]],
    ['read', [{ oid: '1.2.3', value: any }]],
    [
      'extension_duplicate',
      [
        { oid: '1.2.3', value: any },
        { oid: '1.2.3', value: any },
      ],
    ],
    ['extension_duplicate', [{ oid: '2.5.29.20', value: der.integer(1) }]],
    ['crl_number_critical', [{ oid: '2.5.29.20', critical: true, value: der.integer(1) }]],
    ['crl_number_too_long', [{ oid: '2.5.29.20', value: der.integer(1n << 160n) }]],
    ['der_integer_negative', [{ oid: '2.5.29.20', value: der.integer(-1) }]],
    ['der_trailing_data', [{ oid: '2.5.29.20', value: der.concat(der.integer(1), any) }]],
    ['crl_delta_without_number', [{ oid: '2.5.29.27', critical: true, value: der.integer(1) }]],
    ['der_unexpected_tag', [{ oid: '2.5.29.35', value: any }]],
    ['der_unexpected_tag', [{ oid: '2.5.29.18', value: any }]],
    ['der_unexpected_tag', [{ oid: '2.5.29.46', value: any }]],
    ['der_unexpected_tag', [{ oid: '1.3.6.1.5.5.7.1.1', value: any }]],
    ['read', [extension.authorityInfoAccess({ caIssuers: [{ uri: 'http://a.test/ca' }] })]],
    ['read', [{ ...extension.issuerAltName([{ dns: 'ca.test' }]), critical: true }]],
  ])('give %s', (rule, extensions) => {
    const repeats = rule === 'extension_duplicate' && extensions.length === 1;
    expect(ruleOf(listDer(ca, { number: repeats ? 1 : null, keyIdentifier: null, extensions }))).toBe(rule);
  });
});

describe('the entries of a list (5.3)', () => {
  const revoking = (entry: Partial<Parameters<typeof entryFor>[1]> & object): Uint8Array =>
    bare({ entries: [{ serialNumber: 1, ...entry }] });

  it.each<[string, Uint8Array]>([
    ['crl_reason_code', revoking({ reason: 7 })],
    ['crl_reason_code', revoking({ reason: 11 })],
    ['crl_reason_code', revoking({ reason: 256 })],
    ['crl_reason_remove', revoking({ reason: 'removeFromCRL' })],
    ['der_unexpected_tag', revoking({ extensions: [{ oid: '2.5.29.21', value: der.integer(1) }] })],
    [
      'der_trailing_data',
      revoking({ extensions: [{ oid: '2.5.29.21', value: der.concat(der.enumerated(1), der.enumerated(1)) }] }),
    ],
    [
      'der_trailing_data',
      revoking({
        extensions: [{ oid: '2.5.29.24', value: der.concat(der.generalizedTime('20260101000000Z'), der.nullValue()) }],
      }),
    ],
    ['der_unexpected_tag', revoking({ extensions: [{ oid: '2.5.29.24', value: der.utcTime('260101000000Z') }] })],
    [
      'extension_duplicate',
      revoking({ reason: 'superseded', extensions: [{ oid: '2.5.29.21', value: der.enumerated(4) }] }),
    ],
    [
      'extension_duplicate',
      revoking({
        extensions: [
          { oid: '1.2.3', value: der.nullValue() },
          { oid: '1.2.3', value: der.nullValue() },
        ],
      }),
    ],
    [
      'read',
      revoking({
        extensions: [
          { oid: '1.2.3', value: der.nullValue() },
          { oid: '1.2.4', value: der.nullValue() },
        ],
      }),
    ],
    [
      'crl_entry_critical_extension',
      revoking({ extensions: [{ oid: '1.2.3', critical: true, value: der.nullValue() }] }),
    ],
    // holdInstructionCode of RFC 3280: nothing that is known here.
    [
      'crl_entry_critical_extension',
      revoking({ extensions: [{ oid: '2.5.29.23', critical: true, value: der.oid('1.2') }] }),
    ],
    ['read', revoking({ extensions: [{ oid: '2.5.29.23', value: der.oid('1.2.840.10040.2.1') }] })],
    ['read', revoking({ extensions: [{ oid: '2.5.29.21', critical: true, value: der.enumerated(1) }] })],
    [
      'read',
      revoking({ extensions: [{ oid: '2.5.29.24', critical: true, value: der.generalizedTime('20260101000000Z') }] }),
    ],
    ['crl_entry_issuer', revoking({ certificateIssuer: [{ directoryName: 'CN=other' }] })],
    [
      'noted der_empty_list',
      bare({ entries: [der.sequence(der.integer(1), der.utcTime('260101000000Z'), der.sequence())] }),
    ],
    [
      'der_trailing_data',
      bare({
        entries: [
          der.sequence(
            der.integer(1),
            der.utcTime('260101000000Z'),
            der.sequence(der.sequence(der.oid('1.2.3'), der.octetString(der.nullValue()))),
            der.nullValue(),
          ),
        ],
      }),
    ],
    ['der_unexpected_tag', bare({ entries: [der.sequence(der.utcTime('260101000000Z'), der.integer(1))] })],
    ['der_integer_not_minimal', bare({ entries: [{ serialNumber: Uint8Array.of(0, 1) }] })],
    ['der_unexpected_tag', bare({ entries: [der.setOf(der.integer(1), der.utcTime('260101000000Z'))] })],
    ['der_time', revoking({ revocationDate: '260101000000' })],
  ])('give %s', (rule, octets) => {
    expect(ruleOf(octets)).toBe(rule);
  });

  it.each([
    ['unspecified', undefined],
    ['unspecified', 'unspecified'],
    ['keyCompromise', 'keyCompromise'],
    ['cACompromise', 'cACompromise'],
    ['affiliationChanged', 'affiliationChanged'],
    ['superseded', 'superseded'],
    ['cessationOfOperation', 'cessationOfOperation'],
    ['certificateHold', 'certificateHold'],
    ['privilegeWithdrawn', 'privilegeWithdrawn'],
    ['aACompromise', 'aACompromise'],
  ] as const)('revoke for %s', (reason, written) => {
    const entry = entryFor(leaf, { revocationDate: at(-5), ...(written === undefined ? {} : { reason: written }) });
    expect(list(ca, { entries: [entry] }).entryFor(leaf.certificate)).toEqual({ reason, revocationDate: at(-5) });
  });

  it('revoke with an invalidity date and unknown extensions besides', () => {
    const extensions = [{ oid: '1.2.3', value: der.nullValue() }];
    const entry = entryFor(leaf, { invalidityDate: at(-9), reason: 'keyCompromise', extensions });
    expect(list(ca, { entries: [entry] }).entryFor(leaf.certificate)?.reason).toBe('keyCompromise');
  });

  it('revoke without a reason where only other extensions are there', () => {
    const entry = entryFor(leaf, { invalidityDate: at(-9) });
    expect(list(ca, { entries: [entry] }).entryFor(leaf.certificate)?.reason).toBe('unspecified');
  });

  it.each(['2.5.4.21', '1.2.29.21', '2.5.29.21.1'])('do not take the extension %s for a reason', (oid) => {
    const value = der.enumerated(1);
    const entry = entryFor(leaf, { extensions: [{ oid, value }] });
    expect(list(ca, { entries: [entry] }).entryFor(leaf.certificate)?.reason).toBe('unspecified');
    expect(ruleOf(revoking({ extensions: [{ oid, critical: true, value }] }))).toBe('crl_entry_critical_extension');
  });

  it('lift a revocation in a delta CRL', () => {
    const entries = [entryFor(leaf, { reason: 'removeFromCRL' })];
    expect(list(ca, { number: 2, base: 1, entries }).entryFor(leaf.certificate)?.reason).toBe('removeFromCRL');
  });

  it('do not speak of a certificate of another issuer', () => {
    const stranger = client('CN=leaf', { by: authority('CN=Stranger'), forge: { serialNumber: 0x1234 } });
    expect(list(ca, { entries: [entryFor(leaf)] }).entryFor(stranger.certificate)).toBeUndefined();
  });

  it('speak of an issuer whose name is the same name written otherwise', () => {
    const other = client('CN=leaf', {
      by: { ...ca, name: [{ O: { printable: 'ACME' } }, { CN: 'issuer' }] },
      forge: { serialNumber: 0x1234 },
    });
    expect(list(ca, { entries: [entryFor(leaf)] }).entryFor(other.certificate)).toBeDefined();
  });
});

describe('serial numbers', () => {
  /** Whether a list of these, as content octets, revokes a certificate of that serial number. */
  const revokes = (entries: readonly (number | bigint | Uint8Array)[], serialNumber: number | bigint): boolean => {
    const certificate = client('CN=x', { by: ca, forge: { serialNumber } }).certificate;
    return list(ca, { entries: entries.map((one) => ({ serialNumber: one })) }).entryFor(certificate) !== undefined;
  };

  it.each<[boolean, readonly (number | bigint | Uint8Array)[], number | bigint]>([
    [true, [0], 0],
    [true, [127], 127],
    [true, [128], 128],
    [true, [255, 1], 255],
    // Without the zero that keeps them positive they are -1, -128 and -13,823.
    [true, [Uint8Array.of(0xff)], 255],
    [true, [-128], 128],
    [true, [Uint8Array.of(0xca, 0x01)], 0xca01],
    [true, [Uint8Array.of(0xca, 0x01), 0xca01], 0xca01],
    [false, [Uint8Array.of(0xca, 0x01)], 0x01],
    // A tool that takes the octets FF FF for a negative number writes it in the fewest octets.
    [true, [Uint8Array.of(0xff)], 0xffff],
    [true, [0xff, Uint8Array.of(0xff)], 0xffff],
    [false, [0xff], 0xffff],
    [false, [-2], 0xffff],
    [false, [0xffff], 0xff],
    [false, [0x01], 0x0100],
    [false, [1], 256],
    [false, [256], 1],
    [true, [(1n << 159n) - 1n], (1n << 159n) - 1n],
    [false, [(1n << 159n) - 1n], (1n << 159n) - 2n],
    [true, [1n << 1100n], 1n << 1100n],
    [true, [1n << 2400n], 1n << 2400n],
    [false, [1n << 2400n], (1n << 2400n) + 1n],
    [false, [0x1234, 0x3412], 0x12],
    [true, [-1], -1],
    [true, [255], -1],
    [false, [1], -1],
    [false, [-255], -1],
    [true, [0xff01], -255],
    [true, [0x80], -128],
    [true, [(1n << 159n) + 7n], -(1n << 159n) + 7n],
    [false, [(1n << 159n) + 7n], -(1n << 159n) + 8n],
  ])('compare as numbers and by their octets: %s for case %#', (answer, entries, serialNumber) => {
    expect(revokes(entries, serialNumber)).toBe(answer);
  });

  /** The octets of the INTEGER as `Certificate.serialNumber` writes them. */
  const unsigned = (serial: bigint): string =>
    Buffer.from(der.contents(der.integer(serial)))
      .toString('hex')
      .replace(/^00(?=.)/, '')
      .toUpperCase();

  it.each([0xca01, 0x8001])(
    'revoke without the zero that keeps them positive, and do not lift a revocation so: %i',
    (asIs) => {
      const negative = Uint8Array.of(asIs >> 8, asIs);
      const { certificate } = client('CN=x', { by: ca, forge: { serialNumber: asIs } });
      const reasonIn = (...entries: readonly CrlEntryInput[]): string | undefined =>
        list(ca, { number: 2, base: 1, entries }).entryFor(certificate)?.reason;
      const removal = { reason: 'removeFromCRL' } as const;
      const hold = { reason: 'certificateHold' } as const;
      expect(reasonIn({ serialNumber: asIs, ...removal })).toBe('removeFromCRL');
      expect(reasonIn({ serialNumber: negative, ...removal })).toBeUndefined();
      expect(reasonIn({ serialNumber: asIs, ...hold }, { serialNumber: negative, ...removal })).toBe('certificateHold');
      expect(reasonIn({ serialNumber: asIs, ...removal }, { serialNumber: negative, ...hold })).toBe('certificateHold');
    },
  );

  it('of a negative one are lifted by their own number alone, and each of the two with the same octets', () => {
    const reasonIn = (serialNumber: number, ...entries: readonly CrlEntryInput[]): string | undefined =>
      list(ca, { number: 2, base: 1, entries }).entryFor(
        client('CN=x', { by: ca, forge: { serialNumber } }).certificate,
      )?.reason;
    const minus: CrlEntryInput = { serialNumber: -1, reason: 'removeFromCRL' };
    const plus: CrlEntryInput = { serialNumber: 255, reason: 'removeFromCRL' };
    for (const both of [
      [minus, plus],
      [plus, minus],
      [minus, plus, minus, plus],
    ]) {
      expect(reasonIn(-1, ...both)).toBe('removeFromCRL');
      expect(reasonIn(255, ...both)).toBe('removeFromCRL');
      for (const serialNumber of [-1, 255]) {
        const revoking: CrlEntryInput = { serialNumber, reason: 'keyCompromise' };
        for (const entries of [
          [revoking, ...both],
          [...both, revoking],
          [both[0] as CrlEntryInput, revoking, ...both],
        ]) {
          expect(reasonIn(-1, ...entries)).toBe('keyCompromise');
          expect(reasonIn(255, ...entries)).toBe('keyCompromise');
        }
      }
    }
    expect(reasonIn(-1, minus)).toBe('removeFromCRL');
    expect(reasonIn(-1, plus)).toBeUndefined();
  });

  it('are found exactly when they are listed', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: -(1n << 70n), max: 1n << 70n }), { maxLength: 60 }),
        fc.array(fc.bigInt({ min: 0n, max: 1n << 70n }), { maxLength: 10 }),
        (listed, others) => {
          const read = list(ca, { entries: listed.map((serialNumber) => ({ serialNumber })) });
          const revoked = listed.map(unsigned);
          for (const serialNumber of [...revoked, ...others.map(unsigned)]) {
            const found = read.entryFor({ issuer: ca.certificate.subject, serialNumber }) !== undefined;
            const asSigned = BigInt.asIntN(serialNumber.length * 4, BigInt(`0x${serialNumber}`));
            expect(found).toBe(revoked.includes(serialNumber) || (asSigned < 0n && listed.includes(asSigned)));
          }
        },
      ),
    );
  });
});

describe('what an issuer of lists should do (deviations)', () => {
  it.each<[readonly string[], Uint8Array]>([
    [[], listDer(ca)],
    [['crl_number_missing'], listDer(ca, { number: null })],
    [['crl_authority_key_identifier_missing'], listDer(ca, { keyIdentifier: null })],
    [
      ['crl_authority_key_identifier_missing'],
      listDer(ca, { keyIdentifier: null, extensions: [extension.authorityKeyIdentifier({})] }),
    ],
    [['crl_next_update_missing'], listDer(ca, { nextUpdate: null })],
    [
      ['crl_next_update_missing', 'crl_number_missing', 'crl_authority_key_identifier_missing'],
      bare({
        version: 1,
        editTbs: ([algorithm, issuer, thisUpdate]) => [algorithm, issuer, thisUpdate] as Uint8Array[],
      }),
    ],
    [
      ['crl_scope_not_critical'],
      listDer(ca, { extensions: [{ oid: '2.5.29.28', value: der.sequence(der.primitive(1, Uint8Array.of(0xff))) }] }),
    ],
    [['crl_delta_indicator_not_critical'], listDer(ca, { extensions: [{ oid: '2.5.29.27', value: der.integer(0) }] })],
    [
      ['crl_freshest_critical'],
      listDer(ca, { extensions: [{ ...extension.freshestCrl([[{ uri: 'http://a.test' }]]), critical: true }] }),
    ],
    [
      ['crl_freshest_in_delta'],
      listDer(ca, { base: 0, extensions: [extension.freshestCrl([[{ uri: 'http://a.test' }]])] }),
    ],
    [
      ['crl_entry_issuer_not_critical'],
      listDer(ca, {
        scope: { indirectCRL: true },
        entries: [
          {
            serialNumber: 1,
            extensions: [
              { oid: '2.5.29.29', value: der.sequence(der.constructed(4, authority('CN=x').certificate.subject.der)) },
            ],
          },
        ],
      }),
    ],
  ])('are %j', (deviations, octets) => {
    expect(readList(octets).deviations).toEqual(deviations);
  });
});

describe('octets that are no list', () => {
  const sound = listDer(ca, {
    scope: { distributionPoint: [{ uri: 'http://a.test/1' }], indirectCRL: true },
    entries: [
      entryFor(leaf, { reason: 'keyCompromise', invalidityDate: at(-9) }),
      { serialNumber: 7, certificateIssuer: [{ directoryName: 'CN=other' }] },
    ],
  });

  it('are an outcome, never an exception, wherever one octet is changed', () => {
    for (let index = 0; index < sound.length; index++) {
      for (const change of [0x01, 0x20, 0x80, 0xff]) {
        const changed = Uint8Array.from(sound);
        changed[index] = (changed[index] as number) ^ change;
        const outcome = outcomeOf(changed);
        expect(outcome.ok || typeof outcome.rule).toBe(outcome.ok || 'string');
      }
    }
  });

  it('are an outcome wherever they are cut off, and never read', () => {
    for (let length = 0; length < sound.length; length++) {
      expect(outcomeOf(sound.subarray(0, length)).ok).toBe(false);
    }
  });

  it('are an outcome whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(outcomeOf(octets).ok).toBe(false);
      }),
    );
  });
});

describe('a large list', () => {
  const entries = Array.from({ length: 8_000 }, (_, index) => ({ serialNumber: 1_000_000 + index * 3 }));

  it('is read in slices and then answers like a small one', async () => {
    const outcome = parseCrl(listDer({ name: ca.name, keyPair: keyOf('CN=Issuer,O=Acme') }, { entries }));
    expect(outcome).toBeInstanceOf(Promise);
    const read = await outcome;
    if (!read.ok) throw new Error(read.rule);
    expect(read.value.entryCount).toBe(8_000);
    const found = (serial: number): boolean =>
      read.value.entryFor({
        issuer: ca.certificate.subject,
        serialNumber: `00${serial.toString(16)}`.slice(-6).toUpperCase(),
      }) !== undefined;
    for (let serial = 1_000_000; serial < 1_024_000; serial++) expect(found(serial)).toBe(serial % 3 === 1);
  });

  it('is refused for what is wrong in its last slice', async () => {
    const wrong = [...entries, { serialNumber: 1, reason: 7 }];
    await expect(parseCrl(listDer(ca, { entries: wrong }))).resolves.toEqual({ ok: false, rule: 'crl_reason_code' });
  });
});
