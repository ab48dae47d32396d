import { toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { fromFile } from '../../src/file-watcher.ts';
import type { CertificateInput } from '../../src/path/certificate-input.ts';
import { createTrustStore, type TrustOptions } from '../../src/path/trust-store.ts';
import { authority } from './certificates.ts';

const one = authority('CN=One');
const two = authority('CN=Two');
const pem = ({ der }: typeof one): string => toPem(der);

function subjects(anchors: CertificateInput): readonly string[] {
  return createTrustStore({ anchors }).current.anchors.all.map(({ subject }) => subject.toString());
}

describe('trust anchors', () => {
  it.each<[string, CertificateInput, string[]]>([
    ['DER', one.der, ['CN=One']],
    ['DER in a Buffer', Buffer.from(one.der), ['CN=One']],
    ['PEM', pem(one), ['CN=One']],
    ['PEM in a Buffer, as read from a file', Buffer.from(pem(one)), ['CN=One']],
    ['a PEM bundle', pem(one) + pem(two), ['CN=One', 'CN=Two']],
    ['a PEM bundle with text around the blocks', `# One\n${pem(one)}\n# Two\n${pem(two)}end`, ['CN=One', 'CN=Two']],
    ['a certificate read before', one.certificate, ['CN=One']],
    ['a list of all of these', [pem(one), two.der, one.certificate, Buffer.from(pem(two))], ['CN=One', 'CN=Two']],
  ])('can be given as %s', (_, anchors, expected) => {
    expect(subjects(anchors)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    [
      'nothing',
      undefined,
      'trust.anchors is neither PEM text nor DER bytes but undefined: was the variable of the environment set, or whatever it was to come from?',
    ],
    ['null', null, 'trust.anchors is neither PEM text nor DER bytes'],
    ['a number', 7, 'trust.anchors is neither PEM text nor DER bytes'],
    ['another object', { der: 'x' }, 'trust.anchors is neither PEM text nor DER bytes'],
    ['an empty list', [], 'trust.anchors holds no certificate: give PEM text, DER bytes or a list of them'],
    ['null in a list', [one.der, null], 'trust.anchors[1] is neither PEM text nor DER bytes'],
    [
      'the path of a file',
      'ca.pem',
      'trust.anchors is the text "ca.pem" and no PEM: for the file of this name write fromFile("ca.pem") or readFileSync("ca.pem")',
    ],
    ['text without PEM', 'one\ntwo\n', 'trust.anchors is not PEM: it has no "-----BEGIN ...-----" line (pem_empty)'],
    [
      'empty text',
      '',
      'trust.anchors is empty: was the variable of the environment set, or whatever it was to come from?',
    ],
    ['empty bytes', new Uint8Array(), 'trust.anchors is empty: was the variable of the environment set'],
    [
      'bytes after a certificate',
      Uint8Array.of(...one.der, 0),
      'trust.anchors is not a valid X.509 certificate: der_trailing_data',
    ],
    [
      'a certificate cut short',
      [pem(one), one.der.subarray(0, -1)],
      'trust.anchors[1] is not a valid X.509 certificate: der_truncated',
    ],
    [
      'PEM of no certificate',
      toPem(Uint8Array.of(0x30, 0)),
      'trust.anchors is not a valid X.509 certificate: der_truncated',
    ],
    [
      'a bundle whose second block is none',
      pem(one) + toPem(Uint8Array.of(0x30, 0)),
      'trust.anchors, block 2 is not a valid X.509 certificate: der_truncated',
    ],
    [
      'a list with a broken bundle',
      [one.der, toPem(Uint8Array.of(0x30, 0)) + pem(two)],
      'trust.anchors[1], block 1 is not a valid X.509 certificate: der_truncated',
    ],
    [
      'an object whose bytes are no certificate',
      { der: Uint8Array.of(0x30, 0) },
      'trust.anchors is not a valid X.509 certificate: der_truncated',
    ],
  ])('cannot be %s', (_, anchors, message) => {
    const create = (): unknown => createTrustStore({ anchors } as TrustOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  it('are told of with the place, when one is malformed', () => {
    expect(() => createTrustStore({ anchors: [one.der, Buffer.concat([two.der, Uint8Array.of(0)])] })).toThrow(
      'trust.anchors[1] is not a valid X.509 certificate: der_trailing_data (X.690 8.1.3: Octets follow where an element ' +
        `should have ended); place: behind the certificate, offset ${two.der.length}: 00; subject: CN=Two`,
    );
  });

  it('are found in a file of text that begins with the digit 0', () => {
    const bytes = Buffer.from(`0 = the root of Acme\n${pem(one)}`);
    expect(createTrustStore({ anchors: bytes }).current.anchors.has(one.certificate)).toBe(true);
  });

  it('are read anew from their bytes, whoever says that they were read', () => {
    const [anchor] = createTrustStore({ anchors: one.certificate }).current.anchors.all;
    expect(anchor).not.toBe(one.certificate);
    expect(anchor?.der).toEqual(one.der);
  });

  it('stay as they were when the bytes given change later', () => {
    const bytes = Uint8Array.from(one.der);
    const { current } = createTrustStore({ anchors: bytes });
    bytes.fill(0);
    expect(current.anchors.has(one.certificate)).toBe(true);
  });
});

describe('intermediates', () => {
  it('are none by default, or as an empty list', () => {
    expect(createTrustStore({ anchors: one.der }).current.intermediates.all).toEqual([]);
    expect(createTrustStore({ anchors: one.der, intermediates: [] }).current.intermediates.all).toEqual([]);
  });

  it('are given in the same forms as anchors', () => {
    const { current } = createTrustStore({ anchors: one.der, intermediates: pem(two) });
    expect(current.intermediates.all.map(({ subject }) => subject.toString())).toEqual(['CN=Two']);
    expect(current.anchors.all).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'trust.intermediates is neither PEM text nor DER bytes'],
    [
      'empty text',
      '',
      'trust.intermediates is empty: was the variable of the environment set, or whatever it was to come from?',
    ],
    ['a hole', [undefined], 'trust.intermediates[0] is neither PEM text nor DER bytes'],
  ])('cannot be %s', (_, intermediates, message) => {
    expect(() => createTrustStore({ anchors: one.der, intermediates } as TrustOptions)).toThrow(new TypeError(message));
  });
});

describe('maxDepth', () => {
  it('is 5 by default, and any whole number from 0 to 50', () => {
    expect(createTrustStore({ anchors: one.der }).current.maxDepth).toBe(5);
    expect(createTrustStore({ anchors: one.der, maxDepth: 0 }).current.maxDepth).toBe(0);
    expect(createTrustStore({ anchors: one.der, maxDepth: 50 }).current.maxDepth).toBe(50);
  });

  it.each([-1, 51, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null])('is not %s', (maxDepth) => {
    expect(() => createTrustStore({ anchors: one.der, maxDepth } as TrustOptions)).toThrow(
      new TypeError('trust.maxDepth must be a whole number from 0 to 50: the intermediates allowed in a path'),
    );
  });
});

describe('the options of a trust store', () => {
  it('are an object', () => {
    expect(() => createTrustStore(undefined as unknown as TrustOptions)).toThrow(
      new TypeError('trust: expected an object with options, got undefined'),
    );
  });

  it('are no file: it holds the anchors alone', () => {
    expect(() => createTrustStore(fromFile('/ca.pem') as unknown as TrustOptions)).toThrow(
      new TypeError('trust is a file: write trust: { anchors: fromFile("/ca.pem") }'),
    );
  });

  it('have no other keys', () => {
    expect(() => createTrustStore({ anchors: one.der, intermediate: two.der } as TrustOptions)).toThrow(
      new TypeError('trust: unknown option "intermediate"; did you mean "intermediates"?'),
    );
  });
});

describe('replacing trust', () => {
  it('puts a new generation in place, with a memory of its own', () => {
    const store = createTrustStore({ anchors: one.der });
    const before = store.current;
    store.replace({ anchors: two.der, maxDepth: 1 });
    const after = store.current;
    expect([before.generation, after.generation]).toEqual([1, 2]);
    expect(after.anchors.has(two.certificate)).toBe(true);
    expect(after.anchors.has(one.certificate)).toBe(false);
    expect(after.maxDepth).toBe(1);
    expect(after.memory).not.toBe(before.memory);
    expect(before.anchors.has(one.certificate)).toBe(true);
    store.replace({ anchors: one.der });
    expect(store.current.generation).toBe(3);
  });

  it('keeps the old generation when the new one is wrong', () => {
    const store = createTrustStore({ anchors: one.der });
    const before = store.current;
    expect(() => store.replace({ anchors: [] })).toThrow(TypeError);
    expect(() => store.replace({ anchors: two.der, anchor: two.der } as TrustOptions)).toThrow(TypeError);
    expect(store.current).toBe(before);
  });

  it('leaves a snapshot as it is', () => {
    expect(Object.isFrozen(createTrustStore({ anchors: one.der }).current)).toBe(true);
  });
});
