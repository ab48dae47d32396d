import { DerReader, tag } from '../../encoding/der.ts';
import { objectIdentifierText } from '../../encoding/object-identifier.ts';
import { MalformedError } from '../malformed.ts';
import type { Extension } from '../model.ts';
import type { ProfileReader } from '../profile-reader.ts';

/** `Extension` (RFC 5280 4.1): where its value lies; it is cut out when somebody asks. */
export class ParsedExtension implements Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly #bytes: Uint8Array;
  readonly #valueStart: number;
  readonly #valueEnd: number;
  #value: Uint8Array | undefined;

  constructor(bytes: Uint8Array, oid: string, critical: boolean, valueStart: number, valueEnd: number) {
    this.oid = oid;
    this.critical = critical;
    this.#bytes = bytes;
    this.#valueStart = valueStart;
    this.#valueEnd = valueEnd;
  }

  get value(): Uint8Array {
    this.#value ??= this.#bytes.subarray(this.#valueStart, this.#valueEnd);
    return this.#value;
  }

  /** A reader of what the extension holds. */
  open(): DerReader {
    return new DerReader(this.#bytes, this.#valueStart, this.#valueEnd);
  }
}

Object.freeze(ParsedExtension.prototype);

const fewExtensions = 32;

/**
 * Consumes `Extensions`: a sequence that should have one or more (RFC 5280 4.1.2.9), no two of one type (4.2). The reader given to
 * `checkValue` ends where the value does; whatever `checkValue` leaves unread is refused as trailing data.
 */
export function readExtensions(
  reader: ProfileReader,
  checkValue: (reader: ProfileReader, extension: ParsedExtension) => void,
): readonly ParsedExtension[] {
  const extensions: ParsedExtension[] = [];
  // Compared one by one while there are few, which is faster; a set once somebody presents hundreds.
  let types: Set<string> | undefined;
  const outer = reader.enterList(tag.sequence);
  while (!reader.isDone) {
    const sequence = reader.enter(tag.sequence);
    const oidStart = reader.readObjectIdentifier();
    const oid = objectIdentifierText(reader.bytes, oidStart, reader.offset);
    if (types === undefined ? isAmong(oid, extensions) : types.has(oid))
      throw new MalformedError('extension_duplicate');
    types?.add(oid);
    const critical = reader.readDefaultFalse();
    const value = reader.enter(tag.octetString);
    const extension = new ParsedExtension(reader.bytes, oid, critical, reader.offset, reader.end);
    checkValue(reader, extension);
    reader.leave(value);
    reader.leave(sequence);
    extensions.push(extension);
    if (extensions.length === fewExtensions) types = new Set(extensions.map((earlier) => earlier.oid));
  }
  reader.leave(outer);
  return Object.freeze(extensions);
}

function isAmong(oid: string, extensions: readonly ParsedExtension[]): boolean {
  for (const extension of extensions) if (extension.oid === oid) return true;
  return false;
}
