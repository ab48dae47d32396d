/** Words for a file that cannot be read, in place of those of Node: they name no remedy, and for a directory no path. */

const remedies: Readonly<Record<string, string>> = {
  ENOENT: ': there is no such file; a relative path starts at the working directory of the process',
  ENOTDIR: ': a part of its path is a file, not a directory',
  EACCES: ': let the user that the process runs as read it, and its directories be entered',
  EPERM: ': let the user that the process runs as read it',
  EISDIR: ': this is a directory; name the file in it',
  ELOOP: ': its symbolic links lead in a circle',
  ENAMETOOLONG: ': this is rather a content than the path of a file',
};

/** Words that follow the name of the file: "cannot be read (ENOENT): ...". `undefined` for an error that is not of files. */
export function unreadableWords(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  return `cannot be read (${code})${remedies[code] ?? ''}`;
}

/** The path of the file that an error is about. */
export function pathOf(error: unknown): string | undefined {
  const { path } = error as NodeJS.ErrnoException;
  return typeof path === 'string' ? path : undefined;
}
