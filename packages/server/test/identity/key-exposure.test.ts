import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from 'node:process';
import { describe, expect, it } from 'vitest';
import { keyExposure } from '../../src/identity/key-exposure.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe.runIf(platform !== 'win32')('a key file', () => {
  it.each([0o600, 0o400, 0o700])('of its owner alone is no event: %o', (mode) => {
    expect(keyExposure(temporaryFolder().write('tls.key', 'x', mode))).toBeUndefined();
  });

  it.each([
    [0o640, '0640'],
    [0o644, '0644'],
    [0o604, '0604'],
    [0o620, '0620'],
    [0o601, '0601'],
    [0o044, '0044'],
  ])('that group or others can get at is one: %o', (mode, text) => {
    const path = temporaryFolder().write('tls.key', 'x', mode);
    expect(keyExposure(path)).toEqual({
      type: 'key_file_exposed',
      path,
      mode: text,
      hint: `chmod 0600 ${path}`,
    });
  });

  it('that was swapped away since it was read is no event', () => {
    expect(keyExposure(join(temporaryFolder().path, 'tls.key'))).toBeUndefined();
  });

  it('behind symbolic links is judged by its own mode, and by its own name', () => {
    const folder = temporaryFolder();
    const exposed = folder.write('real.key', 'x', 0o644);
    symlinkSync('real.key', join(folder.path, 'tls.key'));
    symlinkSync('tls.key', join(folder.path, 'again.key'));
    expect(keyExposure(join(folder.path, 'again.key'))).toMatchObject({ path: exposed, mode: '0644' });
    folder.write('real.key', 'x', 0o600);
    expect(keyExposure(join(folder.path, 'again.key'))).toBeUndefined();
  });

  it('in a volume of Kubernetes comes with the remedy of Kubernetes', () => {
    const folder = temporaryFolder();
    const data = '..2026_11_22_03_27_07.1234567890';
    mkdirSync(join(folder.path, data));
    const real = folder.write(`${data}/tls.key`, 'x', 0o644);
    symlinkSync(data, join(folder.path, '..data_tmp'));
    renameSync(join(folder.path, '..data_tmp'), join(folder.path, '..data'));
    symlinkSync('..data/tls.key', join(folder.path, 'tls.key'));
    expect(keyExposure(join(folder.path, 'tls.key'))).toEqual({
      type: 'key_file_exposed',
      path: real,
      mode: '0644',
      hint: 'set defaultMode: 0400 on the volume of the pod, which gives files 0644 otherwise; with fsGroup the group keeps its right to read',
    });
  });
});
