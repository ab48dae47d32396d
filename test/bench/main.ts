// Measures what the documentation promises, as ratios against a baseline of the same run.
//
//     pnpm bench                 everything
//     pnpm bench warm requests   these sections only
import { costlyClients } from './costly-clients.ts';
import { forwardedHeaders } from './headers.ts';
import { importCost } from './import-cost.ts';
import { largeList } from './large-list.ts';
import { neverSeenLeaf } from './never-seen-leaf.ts';
import { coldPaths, parsing } from './path.ts';
import { printRows, type Row } from './report.ts';
import { requestCost } from './requests.ts';
import { revocationCost } from './revocation.ts';
import { serverCost } from './server.ts';
import { warmAuthenticate } from './warm-authenticate.ts';

const sections: Readonly<Record<string, () => readonly Row[] | Promise<readonly Row[]>>> = {
  parse: parsing,
  path: coldPaths,
  warm: warmAuthenticate,
  revocation: revocationCost,
  list: largeList,
  leaf: neverSeenLeaf,
  headers: forwardedHeaders,
  import: importCost,
  requests: requestCost,
  costly: costlyClients,
  server: serverCost,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in sections));
if (unknown !== undefined) {
  console.error(`There is no section ${unknown}; there are: ${Object.keys(sections).join(', ')}`);
  process.exit(2);
}
console.log(
  `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${process.platform} ${process.arch}\n`,
);
for (const name of asked.length > 0 ? asked : Object.keys(sections)) {
  printRows(await (sections[name] as () => Promise<readonly Row[]>)());
}
process.exit(0);
