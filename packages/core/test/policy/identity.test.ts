import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { evidenceOfName } from '../../src/policy/evidence.ts';
import { type ClientIdentity, createIdentity, hasRole, leafOf } from '../../src/policy/identity.ts';
import { matchesClient, subjectCn } from '../../src/policy/rules.ts';
import { dayMs, evidence, now } from './clients.ts';

const known = await evidence({
  subject: [{ O: 'Acme' }, { OU: 'ops' }, { CN: 'web' }],
  sans: [{ uri: 'spiffe://acme/web' }, { email: 'ops@acme.example' }],
  serialNumber: 0x03a5b1,
  validity: { notBefore: new Date(now), notAfter: new Date(now + 10 * dayMs) },
});
const client = createIdentity(known, 'tls', ['admin']);
const json = {
  id: 'spiffe://acme/web',
  subject: 'CN=web,OU=ops,O=Acme',
  issuer: 'CN=Issuing CA,O=Acme',
  commonName: 'web',
  organizationalUnits: ['ops'],
  emails: ['ops@acme.example'],
  sans: ['URI:spiffe://acme/web', 'email:ops@acme.example'],
  serialNumber: '03A5B1',
  thumbprint: known.certificate?.thumbprint,
  notBefore: '2026-01-15T12:00:00.000Z',
  notAfter: '2026-01-25T12:00:00.000Z',
  roles: ['admin'],
  source: 'tls',
  verifiedBy: 'peercert',
  revocation: { mode: 'off' },
  path: ['CN=web,OU=ops,O=Acme', 'CN=Issuing CA,O=Acme', 'CN=Acme Root,O=Acme'],
};

describe('the identity of a client', () => {
  it('says who the client is', () => {
    expect(client.id).toBe('spiffe://acme/web');
    expect(client.commonName).toBe('web');
    expect(client.organizationalUnits).toEqual(['ops']);
    expect(client.thumbprint).toBe(known.certificate?.thumbprint);
    expect(client.notBefore).toEqual(new Date(now));
    expect(client.notAfter).toEqual(new Date(now + 10 * dayMs));
    expect(client.roles.has('admin')).toBe(true);
    expect(client.certificate?.thumbprint).toBe(known.certificate?.thumbprint);
    expect(client.path.map(String)).toEqual(known.certificates.map(String));
    expect(client.sans).toEqual(known.sans);
    expect(client.subject.canonical).toBe(known.subject.canonical);
    expect(client.issuer.canonical).toBe(known.issuer.canonical);
  });

  it('shows names as JSON and on the console, no certificates', () => {
    expect(JSON.parse(JSON.stringify({ client }))).toEqual({ client: json });
    const text = inspect(client, { depth: 0 });
    expect(text).toMatch(/^ClientIdentity \{/);
    expect(text).toContain("id: 'spiffe://acme/web'");
    expect(inspect({ client }, { depth: 9 })).not.toMatch(/der|Uint8Array|MII/i);
  });

  it('shows each certificate of its path by what tells it from others, without its octets', () => {
    const [leaf] = client.path;
    const summary = {
      subject: 'CN=web,OU=ops,O=Acme',
      issuer: 'CN=Issuing CA,O=Acme',
      serialNumber: '03A5B1',
      notBefore: '2026-01-15T12:00:00.000Z',
      notAfter: '2026-01-25T12:00:00.000Z',
      thumbprint: known.certificate?.thumbprint,
    };
    const shown: unknown[] = JSON.parse(JSON.stringify(client.path));
    expect(shown).toHaveLength(3);
    expect(shown[0]).toEqual(summary);
    expect(JSON.parse(JSON.stringify(client.certificate))).toEqual(summary);
    expect(String(leaf)).toBe(
      'Certificate (subject CN=web,OU=ops,O=Acme, issuer CN=Issuing CA,O=Acme, serial number 03A5B1)',
    );
    expect(inspect(client.path)).toMatch(/^\[\s*Certificate \{\s*subject: 'CN=web,OU=ops,O=Acme',/);
    expect(inspect(client.path, { depth: 9 })).not.toMatch(/der|Uint8Array|#/i);
    expect(JSON.stringify({ issuer: client.issuer })).toBe('{"issuer":"CN=Issuing CA,O=Acme"}');
    expect(inspect({ issuer: client.issuer })).toBe('{ issuer: Name "CN=Issuing CA,O=Acme" }');
  });

  it('shows names of whatever length in so many characters, on one line', async () => {
    const crafted = await evidence({
      subject: Array.from({ length: 99 }, () => ({ OU: `a\u2028${'b'.repeat(50)}` })),
    });
    const { path, subject } = createIdentity(crafted, 'tls', []);
    for (const text of [JSON.stringify(subject), JSON.stringify(path[0]), String(path[0]), inspect(path[0])]) {
      expect(text.length).toBeLessThan(1_600);
      expect(text).not.toMatch(/\u2028/);
    }
    expect(subject.toString().length).toBeGreaterThan(5_000);
  });

  it('shows names as a log can hold them', async () => {
    const crafted = await evidence({ subject: [{ OU: 'a\u2028b' }, { CN: 'x\u202e\ufeff' }] });
    const shown = createIdentity(crafted, 'tls', []);
    expect(shown.id).toBe('x\u202e\ufeff');
    expect(JSON.parse(JSON.stringify(shown))).toMatchObject({
      id: 'x\\u202e\\ufeff',
      commonName: 'x\\u202e\\ufeff',
      organizationalUnits: ['a\\u2028b'],
      subject: 'CN=x\\e2\\80\\ae\\ef\\bb\\bf,OU=a\\e2\\80\\a8b',
    });
    expect(inspect(shown)).not.toMatch(/[\u2028\u202e\ufeff]/);
  });

  it('cannot be changed by a handler', () => {
    const open = client as unknown as Record<string, unknown>;
    for (const key of ['id', 'roles', 'certificate', 'isAdmin']) {
      expect(() => {
        open[key] = 'x';
      }).toThrow(TypeError);
    }
    expect(() => Object.defineProperty(client, 'id', { value: 'x' })).toThrow(TypeError);
    expect(() => Object.defineProperty(Object.getPrototypeOf(client), 'id', { value: 'x' })).toThrow(TypeError);
    expect(() => (client.organizationalUnits as string[]).push('Administrators')).toThrow(TypeError);
    expect(() => (client.emails as string[]).push('x')).toThrow(TypeError);
    expect(() => (client.sans as unknown[]).pop()).toThrow(TypeError);
    expect(() => (client.path as unknown[]).pop()).toThrow(TypeError);
    expect(() => (client.roles as Set<string>).add('root')).toThrow(TypeError);
    expect(JSON.parse(JSON.stringify(client))).toEqual(json);
  });

  it('hands each reader what it could change', () => {
    const before = [client.certificate?.der, client.path.map(({ der }) => der), client.sans, client.subject.der];
    client.notAfter?.setTime(0);
    client.notBefore?.setTime(0);
    Set.prototype.add.call(client.roles, 'root');
    Set.prototype.clear.call(client.roles);
    client.certificate?.der.fill(0);
    for (const { der, publicKey } of client.path) {
      publicKey.der.fill(0);
      der.fill(0);
    }
    client.subject.der.fill(0);
    client.issuer.rdns[0]?.[0]?.der.fill(0);
    expect([client.certificate?.der, client.path.map(({ der }) => der), client.sans, client.subject.der]).toEqual(
      before,
    );
    expect(JSON.parse(JSON.stringify(client))).toEqual(json);
    expect([hasRole(client, 'admin'), hasRole(client, 'root')]).toEqual([true, false]);
    expect(leafOf(client)).toBe(known.certificate);
  });

  it('has roles where another copy of this package made it', () => {
    const foreign = { roles: new Set(['admin']), certificate: null } as unknown as ClientIdentity;
    expect([hasRole(foreign, 'admin'), hasRole(foreign, 'root'), leafOf(foreign)]).toEqual([true, false, null]);
  });

  it('of a bare name has no certificate and nothing that only a certificate shows', () => {
    const { subject, issuer } = known;
    const bare = createIdentity(evidenceOfName({ subject, issuer, serialNumber: undefined }), 'nginx-names', []);
    expect(bare).toMatchObject({
      certificate: null,
      thumbprint: undefined,
      notBefore: undefined,
      notAfter: undefined,
      verifiedBy: 'proxy',
    });
    expect(bare.path).toEqual([]);
    expect(JSON.parse(JSON.stringify(bare))).toMatchObject({ id: 'web', source: 'nginx-names', sans: [], path: [] });
  });
});

describe('a rule on an identity', () => {
  it('looks at what the identity was made from', () => {
    expect(matchesClient(subjectCn('web'), client)).toBe(true);
    expect(matchesClient(subjectCn('x'), client)).toBe(false);
  });

  it.each([{ commonName: 'web', subject: known.subject }, JSON.parse(JSON.stringify(client)), Object.create(client)])(
    'does not take an object that only looks like one: %#',
    (copy) => {
      expect(() => matchesClient(subjectCn('web'), copy as ClientIdentity)).toThrow(
        'Rules apply to the client that mtls() identified',
      );
    },
  );
});
