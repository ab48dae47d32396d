import { describe, expect, it } from 'vitest';
import { assemble } from '../src/authenticator.ts';
import { createGate } from '../src/gate.ts';
import { compileOptions, type MtlsOptions } from '../src/options.ts';
import { createTrustStore } from '../src/path/trust-store.ts';
import { clientOf, type StateHolder, stateOf } from '../src/request-state.ts';
import { createDenyList } from '../src/revocation/deny-list.ts';
import type { RequestFacts } from '../src/source/facts.ts';
import type { Source } from '../src/source/presented.ts';
import { authority, client } from './path/certificates.ts';
import { clock, handing, handshakeWith, now, presenting, presentingOver } from './requests.ts';

const dayMs = 86_400_000;
const root = authority('CN=Root');
const lasting = { by: root, notAfter: new Date(now + 60 * dayMs) };
const alice = client('CN=alice,OU=Staff', lasting);
const bob = client('CN=bob', lasting);

/** What a test says was presented on the connection itself. */
const direct: Source = { ...handing, name: 'tls', of: 'connection' };

/** A request on a connection of its own, unless another is given. */
function request(socket: unknown = {}, handshake = handshakeWith(root.der)): RequestFacts {
  return { ...presentingOver(handshake, [alice]), socket };
}

function line(options: MtlsOptions = {}) {
  const { authenticate, standing } = assemble(
    compileOptions({ source: direct, trust: { anchors: root.der }, clock, ...options }),
  );
  return {
    standing,
    async decide(facts: RequestFacts) {
      return authenticate(facts);
    },
  };
}

describe('an allow', () => {
  it('stands on its connection, and on no other', async () => {
    const { decide, standing } = line({ roles: { Staff: 'reader' } });
    const facts = request();
    expect(standing(facts.socket)).toBeUndefined();
    const decision = await decide(facts);
    expect(decision).toMatchObject({ outcome: 'allow', client: { id: 'alice' } });
    expect(standing(facts.socket)?.decision).toBe(decision);
    expect(await decide(facts)).toBe(decision);
    expect(Object.isFrozen(decision)).toBe(true);
    expect(standing({})).toBeUndefined();
    expect(standing(undefined)).toBeUndefined();
  });

  it('stands in its own instance alone', async () => {
    const facts = request();
    await line().decide(facts);
    expect(line().standing(facts.socket)).toBeUndefined();
  });

  it.each<[string, MtlsOptions]>([
    ['a source of headers is asked besides', { source: [direct, handing] }],
    ['the framework says what the address is', { clientAddress: 'framework' }],
    ['a function maps roles', { roles: () => ['reader'] }],
    ['a function checks', { check: () => true }],
    ['a function names the client', { identify: () => 'somebody' }],
  ])('does not stand where %s', async (_, options) => {
    const { decide, standing } = line(options);
    const facts = request();
    expect(await decide(facts)).toMatchObject({ outcome: 'allow' });
    expect(standing(facts.socket)).toBeUndefined();
  });

  it('does not stand where no handshake of this process presented it', async () => {
    const { decide, standing } = line();
    const facts = { ...presenting([alice]), socket: {} };
    expect(await decide(facts)).toMatchObject({ outcome: 'allow' });
    expect(standing(facts.socket)).toBeUndefined();
  });

  it('does not stand without a connection to stand on', async () => {
    const { decide, standing } = line();
    expect(await decide(request(undefined))).toMatchObject({ outcome: 'allow' });
    expect(await decide(request(null))).toMatchObject({ outcome: 'allow' });
    expect(standing(undefined)).toBeUndefined();
    expect(standing(null)).toBeUndefined();
  });

  it.each<[string, MtlsOptions, Partial<RequestFacts>]>([
    ['a denial', { identity: undefined as never, pins: ['sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='] }, {}],
    ['nobody', { presence: 'optional' }, { event: undefined }],
  ])('is no allow when it is %s', async (_, { identity: __, ...options }, changes) => {
    const { decide, standing } = line(options);
    const facts = { ...request(), ...changes };
    expect((await decide(facts)).outcome).not.toBe('allow');
    expect(standing(facts.socket)).toBeUndefined();
  });
});

describe('an allow that stands', () => {
  it('falls when a renegotiation is completed', async () => {
    const { decide, standing } = line();
    let superseded = false;
    const handshake = {
      ...handshakeWith(root.der),
      get superseded() {
        return superseded;
      },
    };
    const facts = request({}, handshake);
    // The event of `presentingOver` holds the very object.
    await decide(facts);
    expect(standing(facts.socket)).toBeDefined();
    superseded = true;
    expect(standing(facts.socket)).toBeUndefined();
  });

  it('falls when the trust is replaced, even by the same anchors', async () => {
    const trust = createTrustStore({ anchors: root.der });
    const { decide, standing } = line({ trust });
    const facts = request();
    await decide(facts);
    trust.replace({ anchors: root.der });
    expect(standing(facts.socket)).toBeUndefined();
    await decide(facts);
    expect(standing(facts.socket)).toBeDefined();
  });

  it('falls when the ca of its server is replaced, and is a failure when there is none any more', async () => {
    const options = compileOptions({ source: direct, clock });
    const { authenticate, standing } = assemble(options);
    const server: { ca: unknown; requestCert: boolean } = { ca: [root.der], requestCert: true };
    const facts = request({}, { ...handshakeWith(undefined), server });
    await authenticate(facts);
    expect(standing(facts.socket)).toBeDefined();
    server.ca = [root.der];
    expect(standing(facts.socket)).toBeUndefined();
    await authenticate(facts);
    server.ca = undefined;
    expect(() => standing(facts.socket)).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching(/without ca/) }) }),
    );
  });

  it('falls when a certificate of its path expires, and when the clock is set back', async () => {
    let nowMs = now;
    const { decide, standing } = line({ clock: () => nowMs, limits: { rememberedSeconds: 90 * 86_400 } });
    const facts = request();
    await decide(facts);
    // The second of notAfter is part of the validity (RFC 5280 section 4.1.2.5).
    nowMs = alice.certificate.notAfterMs + 999;
    expect(standing(facts.socket)).toBeDefined();
    nowMs += 1;
    expect(standing(facts.socket)).toBeUndefined();
    nowMs = now - 1;
    expect(standing(facts.socket)).toBeUndefined();
    nowMs = now;
    expect(standing(facts.socket)).toBeDefined();
  });

  it('falls after the longest time that a path is remembered', async () => {
    let nowMs = now;
    const { decide, standing } = line({ clock: () => nowMs, limits: { rememberedSeconds: 10 } });
    const facts = request();
    await decide(facts);
    nowMs = now + 10_000;
    expect(standing(facts.socket)).toBeDefined();
    nowMs += 1;
    expect(standing(facts.socket)).toBeUndefined();
  });

  it('falls 30 days before the certificate expires where somebody is to hear of it daily', async () => {
    let nowMs = now;
    const clocked = { clock: () => nowMs, limits: { rememberedSeconds: 90 * 86_400 } };
    const { decide, standing } = line({ ...clocked, onEvent: () => undefined });
    const facts = request();
    await decide(facts);
    nowMs = alice.certificate.notAfterMs - 30 * dayMs - 1;
    expect(standing(facts.socket)).toBeDefined();
    nowMs += 1;
    expect(standing(facts.socket)).toBeUndefined();
  });

  it('falls when a certificate of its path comes onto the deny-list, and not when another does', async () => {
    const denyList = createDenyList();
    const { decide, standing } = line({ denyList });
    const facts = request();
    await decide(facts);
    expect(standing(facts.socket)).toBeDefined();
    denyList.revoke({ thumbprint: bob.certificate.thumbprint });
    expect(standing(facts.socket)).toBeDefined();
    denyList.revoke({ thumbprint: alice.certificate.thumbprint });
    expect(standing(facts.socket)).toBeUndefined();
    expect(await decide(facts)).toMatchObject({ outcome: 'deny', reason: { code: 'certificate_revoked' } });
  });
});

describe('a gate', () => {
  const gated = (options: MtlsOptions = {}) =>
    createGate({ source: direct, trust: { anchors: root.der }, clock, ...options });

  it('recalls what it left for another request of the connection', async () => {
    const gate = gated();
    const facts = request();
    const [first, second]: [StateHolder, StateHolder] = [{}, {}];
    expect(gate.recall(facts.socket, second, '/')).toBe(false);
    expect(second).toEqual({});
    await gate.admit(first, facts);
    expect(gate.recall(facts.socket, second, '/')).toBe(true);
    expect(second.mtls).toEqual(first.mtls);
    expect(second.mtls?.client).toBe(first.mtls?.client);
    expect(clientOf(second)?.id).toBe('alice');
    expect(stateOf(second).denials).toBe('respond');
  });

  it('never recalls a denial, though an allow stood on the connection before it', () => {
    const late = alice.certificate.notAfterMs + 1_000;
    // The first reading is for the anchors; the clock is set back as soon as the second request was denied.
    const times = [now, now, now, late, now, now];
    const gate = gated({ clock: () => times.shift() as number });
    const facts = request();
    const holder: StateHolder = {};
    expect(gate.admit({}, facts)).toBeUndefined();
    expect(gate.admit({}, facts)).toMatchObject({ code: 'certificate_expired' });
    expect(gate.recall(facts.socket, holder, '/')).toBe(true);
    expect(clientOf(holder)?.id).toBe('alice');
    expect(times).toEqual([]);
  });

  it('recalls nothing where each decision is to be told', async () => {
    const gate = gated({ onDecision: () => undefined });
    const facts = request();
    await gate.admit({}, facts);
    expect(gate.recall(facts.socket, {}, '/')).toBe(false);
  });

  it('recalls nobody on a path that is excluded', async () => {
    const gate = gated({ exclude: ['/healthz'] });
    expect(gate.excludesPaths).toBe(true);
    expect(gated().excludesPaths).toBe(false);
    const facts = request();
    await gate.admit({}, facts);
    expect(gate.recall(facts.socket, {}, '/healthz')).toBe(false);
    expect(gate.recall(facts.socket, {}, '/healthz/')).toBe(true);
  });

  it('fails where the set-up leaves no safe answer any more', async () => {
    const gate = createGate({ source: direct, clock });
    const server: { ca: unknown; requestCert: boolean } = { ca: root.der, requestCert: true };
    const facts = request({}, { ...handshakeWith(undefined), server });
    await gate.admit({}, facts);
    server.ca = undefined;
    expect(() => gate.recall(facts.socket, {}, '/')).toThrow(expect.objectContaining({ status: 500 }));
  });
});
