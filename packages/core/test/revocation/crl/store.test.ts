import { der, toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { CrlStore, type CrlStoreOptions } from '../../../src/revocation/crl/store.ts';
import { authority, client, type Entity, keyOf, now } from '../../path/certificates.ts';
import { at, entryFor, type ListOptions, listDer, policy } from './lists.ts';

const ca = authority('CN=Issuer,O=Acme');
const other = authority('CN=Other,O=Acme');
const impostor = authority(ca.name, { keyPair: keyOf('impostor') });
const leaf = client('CN=leaf', { by: ca, forge: { serialNumber: 0x1234 } });
const revoking = { entries: [entryFor(leaf, { reason: 'superseded' })] } as const;

/** A store that knows these issuers. */
function storeOf(known: readonly Entity[] = [ca], options: Partial<CrlStoreOptions> = {}): CrlStore {
  return new CrlStore({
    policy,
    crlIssuers: ({ canonical }) =>
      known.map(({ certificate }) => certificate).filter(({ subject }) => subject.canonical === canonical),
    ...options,
  });
}

/** What became of each list that is added in turn: the outcome, or why it was refused. */
async function additions(store: CrlStore, ...inputs: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  const words: string[] = [];
  for (const input of inputs) {
    for (const one of await store.add(input)) words.push(one.outcome === 'refused' ? one.refusal : one.outcome);
  }
  return words;
}

async function verdict(
  store: CrlStore,
  nowMs: number = now,
  about: Entity = leaf,
  issuer: Entity = ca,
): Promise<string> {
  const status = await store.statusOf(about.certificate, issuer.certificate, nowMs);
  return status.status === 'undetermined' ? status.kind : status.status;
}

const numbers = (store: CrlStore): readonly string[] =>
  store.status(now).map(({ crlNumber, isVerified }) => `${crlNumber}${isVerified ? '' : '?'}`);

const numbered = (number: number | null, options: ListOptions = {}): Uint8Array => listDer(ca, { number, ...options });

describe('a store of revocation lists', () => {
  it('says nothing of a certificate until it has a list', async () => {
    const store = storeOf();
    expect(await verdict(store)).toBe('noSource');
    await store.add(listDer(ca, revoking));
    expect(await verdict(store)).toBe('revoked');
  });

  it('answers at once when nothing is to be computed', async () => {
    const store = storeOf();
    await store.add(listDer(ca));
    expect(store.statusOf(leaf.certificate, ca.certificate, now)).toEqual({
      status: 'good',
      source: 'crl',
      thisUpdateMs: at(-1).getTime(),
      validUntilMs: at(24).getTime() - 1,
    });
  });

  it('takes several lists of one PEM text, and each that is sound', async () => {
    const store = storeOf([ca, other]);
    const broken = Uint8Array.of(0x30, 0);
    const text = [listDer(ca), broken, listDer(other)].map((der) => toPem(der, 'X509 CRL')).join('');
    expect(await additions(store, text)).toEqual(['added', 'der_truncated', 'added']);
    expect(store.status(now).map(({ issuer }) => issuer)).toEqual(['CN=Other,O=Acme', 'CN=Issuer,O=Acme']);
  });

  it('knows no issuers unless it is told of them', async () => {
    const store = new CrlStore({ policy });
    await store.add(listDer(ca));
    expect(numbers(store)).toEqual(['1?']);
    expect(await verdict(store)).toBe('good');
  });

  it('gives the list that it took', async () => {
    const [addition] = await storeOf().add(numbered(7));
    expect(addition?.outcome === 'added' && addition.crl.crlNumber).toBe(7n);
  });

  it('refuses what is no PEM, and a mistake of the program', async () => {
    expect(await additions(storeOf(), 'nothing')).toEqual(['pem_empty']);
    await expect(storeOf().add(7 as unknown as string)).rejects.toThrow(TypeError);
  });

  it('finds lists by issuer, however its name is written', async () => {
    const store = storeOf();
    await store.add(listDer(ca));
    const same = authority([{ O: 'ACME' }, { CN: 'issuer' }]);
    expect(store.crlsBy(same.certificate.subject)).toHaveLength(1);
    expect(store.crlsBy(other.certificate.subject)).toEqual([]);
  });

  it('asks other issuers of lists where they are given', async () => {
    const store = storeOf([]);
    await store.add(listDer(impostor));
    const crlIssuers = () => [impostor.certificate];
    expect(await verdict(store)).toBe('malformed');
    expect(await store.statusOf(leaf.certificate, ca.certificate, now, crlIssuers)).toMatchObject({ status: 'good' });
  });
});

describe('a list in the place of another', () => {
  it.each<[string, Uint8Array, Uint8Array]>([
    ['added', numbered(1), numbered(2)],
    ['added', numbered(1), numbered(2, { thisUpdate: at(0) })],
    ['added', numbered(1), numbered(1, { thisUpdate: at(0) })],
    ['crl_not_newer', numbered(2), numbered(1)],
    ['crl_not_newer', numbered(2), numbered(1, { thisUpdate: at(0) })],
    ['crl_not_newer', numbered(1), numbered(2, { thisUpdate: at(-2) })],
    ['crl_not_newer', numbered(1), numbered(1, revoking)],
    ['crl_not_newer', numbered(1), numbered(10_000_000_000, { thisUpdate: at(-2) })],
    ['crl_not_newer', numbered(10_000_000_000), numbered(1, { thisUpdate: at(0) })],
  ])('is %s, case %#', async (outcome, first, second) => {
    const store = storeOf();
    expect(await additions(store, first, second)).toEqual(['added', outcome]);
    expect(store.status(now)).toHaveLength(1);
  });

  it.each<[string, ListOptions, ListOptions]>([
    ['added', { number: null }, { number: null, thisUpdate: at(0) }],
    ['added', { number: 9 }, { number: null, thisUpdate: at(0) }],
    ['crl_not_newer', { number: null }, { number: 9, thisUpdate: at(-2) }],
    ['crl_not_newer', { number: null }, { number: 9 }],
  ])('is %s by thisUpdate alone where a CRL number is missing, case %#', async (outcome, first, second) => {
    const store = storeOf([ca], { policy: { ...policy, profile: 'interoperable' } });
    expect(await additions(store, listDer(ca, first), listDer(ca, second))).toEqual(['added', outcome]);
  });

  it('answers from then on', async () => {
    const store = storeOf();
    await store.add(numbered(1));
    expect(await verdict(store)).toBe('good');
    await store.add(numbered(2, revoking));
    expect(await verdict(store)).toBe('revoked');
    await store.add(numbered(1));
    expect(await verdict(store)).toBe('revoked');
  });

  it('is no longer held, and the other is', async () => {
    const store = storeOf();
    const [first] = await store.add(numbered(1));
    const [second] = await store.add(listDer(ca, { number: 1, scope: { onlyContainsUserCerts: true } }));
    if (first?.outcome !== 'added' || second?.outcome !== 'added') throw new Error('not added');
    expect([first.crl, second.crl, undefined].map((crl) => store.holds(crl))).toEqual([true, true, false]);
    await store.add(numbered(2));
    expect([first.crl, second.crl].map((crl) => store.holds(crl))).toEqual([false, true]);
  });

  it('that is the same again changes nothing', async () => {
    const store = storeOf();
    const octets = numbered(3);
    expect(await additions(store, octets, octets, octets.slice())).toEqual(['added', 'unchanged', 'unchanged']);
    expect(numbers(store)).toEqual(['3']);
  });

  it('has the same scope: issuer, key identifier, issuing distribution point, and delta or not', async () => {
    const store = storeOf([ca, other, impostor]);
    const scope = { onlyContainsUserCerts: true };
    const lists = [
      numbered(9),
      listDer(other, { number: 1 }),
      listDer(impostor, { number: 1 }),
      numbered(1, { scope }),
      numbered(2, { base: 1 }),
    ];
    expect(await additions(store, ...lists)).toEqual(['added', 'added', 'added', 'added', 'added']);
    expect(store.status(now)).toHaveLength(5);
  });

  it('that is broken leaves it where it is', async () => {
    const store = storeOf();
    const octets = numbered(2);
    expect(await additions(store, numbered(1), octets.subarray(0, 99))).toEqual(['added', 'der_truncated']);
    expect(numbers(store)).toEqual(['1']);
  });
});

describe('the signature of a list that is added', () => {
  it('is checked with the issuers that are known', async () => {
    const store = storeOf();
    const keyIdentifier = ca.certificate.subjectKeyIdentifier ?? null;
    expect(await additions(store, numbered(1), listDer(impostor, { number: 2, keyIdentifier }))).toEqual([
      'added',
      'crl_signature_invalid',
    ]);
    expect(await additions(store, listDer(impostor, { number: 2, keyIdentifier: null }))).toEqual([
      'crl_authority_key_identifier_missing',
    ]);
    expect(numbers(store)).toEqual(['1']);
  });

  it('is checked later when its issuer is not known, or has another key', async () => {
    const store = storeOf();
    expect(await additions(store, listDer(other), listDer(impostor))).toEqual(['added', 'added']);
    expect(numbers(store)).toEqual(['1?', '1?']);
  });

  it('is known once a certificate of a verified path has its key, and then replaces what is older', async () => {
    const store = storeOf([]);
    expect(await additions(store, numbered(1), numbered(2, revoking))).toEqual(['added', 'added']);
    expect(numbers(store)).toEqual(['2?', '1?']);
    expect(await verdict(store)).toBe('revoked');
    expect(numbers(store)).toEqual(['2']);
    expect(await additions(store, numbered(1), numbered(3))).toEqual(['crl_not_newer', 'added']);
    expect(numbers(store)).toEqual(['3']);
    const keyIdentifier = ca.certificate.subjectKeyIdentifier ?? null;
    expect(await additions(store, listDer(impostor, { number: 4, keyIdentifier }))).toEqual(['crl_signature_invalid']);
  });

  it('that is forged does not take the place of a list whose issuer is not known yet', async () => {
    const store = storeOf([]);
    const keyIdentifier = ca.certificate.subjectKeyIdentifier ?? null;
    const forged = (number: number) => listDer(impostor, { number, keyIdentifier });
    await additions(store, numbered(1, revoking), forged(2));
    expect(await verdict(store)).toBe('revoked');
    expect(numbers(store)).toEqual(['1', '2?']);
    // From now on the signer is known.
    expect(await additions(store, forged(3))).toEqual(['crl_signature_invalid']);
    expect(numbers(store)).toEqual(['1', '2?']);
    expect(await verdict(store)).toBe('revoked');
  });

  it('that nobody can check yet is kept for the two newest lists of one scope, in whatever order they come', async () => {
    for (const order of [
      [1, 3, 2],
      [3, 2, 1],
      [2, 1, 3],
    ]) {
      const store = storeOf([]);
      await additions(store, ...order.map((number) => numbered(number, { thisUpdate: at(number - 9) })));
      expect(numbers(store)).toEqual(['3?', '2?']);
    }
  });

  it('that nobody can check yet leaves the list that revokes, however many old ones are shown again after it', async () => {
    const store = storeOf([]);
    const old = [1, 2, 3].map((number) => numbered(number, { thisUpdate: at(number - 9) }));
    expect(await additions(store, numbered(5, revoking), ...old)).toEqual(['added', 'added', 'added', 'added']);
    expect(await verdict(store)).toBe('revoked');
    expect(await additions(store, ...old)).toEqual(['crl_not_newer', 'crl_not_newer', 'crl_not_newer']);
    expect(await verdict(store)).toBe('revoked');
  });

  it('that nobody can check is kept for at most 64 lists in all', async () => {
    const store = storeOf([ca]);
    await store.add(listDer(ca));
    for (let index = 0; index < 70; index++) await store.add(listDer({ name: `CN=${index}`, keyPair: ca.keyPair }));
    const issuers = store.status(now).map(({ issuer }) => issuer);
    expect(issuers).toHaveLength(65);
    expect(issuers[0]).toBe('CN=69');
    expect(issuers[63]).toBe('CN=6');
    expect(issuers).toContain('CN=Issuer,O=Acme');
  });

  it('when found leaves the newest of the lists that have it', async () => {
    const store = storeOf([]);
    await additions(store, numbered(3), numbered(2));
    expect(await verdict(store)).toBe('good');
    expect(numbers(store)).toEqual(['3']);
    expect(store.crlsBy(ca.certificate.subject).map(({ crlNumber }) => crlNumber)).toEqual([3n]);
  });

  it('may be found after the list has lost its place', async () => {
    const store = storeOf([]);
    const extensions = [{ oid: '1.2.3', value: new Uint8Array(60_000) }];
    const entries = Array.from({ length: 20 }, (_, serialNumber) => ({ serialNumber, extensions }));
    await store.add(numbered(1, { entries }));
    const pending = store.statusOf(leaf.certificate, ca.certificate, now);
    expect(pending).toBeInstanceOf(Promise);
    await additions(store, listDer(impostor, { number: 8 }), numbered(2), numbered(3));
    expect(await pending).toMatchObject({ status: 'good' });
    expect(numbers(store)).not.toContain('1');
  });
});

describe('delta CRLs in a store', () => {
  it('stand beside the complete list, the last four of a scope', async () => {
    const store = storeOf();
    await store.add(numbered(1));
    for (let number = 2; number <= 7; number++) await store.add(numbered(number, { base: 1 }));
    expect(numbers(store)).toEqual(['7', '6', '5', '4', '1']);
    expect(await additions(store, numbered(6, { base: 1, ...revoking }))).toEqual(['crl_not_newer']);
  });

  it('revoke at once', async () => {
    const store = storeOf();
    await additions(store, numbered(1), numbered(2, { base: 1, ...revoking }));
    expect(await verdict(store)).toBe('revoked');
    expect(store.status(now).map(({ isDelta }) => isDelta)).toEqual([true, false]);
  });
});

describe('a list that is refused', () => {
  it('is told of in words that follow its name', async () => {
    const told = async (store: CrlStore, list: Uint8Array): Promise<string | undefined> => {
      const [addition] = await store.add(list);
      return addition?.outcome === 'refused' ? addition.detail : addition?.outcome;
    };
    const store = storeOf();
    expect(await told(store, numbered(2))).toBe('added');
    expect(await told(store, numbered(1))).toBe(
      'is not newer than the list of the same issuer and scope that is in use',
    );
    expect(await told(store, numbered(null))).toMatch(
      /^breaks crl_number_missing \(RFC 5280 5\.2\.3: CRL issuers .*\): profile 'strict' refuses it/,
    );
    expect(await told(store, Uint8Array.from(numbered(3)).fill(0, -1))).toBe(
      'is not signed with the key of the issuer that is known under its name',
    );
  });
});

describe('the profile', () => {
  it('strict refuses a list for the first deviation from it', async () => {
    const store = storeOf();
    expect(await additions(store, numbered(null), numbered(1, { nextUpdate: null }))).toEqual([
      'crl_number_missing',
      'crl_next_update_missing',
    ]);
    expect(store.status(now)).toEqual([]);
  });

  it('strict refuses a list with a name that is not in the form of its kind', async () => {
    const odd = { distributionPoint: [{ der: der.tlv(0x82, Buffer.from('a b')) }] };
    expect(await additions(storeOf(), numbered(1, { scope: odd }))).toEqual(['dns_name']);
    const lenient = storeOf([ca], { policy: { ...policy, profile: 'interoperable' } });
    expect(await additions(lenient, numbered(1, { scope: odd }))).toEqual(['added']);
    // No distribution point has that name.
    expect(await verdict(lenient)).not.toBe('good');
  });

  it('interoperable takes it', async () => {
    const store = storeOf([ca], { policy: { ...policy, profile: 'interoperable' } });
    expect(await additions(store, numbered(null))).toEqual(['added']);
    expect(await verdict(store)).toBe('good');
  });
});

describe('the status of a store', () => {
  it('tells how each list is doing', async () => {
    const store = storeOf();
    await store.add(numbered(5, revoking));
    expect(store.status(now + 1_999)).toEqual([
      {
        issuer: 'CN=Issuer,O=Acme',
        isDelta: false,
        crlNumber: 5n,
        thisUpdate: at(-1),
        nextUpdate: at(24),
        ageSeconds: 3_601,
        entryCount: 1,
        isVerified: true,
        lastRefusal: undefined,
      },
    ]);
  });

  it('tells why the last list for a place was refused, until one is taken', async () => {
    const store = storeOf([ca, other]);
    const refusals = () => store.status(now).map(({ lastRefusal }) => lastRefusal);
    await additions(store, listDer(other), numbered(5), numbered(4));
    expect(refusals()).toEqual(['crl_not_newer', undefined]);
    await store.add(numbered(6));
    expect(refusals()).toEqual([undefined, undefined]);
    await store.add(numbered(7, { extensions: [{ oid: '1.2.3', critical: true, value: Uint8Array.of(5, 0) }] }));
    expect(refusals()).toEqual([undefined, undefined]);
  });

  it('tells it of no list of another key', async () => {
    const store = storeOf([ca, impostor]);
    await additions(store, numbered(5), listDer(impostor, { number: 5 }), listDer(impostor, { number: 4 }));
    expect(store.status(now).map(({ lastRefusal }) => lastRefusal)).toEqual(['crl_not_newer', undefined]);
  });

  it('tells it still when certificates are asked about', async () => {
    const store = storeOf();
    await additions(store, numbered(5), numbered(6, { base: 5 }), numbered(4));
    expect(await verdict(store)).toBe('good');
    expect(numbers(store)).toEqual(['6', '5']);
    expect(store.status(now).map(({ lastRefusal }) => lastRefusal)).toEqual([undefined, 'crl_not_newer']);
  });

  it('has no nextUpdate where the list has none', async () => {
    const store = storeOf([ca], { policy: { ...policy, profile: 'interoperable' } });
    await store.add(numbered(null, { nextUpdate: null }));
    expect(store.status(now)).toMatchObject([{ nextUpdate: undefined, crlNumber: undefined }]);
  });
});

describe('a store that is filled while it is asked', () => {
  const large = Array.from({ length: 5_000 }, (_, index) => ({ serialNumber: 1_000_000 + index }));

  it('answers by the list before until the new one is ready', async () => {
    const store = storeOf();
    await store.add(numbered(1));
    const adding = store.add(numbered(2, { entries: [...large, entryFor(leaf)] }));
    expect(await verdict(store)).toBe('good');
    expect(await adding).toMatchObject([{ outcome: 'added' }]);
    expect(await verdict(store)).toBe('revoked');
  });

  it('keeps the newest of lists that are added at once', async () => {
    const store = storeOf();
    const inputs = [3, 1, 2].map((number) => numbered(number, number === 3 ? { entries: large } : {}));
    await Promise.all(inputs.map((input) => store.add(input)));
    expect(numbers(store)).toEqual(['3']);
  });
});
