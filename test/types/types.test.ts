// The other files of this folder are never run: they are true when they compile. A line under `@ts-expect-error` that
// compiles is an error, too. The compiler starts from nothing each time, since an incremental one can remember too much.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const fixtures = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

let errors: readonly string[];
beforeAll(() => {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const { stdout, status } = spawnSync(tsc, ['-p', 'test/types', '--pretty', 'false'], { cwd: root, encoding: 'utf8' });
  errors = stdout.split('\n').filter(Boolean);
  if (status !== 0 && errors.length === 0) throw new Error(`tsc ended with ${status} and said nothing`);
});

describe('the types', () => {
  it.each(fixtures)('hold what test/types/%s says of them', (file) => {
    expect(errors.filter((error) => error.startsWith(`test/types/${file}(`))).toEqual([]);
  });

  it('are those of sources without errors', () => {
    expect(errors.filter((error) => !error.startsWith('test/types/'))).toEqual([]);
  });
});
