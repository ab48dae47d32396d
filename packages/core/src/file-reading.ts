import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isError } from './realm.ts';

/** What becomes of the octets of one file, which are handed over in their order, bit by bit. */
export interface FileIntake<Content> {
  /** No more octets in all than the size that was told. They are the caller's: what is kept of them is copied. */
  write(octets: Uint8Array): void;
  end(): Content;
}

/** For a file of this many octets. */
export type CreateIntake<Content> = (size: number) => FileIntake<Content>;

/** What was read together. */
export interface FilesRead<Content> {
  /** By the path that was given. */
  readonly contents: ReadonlyMap<string, Content>;
  /** The same for the same octets only. */
  readonly digest: string;
}

/** Octets read, hashed and taken at a time, so that a large file does not hold up others: a millisecond or two. */
const sliceBytes = 524_288;

/** The octets as they are. */
export function wholeIntake(size: number): FileIntake<Uint8Array> {
  const whole = Buffer.allocUnsafeSlow(size);
  let length = 0;
  return {
    write: (octets) => {
      whole.set(octets, length);
      length += octets.length;
    },
    end: () => whole.subarray(0, length),
  };
}

/** Reads files at once. */
export function readFilesSync<Content>(paths: readonly string[], intakeOf: CreateIntake<Content>): FilesRead<Content> {
  const contents = new Map<string, Content>();
  const digests = paths.map((path) => {
    const octets = about(path, () => readFileSync(path));
    const intake = intakeOf(octets.length);
    intake.write(octets);
    contents.set(path, intake.end());
    return createHash('sha256').update(octets).digest('base64');
  });
  return { contents, digest: digests.join(' ') };
}

/** Node does not say which file it is that turns out to be a directory. */
function about<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw named(error, path);
  }
}

function named(error: unknown, path: string): unknown {
  return isError(error) && !('path' in error) && 'code' in error ? Object.assign(error, { path }) : error;
}

/** Reads files bit by bit. */
export async function readFiles<Content>(
  paths: readonly string[],
  intakeOf: CreateIntake<Content>,
): Promise<FilesRead<Content>> {
  const contents = new Map<string, Content>();
  const digests: string[] = [];
  for (const path of paths) {
    const { content, digest } = await readOne(path, intakeOf);
    contents.set(path, content);
    digests.push(digest);
  }
  return { contents, digest: digests.join(' ') };
}

/** The digest alone. */
export async function digestOf(paths: readonly string[]): Promise<string> {
  return (await readFiles(paths, () => ({ write: () => undefined, end: () => undefined }))).digest;
}

/** The file as long as it was when it was opened; one that grows meanwhile is read again. */
async function readOne<Content>(
  path: string,
  intakeOf: CreateIntake<Content>,
): Promise<{ readonly content: Content; readonly digest: string }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const intake = intakeOf(size);
    const hash = createHash('sha256');
    const slice = Buffer.allocUnsafeSlow(Math.min(size, sliceBytes));
    for (let length = 0; length < size; ) {
      const { bytesRead } = await file.read(slice, 0, Math.min(slice.length, size - length), length);
      if (bytesRead === 0) break;
      const octets = slice.subarray(0, bytesRead);
      hash.update(octets);
      intake.write(octets);
      length += bytesRead;
    }
    return { content: intake.end(), digest: hash.digest('base64') };
  } catch (error) {
    throw named(error, path);
  } finally {
    await file.close();
  }
}
