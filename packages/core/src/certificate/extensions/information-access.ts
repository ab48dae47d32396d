import { type DerReader, tag } from '../../encoding/der.ts';
import { objectIdentifierText } from '../../encoding/object-identifier.ts';
import { checkGeneralName, decodeGeneralName, locationSyntax } from '../general-name.ts';
import type { AccessDescription } from '../model.ts';
import type { ProfileReader } from '../profile-reader.ts';

/** Authority and subject information access, which share one syntax (RFC 5280 4.2.2.1 and 4.2.2.2). */
export function checkInformationAccess(reader: ProfileReader): void {
  const outer = reader.enterList(tag.sequence);
  while (!reader.isDone) {
    const description = reader.enter(tag.sequence);
    reader.readObjectIdentifier();
    checkGeneralName(reader, locationSyntax);
    reader.leave(description);
  }
  reader.leave(outer);
}

export function decodeInformationAccess(reader: DerReader): readonly AccessDescription[] {
  const outer = reader.enter(tag.sequence);
  const descriptions: AccessDescription[] = [];
  while (!reader.isDone) {
    const description = reader.enter(tag.sequence);
    const start = reader.readObjectIdentifier();
    const accessMethod = objectIdentifierText(reader.bytes, start, reader.offset);
    descriptions.push(Object.freeze({ accessMethod, accessLocation: decodeGeneralName(reader, locationSyntax) }));
    reader.leave(description);
  }
  reader.leave(outer);
  return Object.freeze(descriptions);
}
