import { describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/connection/connection-options.ts';
import { compileConnectionOptions } from '../../src/connection/connection-rules.ts';
import type { Peer } from '../../src/connection/peer-list.ts';

const at = (address: string): Peer => ({ kind: 'inet', address, port: 1 });

describe('the options of connections', () => {
  it('allow everybody when there are none, and are bounded all the same', () => {
    const { handshakes, isAllowed, proxyProtocol } = compileConnectionOptions({});
    expect(isAllowed(at('192.0.2.7')) && isAllowed({ kind: 'unix' })).toBe(true);
    expect(proxyProtocol).toBeUndefined();
    expect(handshakes).toEqual({ perAddress: 1_000, total: 5_000, milliseconds: 30_000 });
  });

  it('take everybody else for the client itself, and wait five seconds for a header', () => {
    const { proxyProtocol } = compileConnectionOptions({ proxyProtocol: { from: ['10.0.0.0/8'] } });
    expect(proxyProtocol).toMatchObject({ others: 'direct', headerMilliseconds: 5_000 });
    expect(proxyProtocol?.isBalancer(at('10.1.2.3'))).toBe(true);
    expect(proxyProtocol?.isBalancer(at('11.1.2.3'))).toBe(false);
  });

  it('may have an empty list of whom to deny', () => {
    expect(compileConnectionOptions({ deny: [] }).isAllowed(at('192.0.2.7'))).toBe(true);
  });

  it.each([
    [{ alow: ['10.0.0.0/8'] }, 'did you mean "allow"'],
    [{ allow: [] }, 'connection.allow: an empty list'],
    [{ allow: undefined }, 'connection.allow: expected a list'],
    [{ deny: undefined }, 'connection.deny: expected a list'],
    [{ deny: ['10.0.0.1/8'] }, 'connection.deny[0]: "10.0.0.1/8" has host bits set'],
    [{ proxyProtocol: {} }, 'connection.proxyProtocol needs from, the balancers whose headers are believed'],
    [{ proxyProtocol: { from: [] } }, 'connection.proxyProtocol.from: an empty list'],
    [{ proxyProtocol: { from: ['0.0.0.0/0'] } }, 'would believe headers that any client writes: name the balancers'],
    [{ proxyProtocol: { from: ['0.0.0.0/1', '128.0.0.0/1'] } }, 'Together that is 100 % of all IPv4 addresses'],
    [{ proxyProtocol: { from: ['unix', '2000::/4', '3000::/4'] } }, 'more than 6.25 % is no list of balancers'],
    [{ proxyProtocol: { from: ['10.0.0.0/8', '::/0'] } }, 'would believe headers that any client writes'],
    [{ proxyProtocol: { from: ['unix'], trusted: true } }, 'connection.proxyProtocol: unknown option "trusted"'],
    [
      { proxyProtocol: { from: ['unix'], others: 'allow' } },
      "connection.proxyProtocol.others: expected 'direct' or 'refuse', got \"allow\"",
    ],
    [
      { proxyProtocol: { from: ['unix'], headerSeconds: 0 } },
      'connection.proxyProtocol.headerSeconds: expected seconds',
    ],
    [{ proxyProtocol: true }, 'connection.proxyProtocol: expected an object with options, got true'],
    [{ handshakes: { perAddress: 0 } }, 'connection.handshakes.perAddress: expected a whole number from 1, got 0'],
    [{ handshakes: { total: 1.5 } }, 'connection.handshakes.total: expected a whole number from 1'],
    [{ handshakes: { total: '5' } }, 'connection.handshakes.total: expected a whole number from 1, got "5"'],
    [{ handshakes: { total: Number.POSITIVE_INFINITY } }, 'expected a whole number from 1, got Infinity'],
    [
      { handshakes: { seconds: Number.NaN } },
      'connection.handshakes.seconds: expected seconds, more than 0 and at most 3600',
    ],
    [{ handshakes: { seconds: 3_601 } }, 'at most 3600, got 3601'],
    [{ handshakes: { timeout: 5 } }, 'connection.handshakes: unknown option "timeout"'],
    [null, 'connection: expected an object with options, got null'],
  ])('cannot be %j', (options, message) => {
    expect(() => compileConnectionOptions(options as unknown as ConnectionOptions)).toThrow(TypeError);
    expect(() => compileConnectionOptions(options as unknown as ConnectionOptions)).toThrow(message);
  });
});
