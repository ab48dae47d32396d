import { execFileSync } from 'node:child_process';
import { median } from './measure.ts';
import type { Row } from './report.ts';

/** Importing `@peercert/express` beyond importing express, each in processes of its own, in turns. */
export function importCost(): readonly Row[] {
  const base: number[] = [];
  const again: number[] = [];
  const both: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    base.push(importing("await import('express')"));
    both.push(importing("await import('express'); await import('@peercert/express')"));
    again.push(importing("await import('express')"));
  }
  const added = median(both) - median(base);
  return [
    {
      what: 'importing @peercert/express after express',
      figure: `${added.toFixed(1)} ms (express alone ${median(base).toFixed(1)} ms)`,
      target: 'under 40 ms',
      met: added < 40,
      spread: Math.abs(1 - median(again) / median(base)),
    },
  ];
}

function importing(code: string): number {
  const program = `const start = performance.now(); ${code}; console.log(performance.now() - start);`;
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    }),
  );
}
