/** The rows as one table for a terminal, 120 columns wide. */
import { styleText } from 'node:util';
import type { Expectation } from './clients.ts';
import { isAsExpected, type Row } from './drive.ts';
import { requestText } from './report.ts';

const widths = { client: 28, framework: 9, status: 6, reason: 26, hint: 43 } as const;

type Column = keyof typeof widths;

type Line = Readonly<Record<Column, string>>;

const columns = Object.keys(widths) as readonly Column[];

/** The rows of one request stand together: the client once at their left, the hint once at their right. */
export function table(rows: readonly Row[], colours: boolean): string {
  const head = columns.map((column) => column.toUpperCase().padEnd(widths[column]));
  const rule = columns.map((column) => '-'.repeat(widths[column]));
  const groups = groupByRequest(rows);
  return [
    head.join('  ').trimEnd(),
    rule.join('  '),
    ...groups.flatMap((group) => linesOf(group).map((line, index) => print(line, group[index], colours))),
  ].join('\n');
}

function groupByRequest(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups = new Map<Expectation, Row[]>();
  for (const row of rows) groups.set(row.expected, [...(groups.get(row.expected) ?? []), row]);
  return [...groups.values()];
}

function linesOf(group: readonly Row[]): readonly Line[] {
  const [first] = group;
  if (first === undefined) return [];
  const left = [first.client.name, ...wrap(requestText(first.expected), widths.client - 2).map((text) => `  ${text}`)];
  const hints = new Set(group.map(({ answer }) => answer.hint));
  const right = [...hints].flatMap((hint) => wrap(hint, widths.hint));
  const height = Math.max(left.length, group.length, right.length);
  return Array.from({ length: height }, (_, index) => ({
    client: left[index] ?? '',
    framework: group[index]?.framework ?? '',
    status: group[index]?.answer.status?.toString() ?? '',
    reason: group[index]?.answer.reason ?? '',
    hint: right[index] ?? '',
  }));
}

function print(line: Line, row: Row | undefined, colours: boolean): string {
  const text = (column: Column): string => line[column].padEnd(widths[column]);
  const outcome = `${text('status')}  ${text('reason')}`;
  const painted = colours && row !== undefined ? styleText(colourOf(row), outcome) : outcome;
  return [text('client'), text('framework'), painted, line.hint].join('  ').trimEnd();
}

function colourOf(row: Row): 'green' | 'yellow' | 'red' {
  if (!isAsExpected(row)) return 'red';
  return row.expected.status === 200 ? 'green' : 'yellow';
}

/** Lines of whole words. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
