import { der } from '@peercert/pki';
import { DerError, DerReader, decodeString, isTextTag, readString, readTime, tag } from '../core.ts';
import { mutateDer } from '../mutation/elements.ts';
import { type Element, parseElement, writeElement } from '../mutation/tree.ts';
import { contentsOf, identifiers } from '../mutation/vocabulary.ts';
import { isDer } from '../oracles/canonical.ts';
import { ensure, hex, octets, type Target } from '../target.ts';
import type { World } from '../world.ts';

interface DerResult {
  readonly any: string;
  /** What the reader of its own type makes of it. */
  readonly typed: string;
}

/** The strict reader of DER, against a second one that decodes, encodes again and compares. */
export function derTarget({ certificates }: World): Target<Uint8Array, DerResult> {
  return {
    name: 'der',
    seeds: [
      ...certificates,
      ...certificates.slice(0, 12).flatMap(parts),
      ...identifiers.flatMap((identifier) => contentsOf(identifier).map((content) => der.tlv(identifier, content))),
    ],
    mutate: mutateDer,
    run: (input) => ({ any: readAny(input), typed: readTyped(input) }),
    judge(input, { any, typed }) {
      ensure(
        (any === 'accepted') === isDer(input, 16),
        'the two readers of DER disagree',
        () => `${any} ${hex(input)}`,
      );
      if (/^(time|number|string) /.test(typed)) judgeTyped(input, typed);
      return `${any} ${typed.split(' ')[0]}`;
    },
    ...octets,
  };
}

function parts(certificate: Uint8Array): readonly Uint8Array[] {
  const root = parseElement(certificate);
  const all = (element: Element): Uint8Array[] => [
    Uint8Array.from(writeElement(element)),
    ...(element.children ?? []).flatMap(all),
  ];
  return root === undefined ? [] : all(root).filter(({ length }) => length < 200);
}

function readAny(input: Uint8Array): string {
  return attempt(() => {
    const reader = new DerReader(input);
    reader.readAny();
    return reader.isDone ? 'accepted' : 'followed';
  });
}

function readTyped(input: Uint8Array): string {
  return attempt(() => {
    const reader = new DerReader(input);
    const identifier = reader.peek();
    if (isTextTag(identifier)) {
      const start = input.length - contentLength(input);
      const characters = readString(reader, identifier);
      return `string ${characters} ${decodeString(input, identifier, start, reader.offset)}`;
    }
    switch (identifier) {
      case tag.utcTime:
      case tag.generalizedTime:
        return `time ${readTime(reader)}`;
      case tag.integer:
        return `number ${reader.readNumber()}`;
      case tag.bitString:
        return `bits ${reader.readNamedBits()}`;
      default:
        return 'none';
    }
  });
}

function contentLength(input: Uint8Array): number {
  const reader = new DerReader(input);
  const start = reader.readContent(reader.peek());
  return input.length - start;
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return `refused:${error.rule}`;
    throw error;
  }
}

function judgeTyped(input: Uint8Array, typed: string): void {
  const [kind, value = ''] = typed.split(' ', 2);
  const content = input.subarray(input.length - contentLength(input), elementEnd(input));
  const written = Buffer.from(content).toString('latin1');
  if (kind === 'time') {
    const utc = input[0] === tag.utcTime;
    const century = utc ? (written >= '50' ? '19' : '20') : '';
    const [, year, ...rest] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + written) ?? [];
    const [month, day, hour, minute, second] = rest;
    const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
    const time = Number(value);
    ensure(new Date(time).toISOString() === iso, 'a time is read as another one', () => `${written}: ${value}`);
  }
  if (kind === 'number') {
    ensure(BigInt(`0x${hex(content)}`) === BigInt(value), 'a number is read as another one', () => hex(content));
  }
  if (kind === 'string')
    judgeString(input[0] as number, content, typed.slice('string '.length + value.length + 1), Number(value));
}

function elementEnd(input: Uint8Array): number {
  const reader = new DerReader(input);
  reader.readContent(reader.peek());
  return reader.offset;
}

const encodings: ReadonlyMap<number, string> = new Map([
  [tag.utf8String, 'utf-8'],
  [tag.bmpString, 'utf-16be'],
]);

function judgeString(identifier: number, content: Uint8Array, decoded: string, characters: number): void {
  const encoding = encodings.get(identifier);
  if (encoding !== undefined) {
    const theirs = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(content);
    ensure(theirs === decoded, 'a string is read as another one', () => hex(content));
  }
  ensure([...decoded].length === characters, 'the characters of a string are counted wrongly', () => hex(content));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that no name may hold
  ensure(!/[\x00-\x1f\x7f-\x9f]/.test(decoded), 'a string holds a control character', () => hex(content));
}
