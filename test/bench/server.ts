import { anchorsReload } from './anchors-reload.ts';
import { connectionCost } from './connections.ts';
import type { Row } from './report.ts';

/** What an endpoint costs: with each new connection, and when its trust is read again. */
export async function serverCost(): Promise<readonly Row[]> {
  return [...(await connectionCost()), ...(await anchorsReload())];
}
