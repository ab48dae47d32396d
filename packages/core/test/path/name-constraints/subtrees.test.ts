import { describe, expect, it } from 'vitest';
import type { GeneralName } from '../../../src/certificate/model.ts';
import { formOf, Subtrees } from '../../../src/path/name-constraints/subtrees.ts';
import { dns, mail } from '../names.ts';

const upnType = '1.3.6.1.4.1.311.20.2.3';
const smtpUtf8MailboxType = '1.3.6.1.5.5.7.8.9';
const otherName = (typeId: string, text?: string): GeneralName => ({
  kind: 'otherName',
  typeId,
  value: Uint8Array.of(0x05, 0),
  text,
});
const uncomparable = (of: 'dNSName' | 'iPAddress'): GeneralName => ({
  kind: 'uncomparable',
  of,
  bytes: Uint8Array.of(0x20),
});
const uncomparableOther = (typeId: string): GeneralName => ({
  kind: 'uncomparable',
  of: 'otherName',
  typeId,
  bytes: Uint8Array.of(0x05),
});

describe('the form of a name', () => {
  it('is its kind, that of an otherName its type, whether or not it can be compared', () => {
    expect(formOf(dns('a.example'))).toBe('dNSName');
    expect(formOf(uncomparable('dNSName'))).toBe('dNSName');
    expect(formOf(otherName(upnType, 'a@b.example'))).toBe(`otherName ${upnType}`);
    expect(formOf(uncomparableOther(upnType))).toBe(`otherName ${upnType}`);
  });
});

describe('subtrees', () => {
  it('constrain a name that cannot be compared as one of its kind, and never find where it lies', () => {
    const subtrees = new Subtrees([dns('example.com')]);
    expect(subtrees.countFor(uncomparable('dNSName'))).toBe(1);
    expect(subtrees.relate(uncomparable('dNSName'))).toBe('unintelligible');
    expect(subtrees.countFor(uncomparable('iPAddress'))).toBe(0);
  });

  it('support no base that cannot be compared', () => {
    const subtrees = new Subtrees([dns('example.com'), uncomparable('dNSName')]);
    expect(subtrees.relate(dns('www.example.com'))).toBe('unsupported');
    expect(subtrees.relate(uncomparable('dNSName'))).toBe('unsupported');
  });

  it('support one type of otherName, and constrain the others by their own', () => {
    const upns = new Subtrees([otherName(upnType, '@example.com')]);
    expect(upns.relate(otherName(upnType, 'alice@example.com'))).toBe('inside');
    expect(upns.relate(otherName(upnType, 'alice@example.net'))).toBe('outside');
    expect(upns.relate(uncomparableOther(upnType))).toBe('unintelligible');
    expect(upns.countFor(otherName('1.2.3', '@example.com'))).toBe(0);

    const others = new Subtrees([otherName('1.2.3', '@example.com')]);
    expect(others.countFor(otherName('1.2.3', 'alice@example.com'))).toBe(1);
    expect(others.relate(otherName('1.2.3', 'alice@example.com'))).toBe('unsupported');
    expect(others.countFor(otherName(upnType, 'alice@example.com'))).toBe(0);
  });

  it('on mail addresses constrain the mailboxes that are otherNames, and cannot compare them', () => {
    const subtrees = new Subtrees([mail('example.com'), mail('example.net')]);
    expect(subtrees.countFor(otherName(smtpUtf8MailboxType, 'alice@example.com'))).toBe(2);
    expect(subtrees.relate(otherName(smtpUtf8MailboxType, 'alice@example.com'))).toBe('unsupported');
    expect(subtrees.countFor(otherName(upnType, 'alice@example.com'))).toBe(0);
  });

  it('support no base of a kind that has no defined form', () => {
    const registered: GeneralName = { kind: 'registeredID', oid: '1.2.3' };
    const subtrees = new Subtrees([registered]);
    expect(subtrees.countFor(registered)).toBe(1);
    expect(subtrees.relate(registered)).toBe('unsupported');
  });
});
