/** One line of the result: a figure, what it should be at most, and the noise of its run. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly target: string;
  readonly met: boolean;
  /** How far the baseline was from itself, as a ratio. */
  readonly spread?: number;
}

export function printRows(rows: readonly Row[]): void {
  const cells = rows.map(({ figure, met, spread, target, what }) => [
    what,
    figure,
    target,
    target === '' ? '' : met ? 'met' : 'MISSED',
    spread === undefined ? '' : `A/A ±${(spread * 100).toFixed(1)} %`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  for (const row of cells) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    );
  }
}

export function microseconds(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} us`;
}
