import { describe, expect, it } from 'vitest';
import { endConnectionFor } from '../src/connection-end.ts';
import { ClientCertificateError } from '../src/error.ts';
import { reason } from '../src/reasons.ts';

const exceeded = reason('path_budget_exceeded', { budget: 'signatures', limit: 150 });
const direct = { challenge: 'ClientCertificate', isDirect: true };
const costly = new ClientCertificateError(exceeded, direct);
const other = new ClientCertificateError(reason('policy_rejected', { client: 'x', by: 'check' }), direct);

function http2(closed = false) {
  const session = {
    closed,
    closes: 0,
    close(): void {
      session.closes += 1;
    },
  };
  return { stream: { session } };
}

describe('the connection of a client that is too costly to verify', () => {
  it('ends with the answer over HTTP/1.1', () => {
    const response = { shouldKeepAlive: true };
    endConnectionFor(costly, response);
    expect(response.shouldKeepAlive).toBe(false);
  });

  it('ends with the streams that it has over HTTP/2, once', () => {
    const open = http2();
    endConnectionFor(costly, open);
    expect(open.stream.session.closes).toBe(1);
    const closing = http2(true);
    endConnectionFor(costly, closing);
    expect(closing.stream.session.closes).toBe(0);
    expect(() => endConnectionFor(costly, { stream: { session: undefined } })).not.toThrow();
  });

  it('lives on where it is that of a proxy, which others share', () => {
    const response = { shouldKeepAlive: true };
    endConnectionFor(
      new ClientCertificateError(exceeded, { challenge: 'ClientCertificate', isDirect: false }),
      response,
    );
    endConnectionFor(new ClientCertificateError(exceeded), response);
    expect(response.shouldKeepAlive).toBe(true);
  });

  it('lives on after any other denial', () => {
    const response = { shouldKeepAlive: true };
    const open = http2();
    endConnectionFor(other, response);
    endConnectionFor(other, open);
    expect(response.shouldKeepAlive).toBe(true);
    expect(open.stream.session.closes).toBe(0);
  });
});
