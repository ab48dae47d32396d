// Mutation testing with Stryker, room by room: how many changes of the sources do the unit tests of that room notice?
//
//     npm run mutation                        every room
//     npm run mutation -- path                one room
//     npm run mutation -- path/search.ts      one file, or a folder
//     npm run mutation -- 'revocation/*'      the files of a room without the rooms in it
//
// PEERCERT_MUTATION_WORKERS=2    tests two mutants at once
//
// A mutant that no test reaches counts as a survivor. Survivors are explained in docs/mutation.md.
import { dirname, join, relative } from 'node:path';
import { argv, env, exit } from 'node:process';
import { Stryker } from '@stryker-mutator/core';
import { options } from './stryker.config.mjs';

const sources = 'packages/core/src';
/** The tests that count for a room: its own, and those of what it is made of. `/*` means without the folders in it. */
const rooms = {
  encoding: ['encoding', 'certificate'],
  certificate: ['encoding', 'certificate'],
  path: ['path'],
  'revocation/*': ['revocation/*', 'revocation/suites'],
  'revocation/crl': ['revocation/crl'],
  'revocation/ocsp': ['revocation/ocsp'],
};
const leastScore = 90;

const places = argv.length > 2 ? argv.slice(2) : Object.keys(rooms);
const mutants = [];
for (const place of places) mutants.push(...(await mutate(place)));
report(mutants);

async function mutate(place) {
  const [room] = Object.keys(rooms).filter((room) => isIn(room, place));
  if (room === undefined) throw new Error(`No such room: ${place}. There are: ${Object.keys(rooms).join(', ')}.`);
  env.PEERCERT_MUTATION_TESTS = rooms[room].join(',');
  const target = place.endsWith('.ts') ? place : place.endsWith('/*') ? `${place}.ts` : `${place}/**/*.ts`;
  const first = await run([`${sources}/${target}`], `${place}`, { ignoreStatic: true });
  // What runs while a module loads, tables for the most part, is reached by no test in particular: those mutants are set
  // against every test of the room.
  const isLeftOut = ({ status, statusReason = '' }) => status === 'Ignored' && statusReason.startsWith('Static');
  const leftOut = new Map(first.filter(isLeftOut).map((mutant) => [keyOf(mutant), mutant]));
  if (leftOut.size === 0) return first;
  const lines = [...leftOut.values()].map(({ fileName, location: { start, end } }) => {
    return `${relative('.', fileName)}:${start.line}-${end.line}`;
  });
  const second = await run([...new Set(lines)], `${place}-static`, { ignoreStatic: false });
  return [...first.filter((mutant) => !isLeftOut(mutant)), ...second.filter((mutant) => leftOut.has(keyOf(mutant)))];
}

/** A file, a folder or all of a room. */
function isIn(room, place) {
  if (place === room) return true;
  return room.endsWith('/*') ? dirname(place) === dirname(room) && place.endsWith('.ts') : place.startsWith(`${room}/`);
}

async function run(mutate, name, changes) {
  const fileName = join('reports', 'mutation', `${name.replaceAll('/', '-').replace('*', 'files')}.json`);
  return new Stryker({ ...options, ...changes, mutate, jsonReporter: { fileName } }).runMutationTest();
}

function keyOf({ fileName, location: { start, end }, mutatorName, replacement }) {
  return [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join(' ');
}

function report(all) {
  const files = [...new Set(all.map(({ fileName }) => fileName))].sort((a, b) => (a < b ? -1 : 1));
  const columns = ['mutants', 'killed', 'timeout', 'survived', 'unreached', 'prose', 'score'];
  const line = (name, cells) => console.log(name.padEnd(50) + cells.map((cell) => `${cell}`.padStart(10)).join(''));
  line('', columns);
  for (const file of files) line(relative(sources, file), cells(all.filter(({ fileName }) => fileName === file)));
  line('all', cells(all));
  for (const { fileName, location, mutatorName, replacement, status } of all) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    console.log(
      `${relative('.', fileName)}:${location.start.line}:${location.start.column} ${mutatorName}: ${replacement}`,
    );
  }
  exit(score(all) < leastScore ? 1 : 0);
}

function cells(mutants) {
  const count = (status) => mutants.filter((mutant) => mutant.status === status).length;
  const [killed, timeout, survived, unreached, prose] = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored'].map(
    count,
  );
  return [mutants.length - prose, killed, timeout, survived, unreached, prose, score(mutants).toFixed(1)];
}

/** Percent of the mutants that a test noticed, or that made one hang. */
function score(mutants) {
  const counted = mutants.filter(({ status }) => status !== 'Ignored');
  const noticed = counted.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  return counted.length === 0 ? 100 : (100 * noticed.length) / counted.length;
}
