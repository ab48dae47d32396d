import { type Authority, createRootAuthority } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { clock, verdict } from './question.ts';

const root = await createRootAuthority({ subject: [{ CN: 'Root' }], clock });

/** Authorities below the root, each issued by the one before. */
async function authorities(...names: readonly string[]): Promise<Authority> {
  let last = root;
  for (const CN of names) last = await last.issueAuthority({ subject: [{ CN }] });
  return last;
}

async function verdictBelow(authority: Authority, maxDepth: number): Promise<string> {
  const client = await authority.issueClient({ subject: [{ CN: 'client' }] });
  return verdict({ presented: client.chainDer, anchors: [root], maxDepth });
}

describe('maxDepth', () => {
  it('counts the authorities between the leaf and the anchor', async () => {
    const below = await authorities('A', 'B');
    expect(await verdictBelow(below, 2)).toBe('verified');
    expect(await verdictBelow(below, 1)).toBe('path_length_exceeded');
  });

  it('does not count a self-issued certificate, with which an authority changes its key', async () => {
    expect(await verdictBelow(await authorities('A', 'A'), 1)).toBe('verified');
    expect(await verdictBelow(await authorities('Root'), 0)).toBe('verified');
  });

  it('allows one self-issued certificate for each authority and no more', async () => {
    expect(await verdictBelow(await authorities('Root', 'A', 'A'), 1)).toBe('verified');
    expect(await verdictBelow(await authorities('A', 'A', 'A', 'A'), 1)).toBe('path_length_exceeded');
  });
});
