import { Random } from '../fuzz/random.ts';
import { createGo } from '../validators/go.ts';
import { createOpensslLibrary } from '../validators/openssl-library.ts';
import { hasAskedVersion } from '../validators/versions.ts';
import { explanationOf, type Table } from './explained.ts';
import { mutateChain } from './mutate.ts';
import { createSeeds } from './seeds.ts';
import { type Kind, Tally } from './tally.ts';
import { ask, type Case, question } from './verdicts.ts';

export interface DifferOptions {
  readonly count: number;
  readonly seed: number;
  /** Print the chain of each kind. */
  readonly samples: boolean;
}

const batch = 2_000;

/** The exit code: 0, 1 with an unexplained disagreement, 2 where OpenSSL cannot be asked. */
export async function differ({ count, seed, samples }: DifferOptions): Promise<number> {
  const openssl = createOpensslLibrary();
  // What is explained is what these versions say.
  const go = hasAskedVersion('Go') ? createGo() : undefined;
  if (openssl === undefined || !hasAskedVersion('OpenSSL')) return 2;
  const { keyring, paths } = await createSeeds(go === undefined ? [openssl] : [openssl, go]);
  const tables: Record<Table, Tally> = {
    'refused here, taken by OpenSSL': new Tally(),
    'refused here, taken by Go alone': new Tally(),
    'taken here, refused by OpenSSL': new Tally(),
    'taken here, refused by Go': new Tally(),
    'refused by strict alone, taken by OpenSSL': new Tally(),
  };
  let agreed = 0;
  let accepted = 0;
  for (let from = 0; from < count; from += batch) {
    const mutated = Array.from({ length: Math.min(batch, count - from) }, (_, index) => {
      const random = new Random(Math.imul(seed, 1_000_003) + from + index);
      return mutateChain(random.pick(paths), keyring, random);
    });
    const questions = mutated.map(({ input }) => question(input));
    const [byOpenssl, byGo] = [openssl(questions), go?.(questions)];
    mutated.forEach(({ input, done }, index) => {
      const said = byOpenssl[index];
      if (said === undefined) throw new Error('OpenSSL stopped answering');
      const one: Case = { input, done, ...ask(input), openssl: said, go: byGo?.[index] };
      const table = file(one, tables);
      if (table === 0) agreed += 1;
      if (one.interoperable.path !== undefined) accepted += 1;
    });
  }
  console.log(`Seed ${seed}, ${count} chains: ${accepted} accepted, the same verdict of all about ${agreed}`);
  let unexplained = 0;
  for (const [table, tally] of Object.entries(tables) as [Table, Tally][]) {
    console.log(`\n${table}: ${tally.count}\n`);
    for (const kind of tally.kinds) unexplained += print(table, kind, samples);
  }
  console.log(
    `\n${Object.values(tables).reduce((sum, { kinds }) => sum + kinds.length, 0) - unexplained} passed, ${unexplained} failed`,
  );
  return unexplained === 0 ? 0 : 1;
}

/** How many tables a case is in. */
function file(one: Case, tables: Record<Table, Tally>): number {
  const { go, interoperable, openssl, strict } = one;
  const takes = interoperable.path !== undefined;
  let count = 0;
  const add = (table: Table, kind: string, place?: string): void => {
    tables[table].add(kind, one, place);
    count += 1;
  };
  if (!takes && openssl.accepted) add('refused here, taken by OpenSSL', interoperable.kind, interoperable.place);
  if (!takes && !openssl.accepted && go?.accepted === true)
    add('refused here, taken by Go alone', interoperable.kind, interoperable.place);
  if (takes && !openssl.accepted)
    add(
      'taken here, refused by OpenSSL',
      explanationOf('taken here, refused by OpenSSL', openssl.says, one) ?? openssl.says,
    );
  if (takes && go?.accepted === false)
    add('taken here, refused by Go', explanationOf('taken here, refused by Go', go.says, one) ?? go.says);
  if (takes && strict.path === undefined && openssl.accepted)
    add('refused by strict alone, taken by OpenSSL', strict.kind, strict.place);
  return count;
}

function print(table: Table, { kind, count, also, done, places, sample }: Kind, samples: boolean): number {
  const others = `handshake ${also.handshake}, strictly ${also.strictly}, Go ${also.go}`;
  const explanation = explanationOf(table, kind, sample);
  console.log(`${String(count).padStart(7)}  ${kind} (${others})`);
  if (explanation !== kind) console.log(`         ${explanation ?? 'UNEXPLAINED'}`);
  if (places.size > 0) console.log(`         in ${mostOf(places)}`);
  if (explanation === undefined || samples) {
    console.log(`         after ${mostOf(done)}`);
    console.log(`         OpenSSL: ${sample.openssl.says}; Go: ${sample.go?.says}`);
    const { presented, anchors } = sample.input;
    for (const one of [...presented, ...anchors]) console.log(`         ${Buffer.from(one).toString('hex')}`);
  }
  return explanation === undefined ? 1 : 0;
}

function mostOf(counts: ReadonlyMap<string, number>): string {
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, 8);
  return most.map(([name, times]) => `${name} ${times}`).join(', ');
}
