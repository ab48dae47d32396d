import type { Random } from './random.ts';

/** A part of core that hostile input reaches, and what must hold of it for every input. */
export interface Target<Input, Result> {
  readonly name: string;
  /** Inputs to begin with. The first ones are accepted. */
  readonly seeds: readonly Input[];
  /** A changed copy. `other` is any input of the corpus. */
  mutate(input: Input, random: Random, other: () => Input): Input;
  /** Runs core, and nothing else: this is timed. Any exception is a finding. */
  run(input: Input): Result;
  /**
   * What must hold of the answer. Answers with a word for the outcome, of which a new one makes an input interesting.
   *
   * @throws {Finding}
   */
  judge(input: Input, result: Result): string;
  /** Outcomes that other implementations are asked about, in a sample. */
  readonly compared?: {
    isWanted(outcome: string): boolean;
    ask(input: Input): Promise<readonly Finding[]>;
  };
  /** What grows with the input. Mutations of larger ones than `largest` are dropped, or a corpus would grow without end. */
  size(input: Input): number;
  /** One line, for files and reports. */
  print(input: Input): string;
  parse(line: string): Input;
}

/** What should not be. `key` is the same for everything that has the same cause. */
export class Finding extends Error {
  readonly key: string;

  constructor(key: string, detail: string = '') {
    super(detail === '' ? key : `${key}: ${detail}`);
    this.key = key;
  }
}

/** @throws {Finding} When `holds` is false. */
export function ensure(holds: boolean, key: string, detail: () => string = () => ''): asserts holds {
  if (!holds) throw new Finding(key, detail());
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What is larger is refused before it is read; some of it is tried all the same. */
export const largest = 150_000;

/** What targets have in common whose input is octets. */
export const octets = {
  size: ({ length }: Uint8Array): number => length,
  print: (input: Uint8Array): string => Buffer.from(input).toString('base64'),
  parse: (line: string): Uint8Array => Uint8Array.from(Buffer.from(line, 'base64')),
};

/** What targets have in common whose input is text. */
export const text = {
  size: ({ length }: string): number => length,
  print: (input: string): string => JSON.stringify(input),
  parse: (line: string): string => JSON.parse(line) as string,
};
