import { der, extension, type NameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { parseDistinguishedName } from '../../src/certificate/name.ts';
import { evidenceOf } from '../../src/policy/evidence.ts';
import type { ClientIdentity } from '../../src/policy/identity.ts';
import { subjectOu } from '../../src/policy/name-rules.ts';
import { compileRoles, type GivenRoles } from '../../src/policy/roles.ts';
import { matchesRule } from '../../src/policy/rule.ts';
import { createDenyList } from '../../src/revocation/deny-list.ts';
import { keyOf as keyOfFinding } from '../../src/revocation/known-revocations.ts';
import { authority, client, type Entity, keyOf, refusalOf, trusting, verify } from '../path/certificates.ts';
import { attribute, commonName, threeUnits } from '../path/encoded.ts';
import { checkedPath } from '../policy/clients.ts';
import { list, verdict } from '../revocation/crl/lists.ts';

/** An RDN is a set: whatever the order of its attributes, it is the same name to everything that looks at names. */

const [organization, space, app] = threeUnits;
const orders: readonly (readonly string[])[] = [
  [app, space, organization],
  [app, organization, space],
  [space, app, organization],
  [space, organization, app],
  [organization, app, space],
  [organization, space, app],
];
const named = (units: readonly string[], common: string): NameInput =>
  der.sequence(
    der.tlv(0x31, ...units.map((unit) => attribute('2.5.4.11', der.utf8String(unit)))),
    commonName(der.utf8String(common)),
  );

const sorted = named(orders[0] as readonly string[], 'Issuer');
const root = authority(sorted, { keyPair: keyOf('root') });
const leafOf = (units: readonly string[], issuerName: NameInput = sorted): Entity =>
  client(named(units, 'client'), {
    by: { name: issuerName, keyPair: root.keyPair },
    keyPair: keyOf('client'),
    forge: { serialNumber: 7 },
  });
const reference = leafOf(orders[0] as readonly string[]);

describe.each(orders)('the order %s, %s, %s', (...units) => {
  const leaf = leafOf(units);
  /** Whose issuer writes its name in this order, unlike the root. */
  const issued = leafOf(orders[0] as readonly string[], named(units, 'Issuer'));

  it('is the same name, text and list of values', () => {
    const { subject } = leaf.certificate;
    expect(subject.canonical).toBe(reference.certificate.subject.canonical);
    expect(subject.canonicalRdns).toEqual(reference.certificate.subject.canonicalRdns);
    expect(subject.toString()).toBe(reference.certificate.subject.toString());
    expect(subject.valuesOf('2.5.4.11')).toEqual([app, space, organization]);
    expect(parseDistinguishedName(subject.toString())?.canonical).toBe(subject.canonical);
    expect(parseDistinguishedName(`CN=client,${units.map((unit) => `OU=${unit}`).join('+')}`)?.canonical).toBe(
      subject.canonical,
    );
  });

  it('builds the path from a leaf to the issuer that writes itself in another', () => {
    expect(verify(issued, [], trusting(root)).ok).toBe(true);
    expect(issued.certificate.issuer.canonical).toBe(root.certificate.subject.canonical);
  });

  it('has the same roles and matches the same rules', () => {
    const evidence = evidenceOf(checkedPath([leaf.certificate], root.certificate));
    for (const unit of threeUnits) expect(matchesRule(subjectOu(unit), evidence)).toBe(true);
    expect(matchesRule(subjectOu('app'), evidence)).toBe(false);
    const mapped: GivenRoles = { [app]: 'app', [space]: 'space', [organization]: 'organization' };
    const outcome = compileRoles(mapped, undefined, 20)(evidence, () => ({ id: 'x' }) as ClientIdentity);
    if (outcome instanceof Promise || !outcome.ok) throw new Error('no roles');
    expect(new Set(outcome.value)).toEqual(new Set(['app', 'space', 'organization']));
  });

  it('lies within the same directoryName constraints', () => {
    const base = der.sequence(der.children(named(units.toReversed(), 'x') as Uint8Array)[0] as Uint8Array);
    const constrained = (constraints: object): Entity =>
      authority('CN=Constrained', {
        by: root,
        keyPair: keyOf('constrained'),
        extensions: [extension.nameConstraints(constraints)],
      });
    const under = (issuer: Entity) =>
      verify(client(named(units, 'client'), { by: issuer, keyPair: keyOf('client') }), [issuer], trusting(root));
    expect(under(constrained({ permitted: [{ directoryName: base }] })).ok).toBe(true);
    expect(refusalOf(under(constrained({ excluded: [{ directoryName: base }] }))).code).toBe(
      'name_constraint_violated',
    );
  });

  it('is revoked by the list of the issuer in any order', () => {
    const lists = [list({ name: named(units, 'Issuer'), keyPair: root.keyPair }, { entries: [{ serialNumber: 7 }] })];
    const policy = { profile: 'interoperable' } as const;
    expect(verdict({ leaf: issued, issuer: root, lists, policy })).toBe('revoked: unspecified');
    expect(verdict({ leaf: reference, issuer: root, lists, policy })).toBe('revoked: unspecified');
  });

  it('is revoked by an indirect list that writes the issuer in any order', () => {
    const other = authority('CN=Lists', { by: root, keyPair: keyOf('lists') });
    const read = list(other, {
      scope: { indirectCRL: true },
      entries: [{ serialNumber: 7, certificateIssuer: [{ directoryName: named(units, 'Issuer') }] }],
    });
    expect(read.entryFor(reference.certificate)?.reason).toBe('unspecified');
    expect(read.entryFor(issued.certificate)?.reason).toBe('unspecified');
  });

  it('is one certificate to what remembers revocations, and to the deny-list', () => {
    expect(keyOfFinding(issued.certificate, root.certificate)).toBe(
      keyOfFinding(reference.certificate, root.certificate),
    );
    const denied = createDenyList();
    denied.revoke({ issuer: issued.certificate.issuer, serial: '07' });
    expect(denied.has(reference.certificate)).toBe(true);
    expect(denied.has(issued.certificate)).toBe(true);
  });
});
