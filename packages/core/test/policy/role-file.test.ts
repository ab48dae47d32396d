import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromFile } from '../../src/file-watcher.ts';
import { createRoleStore, type RoleStore, rolesOf } from '../../src/policy/role-file.ts';
import { compileFollowedRoles } from '../../src/policy/roles.ts';
import { acme, evidence, partner } from './clients.ts';

const alice = await evidence({ subject: [{ OU: 'Administrators' }, { CN: 'alice' }] });
const issuer = 'CN=Issuing CA,O=Acme';
const { certificatePem: issuingPem } = acme.issuing;
const { certificatePem: rootPem } = acme.root;
const { certificatePem: otherPem } = partner.issuing;

let folder: string;
let stores: RoleStore[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-roles-'));
  stores = [];
});

afterEach(() => {
  for (const store of stores) store.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(content: unknown): ReturnType<typeof fromFile> {
  writeFileSync(join(folder, 'roles.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return fromFile(join(folder, 'roles.json'));
}

function follow(content: unknown): RoleStore {
  const store = createRoleStore(file(content));
  stores.push(store);
  return store;
}

function rolesOfAlice(store: RoleStore): readonly string[] {
  return rolesOf(store)?.current(alice) ?? [];
}

describe('roles of a file', () => {
  it.each<[string, unknown, string[]]>([
    ['by OU', { Administrators: 'admin', Partner: ['partner'] }, ['admin']],
    ['by OU, several', { Administrators: ['admin', 'operator'] }, ['admin', 'operator']],
    ['by OU of an issuer by name', [{ issuer, ou: 'Administrators', role: 'admin' }], ['admin']],
    ['by OU of an issuer as PEM', [{ issuer: issuingPem, ou: 'Administrators', role: 'admin' }], ['admin']],
    ['by OU of an anchor as PEM', [{ anchor: rootPem, ou: 'Administrators', role: 'admin' }], ['admin']],
    ['by OU of another issuer', [{ issuer: otherPem, ou: 'Administrators', role: 'admin' }], []],
    ['of nobody else', '{ "__proto__": "x", "constructor": "y", "Partner": "partner" }', []],
    [
      'with equal keys in several rules',
      [0, 1].map((n) => ({ issuer, ou: 'Administrators', role: `r${n}` })),
      ['r0', 'r1'],
    ],
    ['with signs of JSON in names', { Administrators: '{"a":1}', 'x":{': 'y' }, ['{"a":1}']],
  ])('are given %s', (_, content, expected) => {
    expect(rolesOfAlice(follow(content))).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['empty', '', ' is empty'],
    ['half-written', '{\n  "Administrators": "adm', ': line 2, column 25: no JSON'],
    ['no JSON', '{ Administrators: 1 }', ': line 1, column 3: no JSON'],
    ['a comma too many', '{\n "a": "b",\n}', ': line 3, column 1: no JSON'],
    ['a text', '"admin"', ': expected { "Administrators": "admin" } or a list of rules'],
    ['null', 'null', ': expected {'],
    ['an empty mapping', '{}', ': roles: an empty mapping'],
    ['an empty list', '[]', ': roles: an empty list'],
    ['a role that is none', '{ "Administrators": 1 }', ': roles["Administrators"]: expected the name of a role'],
    ['a rule without authority', '[{ "ou": "a", "role": "b" }]', ': roles[0]: name the issuer or the anchor'],
    ['an unknown key', '[{ "ou": "a", "role": "b", "isuer": "CN=x" }]', ': roles[0]: unknown option "isuer"'],
    ['an issuer that is no name', '[{ "ou": "a", "role": "b", "issuer": {} }]', ': issuer()'],
    ['a key twice', '{\n  "a": "x",\n  "\\u0061" : "y" }', ': line 3, column 3: the key "a" is there twice'],
    ['a key twice in a rule', '[{ "ou": "a", "ou": "b", "role": "c" }]', ': line 1, column 15: the key "ou"'],
  ])('that are %s are a TypeError at the start, and later leave those of before', async (_, content, message) => {
    const expected = `roles: the file ${join(folder, 'roles.json')}${message}`;
    expect(() => follow(content)).toThrow(TypeError);
    expect(() => follow(content)).toThrow(expected);
    const store = follow({ Administrators: 'admin' });
    file(content);
    await expect(store.reload()).rejects.toThrow(expected);
    expect(rolesOfAlice(store)).toEqual(['admin']);
    expect(store.failure).toMatchObject({ problem: 'file_malformed' });
  });

  it('are worked out anew after a change, with the default roles', async () => {
    const store = follow({ Administrators: 'admin' });
    const roles = compileFollowedRoles(rolesOf(store) as never, 'client');
    const given = (): string[] => {
      const outcome = roles(alice, () => {
        throw new Error('not asked for');
      });
      if (outcome instanceof Promise || !outcome.ok) throw new Error('no roles');
      return [...outcome.value];
    };
    expect([given(), given()]).toEqual([
      ['admin', 'client'],
      ['admin', 'client'],
    ]);
    file({ Administrators: 'reader' });
    await store.reload();
    expect(given()).toEqual(['reader', 'client']);
  });
});
