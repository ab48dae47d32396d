/** Lists whose thisUpdate is ahead of the clock, in a store: they wait beside the one that is good, and then take its place. */
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../../src/certificate/model.ts';
import { CrlStore } from '../../../src/revocation/crl/store.ts';
import { authority, client, keyOf, now } from '../../path/certificates.ts';
import { at, entryFor, hour, type ListOptions, listDer, policy } from '../crl/lists.ts';

const ca = authority('CN=Issuer,O=Acme');
const leaf = client('CN=leaf', { by: ca, forge: { serialNumber: 0x1234 } });
const revoking = { entries: [entryFor(leaf, { reason: 'superseded' })] } as const;
const holding = { entries: [entryFor(leaf, { reason: 'certificateHold' })] } as const;
const minute = hour / 60;

function waiting(known: readonly Certificate[] = [ca.certificate], start: number = now) {
  let nowMs = start;
  const usable: (bigint | undefined)[] = [];
  const store = new CrlStore({
    policy: { ...policy, clockToleranceMs: minute },
    crlIssuers: ({ canonical }) => known.filter(({ subject }) => subject.canonical === canonical),
    clock: () => nowMs,
    onUsable: (lists) => usable.push(...lists.map(({ crlNumber }) => crlNumber)),
  });
  const add = async (number: number, options: ListOptions = {}): Promise<string> => {
    const [addition] = await store.add(listDer(ca, { number, ...options }));
    return addition?.outcome === 'refused' ? addition.refusal : (addition?.outcome ?? 'nothing');
  };
  const say = async (): Promise<string> => {
    const status = await store.statusOf(leaf.certificate, ca.certificate, nowMs);
    return status.status === 'undetermined' ? status.kind : status.status;
  };
  const numbers = (): readonly string[] => store.status(nowMs).map(({ crlNumber }) => String(crlNumber));
  return { store, add, say, numbers, usable, pass: (ms: number): number => (nowMs += ms) };
}

describe('a list of the future', () => {
  it('is taken at once as far as the clock of an authority may be ahead', async () => {
    const one = waiting();
    expect(await one.add(1)).toBe('added');
    expect(await one.add(2, { thisUpdate: new Date(now + minute) })).toBe('added');
    expect(one.numbers()).toEqual(['2']);
    expect(await one.say()).toBe('good');
    expect(one.store.nextUsableAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('waits beside the one that is good until its moment has come, and takes its place with the next question', async () => {
    const one = waiting();
    await one.add(1, { nextUpdate: at(3) });
    expect(await one.add(2, { thisUpdate: at(1), nextUpdate: at(9) })).toBe('early');
    expect(one.store.nextUsableAtMs).toBe(now + hour - minute);
    expect(await one.say()).toBe('good');
    expect(one.numbers()).toEqual(['2', '1']);
    one.pass(hour - minute - 1);
    expect(await one.say()).toBe('good');
    expect([one.numbers(), one.usable]).toEqual([['2', '1'], []]);
    one.pass(1);
    expect(await one.say()).toBe('good');
    expect([one.numbers(), one.usable]).toEqual([['2'], [2n]]);
    // It is the one that answers: the end of the one before it is nothing to it.
    one.pass(5 * hour);
    expect(await one.say()).toBe('good');
    expect(one.store.nextUsableAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes its place with the next list that comes, whether somebody asks or not', async () => {
    const one = waiting();
    await one.add(1);
    await one.add(2, { thisUpdate: at(1) });
    one.pass(hour);
    expect(await one.add(1)).toBe('crl_not_newer');
    expect(one.numbers()).toEqual(['2']);
  });

  it('revokes at once whom it names, and on whose behalf it holds', async () => {
    for (const options of [revoking, holding]) {
      const one = waiting();
      await one.add(1);
      expect(await one.say()).toBe('good');
      await one.add(2, { thisUpdate: at(1), ...options });
      expect(await one.say()).toBe('revoked');
      one.pass(hour);
      expect(await one.say()).toBe('revoked');
    }
  });

  it('revokes nobody whom the list that answers does not name because it is of another key', async () => {
    const impostor = authority(ca.name, { keyPair: keyOf('impostor') });
    const one = waiting();
    await one.add(1);
    const forged = listDer(impostor, { number: 9, thisUpdate: at(1), ...revoking });
    await one.store.add(forged);
    expect(await one.say()).toBe('good');
  });

  it('alone lets nobody in', async () => {
    const one = waiting();
    await one.add(1, { thisUpdate: at(1) });
    expect(await one.say()).toBe('stale');
    one.pass(hour);
    expect(await one.say()).toBe('good');
  });

  it('is one of those that are older by their number, and then nothing', async () => {
    const one = waiting();
    await one.add(5);
    expect(await one.add(4, { thisUpdate: at(1), ...revoking })).toBe('crl_not_newer');
    expect(await one.say()).toBe('good');
  });

  it('is the same again without being news', async () => {
    const one = waiting();
    await one.add(1);
    const der = listDer(ca, { number: 2, thisUpdate: at(1) });
    expect(await one.store.add(der)).toMatchObject([
      { outcome: 'early', isNew: true, usableAtMs: now + hour - minute },
    ]);
    expect(await one.store.add(der.slice())).toMatchObject([{ outcome: 'early', isNew: false }]);
    expect(one.numbers()).toEqual(['2', '1']);
  });

  it('gives way to what its authority signs when its clock is right again', async () => {
    const one = waiting();
    await one.add(1);
    await one.add(2, { thisUpdate: at(24), nextUpdate: at(48), ...holding });
    expect(await one.say()).toBe('revoked');
    one.pass(hour);
    expect(await one.add(3, { thisUpdate: at(0.5) })).toBe('added');
    expect(one.numbers()).toEqual(['3']);
    expect(await one.say()).toBe('good');
  });

  it('of an authority that is ahead for long does not keep the one before it from its moment', async () => {
    const one = waiting();
    await one.add(1, { nextUpdate: at(48) });
    // One each hour, always a day ahead.
    const said: string[] = [];
    for (let hours = 0; hours < 30; hours += 1) {
      await one.add(2 + hours, { thisUpdate: at(24 + hours), nextUpdate: at(48 + hours) });
      said.push(await one.say());
      one.pass(hour);
    }
    expect(new Set(said)).toEqual(new Set(['good']));
    expect(one.usable[0]).toBe(2n);
    expect(one.numbers().length).toBeLessThanOrEqual(3);
  });

  it('whose signer is not known yet pushes out none of those that are of now', async () => {
    const one = waiting([]);
    const impostor = authority(ca.name, { keyPair: keyOf('impostor') });
    await one.store.add(listDer(ca, revoking));
    for (const number of [7, 8, 9]) {
      await one.store.add(
        listDer(impostor, {
          number,
          thisUpdate: at(number),
          keyIdentifier: ca.certificate.subjectKeyIdentifier ?? null,
        }),
      );
    }
    expect(await one.say()).toBe('revoked');
  });

  it('whose signer is not known yet waits as well, and is verified when somebody asks', async () => {
    const one = waiting([]);
    await one.add(1);
    await one.add(2, { thisUpdate: at(1), ...revoking });
    expect(await one.say()).toBe('revoked');
    const other = waiting([]);
    await other.add(1);
    await other.add(2, { thisUpdate: at(1) });
    expect(await other.say()).toBe('good');
    other.pass(hour);
    expect(await other.say()).toBe('good');
    expect(other.numbers()).toEqual(['2']);
  });

  it('is none to a clock that answers no time', async () => {
    const one = waiting();
    await one.add(1);
    await one.add(2, { thisUpdate: at(1) });
    one.store.settle(Number.NaN);
    expect(one.numbers()).toEqual(['2', '1']);
  });
});

describe('a delta CRL of the future', () => {
  it('waits beside the older one, and revokes whom it names', async () => {
    const one = waiting();
    await one.add(5);
    await one.add(6, { base: 5 });
    expect(await one.add(7, { base: 5, thisUpdate: at(1) })).toBe('early');
    expect(await one.say()).toBe('good');
    await one.add(8, { base: 5, thisUpdate: at(2), ...revoking });
    expect(await one.say()).toBe('revoked');
    one.pass(hour);
    await one.say();
    expect(one.usable).toEqual([7n]);
  });
});
