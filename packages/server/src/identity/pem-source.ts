import { readFileSync } from 'node:fs';
import { isUint8Array } from 'node:util/types';
import {
  decodeText,
  detailOfFile,
  encodePem,
  type FileContents,
  type FileSource,
  isFileSource,
  isPathText,
  nameOfContent,
  type PemBlock as ReadBlock,
  readPemFile,
  shown,
  unreadableWords,
  unsetText,
  type Wanted,
  wasItSet,
} from '@peercert/core';

/** PEM: as text, as the octets of a file, or as a file that is read again when it changes. */
export type PemSource = string | Uint8Array | FileSource;

/** What an option holds, with the words by which messages speak of it. */
export interface PemText {
  /** `certificate /etc/tls/tls.crt`, or `certificate (given as text)`. */
  readonly name: string;
  readonly path: string | undefined;
  readonly blocks: readonly PemBlock[];
}

/** One block (RFC 7468 section 2). */
export interface PemBlock extends Pick<ReadBlock, 'label' | 'octets'> {
  /** Written anew, the headers of an old encrypted key included: OpenSSL reads in it what was read here, and no more. */
  readonly text: string;
}

/** Far more than any chain has: the path may be wrong. */
const longestText = 1_048_576;

/** What an option holds before anything is made of it. */
export interface SourceText {
  readonly name: string;
  readonly path: string | undefined;
  readonly text: string;
}

/**
 * Reads an option of PEM. Throws TypeError for what is no PEM, and Error for a file that cannot be read; both name the
 * option and the file.
 *
 * @param contents Of files that were read already: what is in it is not read again.
 */
export function readPem(source: PemSource, option: string, contents?: FileContents, wanted?: Wanted): PemText {
  const { content, name, path } = readContent(source, option, contents);
  const file = readPemFile(content);
  if (file.ok) return { name, path, blocks: file.value.map(writtenAnew) };
  if (file.rule !== 'pem_empty') {
    const detail = detailOfFile(file, beginningOf(content), wanted ?? 'certificates');
    throw new TypeError(`${name} ${detail}${detail.startsWith('is cut off') ? `; ${wholeFiles}` : ''}`);
  }
  throw new TypeError(`${name} ${withoutBlocks(content, wanted ?? 'certificates')}`);
}

/** Reads an option of text. Throws as `readPem` does. */
export function readText(source: PemSource, option: string, contents?: FileContents): SourceText {
  const { content, name, path } = readContent(source, option, contents);
  const text = typeof content === 'string' ? content : (decodeText(content) ?? new TextDecoder().decode(content));
  return { name, path, text };
}

interface Content {
  readonly name: string;
  readonly path: string | undefined;
  readonly content: string | Uint8Array;
}

function readContent(source: PemSource, option: string, contents: FileContents | undefined): Content {
  const path = isFileSource(source) ? source.path : undefined;
  const name = `${option} ${path ?? '(given as text)'}`;
  const content = isFileSource(source) ? (contents?.get(source.path) ?? readFile(source.path, name)) : source;
  if (typeof content !== 'string' && !isUint8Array(content)) {
    const unset = content === undefined ? `: ${wasItSet}` : '';
    throw new TypeError(`${option}: expected text or fromFile('...'), got ${shown(source)}${unset}`);
  }
  if (content.length > longestText) throw new TypeError(`${name} is larger than 1 MiB: this is another file`);
  if (content.length === 0 || (content.length < 1_024 && isBlank(content))) {
    throw new TypeError(`${name} is empty: ${path === undefined ? wasItSet : wholeFiles}`);
  }
  return { name, path, content };
}

const isBlank = (content: string | Uint8Array): boolean =>
  (typeof content === 'string' ? content : (decodeText(content) ?? '-')).trim() === '';

const wholeFiles = 'write the file elsewhere and rename it into place when it is whole';

function readFile(path: string, name: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${name} ${unreadableWords(error) ?? 'cannot be read'}`, { cause: error });
  }
}

function writtenAnew({ headers, label, octets }: ReadBlock): PemBlock {
  const opening = `-----BEGIN ${label}-----\n`;
  return { label, octets, text: encodePem(octets, label).replace(opening, `${opening}${headers}`) };
}

/** By so much of a content it is told what it is. */
function beginningOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content.slice(0, 4_096)) : content.subarray(0, 4_096);
}

/** What is given as text is told by its letters only where it is the name of a file: it may be a key. */
function withoutBlocks(content: string | Uint8Array, wanted: Wanted): string {
  const unset = typeof content === 'string' ? unsetText(content) : undefined;
  if (unset !== undefined) return unset;
  // For a path given as text the remedy is an option of the program.
  const isPath = typeof content === 'string' && isPathText(content);
  const kind = isPath ? undefined : nameOfContent(beginningOf(content), wanted);
  if (kind !== undefined) return kind;
  if (typeof content !== 'string' || content.length > 1_024 || /[\r\n]/.test(content.trim())) {
    return 'has no "-----BEGIN" line: it is not PEM';
  }
  const path = wanted !== 'key' && isPath ? shown(content.trim()) : 'path';
  return `has no "-----BEGIN" line: is it a path? Then write fromFile(${path})`;
}
