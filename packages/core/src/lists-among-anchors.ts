import { isFileSource } from './file-watcher.ts';
import { shown } from './option-keys.ts';
import type { ListCheck } from './path/certificate-input.ts';
import { isTrustByName, type TrustByName } from './path/trust-by-name.ts';
import { checkListsOf, type TrustStore } from './path/trust-store.ts';
import type { RevocationChecker } from './revocation/checker.ts';
import { checkerOf, type Revocation } from './revocation/revocation.ts';

/**
 * One file may hold authorities and their revocation lists, such as the `ca.crt` of ingress-nginx: each part goes where it
 * belongs when the file is named for both. Named for the authorities alone, the lists would be consulted by nobody, and
 * whoever wrote them expects that they are: that is refused, at the start and when such a file comes later.
 *
 * Throws TypeError.
 */
export function requireListsConsulted(
  trust: TrustStore | TrustByName | undefined,
  revocation: RevocationChecker | Revocation | undefined,
): void {
  if (trust === undefined) return;
  const checker = revocation === undefined || 'consults' in revocation ? revocation : checkerOf(revocation);
  const check: ListCheck = ({ place, source }) => {
    if (checker?.consults(source) === true) return;
    const named = isFileSource(source) ? `fromFile(${shown(source.path)})` : 'the same content';
    throw new TypeError(
      `${place} is a revocation list, and nobody consults it: add ${named} to revocation: ` +
        "{ methods: ['crl'], crls: { sources: [...] } }, or give a file of the certificates alone",
    );
  };
  for (const store of storesOf(trust)) checkListsOf(store, check);
}

function storesOf(trust: TrustStore | TrustByName): ReadonlySet<TrustStore> {
  if (!isTrustByName(trust)) return new Set([trust]);
  return new Set([...trust.names.values(), ...(trust.default === undefined ? [] : [trust.default])]);
}
