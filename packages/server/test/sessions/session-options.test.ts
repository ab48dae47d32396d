import { describe, expect, it } from 'vitest';
import { compileSessions, type SessionOptions } from '../../src/sessions/session-options.ts';

const secret = 'k3/9sQ4uT0v8xY2zB6nM1pL5wE7rJ4hG';

describe('the options of sessions', () => {
  it('resume for five minutes and change keys every hour, unless told otherwise', () => {
    expect(compileSessions()).toMatchObject({ resumption: 'tickets', lifetimeSeconds: 300, rotationSeconds: 3_600 });
  });

  it('take a shared secret as text or octets', () => {
    expect(compileSessions({ sharedSecret: secret }).sharedSecret).toEqual(
      compileSessions({ sharedSecret: Buffer.from(secret) }).sharedSecret,
    );
  });

  it.each<[SessionOptions, RegExp]>([
    [{ sharedSecret: 'short' }, /sessions\.sharedSecret must be at least 32 random octets.*openssl rand -base64 32/],
    [{ sharedSecret: 'a'.repeat(64) }, /sessions\.sharedSecret must be at least 32 random octets/],
    [{ sharedSecret: undefined } as never, /sessions\.sharedSecret/],
    [{ lifetimeSeconds: 0 }, /sessions\.lifetimeSeconds must be a whole number of seconds from 1 to 86400, got 0/],
    [{ rotationSeconds: 1_000_000 }, /sessions\.rotationSeconds must be .* from 1 to 604800/],
    [{ resumption: 'never' } as never, /sessions\.resumption must be 'tickets' or 'off', got "never"/],
    [{ resumption: 'off', lifetimeSeconds: 10 }, /no effect with resumption: 'off'/],
    [{ lifetime: 10 } as never, /sessions: unknown option "lifetime"/],
  ])('refuse %o', (options, message) => {
    expect(() => compileSessions(options)).toThrow(TypeError);
    expect(() => compileSessions(options)).toThrow(message);
  });
});
