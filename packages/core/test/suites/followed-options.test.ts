// Trust, pins and roles that change while requests run: by files, and by the server name of the connection.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { toPem } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import { fromFile } from '../../src/file-watcher.ts';
import type { MtlsOptions, PeercertEvent } from '../../src/options.ts';
import { createTrustByName } from '../../src/path/trust-by-name.ts';
import { createTrustStore } from '../../src/path/trust-store.ts';
import { createPinStore } from '../../src/policy/pin-file.ts';
import { createRoleStore } from '../../src/policy/role-file.ts';
import type { RequestFacts } from '../../src/source/facts.ts';
import type { Source } from '../../src/source/presented.ts';
import { fromTls } from '../../src/source/tls-socket.ts';
import { authority, client } from '../path/certificates.ts';
import { clock, handing, handingOver, presented, presenting } from '../requests.ts';

const root = authority('CN=Root');
const other = authority('CN=Other');
const alice = client('CN=alice,OU=Administrators', { by: root });
const pin = `sha256/${alice.certificate.spkiSha256}`;
const otherPin = `sha256/${Buffer.alloc(32).toString('base64')}`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-followed-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): ReturnType<typeof fromFile> {
  writeFileSync(join(folder, name), content);
  return fromFile(join(folder, name));
}

const authenticator = (options: MtlsOptions): ReturnType<typeof createAuthenticator> =>
  createAuthenticator({ source: handing, trust: { anchors: root.der }, clock, ...options });

/** The roles of whoever is let in, or the reason why nobody is. */
async function outcomeOf(
  decision: ReturnType<ReturnType<typeof createAuthenticator>['authenticate']>,
): Promise<unknown> {
  const settled = await decision;
  if (settled.outcome === 'deny') return settled.reason.code;
  return settled.outcome === 'allow' ? [...settled.client.roles] : settled.outcome;
}

describe('an authority that is removed from its file', () => {
  it('lets nobody in from then on, on the same connection, and is told of', async () => {
    const events: PeercertEvent[] = [];
    const anchors = file('ca.pem', toPem(root.der));
    const one = authenticator({ trust: { anchors }, onEvent: (event) => events.push(event) });
    const connection = presented([alice]);
    expect(await outcomeOf(one.authenticate(handingOver(connection)))).toEqual([]);
    file('ca.pem', toPem(other.der));
    await vi.waitFor(() => expect(events).toMatchObject([{ type: 'trust_updated', generation: 2 }]));
    expect(await outcomeOf(one.authenticate(handingOver(connection)))).toBe('issuer_unknown');
    file('ca.pem', '');
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'trust_failed', problem: 'file_malformed' }));
    expect(await outcomeOf(one.authenticate(handingOver(connection)))).toBe('issuer_unknown');
  });
});

describe('pins and roles of files', () => {
  it('count as they are now, whatever was remembered of the path', async () => {
    const pins = createPinStore(file('pins.txt', pin));
    const roles = createRoleStore(file('roles.json', '{ "Administrators": "admin" }'));
    const one = authenticator({ pins, roles });
    const connection = handingOver(presented([alice]));
    expect(await outcomeOf(one.authenticate(connection))).toEqual(['admin']);
    file('roles.json', '{ "Administrators": "reader" }');
    await roles.reload();
    expect(await outcomeOf(one.authenticate(connection))).toEqual(['reader']);
    file('pins.txt', otherPin);
    await pins.reload();
    expect(await outcomeOf(one.authenticate(connection))).toBe('pin_mismatch');
    pins.close();
    roles.close();
  });

  it('are followed where the options name the files, and told of', async () => {
    const events: PeercertEvent[] = [];
    const one = authenticator({
      pins: file('pins.txt', otherPin),
      roles: file('roles.json', '{ "Administrators": "admin" }'),
      onEvent: (event) => events.push(event),
    });
    expect(await outcomeOf(one.authenticate(presenting([alice])))).toBe('pin_mismatch');
    file('pins.txt', pin);
    await vi.waitFor(() => expect(events).toMatchObject([{ type: 'policy_updated', option: 'pins', entries: 1 }]));
    expect(await outcomeOf(one.authenticate(presenting([alice])))).toEqual(['admin']);
    file('roles.json', '{');
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: 'policy_failed', option: 'roles' }));
    expect(await outcomeOf(one.authenticate(presenting([alice])))).toEqual(['admin']);
  });

  it('that change while a function of the operator runs are applied once more', async () => {
    const pins = createPinStore(file('pins.txt', pin));
    const roles = createRoleStore(file('roles.json', '{ "Administrators": "admin" }'));
    const seen: string[][] = [];
    let change = async (): Promise<void> => {
      file('roles.json', '{ "Administrators": "reader" }');
      await roles.reload();
    };
    const check = async ({ roles: given }: { readonly roles: ReadonlySet<string> }): Promise<boolean> => {
      seen.push([...given]);
      const changing = change();
      change = async () => undefined;
      await changing;
      return true;
    };
    const one = authenticator({ pins, roles, check });
    expect(await outcomeOf(one.authenticate(presenting([alice])))).toEqual(['reader']);
    expect(seen).toEqual([['admin'], ['reader']]);
    change = async () => {
      file('pins.txt', otherPin);
      await pins.reload();
    };
    expect(await outcomeOf(one.authenticate(presenting([alice])))).toBe('pin_mismatch');
    pins.close();
    roles.close();
  });

  it('are closed again when another option is wrong', async () => {
    const events: PeercertEvent[] = [];
    const onEvent = (event: PeercertEvent): void => void events.push(event);
    const options = { source: handing, onEvent, pins: file('pins.txt', pin), roles: file('roles.json', '{"a":"b"}') };
    const anchors = file('ca.pem', toPem(root.der));
    expect(() => createAuthenticator({ ...options, trust: { anchors: 'ca.pem' } })).toThrow('fromFile("ca.pem")');
    expect(() => createAuthenticator({ ...options, defaultRoles: '' })).toThrow('defaultRoles');
    expect(() => createAuthenticator({ ...options, roles: file('bad.json', '[]') })).toThrow('bad.json');
    expect(() => createAuthenticator({ ...options, trust: { anchors }, revocation: {} as never })).toThrow(
      'revocation',
    );
    const watched = createAuthenticator({ ...options, trust: { anchors } });
    file('pins.txt', otherPin);
    file('ca.pem', toPem(other.der));
    // One event of each file: nobody follows them but the instance that was made.
    await vi.waitFor(() => expect(events.map(({ type }) => type).sort()).toEqual(['policy_updated', 'trust_updated']));
    expect(watched).toBeDefined();
  });
});

describe('trust by server name', () => {
  const connected: Source = { ...handing, of: 'connection' };
  const stores = { a: createTrustStore({ anchors: root.der }), b: createTrustStore({ anchors: other.der }) };
  const trust = createTrustByName({ names: { 'a.example': stores.a, 'b.example': stores.b } });
  const request = (name: string, host: string, what = presented([alice])): RequestFacts => ({
    ...handingOver(what),
    socket: Object.assign(Object.create(TLSSocket.prototype) as TLSSocket, {
      servername: name,
      getProtocol: () => 'TLSv1.3',
    }),
    rawHeaders: ['Host', host],
  });

  it('never takes for one name what was remembered for another, though both are of one generation', async () => {
    const one = createAuthenticator({ source: connected, trust, clock });
    expect(stores.a.current.generation).toBe(stores.b.current.generation);
    const same = presented([alice]);
    expect(await outcomeOf(one.authenticate(request('a.example', 'a.example', same)))).toEqual([]);
    expect(await outcomeOf(one.authenticate(request('b.example', 'b.example', same)))).toBe('issuer_unknown');
    expect(await outcomeOf(one.authenticate(request('a.example', 'a.example', same)))).toEqual([]);
    expect(await outcomeOf(one.authenticate(request('a.example', 'b.example', same)))).toBe('misdirected_request');
  });

  it('is asked again when it changes while a function of the operator runs', async () => {
    const store = createTrustStore({ anchors: root.der });
    const byName = createTrustByName({ names: { 'a.example': store } });
    const check = async (): Promise<boolean> => {
      store.replace({ anchors: other.der });
      return true;
    };
    const one = createAuthenticator({ source: connected, trust: byName, clock, check });
    expect(await outcomeOf(one.authenticate(request('a.example', 'a.example')))).toBe('issuer_unknown');
  });

  it('makes nobody anonymous on a connection for another host', async () => {
    const one = createAuthenticator({ source: connected, trust, clock, presence: 'optional' });
    const facts = { ...request('a.example', 'b.example'), event: undefined };
    expect(await outcomeOf(one.authenticate(facts))).toBe('misdirected_request');
    expect(await outcomeOf(one.authenticate({ ...facts, rawHeaders: ['Host', 'a.example'] }))).toBe('anonymous');
  });

  it('is refused for sources that forward what others presented', () => {
    expect(() => createAuthenticator({ source: [fromTls(), handing], trust })).toThrow(
      new TypeError(
        "mtls(): trust by server name counts for clients that are connected directly, and the source 'test' forwards what others presented: give trust: { anchors }",
      ),
    );
    expect(() => createAuthenticator({ trust })).not.toThrow();
  });
});
