import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectionRefusals } from '../../src/connection/connection-events.ts';

describe('the causes of refused connections', () => {
  it('are those that the page about connections explains', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/connections.md'), 'utf8');
    const [, table = ''] = page.split('| cause | |');
    const explained = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, cause]) => cause);
    expect(explained).toHaveLength(Object.keys(connectionRefusals).length);
    expect(new Set(explained)).toEqual(new Set(Object.keys(connectionRefusals)));
  });

  it('each say what they mean', () => {
    for (const meaning of Object.values(connectionRefusals)) expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
});
