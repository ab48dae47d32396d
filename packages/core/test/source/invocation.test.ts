import { describe, expect, it } from 'vitest';
import { isPeercertFailure } from '../../src/error.ts';
import { type InvokedRequest, invocationEvent } from '../../src/source/invocation.ts';

const event = { requestContext: {} };
const request = (more: Partial<InvokedRequest> = {}): InvokedRequest => ({ rawHeaders: ['Host', 'h'], ...more });

function failureOf(read: () => unknown): string {
  try {
    return `no failure: ${String(read())}`;
  } catch (failure) {
    return isPeercertFailure(failure) ? String(failure.cause) : `not of ours: ${String(failure)}`;
  }
}

describe('the event of an invocation', () => {
  it('is what the shim left on the request, however often it is asked for', () => {
    const invoked = request({ apiGateway: { event } });
    expect(invocationEvent(invoked, undefined)).toBe(event);
    expect(invocationEvent(invoked, null)).toBe(event);
  });

  it('is what the shim has elsewhere, if it has one there', () => {
    const decorated = { requestContext: { identity: null } };
    expect(invocationEvent(request({ apiGateway: { event } }), decorated)).toBe(decorated);
  });

  it.each([undefined, null, 'event', 1, {}, { event: undefined }])('is not there where that is %j', (apiGateway) => {
    const odd = request({ apiGateway: apiGateway as never });
    expect(invocationEvent(odd, undefined)).toBeUndefined();
    expect(invocationEvent(request({ apiGateway: apiGateway as never }), undefined)).toBeUndefined();
  });

  it('is a mistake in the set-up where requests share the object that has it, even one request after another', () => {
    const current = { event };
    expect(invocationEvent(request({ apiGateway: current }), undefined)).toBe(event);
    current.event = { requestContext: {} };
    const second = request({ apiGateway: current });
    expect(failureOf(() => invocationEvent(second, undefined))).toContain('Give each request an object of its own');
  });

  it('may be the same in objects of their own', () => {
    for (let times = 0; times < 2; times++) {
      expect(invocationEvent(request({ apiGateway: { event } }), undefined)).toBe(event);
    }
  });

  it('is a mistake in the set-up where it may be a header of the client', () => {
    for (const name of ['x-apigateway-event', 'X-ApiGateway-Event']) {
      const invoked = request({ rawHeaders: ['Host', 'h', name, '%7B%7D'] });
      expect(failureOf(() => invocationEvent(invoked, event))).toContain('use 6.4.1 or later');
      // Nothing reads that header of a request on which the event was left.
      expect(invocationEvent({ ...invoked, apiGateway: { event } }, undefined)).toBe(event);
    }
    const value = request({ rawHeaders: ['X-Other', 'x-apigateway-event'] });
    expect(invocationEvent(value, event)).toBe(event);
  });
});
