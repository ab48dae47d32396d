import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import type { Decision } from '../../src/decision.ts';
import { reasons } from '../../src/reasons.ts';
import { authority, client } from '../path/certificates.ts';
import { clock, handing, now, presenting } from '../requests.ts';

const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
const alice = client('CN=alice', { by: issuing, notAfter: new Date(now + 86_400_000) });
const genuine = [alice.der, issuing.der];

/** A new instance each time: nothing that was verified before helps. */
function decide(certificates: readonly Uint8Array[]): Decision {
  const authenticator = createAuthenticator({ source: handing, trust: { anchors: root.der }, clock });
  const decision = authenticator.authenticate(presenting(certificates.map((der) => ({ der }))));
  if (decision instanceof Promise) throw new Error('nobody had to be asked');
  return decision;
}

function expectDenial(decision: Decision): void {
  expect(decision.outcome).toBe('deny');
  if (decision.outcome === 'deny') expect(reasons).toHaveProperty(decision.reason.code);
}

describe('whatever a client presents', () => {
  it('is let in when it is genuine', () => {
    expect(decide(genuine)).toMatchObject({ outcome: 'allow' });
  });

  it('is denied with a reason when it is random', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 25 }), (certificates) => {
        expectDenial(decide(certificates));
      }),
      { numRuns: 1000 },
    );
  });

  it('is denied with a reason when one octet of the client’s certificate differs', () => {
    fc.assert(
      fc.property(fc.nat(alice.der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const der = Uint8Array.from(alice.der);
        der[at] = (der[at] ?? 0) ^ change;
        expectDenial(decide([der, issuing.der]));
      }),
      { numRuns: 500 },
    );
  });

  it('is denied with a reason when one octet of the intermediate differs', () => {
    fc.assert(
      fc.property(fc.nat(issuing.der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const der = Uint8Array.from(issuing.der);
        der[at] = (der[at] ?? 0) ^ change;
        expectDenial(decide([alice.der, der]));
      }),
      { numRuns: 500 },
    );
  });

  it('is denied with a reason when it is cut, padded or glued together', () => {
    fc.assert(
      fc.property(fc.nat(alice.der.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), (length, more) => {
        expectDenial(decide([alice.der.subarray(0, length), issuing.der]));
        expectDenial(decide([Uint8Array.of(...alice.der, ...more), issuing.der]));
        expectDenial(decide([Uint8Array.of(...more, ...alice.der), issuing.der]));
        expectDenial(decide([Uint8Array.of(...alice.der, ...issuing.der)]));
      }),
      { numRuns: 100 },
    );
  });

  it('is denied with a reason when an order puts another certificate first', () => {
    expect(decide([issuing.der, alice.der])).toMatchObject({
      outcome: 'deny',
      reason: { code: 'key_usage_forbids', detail: { index: 0, required: 'digitalSignature' } },
    });
    expect(decide([root.der])).toMatchObject({ outcome: 'deny', reason: { code: 'key_usage_forbids' } });
  });
});
