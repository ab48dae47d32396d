/**
 * The ground floor of core, which the package does not export: from its built files, typed by their declarations. What
 * the package does export is imported from it.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as NameConstraints from '../../packages/core/dist/esm/certificate/extensions/name-constraints.js';
import type * as GeneralName from '../../packages/core/dist/esm/certificate/general-name.js';
import type * as Malformed from '../../packages/core/dist/esm/certificate/malformed.js';
import type * as NameDer from '../../packages/core/dist/esm/certificate/name-der.js';
import type * as Profile from '../../packages/core/dist/esm/certificate/profile-reader.js';
import type * as Base64 from '../../packages/core/dist/esm/encoding/base64.js';
import type * as Der from '../../packages/core/dist/esm/encoding/der.js';
import type * as DerString from '../../packages/core/dist/esm/encoding/der-string.js';
import type * as DerTime from '../../packages/core/dist/esm/encoding/der-time.js';
import type * as ObjectIdentifier from '../../packages/core/dist/esm/encoding/object-identifier.js';
import type * as Pem from '../../packages/core/dist/esm/encoding/pem.js';

const built = join(dirname(createRequire(import.meta.url).resolve('@peercert/core/package.json')), 'dist', 'esm');

async function load<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(join(built, file)).href)) as T;
}

export const { DerError, DerReader, tag } = await load<typeof Der>('encoding/der.js');
export const { decodeString, isTextTag, readString } = await load<typeof DerString>('encoding/der-string.js');
export const { readGeneralizedTime, readTime } = await load<typeof DerTime>('encoding/der-time.js');
export const { encodeObjectIdentifier, objectIdentifierText } = await load<typeof ObjectIdentifier>(
  'encoding/object-identifier.js',
);
export const { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } =
  await load<typeof Base64>('encoding/base64.js');
export const { decodePem, decodePemBundle, encodePem } = await load<typeof Pem>('encoding/pem.js');
export const { MalformedError } = await load<typeof Malformed>('certificate/malformed.js');
export const { ProfileReader } = await load<typeof Profile>('certificate/profile-reader.js');
export const { checkName, nameAt } = await load<typeof NameDer>('certificate/name-der.js');
export const { checkGeneralNames, decodeGeneralNames } = await load<typeof GeneralName>('certificate/general-name.js');
export const { checkNameConstraints, decodeNameConstraints } = await load<typeof NameConstraints>(
  'certificate/extensions/name-constraints.js',
);
