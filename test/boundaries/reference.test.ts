import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasons } from '@peercert/core';
import { describe, expect, it } from 'vitest';

const page = join(import.meta.dirname, '..', '..', 'docs', 'reasons.md');

function reasonsPage(): string {
  const rows = Object.entries(reasons).map(
    ([code, { hint, section, stage, status, title }]) =>
      `### ${code}\n\n${status}, ${stage}${section === '' ? '' : `, ${section}`}. **${title}.** ${hint}\n`,
  );
  return [
    '# Reasons',
    '',
    'Why a request is refused: the code of the problem document, its status, the stage that gives it, the section of the',
    'standard, and what the client reads. Generated from `packages/core/src/reasons.ts`.',
    '',
    '400: what was presented cannot be read, or was built to exhaust the server. 401: it was read and does not',
    'authenticate. 403: it is known who it is, and the answer is no. 429: too many. 503: it cannot be decided now.',
    '',
    ...rows,
  ].join('\n');
}

describe('the reference of reasons', () => {
  it('is generated from the table', () => {
    const expected = reasonsPage();
    if (process.env['PEERCERT_WRITE'] === 'docs') writeFileSync(page, expected);
    expect(
      readFileSync(page, 'utf8'),
      'write it anew with PEERCERT_WRITE=docs npx vitest run --project boundaries',
    ).toBe(expected);
  });
});
