import { clientOf, type Handler, mtls, requireClient, requireRole, subjectCn, subjectOu } from '@peercert/express';
import type { Request, Response } from 'express';
import { describe, expect, it, vi } from 'vitest';
import { clientOfUnit, presenting } from './presenting.ts';

async function met(unit: string | undefined, denials: 'respond' | 'throw' = 'respond'): Promise<Request> {
  const req = { rawHeaders: [], rawTrailers: [], originalUrl: '/', socket: {} } as unknown as Request;
  const options = await presenting(unit === undefined ? undefined : await clientOfUnit(unit));
  const middleware = mtls({ ...options, roles: { Administrators: 'admin' }, presence: 'optional', denials });
  middleware(req, {} as Response, () => undefined);
  return req;
}

function run(guard: Handler, req: Request) {
  const res = { statusCode: 200, headersSent: false, setHeader: vi.fn<() => void>(), end: vi.fn<() => void>() };
  const next = vi.fn<(error?: unknown) => void>();
  guard(req, res as unknown as Response, next);
  return { res, next };
}

describe('a guard in Express', () => {
  it('calls next once for a client that may pass', async () => {
    const req = await met('Administrators');
    for (const guard of [
      requireRole('admin'),
      requireRole(['other', 'admin']),
      requireClient(),
      requireClient(subjectOu('Administrators')),
    ]) {
      expect(run(guard, req).next.mock.calls).toEqual([[]]);
    }
  });

  it.each([
    [requireRole('admin'), 403],
    [requireClient(subjectCn('somebody else')), 403],
  ])('answers for a client that may not, and never calls next', async (guard, status) => {
    const { res, next } = run(guard, await met('Sales'));
    expect(next).not.toHaveBeenCalled();
    expect(res.statusCode).toBe(status);
    expect(res.end).toHaveBeenCalledOnce();
  });

  it('answers as the mtls() before it was told to', async () => {
    const { res, next } = run(requireRole('admin'), await met('Sales', 'throw'));
    expect(next.mock.calls).toEqual([[expect.objectContaining({ code: 'role_missing' })]]);
    expect(res.end).not.toHaveBeenCalled();
  });

  it('is a 500 for the programmer on a request that never met mtls()', () => {
    const setup = expect.objectContaining({ name: 'PeercertFailure', code: 'setup' });
    expect(run(requireClient(), {} as Request).next.mock.calls).toEqual([[setup]]);
    expect(() => clientOf({})).toThrow(setup);
  });

  it('reports and lets pass where its options say so', async () => {
    const req = await met('Sales');
    const options = { enforcement: 'report-only' } as const;
    for (const guard of [
      requireRole('admin', options),
      requireClient('any', options),
      requireClient(subjectCn('x'), options),
    ]) {
      expect(run(guard, req).next.mock.calls).toEqual([[]]);
    }
  });

  it('refuses a rule that got lost, which would let everybody pass', () => {
    expect(() => requireClient(undefined)).toThrow(TypeError);
  });

  it.each([[], '', [''], ['admin', '']])('refuses %j for a role', (role) => {
    expect(() => requireRole(role)).toThrow(TypeError);
  });
});

describe('clientOf() in Express', () => {
  it('answers the client, or null for nobody', async () => {
    expect(clientOf(await met('Administrators'))?.commonName).toBe('one of Administrators');
    expect(clientOf(await met(undefined))).toBeNull();
  });
});
