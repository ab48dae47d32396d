// Stores that are made apart know no profile and no idea of signatures: each instance that they are given to has its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import { fromFile } from '../../src/file-watcher.ts';
import type { MtlsOptions } from '../../src/options.ts';
import { createTrustStore } from '../../src/path/trust-store.ts';
import { createPinStore } from '../../src/policy/pin-file.ts';
import { createRoleStore } from '../../src/policy/role-file.ts';
import { createDenyList } from '../../src/revocation/deny-list.ts';
import { authority, client, type Entity, keyOf, oid } from '../path/certificates.ts';
import { handing, now, presenting } from '../requests.ts';

const folder = mkdtempSync(join(tmpdir(), 'peercert-shared-'));
afterAll(() => rmSync(folder, { recursive: true }));

const without = [oid.authorityKeyIdentifier];
const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
/** RFC 5280 4.2.1.1 asks for an authority key identifier in each. */
const odd = authority('CN=Odd', { by: root, without });
const plain = client('CN=plain,OU=Staff', { by: issuing, without });
const below = client('CN=below,OU=Staff', { by: odd });
const sound = client('CN=sound,OU=Staff', { by: issuing });

async function say(options: MtlsOptions, leaf: Entity, ...others: readonly Entity[]): Promise<string> {
  const { authenticate } = createAuthenticator({ source: handing, clock: () => now, ...options });
  const decision = await authenticate(presenting([leaf, ...others]));
  return decision.outcome === 'deny' ? decision.reason.code : decision.outcome;
}

function file(name: string, text: string): ReturnType<typeof fromFile> {
  const path = join(folder, name);
  writeFileSync(path, text);
  return fromFile(path);
}

describe('a trust store', () => {
  it('that instances of both profiles share lets none of them take what another verified', async () => {
    const trust = createTrustStore({ anchors: root.der }, { clock: () => now });
    for (const [leaf, other] of [
      [plain, issuing],
      [below, odd],
    ] as const) {
      for (let times = 0; times < 2; times += 1) {
        expect(await say({ trust }, leaf, other)).toBe('allow');
        expect(await say({ trust, profile: 'strict' }, leaf, other)).toBe('certificate_malformed');
      }
    }
    // Nor is one that was verified before found for whoever sends too few.
    expect(await say({ trust, profile: 'strict' }, below)).toBe('certificate_malformed');
    trust.close();
  });

  it('that instances of other keys share does neither', async () => {
    const short = authority('CN=Short', { by: root, keyPair: keyOf('short', 'RSA-1024') });
    const leaf = client('CN=leaf', { by: short });
    const trust = createTrustStore({ anchors: root.der }, { clock: () => now });
    for (let times = 0; times < 2; times += 1) {
      expect(await say({ trust, dangerouslyAllowRsaBits: 1024 }, leaf, short)).toBe('allow');
      expect(await say({ trust }, leaf, short)).toBe('key_too_weak');
    }
    trust.close();
  });
});

describe('pins, roles and a deny-list that are made apart', () => {
  it('let nobody in whom the profile of the instance refuses, and name whom they name in both', async () => {
    const pins = createPinStore(
      file('pins', [plain, sound].map(({ certificate }) => `sha256/${certificate.spkiSha256}`).join('\n')),
    );
    const roles = createRoleStore(file('roles.json', '{ "Staff": "staff" }'));
    const denyList = createDenyList();
    const trust = { anchors: root.der, intermediates: issuing.der };
    const shared = { trust, pins, roles, denyList };
    expect(await say(shared, plain)).toBe('allow');
    expect(await say({ ...shared, profile: 'strict' }, plain)).toBe('certificate_malformed');
    expect(await say({ ...shared, profile: 'strict' }, sound)).toBe('allow');
    denyList.revoke({ thumbprint: sound.certificate.thumbprint });
    for (const profile of ['interoperable', 'strict'] as const) {
      expect(await say({ ...shared, profile }, sound)).toBe('certificate_revoked');
    }
    for (const store of [pins, roles]) store.close();
  });
});
