import { addressText } from '../address-range.ts';
import type { GeneralName } from '../certificate/model.ts';
import { uncomparableText } from '../certificate/uncomparable-text.ts';

/** A subject alternative name for people and logs, as `DNS:api.example.com`. Nothing parses it. */
export function generalNameText(name: GeneralName): string {
  switch (name.kind) {
    case 'dNSName':
      return `DNS:${name.value}`;
    case 'uniformResourceIdentifier':
      return `URI:${name.value}`;
    case 'rfc822Name':
      return `email:${name.value}`;
    case 'iPAddress':
      return `IP:${addressText(name.bytes)}`;
    case 'directoryName':
      return `DirName:${name.name}`;
    case 'registeredID':
      return `RID:${name.oid}`;
    case 'otherName':
      return name.text === undefined ? `otherName:${name.typeId}` : `otherName:${name.typeId}:${name.text}`;
    case 'uncomparable':
      return uncomparableText(name);
    case 'x400Address':
    case 'ediPartyName':
      return name.kind;
  }
}
