import type { Target } from './target.ts';
import { base64Target } from './targets/base64.ts';
import { certificateTarget } from './targets/certificate.ts';
import { crlTarget } from './targets/crl.ts';
import { derTarget } from './targets/der.ts';
import { generalNamesTarget } from './targets/general-names.ts';
import { headersTarget } from './targets/headers.ts';
import { namesTarget } from './targets/names.ts';
import { ocspTarget } from './targets/ocsp.ts';
import { pathTarget } from './targets/path.ts';
import { pemTarget } from './targets/pem.ts';
import type { World } from './world.ts';

/** A target whose types only it knows. */
export type AnyTarget = Target<unknown, unknown>;

const target =
  <Input, Result>(create: (world: World) => Target<Input, Result>): ((world: World) => AnyTarget) =>
  (world) =>
    create(world) as AnyTarget;

/** Every target by its name. */
export const targets: Readonly<Record<string, (world: World) => AnyTarget>> = {
  der: target(derTarget),
  certificate: target(certificateTarget),
  pem: target(pemTarget),
  base64: target(base64Target),
  names: target(namesTarget),
  'general-names': target(generalNamesTarget),
  path: target(pathTarget),
  headers: target(headersTarget),
  crl: target(crlTarget),
  ocsp: target(ocspTarget),
};
