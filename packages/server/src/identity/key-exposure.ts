import { realpathSync, statSync } from 'node:fs';
import { platform } from 'node:process';
import type { KeyFileExposedEvent } from './identity-event.ts';

/** Bits of the mode that belong to group and others. */
const notTheOwner = 0o077;

/**
 * Who may read a key file: the mode of the file itself, for that of a symbolic link means nothing. `undefined` when it
 * is its owner alone, and on Windows, which has no such modes.
 */
export function keyExposure(path: string): KeyFileExposedEvent | undefined {
  if (platform === 'win32') return undefined;
  const found = modeOf(path);
  if (found === undefined || (found.mode & notTheOwner) === 0) return undefined;
  const { file, mode } = found;
  return Object.freeze({
    type: 'key_file_exposed',
    path: file,
    mode: `0${mode.toString(8).padStart(3, '0')}`,
    hint: isProjected(file) ? `set defaultMode: 0400 on the volume of the pod${byGroup}` : `chmod 0600 ${file}`,
  });
}

function modeOf(path: string): { readonly file: string; readonly mode: number } | undefined {
  try {
    const file = realpathSync(path);
    return { file, mode: statSync(file).mode & 0o777 };
  } catch {
    // Swapped away since it was read: what came in its place is read next.
    return undefined;
  }
}

/** The volumes of Kubernetes keep their files in a directory `..2026_11_22_03_27_07.123456789`, behind links. */
const isProjected = (file: string): boolean => /\/\.\.\d{4}_\d\d_\d\d_[^/]+\//.test(file);

const byGroup = ', which gives files 0644 otherwise; with fsGroup the group keeps its right to read';
