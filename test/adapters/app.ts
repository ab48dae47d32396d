// The small API that every framework of this suite serves, and what a framework has to offer for it.
import type { Server, TlsOptions } from 'node:tls';
import type { MtlsOptions, RequestMtls } from '@peercert/core';

export type Protocol = 'http/1.1' | 'h2';

export interface App {
  /** The options of `mtls()` around all routes; `false`: the routes are not behind it. */
  readonly mtls: MtlsOptions | false;
  /** The options of a second `mtls()` around the routes under `/inner/`. */
  readonly inner?: MtlsOptions | undefined;
  /** Which of its own error handlers the framework uses. */
  readonly env: 'production' | 'development';
  /** Whatever reaches the error handler. */
  readonly errors: unknown[];
  /** Resolves when as many requests wait here as the test wants to be under way at once. */
  readonly meeting: () => Promise<void>;
  /** The framework is told to believe any X-Forwarded-For. */
  readonly believesEveryone: boolean;
}

export interface Framework {
  readonly name: string;
  readonly protocol: Protocol;
  /** Starts the API on a free port of 127.0.0.1. */
  start(app: App, tls: TlsOptions): Promise<Started>;
}

export interface Started {
  readonly server: Server;
  close(): Promise<void>;
}

/** The guards of the API by name, made anew with each framework's own functions. */
export type GuardName = 'admin' | 'partner' | 'anyone' | 'adminByName' | 'observed';

/** Routes that answer with what the handler saw, and the guards before each. */
export const routes: Readonly<Record<string, readonly GuardName[]>> = {
  '/profile': [],
  '/healthz': [],
  '/public/logo': [],
  '/meeting': [],
  '/admin': ['admin'],
  '/partner': ['partner'],
  '/client': ['anyone'],
  '/by-name': ['adminByName'],
  '/observed': ['observed'],
  '/inner/profile': [],
  '/inner/admin': ['admin'],
};

/** What a handler saw, as it answers. */
export interface Seen {
  readonly id: string | null;
  readonly roles: readonly string[];
  readonly outcome: string;
  readonly verifiedBy: string | null;
  readonly address: string | null;
}

export function seen(mtls: RequestMtls): Seen {
  const { client, decision, clientAddress } = mtls;
  return {
    id: client?.id ?? null,
    roles: [...(client?.roles ?? [])],
    outcome: decision.outcome,
    verifiedBy: client?.verifiedBy ?? null,
    address: clientAddress ?? null,
  };
}
