import type { Certificate } from '../certificate/model.ts';
import { shown } from '../option-keys.ts';

/**
 * SPIFFE IDs (SPIFFE-ID section 2): `spiffe://`, a trust domain, and a path of segments that are neither empty nor
 * `.` or `..`. Case counts everywhere, and there is no percent-encoding, query, fragment or port to interpret.
 */
const spiffeId = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/;
const longest = 2048;

/** Whether a client has a URI of which nobody can say what it is. */
export function hasUncomparableUri({ subjectAltName }: Certificate): boolean {
  return subjectAltName.some((san) => san.kind === 'uncomparable' && san.of === 'uniformResourceIdentifier');
}

/**
 * The SPIFFE ID of a client, or `undefined`. An X.509-SVID has exactly one URI SAN (X509-SVID section 2), and that of
 * a leaf has a path (3.1): with a second URI nobody can say which of them is meant.
 */
export function spiffeIdOf(certificate: Certificate): string | undefined {
  let only: string | undefined;
  for (const san of certificate.subjectAltName) {
    // It may be the one that is meant.
    if (san.kind === 'uncomparable' && san.of === 'uniformResourceIdentifier') return undefined;
    if (san.kind !== 'uniformResourceIdentifier') continue;
    if (only !== undefined) return undefined;
    only = san.value;
  }
  return only !== undefined && only.length <= longest && spiffeId.test(only) ? only : undefined;
}

/**
 * Compiles a pattern such as `spiffe://acme/web/*`: the trust domain exact, `*` for one whole segment, `**` at the end
 * for one or more. Throws TypeError, beginning with `where`, for what could never match.
 */
export function compileSpiffePattern(pattern: string, where: string): (id: string) => boolean {
  const [scheme, authority, trustDomain, ...segments] = pattern.split('/');
  const open = segments.at(-1) === '**';
  const wanted = open ? segments.slice(0, -1) : segments;
  const filled = segments.map((segment, index) => (segment === '*' || index === wanted.length ? 'x' : segment));
  const sample = [scheme, authority, trustDomain, ...filled].join('/');
  if (sample.length > longest || !spiffeId.test(sample)) {
    throw new TypeError(
      `${where}: ${shown(pattern)} matches no SPIFFE ID of a client: write a lower-case trust domain and a path, 'spiffe://acme.example/web'; '*' stands for one whole segment, '**' for the rest at the end`,
    );
  }
  const start = `spiffe://${trustDomain}/`;
  return (id) => {
    if (!id.startsWith(start)) return false;
    const given = id.slice(start.length).split('/');
    return (
      (open ? given.length > wanted.length : given.length === wanted.length) &&
      wanted.every((segment, index) => segment === '*' || segment === given[index])
    );
  };
}
