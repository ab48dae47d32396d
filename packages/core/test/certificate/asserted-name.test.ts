import { describe, expect, it } from 'vitest';
import { type AssertedName, parseAssertedName } from '../../src/certificate/asserted-name.ts';
import type { Outcome } from '../../src/reasons.ts';
import type { NameText } from '../../src/source/presented.ts';

const subject: NameText = { text: 'CN=alice,O=Acme', header: 'x-subject' };
const issuer: NameText = { text: 'CN=Issuing,O=Acme', header: 'x-issuer' };

/** The subject, the issuer and the serial number. */
function texts(outcome: Outcome<AssertedName>): readonly unknown[] {
  if (!outcome.ok) throw new Error(outcome.reason.code);
  const { value } = outcome;
  return [value.subject.toString(), value.issuer.toString(), value.serialNumber];
}

const malformed = (header: string): object => ({
  ok: false,
  reason: { code: 'header_malformed', detail: { header, rule: 'name' } },
});

describe('the names that a proxy asserts', () => {
  it('are read as RFC 4514 text, the serial number kept', () => {
    const outcome = parseAssertedName({ subject, issuer, serialNumber: '0A1B' });
    expect(texts(outcome)).toEqual(['CN=alice,O=Acme', 'CN=Issuing,O=Acme', '0A1B']);
  });

  it('have an empty issuer where the proxy gives the subject alone', () => {
    const outcome = parseAssertedName({ subject, issuer: undefined, serialNumber: undefined });
    expect(texts(outcome)).toEqual(['CN=alice,O=Acme', '', undefined]);
    expect(outcome).toMatchObject({ value: { issuer: { isEmpty: true } } });
  });

  it.each(['', 'alice', 'CN=alice, O=Acme', 'CN=alice,', '/CN=alice/O=Acme'])(
    'are refused when one of them is "%s", by the header that holds it',
    (text) => {
      const named = { text, header: 'x-name' };
      expect(parseAssertedName({ subject: named, issuer, serialNumber: '0A' })).toMatchObject(malformed('x-name'));
      expect(parseAssertedName({ subject, issuer: named, serialNumber: '0A' })).toMatchObject(malformed('x-name'));
    },
  );

  it('may have 16,384 characters and no more', () => {
    const longest = `CN=${'a'.repeat(16_381)}`;
    const parse = (text: string): Outcome<AssertedName> =>
      parseAssertedName({ subject: { text, header: 'x-subject' }, issuer: undefined, serialNumber: undefined });
    expect(texts(parse(longest))).toEqual([longest, '', undefined]);
    expect(parse(`${longest}a`)).toMatchObject(malformed('x-subject'));
  });
});
