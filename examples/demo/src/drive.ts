/** Sends the clients to the servers: real TLS, one request after the other. */
import { type DenyList, parseCertificatePem } from '@peercert/core';
import {
  type Credential,
  keepAliveAgent,
  type RequestAsOptions,
  requestAs,
  type TestResponse,
} from '@peercert/testing';
import type { Client, ConnectionKind, Expectation } from './clients.ts';
import type { Clock } from './clock.ts';
import type { Service } from './service.ts';

/** One client at one server. */
export interface Row {
  readonly client: Client;
  readonly expected: Expectation;
  readonly framework: string;
  readonly answer: Answer;
}

export interface Answer {
  /** `undefined`: there was none, and `reason` says what went wrong. */
  readonly status: number | undefined;
  /** Of a denial, as its problem document has it; else empty. */
  readonly reason: string;
  readonly hint: string;
}

export interface Stage {
  readonly services: readonly Service[];
  readonly clock: Clock;
  readonly denyList: DenyList;
  /** PEM: whose servers the clients believe. */
  readonly ca: string;
}

/** Everything that a client asks for, at every server. */
export async function drive(
  { services, ca, ...stage }: Stage,
  client: Client,
  credential: Credential | null,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const expected of client.asks) {
    const connect = connections[expected.connection ?? 'new'];
    for (const { framework, origin } of services) {
      const ask: Ask = (options) => requestAs(origin + expected.path, { ...options, credential, ca });
      const answer = await connect({ ...stage, ask, credential })
        .then(read)
        .catch(trouble);
      rows.push({ client, expected, framework, answer });
    }
  }
  return rows;
}

export function isAsExpected({ expected, answer }: Row): boolean {
  return answer.status === expected.status && answer.reason === (expected.reason ?? '');
}

type Ask = (options?: RequestAsOptions) => Promise<TestResponse>;

interface Scene extends Pick<Stage, 'clock' | 'denyList'> {
  readonly ask: Ask;
  readonly credential: Credential | null;
}

/** How the connection came about on which the answer arrives. */
const connections: Readonly<Record<ConnectionKind, (scene: Scene) => Promise<TestResponse>>> = {
  new: ({ ask }) => ask(),

  resumed: async ({ ask }) => {
    const first = await ask();
    const second = await ask({ session: first.connection.session });
    if (!second.connection.sessionReused) throw new Error('the TLS session was not resumed');
    return second;
  },

  outlived: ({ ask, clock }) =>
    overOneConnection(
      ask,
      () => clock.setForward(2),
      () => clock.reset(),
    ),

  denied: ({ ask, credential, denyList }) => {
    const thumbprint = thumbprintOf(credential);
    return overOneConnection(
      ask,
      () => denyList.revoke({ thumbprint }),
      () => void denyList.lift({ thumbprint }),
    );
  },
};

/** The second answer on a connection on which something happened after the first. */
async function overOneConnection(ask: Ask, happen: () => void, undo: () => void): Promise<TestResponse> {
  const agent = keepAliveAgent();
  try {
    const first = await ask({ agent });
    if (first.status !== 200) throw new Error(`answered ${first.status} at first`);
    happen();
    const second = await ask({ agent });
    if (!second.connection.connectionReused) throw new Error('the connection was not kept alive');
    return second;
  } finally {
    undo();
    agent.destroy();
  }
}

function thumbprintOf(credential: Credential | null): string {
  const certificate = parseCertificatePem(credential?.chainPem ?? '');
  if (!certificate.ok) throw new Error('the client has not exactly one certificate');
  return certificate.value.thumbprint;
}

function read(response: TestResponse): Answer {
  const { status } = response;
  if (response.headers['content-type'] !== 'application/problem+json') return { status, reason: '', hint: '' };
  const { code, hint } = response.json() as { readonly code: string; readonly hint: string };
  return { status, reason: code, hint };
}

function trouble(error: unknown): Answer {
  return { status: undefined, reason: String(error), hint: '' };
}
