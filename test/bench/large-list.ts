import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  type Crl,
  createAuthenticator,
  createRevocation,
  fromFile,
  parseCrl,
  type RequestFacts,
  type RevocationEvent,
  type Source,
} from '@peercert/core';
import {
  type Authority,
  createRootAuthority,
  crlNumberExtension,
  der,
  forgeCrl,
  type IssuedCertificate,
} from '@peercert/pki';
import { compare, repeat } from './measure.ts';
import { microseconds, type Row } from './report.ts';

const entryCount = 1_000_000;
const serialOctets = 16;
const revokedAt = der.utcTime('260101000000Z');

/** A revocation list of a million entries in a file, DER and PEM: loaded, asked while it is reloaded, looked up. */
export async function largeList(): Promise<readonly Row[]> {
  const root = await createRootAuthority({ subject: 'CN=Bench Root' });
  const revoked = await root.issueClient({ subject: 'CN=revoked' });
  const folder = mkdtempSync(join(tmpdir(), 'peercert-bench-'));
  try {
    const { octets, serials } = write(root, revoked, folder);
    // The last text that an expression matched is remembered: without this it is a list.
    /./.exec('.');
    const rows: Row[] = [];
    for (const form of ['DER', 'PEM'] as const) rows.push(...(await inUse(root, revoked, folder, form, octets)));
    return [...rows, ...(await lookUps(readFileSync(join(folder, 'DER 4')), serials))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Four lists, each newer than the one before, as `DER 1` to `PEM 4`. Returns the octets of the DER of one, and serial
 * numbers that are on the last.
 */
function write(
  root: Authority,
  revoked: IssuedCertificate,
  folder: string,
): { readonly octets: number; readonly serials: readonly string[] } {
  let octets = 0;
  let serials: readonly string[] = [];
  for (const number of [1, 2, 3, 4]) {
    const entries = entriesWith(revoked.serialNumber);
    const { crlDer, crlPem } = forgeCrl({
      keyPair: root.keyPair,
      issuer: root.nameDer,
      thisUpdate: new Date(Date.now() - 3_600_000 + number * 1_000),
      nextUpdate: new Date(Date.now() + 86_400_000),
      entries,
      extensions: [crlNumberExtension(number)],
    });
    writeFileSync(join(folder, `DER ${number}`), crlDer);
    writeFileSync(join(folder, `PEM ${number}`), crlPem);
    octets = crlDer.length;
    serials = serialsOf(entries);
  }
  return { octets, serials };
}

/** certificateHold (RFC 5280 5.3.1): who is revoked for good is refused without a look at any list. */
const reasonCode = der.sequence(der.oid('2.5.29.21'), der.octetString(der.enumerated(6)));
const onHold = der.sequence(reasonCode);

/** Random serial numbers, and this one in their midst. */
function entriesWith(serialNumber: string): Uint8Array {
  const one = der.sequence(der.integer(new Uint8Array(serialOctets)), revokedAt);
  const all = Buffer.alloc(one.length * (entryCount - 1));
  const serials = randomBytes(serialOctets * entryCount);
  for (let at = 0, serial = 0; at < all.length; at += one.length, serial += serialOctets) {
    all.set(one, at);
    serials.copy(all, at + 4, serial, serial + serialOctets);
    // Positive, and its first octet not zero.
    all[at + 4] = ((all[at + 4] as number) & 0x7f) | 1;
  }
  const half = one.length * (entryCount >> 1);
  const own = der.sequence(der.integer(BigInt(`0x${serialNumber}`)), revokedAt, onHold);
  return der.sequence(all.subarray(0, half), own, all.subarray(half));
}

/** Of entries anywhere in the first half. */
function serialsOf(entries: Uint8Array): readonly string[] {
  const entryOctets = 4 + serialOctets + revokedAt.length;
  // Behind the identifier and the length of the whole, which takes six octets.
  const first = 6 + 4;
  return Array.from({ length: 50_000 }, () => {
    const at = first + entryOctets * Math.floor((Math.random() * entryCount) / 2);
    return Buffer.from(entries.subarray(at, at + serialOctets))
      .toString('hex')
      .toUpperCase();
  });
}

/**
 * Loads the first list from a file, and then the others in its place, while a revoked client asks. For the last one garbage
 * is collected all the time, so that what is left is what is needed.
 */
async function inUse(
  root: Authority,
  revoked: IssuedCertificate,
  folder: string,
  form: 'DER' | 'PEM',
  octets: number,
): Promise<readonly Row[]> {
  const path = join(folder, 'list');
  writeFileSync(path, readFileSync(join(folder, `${form} 1`)));
  const presented = { source: 'bench', certificates: [revoked.certificateDer], verdict: { by: 'nobody' } } as const;
  const source: Source = { name: 'bench', present: () => ({ ok: true, value: presented }) };
  // What a run before this one left behind, and its watcher still looks at, goes first.
  await setTimeout(1_000);
  const base = await settledMemory();
  let heard: (event: RevocationEvent) => void = () => undefined;

  await setTimeout(10);
  const loading = new Turns();
  const options = { methods: ['crl'], crls: { sources: [fromFile(path)] } } as const;
  const revocation = createRevocation(options, { onEvent: (event) => heard(event) });
  await revocation.ready();
  loading.end();
  const line = createAuthenticator({ source, trust: { anchors: root.certificatePem }, revocation });
  const isRevoked = async (): Promise<boolean> => {
    const decision = await line.authenticate(facts);
    return decision.outcome === 'deny' && decision.reason.code === 'certificate_revoked';
  };
  if (!(await isRevoked())) throw new Error('the list does not answer');
  const steady = (await settledMemory()) - base;

  let answers = 0;
  let gaps = 0;
  let peak = 0;
  const reloads: Turns[] = [];
  for (const number of [2, 3, 4]) {
    const next = join(folder, 'next');
    writeFileSync(next, readFileSync(join(folder, `${form} ${number}`)));
    await settledMemory();
    const turns = new Turns(number === 4);
    const isLoaded = new Promise<void>((resolve, reject) => {
      heard = ({ type }) => (type === 'revocation_source_updated' ? resolve() : reject(new Error(type)));
    });
    renameSync(next, path);
    let isOver = false;
    void isLoaded.then(() => {
      isOver = true;
    });
    while (!isOver) {
      answers += 1;
      if (!(await isRevoked())) gaps += 1;
      await setTimeout(1);
    }
    turns.end();
    await isLoaded;
    if (number === 4) peak = turns.peak - base;
    else reloads.push(turns);
  }
  revocation.close();

  const held = Math.max(loading.longestCpu, ...reloads.map(({ longestCpu }) => longestCpu));
  const heldWall = Math.max(loading.longest, ...reloads.map(({ longest }) => longest));
  const [second, third] = reloads.map(({ cpu }) => cpu) as [number, number];
  return [
    {
      what: `list of ${entryCount.toLocaleString('en')} entries, ${form}: usable after`,
      figure: `${(loading.wall / 1000).toFixed(2)} s, ${(loading.cpu / 1000).toFixed(2)} s of CPU`,
      target: 'under 1 s',
      met: loading.wall < 1_000,
      spread: Math.abs(1 - third / second),
    },
    {
      what: 'event loop held',
      figure: `${held.toFixed(1)} ms of CPU, ${heldWall.toFixed(1)} ms with what else ran`,
      target: 'under 20 ms',
      met: heldWall < 20,
    },
    ratio('memory, steady', steady / octets, 1.5),
    ratio('memory, peak of a reload', peak / octets, 3),
    {
      what: 'answers during a reload, not by a list',
      figure: `${answers}, ${gaps}`,
      target: 'none',
      met: gaps === 0 && answers > 0,
    },
  ];
}

function ratio(what: string, value: number, most: number): Row {
  return { what, figure: `${value.toFixed(2)} x its DER`, target: `${most} x`, met: value <= most };
}

const facts: RequestFacts = {
  socket: undefined,
  rawHeaders: [],
  trailers: [],
  peerAddress: undefined,
  requestTarget: '/',
};

/** Watches the turns of the event loop, by the clock of the wall and by the CPU time of the process. */
class Turns {
  longest = 0;
  longestCpu = 0;
  peak = 0;
  wall = 0;
  cpu = 0;
  #isOver = false;
  readonly #start = process.hrtime.bigint();
  readonly #cpu = process.cpuUsage();
  #last = performance.now();
  #lastCpu = cpuMilliseconds();

  #collectsAtMs = 0;
  readonly #isForMemory: boolean;

  constructor(isForMemory = false) {
    this.#isForMemory = isForMemory;
    setImmediate(() => this.#turn());
  }

  end(): void {
    this.wall = Number(process.hrtime.bigint() - this.#start) / 1e6;
    const { system, user } = process.cpuUsage(this.#cpu);
    this.cpu = (system + user) / 1000;
    this.#isOver = true;
  }

  #turn(): void {
    if (this.#isOver) return;
    const now = performance.now();
    const cpu = cpuMilliseconds();
    this.longest = Math.max(this.longest, now - this.#last);
    this.longestCpu = Math.max(this.longestCpu, cpu - this.#lastCpu);
    if (this.#isForMemory && now > this.#collectsAtMs) {
      globalThis.gc?.();
      this.peak = Math.max(this.peak, memory());
      this.#collectsAtMs = now + 5;
    }
    this.#last = now;
    this.#lastCpu = cpu;
    setImmediate(() => this.#turn());
  }
}

/** Of this thread where Linux says so, else of the whole process, which is more. */
function cpuMilliseconds(): number {
  try {
    const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    const { system, user } = process.cpuUsage();
    return (system + user) / 1000;
  }
}

function memory(): number {
  const { external, heapUsed } = process.memoryUsage();
  return heapUsed + external;
}

async function settledMemory(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('run with --expose-gc');
  for (let round = 0; round < 3; round += 1) {
    gc();
    await setTimeout(50);
  }
  return memory();
}

/** Serial numbers all over the list, and ones that are not there. */
async function lookUps(list: Uint8Array, serials: readonly string[]): Promise<readonly Row[]> {
  const outcome = await parseCrl(list);
  if (!outcome.ok) throw new Error(outcome.rule);
  const crl = outcome.value;
  const present = serials.map((serialNumber) => ({ issuer: crl.issuer, serialNumber }));
  const absent = present.map(({ issuer }) => ({ issuer, serialNumber: randomBytes(20).toString('hex').toUpperCase() }));
  if (present.some((one) => crl.entryFor(one) === undefined)) throw new Error('an entry is not found');
  // Short batches, so that most are over before something else gets the processor, each of other serial numbers.
  let turn = 0;
  const batchOf = (asked: readonly Asked[]): (() => number) => {
    return () => {
      turn += 1_009;
      return repeat(1_000, (index) => void crl.entryFor(asked[(turn + index) % asked.length] as Asked))();
    };
  };
  const { spread, subjects } = await compare(
    [
      { name: 'an entry', batch: batchOf(present) },
      { name: 'none', batch: batchOf(absent) },
    ],
    301,
  );
  return subjects.map(({ name, us }) => ({
    what: `look-up that finds ${name}`,
    figure: microseconds(us),
    target: 'under 1 us',
    met: us < 1,
    spread,
  }));
}

type Asked = Parameters<Crl['entryFor']>[0];
