import { describe, expect, it } from 'vitest';
import { verifyPath } from '../../src/path/verify-path.ts';
import { checkRevocation } from '../../src/revocation/checked-path.ts';
import { authority, client, now, settings, trusting } from '../path/certificates.ts';

describe('revocation that is off', () => {
  it('is stated in the result, which lasts as long as the path', () => {
    const root = authority('CN=Root');
    const verified = verifyPath(client('CN=client', { by: root }).certificate, [], trusting(root), settings, now);
    if (!verified.ok) throw new Error('no path');
    expect(checkRevocation(verified.value, { mode: 'off' })).toEqual({
      ok: true,
      value: {
        path: verified.value,
        revocation: { mode: 'off' },
        validUntilMs: verified.value.validUntilMs,
        recheckAtMs: Number.POSITIVE_INFINITY,
        revision: 0,
        isDetermined: true,
      },
    });
  });
});
