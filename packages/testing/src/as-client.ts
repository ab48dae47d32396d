/**
 * A client of an application under test. Nothing is injected or faked: the application runs behind a real HTTPS server on
 * loopback that asks for a client certificate, and each request is a real mutual-TLS connection.
 */
import type { Credential } from './credential.ts';
import { assertTestApp, type TestApp } from './listener.ts';
import { type RequestAsOptions, requestAs, type TestResponse } from './request-as.ts';
import { joinServer, leaveServer } from './test-server.ts';

export interface AsClientOptions {
  /**
   * PEM: the `ca` of the test server, from which `mtls()` without options takes its trust anchors. Needless for an
   * application with its own `trust`. Whatever it is, the handshake lets every client through to the application.
   */
  readonly ca?: string;
}

export type TestRequestOptions = Omit<RequestAsOptions, 'credential' | 'ca' | 'requestTarget' | 'method' | 'body'>;

/** Paths are sent as they are, not normalized. Every request opens a new connection unless an `agent` is given. */
export interface TestClient extends AsyncDisposable {
  get(path: string, options?: TestRequestOptions): Promise<TestResponse>;
  delete(path: string, options?: TestRequestOptions): Promise<TestResponse>;
  /** `body`: text or octets as they are; anything else is sent as JSON. */
  post(path: string, body?: unknown, options?: TestRequestOptions): Promise<TestResponse>;
  /** As `post`. */
  put(path: string, body?: unknown, options?: TestRequestOptions): Promise<TestResponse>;
  /** As `post`. */
  patch(path: string, body?: unknown, options?: TestRequestOptions): Promise<TestResponse>;
  request(method: string, path: string, body?: unknown, options?: TestRequestOptions): Promise<TestResponse>;
  /** Ends this client; the application's server goes with its last client. `await using` does the same. */
  close(): Promise<void>;
}

/**
 * A client that presents this certificate, or none for `null`. The server starts with the first request and never keeps
 * the process alive. Throws TypeError for an application of an unknown kind.
 *
 *     const response = await asClient(app, alice).get('/admin');
 */
export function asClient(app: TestApp, credential: Credential | null, options: AsClientOptions = {}): TestClient {
  assertTestApp(app);
  const { ca = '' } = options;
  const identity = {};
  const request: TestClient['request'] = async (method, path, body, requestOptions = {}) => {
    const { origin, caPem } = await joinServer(app, ca, identity);
    return requestAs(origin, { ...requestOptions, credential, ca: caPem, method, requestTarget: path, body });
  };
  const close = (): Promise<void> => leaveServer(app, ca, identity);
  return Object.freeze({
    request,
    get: (path: string, requestOptions?: TestRequestOptions) => request('GET', path, undefined, requestOptions),
    delete: (path: string, requestOptions?: TestRequestOptions) => request('DELETE', path, undefined, requestOptions),
    post: (path: string, body?: unknown, requestOptions?: TestRequestOptions) =>
      request('POST', path, body, requestOptions),
    put: (path: string, body?: unknown, requestOptions?: TestRequestOptions) =>
      request('PUT', path, body, requestOptions),
    patch: (path: string, body?: unknown, requestOptions?: TestRequestOptions) =>
      request('PATCH', path, body, requestOptions),
    close,
    [Symbol.asyncDispose]: close,
  });
}
