/**
 * Serial numbers that are negative, zero or long, in every place where a certificate is looked for by its serial number, and
 * in every form that tools write there. The same octets are -1 to one tool and 255 to another: whatever revokes must find the
 * certificate in both forms, and whatever speaks for it in its own alone.
 */
import {
  type CrlEntryInput,
  createOcspResponder,
  der,
  forgeOcspResponse,
  type OcspListener,
  type OcspStatusInput,
} from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthenticator } from '../../../src/authenticator.ts';
import type { Decision } from '../../../src/decision.ts';
import type { MtlsOptions } from '../../../src/options.ts';
import { createDenyList } from '../../../src/revocation/deny-list.ts';
import { knownRevocations } from '../../../src/revocation/known-revocations.ts';
import { createRevocation } from '../../../src/revocation/revocation.ts';
import type { RevocationOptions } from '../../../src/revocation/revocation-options.ts';
import { authority, client, type Entity, now } from '../../path/certificates.ts';
import { handing, presenting } from '../../requests.ts';
import { at, day, type ListOptions, listDer } from '../crl/lists.ts';
import { certIdOf } from '../ocsp/answers.ts';

const clock = (): number => now;

const bits = (octets: number): bigint => BigInt(octets * 8);
/** The octets of a number, without the zero that keeps a positive one positive. */
const octetsOf = (serial: bigint): Buffer => {
  const content = der.contents(der.integer(serial));
  return Buffer.from(content[0] === 0 && content.length > 1 ? content.subarray(1) : content);
};
/** The number of the other sign that has these octets, but for that zero; itself where there is none. */
function twinOf(serial: bigint): bigint {
  const octets = octetsOf(serial);
  if ((octets[0] as number) < 0x80) return serial;
  const unsigned = BigInt(`0x${octets.toString('hex')}`);
  return serial < 0n ? unsigned : unsigned - (1n << bits(octets.length));
}

const serials: readonly (readonly [string, bigint])[] = [
  ['-1', -1n],
  ['-128', -128n],
  ['-255', -255n],
  ['20 negative octets', -(1n << bits(20)) / 2n + 12_345n],
  ['32 negative octets', -(1n << bits(32)) / 3n],
  ['0', 0n],
  ['255', 255n],
  ['65,535', 65_535n],
  ['21 octets', 1n << bits(20)],
  ['32 octets, the first bit set', (1n << bits(32)) - 7n],
  ['200 octets', 0x77n << bits(199)],
];

/** As an entry of a list writes it: the number, and its octets as a number of the other sign. */
const formsOf = (serial: bigint): readonly bigint[] => [...new Set([serial, twinOf(serial)])];
/** Numbers that look like it and are others. */
const strangersTo = (serial: bigint): readonly bigint[] =>
  [serial + 1n, -serial, serial << 8n, serial + (1n << bits(300))].filter((one) => !formsOf(serial).includes(one));

/** A path in which one certificate has this serial number. */
interface Chain {
  readonly anchor: Entity;
  readonly intermediate: Entity;
  readonly leaf: Entity;
}
type Role = keyof Chain;

function chainWith(role: Role, serialNumber: bigint): Chain {
  const odd = (one: Role): { forge?: { serialNumber: bigint } } => (one === role ? { forge: { serialNumber } } : {});
  const anchor = authority('CN=Root', odd('anchor'));
  const intermediate = authority('CN=Issuing', { by: anchor, ...odd('intermediate') });
  return { anchor, intermediate, leaf: client('CN=client', { by: intermediate, ...odd('leaf') }) };
}

/** Who issued the certificate of a role, and who is its index in the path. */
const issuerIn = (chain: Chain, role: Role): Entity => (role === 'leaf' ? chain.intermediate : chain.anchor);
const indexOf: Readonly<Record<Role, number>> = { leaf: 0, intermediate: 1, anchor: 2 };

async function decide(chain: Chain, options: MtlsOptions = {}): Promise<Decision> {
  const { authenticate } = createAuthenticator({
    source: handing,
    trust: { anchors: chain.anchor.der, intermediates: chain.intermediate.der },
    clock,
    ...options,
  });
  return authenticate(presenting([chain.leaf]));
}

function revocationBy(options: RevocationOptions): MtlsOptions {
  const revocation = createRevocation(options, { clock });
  onTestFinished(() => revocation.close());
  return { revocation };
}

/** Lists of both authorities, that of the issuer of a role with these options. */
function byLists(chain: Chain, role: Role, ...lists: readonly ListOptions[]): MtlsOptions {
  const issuer = issuerIn(chain, role);
  const other = issuer === chain.anchor ? chain.intermediate : chain.anchor;
  const sources = [listDer(other), ...lists.map((options) => listDer(issuer, options))];
  return revocationBy({ methods: ['crl'], scope: 'path', crls: { sources } });
}

const spoken = (decision: Decision): unknown =>
  decision.outcome === 'deny'
    ? [decision.reason.code, (decision.reason.detail as { readonly index?: number }).index]
    : decision.outcome;
const revoked = (role: Role): unknown => ['certificate_revoked', indexOf[role]];
const listed = (serialNumber: bigint, more: Partial<CrlEntryInput> = {}): CrlEntryInput => ({ serialNumber, ...more });
/** Among others, so that something must be looked for. */
const among = (...entries: readonly CrlEntryInput[]): readonly CrlEntryInput[] => [
  listed(7n),
  ...entries,
  listed(0x1234_5678n),
];

beforeEach(() => knownRevocations.clear());

const roles = ['leaf', 'intermediate'] as const;

describe.each(serials)('the serial number %s', (_, serial) => {
  describe.each(roles)('of the %s', (role) => {
    const chain = chainWith(role, serial);

    it('is no reason to refuse where no list has it', async () => {
      const entries = among(...strangersTo(serial).map((one) => listed(one)));
      expect(spoken(await decide(chain, byLists(chain, role, { entries })))).toBe('allow');
    });

    it.each(formsOf(serial))('is found in a list as %s', async (form) => {
      expect(spoken(await decide(chain, byLists(chain, role, { entries: among(listed(form)) })))).toEqual(
        revoked(role),
      );
    });

    it.each(formsOf(serial))('is found in a delta CRL as %s', async (form) => {
      const delta = { number: 2, base: 1, entries: among(listed(form)) };
      expect(spoken(await decide(chain, byLists(chain, role, {}, delta)))).toEqual(revoked(role));
    });

    it('is lifted by a delta CRL that has the very number, by no other', async () => {
      const hold = { entries: among(listed(serial, { reason: 'certificateHold' })) };
      const lifting = (form: bigint): ListOptions => ({
        number: 2,
        base: 1,
        entries: among(listed(form, { reason: 'removeFromCRL' })),
      });
      for (const other of [twinOf(serial), ...strangersTo(serial)].filter((one) => one !== serial)) {
        expect(spoken(await decide(chain, byLists(chain, role, hold, lifting(other))))).toEqual(revoked(role));
      }
      knownRevocations.clear();
      expect(spoken(await decide(chain, byLists(chain, role, hold, lifting(serial))))).toBe('allow');
    });

    it.each(formsOf(serial))('is found in an indirect CRL as %s', async (form) => {
      const issuer = issuerIn(chain, role);
      const entries = [
        listed(form, { certificateIssuer: [{ directoryName: 'CN=Somebody else' }] }),
        listed(7n, { certificateIssuer: [{ directoryName: issuer.name }] }),
        listed(form),
      ];
      const scope = { indirectCRL: true };
      expect(spoken(await decide(chain, byLists(chain, role, { scope, entries })))).toEqual(revoked(role));
      const others = byLists(chain, role, { scope, entries: entries.slice(0, 2), number: 2 });
      knownRevocations.clear();
      expect(spoken(await decide(chain, others))).toBe('allow');
    });

    it.each(formsOf(serial))('is remembered after a list had it as %s', async (form) => {
      const entries = among(listed(form, { reason: 'keyCompromise' }));
      expect(spoken(await decide(chain, byLists(chain, role, { entries })))).toEqual(revoked(role));
      const shownAgain = byLists(chain, role, { thisUpdate: at(-2) });
      expect(spoken(await decide(chain, shownAgain))).toEqual(revoked(role));
    });

    it.each(formsOf(serial))('is found in a list of many entries as %s', async (form) => {
      const filling = Array.from({ length: 9_000 }, (_, index) => listed(BigInt(0x1000_0000 + index)));
      const entries = [...filling, listed(form), ...filling.slice(0, 10)];
      expect(spoken(await decide(chain, byLists(chain, role, { entries })))).toEqual(revoked(role));
    });
  });

  describe.each(['leaf', 'intermediate', 'anchor'] as const)('of the %s', (role) => {
    const chain = chainWith(role, serial);
    const { issuer, serialNumber } = chain[role].certificate;

    it('is found in a deny-list in every form, the number and its octets', async () => {
      const digits = (serial < 0n ? -serial : serial).toString(16);
      const sign = serial < 0n ? '-' : '';
      const octets = octetsOf(serial).toString('hex');
      const colons = octets.replace(/(?<=..)(?=(?:..)+$)/g, ':');
      const forms = [serialNumber, serial, `${sign}${digits}`, `${sign}0x${digits}`, octets, `00${octets}`, colons];
      for (const form of forms) {
        const denyList = createDenyList();
        denyList.revoke({ issuer, serial: form });
        expect(spoken(await decide(chain, { denyList }))).toEqual(revoked(role));
        expect(denyList.lift({ issuer, serial: serialNumber })).toBe(true);
        expect(spoken(await decide(chain, { denyList }))).toBe('allow');
      }
    });

    it('is no reason to refuse where a deny-list has others', async () => {
      const denyList = createDenyList();
      for (const other of strangersTo(serial)) denyList.revoke({ issuer, serial: other });
      expect(spoken(await decide(chain, { denyList }))).toBe('allow');
    });
  });

  it('has a text that no other number has', () => {
    const textOf = (one: bigint): string => chainWith('leaf', one).leaf.certificate.serialNumber;
    const others = [...strangersTo(serial), twinOf(serial)].filter((one) => one !== serial);
    expect(others.map(textOf)).not.toContain(textOf(serial));
  });
});

describe('a responder', () => {
  const listeners: OcspListener[] = [];
  afterEach(async () => {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  });

  /** Answers of each certificate that is asked about as told, about the number that `as` makes of it. */
  async function answering(issuer: Entity, leaf: Entity, statuses: readonly [bigint, OcspStatusInput][]) {
    const asked: Uint8Array[] = [];
    const { createServer } = await import('node:http');
    const certIdWith = (serialNumber: bigint): Uint8Array =>
      der.sequence(...der.children(certIdOf(leaf, issuer)).slice(0, 3), der.integer(serialNumber));
    const server = createServer((request, response) => {
      const chunks: Uint8Array[] = [];
      request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      request.on('end', () => {
        const inUrl = decodeURIComponent((request.url as string).slice(1));
        asked.push(request.method === 'GET' ? Buffer.from(inUrl, 'base64') : Buffer.concat(chunks));
        response.setHeader('content-type', 'application/ocsp-response');
        response.end(
          forgeOcspResponse({
            signer: issuer.keyPair,
            producedAt: new Date(now),
            responses: statuses.map(([serialNumber, status]) => ({
              certId: certIdWith(serialNumber),
              status,
              thisUpdate: new Date(now),
              nextUpdate: new Date(now + day),
            })),
          }),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    return { asked, url: `http://127.0.0.1:${port}/` };
  }

  const byResponder = (responders: string): MtlsOptions =>
    revocationBy({ methods: ['ocsp'], scope: 'leaf', ocsp: { responders } });
  const gone: OcspStatusInput = { revocationDate: new Date(now - day), reason: 'keyCompromise' };

  describe.each(serials)('that is asked about the serial number %s', (_, serial) => {
    const chain = chainWith('leaf', serial);
    const say = async (...statuses: readonly [bigint, OcspStatusInput][]): Promise<unknown> => {
      knownRevocations.clear();
      const { url } = await answering(chain.intermediate, chain.leaf, statuses);
      return spoken(await decide(chain, byResponder(url)));
    };

    it('is asked about the very octets of the certificate', async () => {
      const { asked, url } = await answering(chain.intermediate, chain.leaf, [[serial, 'good']]);
      expect(spoken(await decide(chain, byResponder(url)))).toBe('allow');
      expect(
        asked.map((one) => Buffer.from(one).includes(Buffer.from(certIdOf(chain.leaf, chain.intermediate)))),
      ).toEqual([true]);
      const [, , , written] = der.children(certIdOf(chain.leaf, chain.intermediate));
      expect(written).toEqual(der.integer(serial));
    });

    it('revokes it in both forms', async () => {
      for (const form of formsOf(serial)) expect(await say([form, gone])).toEqual(revoked('leaf'));
    });

    it('revokes it beside a word that is good', async () => {
      for (const form of formsOf(serial)) {
        expect(await say([serial, 'good'], [form, gone])).toEqual(revoked('leaf'));
        expect(await say([form, gone], [serial, 'good'])).toEqual(revoked('leaf'));
      }
    });

    it('speaks for it by its own number alone', async () => {
      expect(await say([serial, 'good'])).toBe('allow');
      for (const other of [twinOf(serial), ...strangersTo(serial)].filter((one) => one !== serial)) {
        expect(await say([other, 'good'])).not.toBe('allow');
      }
    });

    it('is read where it speaks of others with such numbers', async () => {
      const others = serials.map(([, one]): [bigint, OcspStatusInput] => [one, 'good']);
      expect(await say(...others, [serial, 'good'])).toBe('allow');
    });
  });

  it('of tests knows negative numbers too', async () => {
    const chain = chainWith('leaf', -1n);
    const { certificateDer, keyPair } = { certificateDer: chain.intermediate.der, keyPair: chain.intermediate.keyPair };
    const responder = createOcspResponder({
      authority: { certificateDer, keyPair, nameDer: chain.intermediate.certificate.subject.der } as never,
      clock,
    });
    const listener = await responder.listen();
    listeners.push(listener);
    expect(spoken(await decide(chain, byResponder(listener.url)))).toBe('allow');
    responder.revoke(chain.leaf.certificate);
    expect(spoken(await decide(chain, byResponder(listener.url)))).toEqual(revoked('leaf'));
  });
});

describe('strict', () => {
  it.each([
    ['negative', -1n, 'serial_number_negative'],
    ['too long', 1n << bits(20), 'serial_number_too_long'],
    ['zero', 0n, 'serial_number_zero'],
  ])('refuses a certificate whose number is %s', async (_, serial, rule) => {
    for (const role of roles) {
      expect(await decide(chainWith(role, serial), { profile: 'strict' })).toMatchObject({
        reason: { code: 'certificate_malformed', detail: { rule } },
      });
    }
  });

  it('reads lists and answers about others with such numbers', async () => {
    const chain = chainWith('leaf', 0x1234n);
    const entries = serials.map(([, serial]) => listed(serial));
    const byList = byLists(chain, 'leaf', { entries });
    expect(spoken(await decide(chain, { ...byList, profile: 'strict' }))).toBe('allow');
  });
});
