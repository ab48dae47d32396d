import { readFileSync } from 'node:fs';
import { type FileContents, type FileSource, isFileSource, shown } from '@peercert/core';

/** PEM: as text, as the octets of a file, or as a file that is read again when it changes. */
export type PemSource = string | Uint8Array | FileSource;

/** What an option holds, with the words by which messages speak of it. */
export interface PemText {
  /** `certificate /etc/tls/tls.crt`, or `certificate (given as text)`. */
  readonly name: string;
  readonly path: string | undefined;
  readonly text: string;
  readonly blocks: readonly PemBlock[];
}

/** One block (RFC 7468 section 2), legacy headers and boundary lines included. */
export interface PemBlock {
  readonly label: string;
  readonly text: string;
}

/** Far more than any chain has: the path may be wrong. */
const longestText = 1_048_576;

/** What an option holds before anything is made of it. */
export type SourceText = Omit<PemText, 'blocks'>;

/**
 * Reads an option of PEM. Throws TypeError for what is no PEM, and Error for a file that cannot be read; both name the
 * option and the file.
 *
 * @param contents Of files that were read already: what is in it is not read again.
 */
export function readPem(source: PemSource, option: string, contents?: FileContents): PemText {
  const read = readText(source, option, contents);
  const { name, text } = read;
  const blocks = splitBlocks(text, name);
  if (blocks.length === 0) throw new TypeError(`${name} ${withoutBlocks(text, typeof source === 'string')}`);
  return { ...read, blocks };
}

/** Reads an option of text. Throws as `readPem` does. */
export function readText(source: PemSource, option: string, contents?: FileContents): SourceText {
  const path = isFileSource(source) ? source.path : undefined;
  const name = `${option} ${path ?? '(given as text)'}`;
  const octets = isFileSource(source) ? (contents?.get(source.path) ?? readFile(source.path, name)) : source;
  if (typeof octets !== 'string' && !(octets instanceof Uint8Array)) {
    throw new TypeError(`${option}: expected text or fromFile('...'), got ${shown(source)}`);
  }
  if (octets.length > longestText) throw new TypeError(`${name} is larger than 1 MiB: this is another file`);
  const text = typeof octets === 'string' ? octets : new TextDecoder().decode(octets);
  if (text.trim() === '') throw new TypeError(`${name} is empty: ${path === undefined ? wholeText : wholeFiles}`);
  return { name, path, text };
}

const wholeText = 'was it there where it came from, such as a variable of the environment?';
const wholeFiles = 'write the file elsewhere and rename it into place when it is whole';

function readFile(path: string, name: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Error(`${name} cannot be read (${code})${fixes[code] ?? ''}`, { cause: error });
  }
}

const fixes: Readonly<Record<string, string>> = {
  ENOENT: ': there is no such file; a relative path starts at the working directory of the process',
  EACCES: ': let the user that the process runs as read it, and its directories be entered',
  EISDIR: ': this is a directory; name the file in it',
};

/** Lines outside blocks are explanatory text (RFC 7468 section 5.2). */
function splitBlocks(text: string, name: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let label: string | undefined;
  let lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, edge, found = ''] = /^-----(BEGIN|END) ([^-]+)-----[ \t]*$/.exec(line) ?? [];
    if (edge === undefined && label === undefined) continue;
    if (edge === undefined) {
      lines.push(line);
    } else if (edge === 'BEGIN' && label === undefined) {
      label = found;
      lines = [`-----BEGIN ${label}-----`];
    } else if (edge === 'END' && label === found) {
      blocks.push({ label, text: `${lines.join('\n')}\n-----END ${label}-----\n` });
      label = undefined;
    } else {
      throw new TypeError(`${name} is damaged: "${line.trimEnd()}" is out of place`);
    }
  }
  if (label !== undefined) {
    throw new TypeError(`${name} is cut off: "-----BEGIN ${label}-----" has no end; ${wholeFiles}`);
  }
  return blocks;
}

function withoutBlocks(text: string, isInline: boolean): string {
  if (isInline && !/[\r\n]/.test(text) && text.length < 1_024) {
    return `has no "-----BEGIN" line: is it a path? Then write fromFile(${shown(text)})`;
  }
  return text.startsWith('0')
    ? 'is DER or PKCS #12, not PEM: convert it with openssl x509 -inform DER, openssl pkey -inform DER or openssl pkcs12 -nodes'
    : 'has no "-----BEGIN" line: it is not PEM';
}
