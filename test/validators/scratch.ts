import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what is compiled, which goes when this process does. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-validator-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
