// What comes from another realm of JavaScript, as everything of Node does under Jest with jsdom: octets are octets there, too.
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../src/certificate/certificate.ts';
import { createTrustStore } from '../../src/path/trust-store.ts';
import { sanOtherName } from '../../src/policy/rules.ts';
import { reason } from '../../src/reasons.ts';
import { type Crl, parseCrl } from '../../src/revocation/crl/crl.ts';
import { createRevocation } from '../../src/revocation/revocation.ts';
import { authority } from '../path/certificates.ts';
import { clock, listOf } from '../revocation/world.ts';

const root = authority('CN=Root');
const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(root.der).toString('base64')}\n-----END CERTIFICATE-----\n`;
const crlDer = listOf([]);

const inOtherRealm = (kind: string, octets: Uint8Array): never =>
  runInNewContext(`new ${kind}(octets)`, { octets: [...octets] }) as never;
const shared = (octets: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(octets.length));
  copy.set(octets);
  return copy;
};

describe('octets of another realm', () => {
  it('are a certificate', () => {
    const foreign: Uint8Array = inOtherRealm('Uint8Array', root.der);
    expect(foreign instanceof Uint8Array).toBe(false);
    const read = parseCertificate(foreign);
    if (!read.ok) throw new Error('not read');
    foreign.fill(0);
    expect(Buffer.from(read.value.der)).toEqual(Buffer.from(root.der));
  });

  it('are anchors: DER, PEM, or in a certificate', () => {
    const der: Uint8Array = inOtherRealm('Uint8Array', root.der);
    for (const anchors of [der, [der], inOtherRealm('Uint8Array', Buffer.from(pem)), [{ der }]]) {
      expect(createTrustStore({ anchors: anchors as Uint8Array }).current.anchors.all).toHaveLength(1);
    }
  });

  it('are a revocation list, and the value of a name', async () => {
    const list: Uint8Array = inOtherRealm('Uint8Array', crlDer);
    expect(await parseCrl(list)).toMatchObject({ ok: true });
    const options = { methods: ['crl'], scope: 'leaf', crls: { sources: [list] } } as const;
    createRevocation(options, { clock }).close();
    expect(() =>
      sanOtherName({ typeId: '1.3.6.1.4.1.99999.1', value: inOtherRealm('Uint8Array', crlDer) }),
    ).not.toThrow();
  });

  it.each(['Uint8ClampedArray', 'Int8Array', 'Uint16Array', 'Float64Array'])('are no %s', (kind) => {
    expect(() => parseCertificate(inOtherRealm(kind, root.der))).toThrow(TypeError);
    expect(() => parseCrl(inOtherRealm(kind, crlDer))).toThrow(TypeError);
    expect(() => createTrustStore({ anchors: inOtherRealm(kind, root.der) })).toThrow(TypeError);
  });

  it('are no DataView, ArrayBuffer, proxy of octets or object that claims to be some', () => {
    const proxy = new Proxy(new Uint8Array(root.der), {});
    const claims = Object.create(Uint8Array.prototype, { length: { value: 9 } });
    for (const no of [new DataView(new ArrayBuffer(9)), new ArrayBuffer(9), proxy, claims]) {
      expect(() => parseCertificate(no as Uint8Array)).toThrow(TypeError);
    }
  });
});

describe('octets in shared memory', () => {
  it('change nothing after they were read', async () => {
    const der = shared(root.der);
    const read = parseCertificate(der);
    const list = shared(crlDer);
    const lists = await parseCrl(list);
    if (!read.ok || !lists.ok) throw new Error('not read');
    der.fill(0);
    list.fill(0);
    expect(Buffer.from(read.value.der)).toEqual(Buffer.from(root.der));
    expect(Buffer.from((lists.value as Crl).der)).toEqual(Buffer.from(crlDer));
  });
});

describe('a Date of another realm', () => {
  it('is copied into a reason', () => {
    const notAfter: Date = runInNewContext('new Date(5)');
    const { detail } = reason('certificate_expired', { notAfter } as never);
    const copy = (detail as unknown as { readonly notAfter: Date }).notAfter;
    expect(copy instanceof Date && copy.getTime() === 5).toBe(true);
  });
});
