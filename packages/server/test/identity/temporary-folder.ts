/** A folder with files of this test, which vanishes after it. */
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file and answers its path. Default mode 0600. */
  write(name: string, content: string | Uint8Array, mode?: number): string;
}

export function temporaryFolder(): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'peercert-server-')));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return {
    path,
    write: (name, content, mode = 0o600) => {
      const file = join(path, name);
      writeFileSync(file, content);
      // The umask has no say.
      chmodSync(file, mode);
      return file;
    },
  };
}
