// Every test file of the rooms as a suite of this one, so that one worker holds them all: resident-worker.ts runs them.
import { describe, inject } from 'vitest';

describe.each(inject('testFiles'))('%s', async (file) => {
  await import(file);
});
