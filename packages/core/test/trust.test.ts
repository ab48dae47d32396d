import { toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { PeercertFailure } from '../src/error.ts';
import { createTrustStore, type TrustSnapshot } from '../src/path/trust-store.ts';
import type { PresentedHandshake, PresentedVerdict, TlsServer } from '../src/source/presented.ts';
import { resolveTrust as resolve } from '../src/trust.ts';
import { authority, client } from './path/certificates.ts';
import { facts, handshakeWith, now, presented } from './requests.ts';

const root = authority('CN=Root');
const other = authority('CN=Other');
const leaf = client('CN=client', { by: root });

type Given = Parameters<ReturnType<typeof resolve>>[0];

const under = (verdict: PresentedVerdict): Given => presented([leaf], verdict);
const over = (handshake: PresentedHandshake): Given => ({ ...presented([leaf]), handshake });

/** What does not depend on the request. */
function resolveTrust(trust: Parameters<typeof resolve>[0]): (given: Given) => TrustSnapshot {
  const trustFor = resolve(trust);
  return (given) => trustFor(given, facts());
}

describe('trust that is given', () => {
  it('is the present snapshot of the store, whatever Node says', () => {
    const store = createTrustStore({ anchors: root.der });
    const trustFor = resolveTrust(store);
    expect(trustFor(under({ by: 'nobody' }))).toBe(store.current);
    expect(trustFor(over(handshakeWith(undefined, { isByName: true })))).toBe(store.current);
    store.replace({ anchors: other.der });
    expect(trustFor(under({ by: 'nobody' }))).toBe(store.current);
  });
});

describe('trust in a proxy’s word', () => {
  it.each([undefined, createTrustStore({ anchors: root.der })])('knows no anchor, and never changes', (store) => {
    const trustFor = resolveTrust(store);
    const nobody = trustFor(under({ by: 'proxy', verified: true }));
    expect(nobody).toMatchObject({ generation: 0, maxDepth: 0 });
    expect(nobody.anchors.all).toEqual([]);
    expect(nobody.intermediates.all).toEqual([]);
    expect(trustFor(under({ by: 'proxy', verified: true }))).toBe(nobody);
    expect(Object.isFrozen(nobody)).toBe(true);
  });
});

describe('trust of the TLS server', () => {
  const at = (server: TlsServer): Given => over(handshakeWith(undefined, { server }));

  it.each<[string, unknown]>([
    ['PEM text', toPem(root.der)],
    ['a Buffer of PEM', Buffer.from(toPem(root.der))],
    ['DER', root.der],
    ['a list', [toPem(root.der)]],
  ])('is its own ca, given as %s', (_, ca) => {
    const { anchors } = resolveTrust(undefined)(over(handshakeWith(ca)));
    expect(anchors.all.map(({ subject }) => subject.toString())).toEqual(['CN=Root']);
  });

  it('is one snapshot as long as the server keeps ca and context', () => {
    const trustFor = resolveTrust(undefined);
    const server = { ca: toPem(root.der), _sharedCreds: {} };
    const first = trustFor(at(server));
    expect(trustFor(at(server))).toBe(first);
    expect(trustFor(at({ ...server })).anchors.all).toHaveLength(1);
    expect(trustFor(at({ ...server }))).not.toBe(first);
  });

  it('is a new generation when the ca changes, and when the secure context does', () => {
    const trustFor = resolveTrust(undefined);
    const server = { ca: toPem(root.der), _sharedCreds: {} };
    expect(trustFor(at(server)).generation).toBe(1);
    server.ca = toPem(other.der);
    expect(trustFor(at(server))).toMatchObject({ generation: 2 });
    expect(trustFor(at(server)).anchors.has(other.certificate)).toBe(true);
    expect(trustFor(at(server)).anchors.has(root.certificate)).toBe(false);
    server._sharedCreds = {};
    const third = trustFor(at(server));
    expect(third.generation).toBe(3);
    expect(trustFor(at(server))).toBe(third);
  });

  it('keeps the servers of one instance apart', () => {
    const trustFor = resolveTrust(undefined);
    const [one, two] = [{ ca: toPem(root.der) }, { ca: toPem(other.der) }];
    expect(trustFor(at(one)).anchors.has(root.certificate)).toBe(true);
    expect(trustFor(at(two)).anchors.has(other.certificate)).toBe(true);
    expect(trustFor(at(one)).anchors.has(other.certificate)).toBe(false);
  });
});

describe('trust that cannot be known', () => {
  const failure = (given: Given): unknown => {
    try {
      return resolveTrust(undefined)(given);
    } catch (error) {
      return error;
    }
  };

  it('is a failure for a certificate that was forwarded', () => {
    expect(failure(under({ by: 'nobody' }))).toEqual(
      new PeercertFailure('setup', 'mtls() needs trust: { anchors } for certificates that a proxy forwards'),
    );
  });

  it.each([undefined, null, []])('is a failure for a server whose ca is %o', (ca) => {
    expect(failure(over(handshakeWith(ca)))).toEqual(
      new PeercertFailure(
        'setup',
        'The TLS server was created without ca, so Node would trust every public authority: give the server ca, or mtls() the option trust: { anchors }; for a server of createEndpoint() write mtls(endpoint.mtls)',
      ),
    );
  });

  it('is a failure for secure contexts by name', () => {
    expect(failure(over(handshakeWith(toPem(root.der), { isByName: true })))).toEqual(
      new PeercertFailure(
        'setup',
        'The TLS server has secure contexts by name (SNI), whose authorities are not visible: give mtls() the option trust: { anchors }',
      ),
    );
  });

  it('is a failure that keeps its cause for a ca that cannot be read', () => {
    const error = failure(over(handshakeWith('ca.pem')));
    expect(error).toMatchObject({
      code: 'setup',
      cause: {
        message: expect.stringContaining(
          'The ca of the TLS server cannot be used: trust.anchors is the text "ca.pem" and no PEM',
        ),
        cause: expect.any(TypeError),
      },
    });
  });

  it('stays a failure when a server replaces its ca by one that cannot be read, until it is put right', () => {
    const trustFor = resolveTrust(undefined);
    const server = { ca: toPem(root.der) };
    const ask = (): unknown => trustFor(over(handshakeWith(undefined, { server })));
    ask();
    server.ca = 'broken';
    expect(ask).toThrow(PeercertFailure);
    expect(ask).toThrow(PeercertFailure);
    server.ca = toPem(other.der);
    expect(ask()).toMatchObject({ generation: 2 });
  });

  it.each(['at first', 'after another'])('is read once in five seconds, and not for each request: %s', (when) => {
    let nowMs = now;
    const trustFor = resolve(undefined, { clock: () => nowMs });
    const server = { ca: toPem(root.der), _sharedCreds: {} };
    const ask = (): TrustSnapshot => trustFor(over(handshakeWith(undefined, { server })), facts());
    if (when === 'after another') expect(ask().generation).toBe(1);
    let readings = 0;
    const ended = authority('CN=Ended', { notAfter: new Date(now - 1_000), notBefore: new Date(now - 2_000) });
    server.ca = Object.defineProperty([ended.der], 0, {
      get: () => {
        readings++;
        return ended.der;
      },
    }) as never;
    expect(ask).toThrow(PeercertFailure);
    const once = readings;
    expect(once).toBeGreaterThan(0);
    for (let count = 0; count < 100; count++) expect(ask).toThrow(PeercertFailure);
    expect(readings).toBe(once);
    nowMs += 5_000;
    expect(ask).toThrow(PeercertFailure);
    expect(readings).toBe(2 * once);
    // The clock is set back to where the anchor is good.
    nowMs = now - 1_500;
    expect(ask().anchors.has(ended.certificate)).toBe(true);
  });

  it('is read again at once for another ca or secure context', () => {
    const trustFor = resolve(undefined, { clock: () => now });
    const ended = authority('CN=Ended', { notAfter: new Date(now - 1_000), notBefore: new Date(now - 2_000) });
    const server: { ca: unknown; _sharedCreds: object } = { ca: [ended.der], _sharedCreds: {} };
    const ask = (): TrustSnapshot => trustFor(over(handshakeWith(undefined, { server })), facts());
    expect(ask).toThrow(PeercertFailure);
    (server.ca as Uint8Array[])[0] = root.der;
    expect(ask).toThrow(PeercertFailure);
    server._sharedCreds = {};
    expect(ask().generation).toBe(1);
    server.ca = [ended.der];
    expect(ask).toThrow(PeercertFailure);
    server.ca = toPem(root.der);
    expect(ask().anchors.has(root.certificate)).toBe(true);
  });

  it('does not hide other errors', () => {
    const server = {
      get ca(): never {
        throw new RangeError('no');
      },
    };
    expect(failure(over(handshakeWith(undefined, { server })))).toBeInstanceOf(RangeError);
  });
});
