import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createFileWatcher,
  type FileContents,
  type FileWatcher,
  type FileWatcherOptions,
  fromFile,
  isFileSource,
  watchByIntake,
} from '../src/file-watcher.ts';

let folder: string;
const watchers: FileWatcher[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-watch-'));
});

afterEach(() => {
  for (const watcher of watchers.splice(0)) watcher.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Far away, so that a test shows that it does without. */
const never = 3_600_000;

/** An event comes at once; a machine that is busy is waited for. */
const patient = { timeout: 20_000 };

interface Watched {
  readonly watcher: FileWatcher;
  readonly path: string;
  /** What was heard, in order. */
  readonly heard: string[];
  readonly errors: string[];
}

function watching(path: string, options: Partial<FileWatcherOptions> = {}): Watched {
  const heard: string[] = [];
  const errors: string[] = [];
  const watcher = createFileWatcher({
    paths: [path],
    onChange: (contents) => void heard.push(textOf(contents, path)),
    onError: ({ message }) => errors.push(message),
    quietMilliseconds: 5,
    pollMilliseconds: never,
    ...options,
  });
  watchers.push(watcher);
  return { watcher, path, heard, errors };
}

const textOf = (contents: FileContents, path: string): string => Buffer.from(contents.get(path) ?? []).toString();

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a watched file', () => {
  it('is read at once, and not again while it stays as it is', async () => {
    const { heard, watcher } = watching(file('ca.crl', 'one'));
    expect(heard).toEqual(['one']);
    await watcher.check();
    await watcher.check();
    expect(heard).toEqual(['one']);
  });

  it('that is missing at the start is an error at once, as is one that cannot be used', () => {
    expect(() => watching(join(folder, 'missing'))).toThrow(/ENOENT.*missing/);
    const wrong = (): void => {
      throw new TypeError('no list');
    };
    expect(() => watching(file('ca.crl', 'x'), { onChange: wrong })).toThrow('no list');
  });

  it('is heard of when it is written in place', async () => {
    const { heard, path } = watching(file('ca.crl', 'one'));
    writeFileSync(path, 'two');
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']));
  });

  it('is heard of when another is renamed over it', async () => {
    const { heard, path } = watching(file('ca.crl', 'one'));
    renameSync(file('ca.crl.new', 'two'), path);
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']));
    renameSync(file('ca.crl.new', 'three'), path);
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two', 'three']));
  });

  it('is heard of when the link to its directory is swapped, as Kubernetes does', async () => {
    const publish = (version: string, content: string): void => {
      mkdirSync(join(folder, `..${version}`));
      file(`..${version}/ca.crl`, content);
      symlinkSync(`..${version}`, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    publish('2026_01', 'one');
    symlinkSync('..data/ca.crl', join(folder, 'ca.crl'));
    const { heard, errors } = watching(join(folder, 'ca.crl'));
    publish('2026_02', 'two');
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']));
    rmSync(join(folder, '..2026_01'), { recursive: true });
    publish('2026_03', 'three');
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two', 'three']));
    expect(errors).toEqual([]);
  });

  it('is heard of when what a link leads to is written elsewhere', async () => {
    mkdirSync(join(folder, 'archive'));
    const target = file('archive/ca.crl', 'one');
    symlinkSync(target, join(folder, 'ca.crl'));
    const { heard } = watching(join(folder, 'ca.crl'));
    writeFileSync(target, 'two');
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']));
  });

  it('is heard of when the link that is a directory on its way is swapped, as releases are', async () => {
    for (const release of ['1', '2', '3']) {
      mkdirSync(join(folder, 'releases', release), { recursive: true });
      file(`releases/${release}/ca.crl`, release);
    }
    const switchTo = (release: string): void => {
      symlinkSync(join('releases', release), join(folder, 'current.new'));
      renameSync(join(folder, 'current.new'), join(folder, 'current'));
    };
    switchTo('1');
    const { heard, errors, watcher } = watching(join(folder, 'current', 'ca.crl'));
    switchTo('2');
    await vi.waitFor(() => expect(heard).toEqual(['1', '2']), patient);
    // Not in one step: `ln -sfn` takes the old one away first.
    rmSync(join(folder, 'current'));
    await watcher.check();
    symlinkSync(join('releases', '3'), join(folder, 'current'));
    await vi.waitFor(() => expect(heard).toEqual(['1', '2', '3']), patient);
    writeFileSync(join(folder, 'releases', '3', 'ca.crl'), '4');
    await vi.waitFor(() => expect(heard).toEqual(['1', '2', '3', '4']), patient);
    expect(errors).toEqual([expect.stringMatching(/^ENOENT/)]);
  });

  it('is heard of when a link two links further up is swapped', async () => {
    const folders = ['stable/lists', 'testing/lists', 'etc'];
    for (const one of folders) mkdirSync(join(folder, one), { recursive: true });
    file('stable/lists/ca.crl', 'one');
    file('testing/lists/ca.crl', 'two');
    symlinkSync('stable', join(folder, 'channel'));
    symlinkSync('../channel/lists', join(folder, 'etc', 'lists'));
    symlinkSync('lists/ca.crl', join(folder, 'etc', 'ca.crl'));
    const { heard } = watching(join(folder, 'etc', 'ca.crl'));
    symlinkSync('testing', join(folder, 'channel.new'));
    renameSync(join(folder, 'channel.new'), join(folder, 'channel'));
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']), patient);
  });

  it('is heard of without any event, by looking', async () => {
    const publish = (name: string, content: string): void => {
      mkdirSync(join(folder, name, 'lists'), { recursive: true });
      file(`${name}/lists/ca.crl`, content);
    };
    publish('data', 'one');
    const { heard, path } = watching(join(folder, 'data', 'lists', 'ca.crl'), { pollMilliseconds: 20 });
    publish('next', 'two');
    // What becomes of a directory further up is told to nobody who watches the one with the file.
    renameSync(join(folder, 'data'), join(folder, 'past'));
    renameSync(join(folder, 'next'), join(folder, 'data'));
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']), patient);
    // The directory that is there now is watched.
    writeFileSync(path, 'three');
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two', 'three']), patient);
  });

  it('with the same content is not heard of again', async () => {
    const { heard, path, watcher } = watching(file('ca.crl', 'one'), { quietMilliseconds: never });
    writeFileSync(path, 'one');
    await watcher.check();
    await watcher.check();
    expect(heard).toEqual(['one']);
  });

  it('that is large is read whole', async () => {
    const { heard, path, watcher } = watching(file('ca.crl', 'one'), { quietMilliseconds: never });
    const large = 'x'.repeat(3_000_000);
    writeFileSync(path, large);
    await watcher.check();
    expect(heard[1]).toBe(large);
  });
});

describe('a file that is in trouble', () => {
  it('is told of once while it is missing, and heard of when it is back', async () => {
    const { heard, errors, path, watcher } = watching(file('ca.crl', 'one'), { quietMilliseconds: never });
    rmSync(path);
    await watcher.check();
    await watcher.check();
    expect(errors).toEqual([expect.stringMatching(/^ENOENT/)]);
    writeFileSync(path, 'two');
    await watcher.check();
    expect(heard).toEqual(['one', 'two']);
    rmSync(path);
    await watcher.check();
    expect(errors).toHaveLength(2);
  });

  it('is told of when its new content cannot be used, and heard of when it can', async () => {
    const taken: string[] = [];
    const { errors, path, watcher } = watching(file('ca.crl', 'one'), {
      quietMilliseconds: never,
      onChange: async (contents) => {
        const text = textOf(contents, join(folder, 'ca.crl'));
        if (text.endsWith('half')) throw new Error(`half-written: ${text}`);
        taken.push(text);
      },
    });
    writeFileSync(path, 'half');
    await watcher.check();
    await watcher.check();
    expect(errors).toEqual(['half-written: half']);
    writeFileSync(path, 'whole');
    await watcher.check();
    expect(taken).toEqual(['one', 'whole']);
  });

  it('is told of when it cannot be used at the start and that shows later', async () => {
    const { errors, watcher } = watching(file('ca.crl', 'one'), {
      onChange: () => Promise.reject(new Error('no list')),
    });
    await watcher.check();
    expect(errors).toEqual(['no list']);
  });

  it('may be thrown what is no error', async () => {
    const { errors, path, watcher } = watching(file('ca.crl', 'one'), {
      quietMilliseconds: never,
      onChange: (contents) => (textOf(contents, join(folder, 'ca.crl')) === 'one' ? undefined : Promise.reject('odd')),
    });
    writeFileSync(path, 'two');
    await watcher.check();
    expect(errors).toEqual(['odd']);
  });

  it('whose directory is gone is looked for until it is back', async () => {
    mkdirSync(join(folder, 'lists'));
    const { heard, errors, path } = watching(file('lists/ca.crl', 'one'), { pollMilliseconds: 20 });
    rmSync(join(folder, 'lists'), { recursive: true });
    await vi.waitFor(() => expect(errors).not.toEqual([]));
    mkdirSync(join(folder, 'lists'));
    writeFileSync(path, 'two');
    await vi.waitFor(() => expect(heard).toContain('two'));
  });
});

describe('a file that is in trouble for a moment', () => {
  function impatient(patienceMilliseconds: number): Watched {
    const path = file('ca.crl', 'one');
    return watching(path, {
      patienceMilliseconds,
      onChange: (contents) => {
        const text = textOf(contents, path);
        read.push(text);
        if (text === 'half') throw new Error('half-written');
      },
    });
  }

  const read: string[] = [];
  beforeEach(() => read.splice(0));

  it.each<[string, (path: string) => void, readonly string[]]>([
    ['half-written', (path) => writeFileSync(path, 'half'), ['one', 'half', 'two']],
    ['missing', (path) => rmSync(path), ['one', 'two']],
  ])('because it is %s is not told of when it is over in time', async (_, damage, expected) => {
    const { errors, path, watcher } = impatient(never);
    damage(path);
    await setTimeout(100);
    expect(watcher.trouble).toBeUndefined();
    writeFileSync(path, 'two');
    await vi.waitFor(() => expect(read).toEqual(expected), patient);
    expect(errors).toEqual([]);
    await watcher.check();
    expect(errors).toEqual([]);
  });

  it('is told of, once, when it lasts', async () => {
    const { errors, path, watcher } = impatient(30);
    writeFileSync(path, 'half');
    await vi.waitFor(() => expect(errors).toEqual(['half-written']), patient);
    expect(watcher.trouble?.message).toBe('half-written');
    await watcher.check();
    expect(errors).toHaveLength(1);
  });

  it('is told of at once to whoever asks for a look', async () => {
    const { errors, path, watcher } = impatient(never);
    writeFileSync(path, 'half');
    await watcher.check();
    expect(errors).toEqual(['half-written']);
    expect(watcher.trouble?.message).toBe('half-written');
  });
});

describe('what is wrong with a file', () => {
  it('is said as long as it is, and not when it is over', async () => {
    const { path, watcher } = watching(file('ca.crl', 'one'), {
      quietMilliseconds: never,
      onChange: (contents) => {
        if (textOf(contents, join(folder, 'ca.crl')) === 'half') throw new Error('half-written');
      },
    });
    expect(watcher.trouble).toBeUndefined();
    writeFileSync(path, 'half');
    await watcher.check();
    expect(watcher.trouble?.message).toBe('half-written');
    rmSync(path);
    await watcher.check();
    expect(watcher.trouble?.message).toMatch(/^ENOENT/);
    // Back with the contents that could not be used, which are not tried again.
    writeFileSync(path, 'half');
    await watcher.check();
    await watcher.check();
    expect(watcher.trouble?.message).toBe('half-written');
    writeFileSync(path, 'one');
    await watcher.check();
    expect(watcher.trouble).toBeUndefined();
  });
});

describe('a file of which something else is kept than its octets', () => {
  /** How many octets it has, and in how many pieces they came. */
  const counting = (onPiece: () => void): { write(octets: Uint8Array): void; end(): string } => {
    let octets = 0;
    let pieces = 0;
    return {
      write: ({ length }) => {
        octets += length;
        pieces += 1;
        onPiece();
      },
      end: () => `${octets} in ${pieces}`,
    };
  };

  function counted(
    path: string,
    largestAtOnce: number,
    { onHeard = () => undefined, onPiece = () => undefined }: { onHeard?: () => void; onPiece?: () => void } = {},
  ): Watched {
    const heard: string[] = [];
    const errors: string[] = [];
    const watcher = watchByIntake<string>(
      {
        paths: [path],
        onChange: (contents) => {
          heard.push(contents.get(path) as string);
          onHeard();
        },
        onError: ({ message }) => errors.push(message),
        quietMilliseconds: never,
        pollMilliseconds: never,
      },
      { intakeOf: () => counting(onPiece), largestAtOnce },
    );
    watchers.push(watcher);
    return { watcher, path, heard, errors };
  }

  it('is read at once when it is small, and bit by bit when it changes', async () => {
    const { heard, path, watcher } = counted(file('ca.crl', 'one'), 3);
    expect(heard).toEqual(['3 in 1']);
    await watcher.first;
    writeFileSync(path, 'x'.repeat(1_200_000));
    await watcher.check();
    await watcher.check();
    expect(heard).toEqual(['3 in 1', '1200000 in 3']);
  });

  it('is read later, bit by bit, when it is large', async () => {
    const { heard, watcher } = counted(file('ca.crl', 'x'.repeat(1_200_000)), 1_199_999);
    expect(heard).toEqual([]);
    await watcher.first;
    expect(heard).toEqual(['1200000 in 3']);
    await watcher.check();
    await watcher.check();
    expect(heard).toEqual(['1200000 in 3']);
  });

  it('is an error at once when it is missing, however large others are', () => {
    expect(() => counted(join(folder, 'missing'), 0)).toThrow(/ENOENT.*missing/);
  });

  it('that is large and cannot be used is told of', async () => {
    const { errors, watcher } = counted(file('ca.crl', 'one'), 0, {
      onHeard: () => {
        throw new Error('no list');
      },
    });
    await watcher.first;
    expect(errors).toEqual(['no list']);
    expect(watcher.trouble?.message).toBe('no list');
  });

  it('that is written over while it is read for the first time is read again', async () => {
    const path = file('ca.crl', 'x'.repeat(1_200_000));
    let pieces = 0;
    const onPiece = (): void => {
      pieces += 1;
      if (pieces === 2) writeFileSync(path, 'two');
    };
    const { heard, watcher } = counted(path, 0, { onPiece });
    await watcher.first;
    expect(heard).toEqual(['3 in 1']);
  });

  it('is not waited for any more when its watcher is closed', async () => {
    const { heard, watcher } = counted(file('ca.crl', 'one'), 0);
    watcher.close();
    await watcher.first;
    expect(heard).toEqual([]);
  });
});

describe('files that belong together', () => {
  it('are heard of together', async () => {
    const paths = [file('tls.crt', 'certificate 1'), file('tls.key', 'key 1')];
    const heard: string[][] = [];
    const { watcher } = watching(paths[0] as string, {
      paths,
      quietMilliseconds: never,
      onChange: (contents) => void heard.push(paths.map((path) => textOf(contents, path))),
    });
    writeFileSync(paths[1] as string, 'key 2');
    await watcher.check();
    expect(heard).toEqual([
      ['certificate 1', 'key 1'],
      ['certificate 1', 'key 2'],
    ]);
  });
});

describe('a watcher that is closed', () => {
  it('hears and tells of nothing any more', async () => {
    const { heard, errors, path, watcher } = watching(file('ca.crl', 'one'), { pollMilliseconds: 10 });
    watcher.close();
    writeFileSync(path, 'two');
    await watcher.check();
    rmSync(path);
    await watcher.check();
    expect(heard).toEqual(['one']);
    expect(errors).toEqual([]);
  });
});

describe('fromFile', () => {
  it('names a file, whatever the working directory is later', () => {
    expect(fromFile('ca.crl').path).toBe(join(process.cwd(), 'ca.crl'));
    expect(isFileSource(fromFile('ca.crl'))).toBe(true);
    expect(isFileSource({ path: 'ca.crl' })).toBe(false);
    expect(isFileSource(null)).toBe(false);
  });

  it.each(['', 'a\0b', undefined, 7])('refuses %j', (path) => {
    expect(() => fromFile(path as string)).toThrow(TypeError);
  });
});
