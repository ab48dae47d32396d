import { beforeEach, describe, expect, it } from 'vitest';
import { SourceRecord } from '../../src/revocation/source-record.ts';
import type { RevocationEvent } from '../../src/revocation/source-status.ts';

const start = 1_000_000_000;
let now = start;
const events: RevocationEvent[] = [];

beforeEach(() => {
  now = start;
  events.length = 0;
});

const record = (): SourceRecord => new SourceRecord('crl a', { clock: () => now, tell: (event) => events.push(event) });
const update = { entries: 3, nextUpdateMs: start + 9 };
const failure = { kind: 'stale', problem: 'crl_not_newer' } as const;

describe('the record of a source', () => {
  it('holds nothing before the first attempt', () => {
    expect(record().failure).toBeUndefined();
    expect(record().status(start, Number.NEGATIVE_INFINITY)).toEqual({
      source: 'crl a',
      updatedAt: undefined,
      ageSeconds: undefined,
      nextUpdate: undefined,
      entries: 0,
      nextAttempt: undefined,
      lastError: undefined,
      early: [],
    });
  });

  it('holds what was given last, and since when', () => {
    const one = record();
    one.updated(update, true);
    expect(one.status(start + 1_999, start + 5)).toEqual({
      source: 'crl a',
      updatedAt: new Date(start),
      ageSeconds: 1,
      nextUpdate: new Date(start + 9),
      entries: 3,
      nextAttempt: new Date(start + 5),
      lastError: undefined,
      early: [],
    });
    expect(one.status(start, undefined, 8)).toMatchObject({ entries: 8, nextAttempt: undefined });
  });

  it('keeps what was given beside the failure that came after it', () => {
    const one = record();
    one.updated(update, true);
    now += 4;
    one.failed(failure, start + 7);
    expect(one.failure).toMatchObject(failure);
    expect(one.status(start, undefined)).toMatchObject({
      entries: 3,
      updatedAt: new Date(start),
      lastError: { at: new Date(start + 4), kind: 'stale', problem: 'crl_not_newer', detail: '' },
    });
    one.failed({ ...failure, detail: 'why' }, undefined);
    expect(one.status(start, undefined).lastError?.detail).toBe('why');
    one.updated(update, false);
    expect(one.failure).toBeUndefined();
    expect(one.status(start, undefined).lastError).toBeUndefined();
  });
});

describe('what is told of a source', () => {
  const updated = { type: 'revocation_source_updated', source: 'crl a', entries: 3, nextUpdate: new Date(start + 9) };

  it('is each update that brought something new, and the first after a failure', () => {
    const one = record();
    one.updated(update, false);
    expect(events).toEqual([]);
    one.updated(update, true);
    expect(events).toEqual([updated]);
    one.failed(failure, start + 7);
    one.updated(update, false);
    one.updated(update, false);
    expect(events).toEqual([
      updated,
      {
        type: 'revocation_source_failed',
        source: 'crl a',
        at: new Date(start),
        kind: 'stale',
        problem: 'crl_not_newer',
        detail: '',
        nextAttempt: new Date(start + 7),
      },
      updated,
    ]);
  });

  it('names no moment that never comes', () => {
    const one = record();
    one.updated({ entries: 0, nextUpdateMs: undefined }, true);
    one.failed(failure, Number.POSITIVE_INFINITY);
    expect(events).toMatchObject([{ nextUpdate: undefined }, { nextAttempt: undefined }]);
  });
});
