import { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createMisdirectionCheck } from '../src/misdirection.ts';
import { createTrustByName, type TrustByNameOptions } from '../src/path/trust-by-name.ts';
import { createTrustStore } from '../src/path/trust-store.ts';
import { connectionFacts } from '../src/source/node-request.ts';
import { authority } from './path/certificates.ts';
import { facts } from './requests.ts';

const a = { anchors: authority('CN=A').der };
const b = { anchors: authority('CN=B').der };

/** A connection on which the client asked for the name, of the very class of Node. */
function connection(servername: string | false | undefined): TLSSocket {
  return Object.assign(Object.create(TLSSocket.prototype) as TLSSocket, { servername, getProtocol: () => 'TLSv1.3' });
}

function outcomes(
  options: TrustByNameOptions,
  requests: readonly (readonly [string | false, ...string[]])[],
): unknown[] {
  const misdirectionOf = createMisdirectionCheck(createTrustByName(options));
  return requests.map(([servername, host, requestTarget = '/']) => {
    const rawHeaders = host === undefined ? [] : ['Host', host];
    return misdirectionOf?.(facts({ socket: connection(servername), rawHeaders, requestTarget }))?.code;
  });
}

describe('a request', () => {
  const names = { 'a.example': a, 'alias.example': a, '*.b.example': b };

  it('belongs on a connection for a name with the trust set of its host', () => {
    expect(
      outcomes({ names, default: b }, [
        ['a.example', 'a.example'],
        ['A.example', 'a.EXAMPLE.:443'],
        ['a.example', 'alias.example'],
        ['x.b.example', 'y.b.example'],
        [false, 'other.example'],
        ['other.example', '192.0.2.7'],
        [false, '[::1]:8443'],
        ['a.example', 'a.example', 'https://alias.example/'],
      ]),
    ).toEqual(Array(8).fill(undefined));
  });

  it('is misdirected when its host has another trust set', () => {
    expect(
      outcomes({ names, default: b }, [
        ['a.example', 'x.b.example'],
        ['x.b.example', 'a.example'],
        ['a.example', 'other.example'],
        [false, 'a.example'],
        ['a.example', '192.0.2.7'],
        // The default has the anchors of *.b.example, and is the same object: one set.
        [false, 'x.b.example'],
      ]),
    ).toEqual([...Array(5).fill('misdirected_request'), undefined]);
  });

  it('has to belong there by its target and by Host', () => {
    expect(
      outcomes({ names }, [
        ['a.example', 'a.example', 'https://x.b.example/'],
        ['a.example', 'x.b.example', 'https://a.example/'],
      ]),
    ).toEqual(['misdirected_request', 'misdirected_request']);
  });

  it('is misdirected where no trust set applies, or where it names no host', () => {
    expect(
      outcomes({ names }, [
        [false, 'a.example'],
        ['other.example', 'other.example'],
        ['a.example', 'other.example'],
        ['a.example'],
      ]),
    ).toEqual(Array(4).fill('misdirected_request'));
  });

  it('is refused when its host cannot be read', () => {
    expect(
      outcomes({ names }, [
        ['a.example', 'a.example, x.b.example'],
        ['a.example', 'a.example', 'a.example:443'],
      ]),
    ).toEqual(['host_malformed', 'host_malformed']);
  });

  it('is told apart by what was asked for and by the host that strays', () => {
    const misdirectionOf = createMisdirectionCheck(createTrustByName({ names }));
    expect(misdirectionOf?.(facts({ socket: connection('a.example'), rawHeaders: ['Host', 'x.b.example'] }))).toEqual({
      code: 'misdirected_request',
      detail: { serverName: 'a.example', host: 'x.b.example' },
    });
  });

  it('takes the server name of nothing but a TLS connection', () => {
    const misdirectionOf = createMisdirectionCheck(createTrustByName({ names }));
    const socket = { servername: 'a.example', encrypted: true };
    expect(misdirectionOf?.(facts({ socket, rawHeaders: ['Host', 'a.example'] }))?.code).toBe('misdirected_request');
  });
});

describe('a connection without HTTP', () => {
  it('names no host, and needs a trust set all the same', () => {
    const misdirectionOf = createMisdirectionCheck(createTrustByName({ names: { 'a.example': a } }));
    const codeOf = (servername: string | false): string | undefined =>
      misdirectionOf?.(connectionFacts(connection(servername)))?.code;
    expect(codeOf('a.example')).toBeUndefined();
    expect(codeOf(false)).toBe('misdirected_request');
    expect(codeOf('b.example')).toBe('misdirected_request');
  });
});

describe('one trust set for all names', () => {
  it('leaves nothing to be misdirected', () => {
    expect(createMisdirectionCheck(createTrustStore(a))).toBeUndefined();
    expect(createMisdirectionCheck(undefined)).toBeUndefined();
  });
});
