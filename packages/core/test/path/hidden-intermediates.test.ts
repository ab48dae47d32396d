import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTrustStore, type TrustOptions, type TrustSnapshot } from '../../src/path/trust-store.ts';
import { hidesIntermediates } from '../../src/source/tls-socket.ts';
import { clock, handshakeWith } from '../requests.ts';
import { authority } from './certificates.ts';

const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
const trusting = (options: Omit<TrustOptions, 'anchors'> & Partial<TrustOptions> = {}): TrustSnapshot =>
  createTrustStore({ anchors: [root.der], ...options }, { clock }).current;

const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
let warned: typeof import('../../src/path/hidden-intermediates.ts');
beforeEach(async () => {
  vi.resetModules();
  warned = await import('../../src/path/hidden-intermediates.ts');
});
afterEach(() => warn.mockClear());

describe('a version of Node', () => {
  it.each(['24.21.0', '24.21.1', '26.8.0', '26.8.1'])('%s hides intermediates', (version) => {
    expect(hidesIntermediates(version)).toBe(true);
  });

  it.each(['20.20.2', '22.23.3', '24.20.0', '24.2.1', '26.10.0', '26.80.0'])('%s does not', (version) => {
    expect(hidesIntermediates(version)).toBe(false);
  });
});

describe('the warning', () => {
  it('comes once, with the first certificate of a server with ca, and names the version and both remedies', () => {
    const handshake = handshakeWith(root.der);
    warned.warnOfHiddenIntermediates(handshake, trusting(), '24.21.0');
    warned.warnOfHiddenIntermediates(handshake, trusting(), '24.21.0');
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^Node 24\.21\.0 hides .*trust: \{ anchors, intermediates \}.*without ca or with ca: \[\]/,
        ),
        { code: 'PEERCERT_HIDDEN_INTERMEDIATES' },
      ],
    ]);
  });

  it('comes where Node verified a client against authorities that are not seen', () => {
    warned.warnOfHiddenIntermediates(handshakeWith(undefined, { mayHideIntermediates: true }), trusting(), '26.8.1');
    expect(warn).toHaveBeenCalledOnce();
  });

  it.each([
    ['on a Node that hides nothing', root.der, {}, '24.20.0'],
    ['of a server without ca', undefined, {}, '24.21.0'],
    ['of a server with an empty ca', [], {}, '24.21.0'],
    ['where the intermediates are given', root.der, { intermediates: [issuing.der] }, '24.21.0'],
    ['where no anchor allows any', root.der, { anchors: [authority('CN=Only', { pathLength: 0 }).der] }, '24.21.0'],
  ] as const)('does not come %s', (_, ca, options, version) => {
    warned.warnOfHiddenIntermediates(handshakeWith(ca), trusting(options), version);
    expect(warn).not.toHaveBeenCalled();
  });
});
