import { describe, expect, it } from 'vitest';
import { addToVary } from '../src/vary.ts';

describe('Vary', () => {
  it.each([
    [undefined, ['Client-Cert'], 'Client-Cert'],
    ['', ['Client-Cert'], 'Client-Cert'],
    ['Origin', ['Client-Cert'], 'Origin, Client-Cert'],
    ['Origin,client-cert', ['Client-Cert'], 'Origin, client-cert'],
    [['Origin', 'Accept, Cookie'], ['Client-Cert'], 'Origin, Accept, Cookie, Client-Cert'],
    ['*', ['Client-Cert'], '*'],
    ['Origin', ['*'], '*'],
    [42, ['A', 'B', 'a'], 'A, B'],
  ])('that is %j, and %j are %s', (current, names, expected) => {
    expect(addToVary(current, names)).toBe(expected);
  });
});
