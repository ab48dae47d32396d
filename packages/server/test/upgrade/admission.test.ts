import { Duplex } from 'node:stream';
import {
  clientOf,
  createRoleGuard,
  type DecisionEvent,
  type Guard,
  type MtlsOptions,
  type RequestFacts,
  type Source,
} from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { type Admission, createAdmission, type Subject } from '../../src/upgrade/admission.ts';
import { createLiveSockets, registryOf } from '../../src/upgrade/live-sockets.ts';
import { authority } from './world.ts';

const alice = await authority.client({ cn: 'alice', ou: 'Administrators' });
const bob = await authority.client({ cn: 'bob', ou: 'Administrators' });

/** A connection on which the test says who presents what. */
function world(options: MtlsOptions = {}) {
  let presenting: IssuedCertificate | null = alice;
  const source: Source = {
    name: 'test',
    verifiedBy: 'peercert',
    present: () =>
      presenting === null
        ? undefined
        : {
            ok: true,
            value: { source: 'test', certificates: [presenting.certificateDer], verdict: { by: 'nobody' } },
          },
  };
  const liveSockets = createLiveSockets({ sweepMilliseconds: 86_400_000 });
  const decisions: DecisionEvent[] = [];
  const admission: Admission = createAdmission(
    {
      source,
      trust: { anchors: authority.caPem, intermediates: authority.issuing.certificatePem },
      roles: { Administrators: 'admin' },
      onDecision: (event) => decisions.push(event),
      ...options,
    },
    registryOf(liveSockets, 'test'),
  );
  const rawHeaders = ['Host', 'localhost'];
  const facts: RequestFacts = { socket: {}, rawHeaders, trailers: [], peerAddress: undefined, requestTarget: '/feed' };
  const request = {};
  const subject: Subject = { request, holder: request, facts };
  const socket = new Duplex({ read: () => undefined, write: () => undefined });
  const closed: string[] = [];
  const channel = { close: (code: number, text: string) => closed.push(`${code} ${text}`) };
  return {
    admission,
    liveSockets,
    decisions,
    closed,
    subject,
    rawHeaders,
    socket,
    present(who: IssuedCertificate | null): void {
      presenting = who;
    },
    follow: (guards = [createRoleGuard('admin')]) => admission.follow(subject, guards, channel, socket),
  };
}

describe('a guard that answers what no guard answers', () => {
  it.each([false, null, true, Promise.resolve(undefined)])('is a failure when it answers %s', async (answer) => {
    const guard = (() => answer) as unknown as Guard;
    const one = world();
    expect(() => one.admission.admit(one.subject, [guard])).toThrow(expect.objectContaining({ code: 'setup' }));
    expect(one.admission.admit(one.subject, [])).toBeUndefined();
    one.follow([guard]);
    await one.liveSockets.recheck();
    expect(one.closed).toEqual(['1011 internal_error']);
  });
});

describe('a connection that is followed', () => {
  it('ends when it presents another certificate, though its client would be let in', async () => {
    const one = world();
    expect(one.admission.admit(one.subject, [])).toBeUndefined();
    one.follow();
    await one.liveSockets.recheck();
    expect(one.closed).toEqual([]);
    one.present(bob);
    await one.liveSockets.recheck();
    expect(one.closed).toEqual(['1008 tls_verification_failed']);
  });

  it('ends when nobody vouches for it any more, though anonymous clients are let in', async () => {
    const one = world({ presence: 'optional' });
    expect(one.admission.admit(one.subject, [])).toBeUndefined();
    one.follow([]);
    one.present(null);
    await one.liveSockets.recheck();
    expect(one.closed).toEqual(['1008 certificate_missing']);
  });

  it('is decided by the headers that it came with, whatever became of them', async () => {
    const one = world({ check: (_, { rawHeaders }) => rawHeaders.includes('localhost') });
    expect(await one.admission.admit(one.subject, [])).toBeUndefined();
    one.follow();
    one.rawHeaders.length = 0;
    await one.liveSockets.recheck();
    expect(one.closed).toEqual([]);
    expect(clientOf(one.subject.holder)?.id).toBe('alice');
  });

  it('is told of once while all is well', async () => {
    const one = world();
    expect(one.admission.admit(one.subject, [])).toBeUndefined();
    one.follow();
    await one.liveSockets.recheck();
    await one.liveSockets.recheck();
    expect(one.decisions).toHaveLength(1);
  });

  it('is none when it is gone already', () => {
    const one = world();
    expect(one.admission.admit(one.subject, [])).toBeUndefined();
    one.socket.destroy();
    one.follow();
    expect(one.liveSockets.size).toBe(0);
  });

  it('anonymous, is asked for what its handler demands, and then let alone', async () => {
    const one = world({ presence: 'optional' });
    one.present(null);
    expect(one.admission.admit(one.subject, [])).toBeUndefined();
    one.follow([]);
    await one.liveSockets.recheck();
    expect(one.liveSockets.size).toBe(0);
    expect(one.closed).toEqual([]);
    one.follow().demand([createRoleGuard('operator')]);
    await one.liveSockets.recheck();
    expect(one.closed).toEqual(['1008 certificate_missing']);
  });
});
