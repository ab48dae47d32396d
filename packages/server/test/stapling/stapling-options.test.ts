import { createRootAuthority } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { compileStapling } from '../../src/stapling/stapling-options.ts';

describe('the option stapling', () => {
  it('may be empty: certificates name their responders', () => {
    expect(compileStapling({})).toEqual({
      responder: undefined,
      issuers: [],
      refreshMs: 3_600_000,
      timeoutMilliseconds: 10_000,
    });
  });

  it('is taken as it is', async () => {
    const root = await createRootAuthority({ subject: 'CN=Root' });
    const settings = compileStapling({
      responder: 'http://ocsp.example.com/x',
      issuers: root.certificatePem,
      refreshSeconds: 60,
      timeoutMilliseconds: 60_000,
    });
    expect(settings).toMatchObject({ refreshMs: 60_000, timeoutMilliseconds: 60_000 });
    expect(settings.responder?.href).toBe('http://ocsp.example.com/x');
    expect(settings.issuers.map(({ thumbprint }) => thumbprint)).toEqual([root.thumbprint]);
  });

  it.each(['ftp://a/', 'ocsp.example.com', 7, 'http://user@a/'])('refuses %j as a responder', (responder) => {
    expect(() => compileStapling({ responder } as never)).toThrow(
      /^stapling\.responder: expected a URL such as 'http:\/\/ocsp\.example\.com\/', got /,
    );
  });

  it.each([
    [{ refreshSeconds: 59 }, 'stapling.refreshSeconds must be a whole number from 60 to 604800, got 59'],
    [{ refreshSeconds: 604_801 }, 'stapling.refreshSeconds must be a whole number from 60 to 604800, got 604801'],
    [{ refreshSeconds: 60.5 }, 'stapling.refreshSeconds must be a whole number from 60 to 604800, got 60.5'],
    [{ timeoutMilliseconds: 99 }, 'stapling.timeoutMilliseconds must be a whole number from 100 to 60000, got 99'],
    [
      { timeoutMilliseconds: '100' },
      'stapling.timeoutMilliseconds must be a whole number from 100 to 60000, got "100"',
    ],
    [{ responders: [] }, 'stapling: unknown option "responders"; did you mean "responder"?'],
    [{ issuers: [] }, 'stapling.issuers holds no certificate: give PEM text, DER bytes or a list of them'],
  ])('refuses %j', (options, message) => {
    expect(() => compileStapling(options as never)).toThrow(new TypeError(message));
  });
});
