/** What to say of the rows, beside the table. */
import type { Client, Expectation } from './clients.ts';
import { isAsExpected, type Row } from './drive.ts';

const circumstances = {
  new: '',
  resumed: ', resumed session',
  outlived: ', same connection',
  denied: ', same connection',
  disowned: ', same connection',
  rotated: ', same connection, every request',
  websocket: ', WebSocket',
} as const;

/** `GET /profile`, and what is special about its connection. */
export function requestText({ path, connection = 'new' }: Expectation): string {
  return `GET ${path}${circumstances[connection]}`;
}

/** `401 certificate_missing`. */
export function outcomeText(outcome: { readonly status: number | undefined; readonly reason?: string }): string {
  return `${outcome.status ?? 'no answer:'} ${outcome.reason ?? ''}`.trim();
}

/** Each row that is wrong, each client that was absent, and the counts. */
export function report(rows: readonly Row[], absent: readonly Client[], serverCount: number): string {
  const wrong = rows.filter((row) => !isAsExpected(row));
  const skipped = absent.reduce((count, { asks }) => count + asks.length * serverCount, 0);
  return [
    ...wrong.map(
      ({ client, expected, framework, answer }) =>
        `Wrong: ${client.name}, ${requestText(expected)}, ${framework}: ` +
        `expected ${outcomeText(expected)}, got ${outcomeText(answer)}`,
    ),
    ...absent.map(
      ({ name, needs, asks }) =>
        `Not run, because ${needs} is not installed: ${name}, ${asks.map(requestText).join(' and ')}`,
    ),
    `${rows.length - wrong.length} passed, ${wrong.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  ].join('\n');
}
