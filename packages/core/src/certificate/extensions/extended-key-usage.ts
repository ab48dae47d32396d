import { type DerReader, tag } from '../../encoding/der.ts';
import { objectIdentifierText } from '../../encoding/object-identifier.ts';

/** RFC 5280 4.2.1.12. */
export function checkExtendedKeyUsage(reader: DerReader): void {
  const outer = reader.enterNonEmpty(tag.sequence);
  while (!reader.isDone) reader.readObjectIdentifier();
  reader.leave(outer);
}

export function decodeExtendedKeyUsage(reader: DerReader): readonly string[] {
  const outer = reader.enter(tag.sequence);
  const purposes: string[] = [];
  while (!reader.isDone) {
    const start = reader.readObjectIdentifier();
    purposes.push(objectIdentifierText(reader.bytes, start, reader.offset));
  }
  reader.leave(outer);
  return Object.freeze(purposes);
}
