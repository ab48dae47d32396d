/**
 * Two tenants in one process, each with a trust anchor of its own. An authority needs no more than the public key of another one
 * to certify it, and can then issue itself a signer of lists with that name.
 */
import { type Authority, type CrlEntryInput, createRootAuthority, generateKeyPair } from '@peercert/pki';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRevocation } from '../../../src/revocation/revocation.ts';
import { clock, day, hour, issueClient, type Line, line, listOf, start, time } from '../world.ts';

const validity = { notBefore: new Date(start - day), notAfter: new Date(start + 365 * day) };
const keyPair = await generateKeyPair('P-256');
const good = await createRootAuthority({ subject: 'CN=Good Root', validity, clock });
const issuing = await good.issueAuthority({ subject: 'CN=Good Issuing', keyPair, validity });
const goodLister = await good.issueAuthority({ subject: 'CN=Good Issuing', validity });
const evil = await createRootAuthority({ subject: 'CN=Evil Root', validity, clock });
const cross = await evil.issueAuthority({ subject: 'CN=Good Issuing', keyPair, validity });
const evilLister = await evil.issueAuthority({ subject: 'CN=Good Issuing', validity });
const client = await issueClient('client', issuing);
/** A client of that name, by the same issuer. */
const other = await issueClient('other', issuing);

const open: { close(): void }[] = [];

beforeEach(() => time.reset());
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A tenant whose lists are these. */
function tenant(anchor: Authority, intermediates: readonly Authority[], ...lists: readonly Uint8Array[]): Line {
  const revocation = createRevocation({ scope: 'leaf', methods: ['crl'], crls: { sources: lists } }, { clock });
  open.push(revocation);
  const known = intermediates.map(({ certificatePem }) => certificatePem);
  return line({ trust: { anchors: anchor.certificatePem, intermediates: known }, revocation });
}

const goodTenant = (...lists: readonly Uint8Array[]): Line => tenant(good, [issuing, goodLister], ...lists);
const evilTenant = (...lists: readonly Uint8Array[]): Line => tenant(evil, [cross, evilLister], ...lists);
const code = async (one: Line, who = client): Promise<string> => (await one.say(who)).replace('now: ', '');

/** A list so many hours from now. */
function list(hours: number, by: Authority, reason?: CrlEntryInput['reason']): Uint8Array {
  const entries = reason === undefined ? [] : [{ serialNumber: client.serialNumber, reason }];
  return listOf(entries, { thisUpdate: new Date(start + hours * hour) }, by);
}

it('a tenant does not end the hold of another one', async () => {
  expect(await code(goodTenant(list(-2, issuing, 'certificateHold')))).toBe('certificate_revoked');
  expect(await code(evilTenant(list(-1, evilLister)))).toBe('allow');
  const shownAgain = goodTenant(list(-3, issuing));
  expect(await code(shownAgain)).toBe('certificate_revoked');
  expect(await code(shownAgain, other)).toBe('allow');
});

it('a tenant does not revoke the client of another one, for good or for a time', async () => {
  for (const reason of ['keyCompromise', 'certificateHold'] as const) {
    time.reset();
    const one = goodTenant(list(-2, issuing));
    expect(await code(one)).toBe('allow');
    expect(await code(evilTenant(list(-1, evilLister, reason)))).toBe('certificate_revoked');
    expect(await code(one)).toBe('allow');
    expect(await code(goodTenant(list(-2, issuing)))).toBe('allow');
  }
});

it('two instances that trust the same anchor share what was found, whoever signed the list for it', async () => {
  expect(await code(goodTenant(list(-2, goodLister, 'keyCompromise')))).toBe('certificate_revoked');
  expect(await code(goodTenant(list(-1, issuing)))).toBe('certificate_revoked');
});

it('an anchor stays the same when its certificate is renewed with its key', async () => {
  const rootKey = await generateKeyPair('P-256');
  const first = await createRootAuthority({ subject: 'CN=Root of two', keyPair: rootKey, validity, clock });
  const second = await createRootAuthority({ subject: 'CN=Root of two', keyPair: rootKey, validity, clock });
  const held = await issueClient('held', first);
  const on = { serialNumber: held.serialNumber, reason: 'certificateHold' } as const;
  const at = (hours: number) => ({ thisUpdate: new Date(start + hours * hour) });
  expect(await code(tenant(first, [], listOf([on], at(-2), first)), held)).toBe('certificate_revoked');
  expect(await code(tenant(second, [], listOf([], at(-3), first)), held)).toBe('certificate_revoked');
  expect(await code(tenant(second, [], listOf([], at(-1), first)), held)).toBe('allow');
});
