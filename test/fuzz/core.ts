/**
 * The ground floor of core, which the package does not export: from its built files, typed by their declarations. What
 * the package does export is imported from it.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as NameConstraints from '../../packages/core/dist/cjs/certificate/extensions/name-constraints.js';
import type * as GeneralName from '../../packages/core/dist/cjs/certificate/general-name.js';
import type * as Malformed from '../../packages/core/dist/cjs/certificate/malformed.js';
import type * as NameDer from '../../packages/core/dist/cjs/certificate/name-der.js';
import type * as Profile from '../../packages/core/dist/cjs/certificate/profile-reader.js';
import type * as Base64 from '../../packages/core/dist/cjs/encoding/base64.js';
import type * as Der from '../../packages/core/dist/cjs/encoding/der.js';
import type * as DerString from '../../packages/core/dist/cjs/encoding/der-string.js';
import type * as DerTime from '../../packages/core/dist/cjs/encoding/der-time.js';
import type * as ObjectIdentifier from '../../packages/core/dist/cjs/encoding/object-identifier.js';
import type * as Pem from '../../packages/core/dist/cjs/encoding/pem.js';
import type * as PemFile from '../../packages/core/dist/cjs/encoding/pem-file.js';

const require = createRequire(import.meta.url);
// The form in which the package itself is loaded, whichever way it is imported: there is one copy of each class.
const built = join(dirname(require.resolve('@peercert/core/package.json')), 'dist', 'cjs');

function load<T>(file: string): T {
  return require(join(built, file)) as T;
}

export const { DerError, DerReader, tag } = load<typeof Der>('encoding/der.js');
export const { decodeString, isTextTag, readString } = load<typeof DerString>('encoding/der-string.js');
export const { readGeneralizedTime, readTime } = load<typeof DerTime>('encoding/der-time.js');
export const { encodeObjectIdentifier, objectIdentifierText } = load<typeof ObjectIdentifier>(
  'encoding/object-identifier.js',
);
export const { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } =
  load<typeof Base64>('encoding/base64.js');
export const { decodePem, encodePem } = load<typeof Pem>('encoding/pem.js');
export const { readPemFile } = load<typeof PemFile>('encoding/pem-file.js');
export const { MalformedError } = load<typeof Malformed>('certificate/malformed.js');
export const { ProfileReader } = load<typeof Profile>('certificate/profile-reader.js');
export const { checkName, nameAt } = load<typeof NameDer>('certificate/name-der.js');
export const { checkGeneralNames, decodeGeneralNames } = load<typeof GeneralName>('certificate/general-name.js');
export const { checkNameConstraints, decodeNameConstraints } = load<typeof NameConstraints>(
  'certificate/extensions/name-constraints.js',
);
