import { nameOfDer } from '../encoding/content-kind.ts';
import { parseCrl } from './crl/crl.ts';
import { faultOf } from './crl/fault.ts';
import type { ListBlocks } from './crl/file-intake.ts';
import { readCrlBlocks } from './crl/pem.ts';

/** Beyond this size a list is read in slices, after construction. */
export const largestAtOnce = 262_144;

/** A list that is broken from the start is a mistake of the operator, as far as that shows at once. */
export function refuseBrokenList(list: string | Uint8Array, where: string): void {
  if (list.length > largestAtOnce) return;
  const blocks = readCrlBlocks(list);
  if (!(blocks instanceof Promise)) refuseBrokenBlocks(blocks, where);
}

/** The same for what was read from a file. */
export function refuseBrokenBlocks(blocks: ListBlocks, where: string): void {
  if (!blocks.ok) throw new TypeError(`${where} ${blocks.detail} (${blocks.rule})`);
  for (const der of blocks.value) {
    const parsed = parseCrl(der);
    if (parsed instanceof Promise || parsed.ok) continue;
    const kind = nameOfDer(der, 'lists');
    throw new TypeError(`${where} ${kind ?? `is not a certificate revocation list: it ${faultOf(der, parsed.rule)}`}`);
  }
}
