import { fromTls, type MtlsOptions, type RequestFacts, type Source } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { withLastingSources } from '../../src/upgrade/lasting-source.ts';

const facts = (requestTarget: string): RequestFacts => ({
  socket: undefined,
  rawHeaders: [],
  trailers: [],
  peerAddress: '192.0.2.1',
  requestTarget,
});

/** A source of headers that counts how often it reads, with a proxy that may be trusted no longer. */
class Counting implements Source {
  readonly name = 'counting';
  readonly verifiedBy = 'peercert';
  isTrusted = true;
  readings = 0;
  readonly forwarding = {
    headers: [],
    foreign: [],
    vary: [],
    untrustedForwarder: 'ignore' as const,
    trustedProxies: { includesPeerOf: (): boolean => this.isTrusted, includesAddress: (): boolean => false },
  };

  present(): ReturnType<Source['present']> {
    this.readings += 1;
    return { ok: false, reason: { code: 'certificate_missing', detail: {} } };
  }
}

const sourceOf = (options: MtlsOptions): Source => withLastingSources(options).source as Source;

describe('a source of headers', () => {
  it('reads those of one upgrade once, and those of another for themselves', () => {
    const counting = new Counting();
    const source = sourceOf({ source: counting });
    const [one, other] = [facts('/one'), facts('/other')];
    const first = source.present(one);
    expect(source.present(one)).toBe(first);
    expect(counting.readings).toBe(1);
    expect(source.present(other)).toMatchObject({ ok: false, reason: { code: 'certificate_missing' } });
    expect(counting.readings).toBe(2);
    expect(source).toMatchObject({ name: 'counting', verifiedBy: 'peercert' });
  });

  it('says nothing any more when its proxy is trusted no longer', () => {
    const counting = new Counting();
    const source = sourceOf({ source: counting });
    const one = facts('/one');
    expect(source.present(one)).toBeDefined();
    counting.isTrusted = false;
    expect(source.present(one)).toBeUndefined();
  });
});

it('other sources and other options stay as they are', () => {
  const tls = fromTls();
  const counting = new Counting();
  const options: MtlsOptions = { source: [tls, counting], presence: 'optional' };
  const lasting = withLastingSources(options);
  expect(lasting.presence).toBe('optional');
  expect((lasting.source as readonly Source[])[0]).toBe(tls);
  expect((lasting.source as readonly Source[])[1]).not.toBe(counting);
  const without: MtlsOptions = { presence: 'optional' };
  expect(withLastingSources(without)).toBe(without);
  // What is no source is for the options of core to refuse.
  expect(() => withLastingSources({ source: [null] } as never)).not.toThrow();
});
