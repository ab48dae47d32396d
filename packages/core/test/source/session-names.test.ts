import { describe, expect, it } from 'vitest';
import { derElement } from '../../src/encoding/der-writer.ts';
import { SessionNames } from '../../src/source/session-names.ts';

const octets = (...values: number[]): Uint8Array => derElement(0x04, Uint8Array.from(values));
const one = derElement(0x02, Uint8Array.of(1));

/** A session as OpenSSL writes it, with this master secret and session identifier. */
function session(secret: number, id = 0, length = 48): Uint8Array {
  const master = derElement(0x04, new Uint8Array(length).fill(secret));
  return derElement(0x30, one, one, octets(0xc0, 0x2b), octets(id), master, derElement(0xa1, one));
}

const known = (name: string | undefined): object => ({ isKnown: true, name });
const unknown = { isKnown: false, name: undefined };

describe('the names of sessions', () => {
  it('are known again by the master secret, whatever the identifier', () => {
    const names = new SessionNames();
    names.remember(session(1), 'a.example');
    names.remember(session(2), undefined);
    expect(names.recall(session(1, 7))).toEqual(known('a.example'));
    expect(names.recall(session(2))).toEqual(known(undefined));
  });

  it('are not known of sessions that were made elsewhere', () => {
    const names = new SessionNames();
    names.remember(session(1), 'a.example');
    expect(names.recall(session(3))).toEqual(unknown);
  });

  it.each<[string, Uint8Array | undefined]>([
    ['nothing', undefined],
    ['no octets', new Uint8Array()],
    ['half a session', session(1).subarray(0, 20)],
    ['a secret that is empty', session(1, 0, 0)],
    ['a secret of TLS 1.3', session(1, 0, 32)],
    ['a certificate', derElement(0x30, derElement(0x30, one))],
  ])('are neither remembered nor known of %s', (_, given) => {
    const names = new SessionNames();
    names.remember(given, 'a.example');
    expect(names.recall(given)).toEqual(unknown);
  });

  it('are forgotten, the oldest first, when there are too many', () => {
    const names = new SessionNames();
    const numbered = (number: number): Uint8Array => {
      const made = Uint8Array.from(session(0));
      made.set([number >> 16, number >> 8, number], 20);
      return made;
    };
    for (let number = 0; number <= SessionNames.capacity; number += 1) names.remember(numbered(number), 'a.example');
    expect(names.recall(numbered(0))).toEqual(unknown);
    expect(names.recall(numbered(1))).toEqual(known('a.example'));
    expect(names.recall(numbered(SessionNames.capacity))).toEqual(known('a.example'));
  });
});
