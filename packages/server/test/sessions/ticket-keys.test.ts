import { describe, expect, it } from 'vitest';
import { deriveTicketKeys } from '../../src/sessions/ticket-keys.ts';

const secret = Buffer.alloc(32, 1);
const binding = Buffer.alloc(32, 2);

describe('ticket keys', () => {
  it('are the same for the same secret, trust and period, 48 octets as Node takes them', () => {
    expect(deriveTicketKeys(secret, binding, 7)).toEqual(deriveTicketKeys(secret, binding, 7));
    expect(deriveTicketKeys(secret, binding, 7)).toHaveLength(48);
  });

  it.each([
    ['secret', deriveTicketKeys(Buffer.alloc(32, 9), binding, 7)],
    ['trust', deriveTicketKeys(secret, Buffer.alloc(32, 9), 7)],
    ['period', deriveTicketKeys(secret, binding, 8)],
  ])('have no part in common with those of another %s', (_, others) => {
    const keys = deriveTicketKeys(secret, binding, 7);
    for (const at of [0, 16, 32]) expect(keys.subarray(at, at + 16)).not.toEqual(others.subarray(at, at + 16));
  });
});
