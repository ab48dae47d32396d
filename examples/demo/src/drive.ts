/** Sends the clients to the servers: real TLS, one request after the other. */
import { parseCertificatePem } from '@peercert/core';
import {
  type Credential,
  keepAliveAgent,
  type RequestAsOptions,
  requestAs,
  type TestResponse,
} from '@peercert/testing';
import type { AccessRules } from './api.ts';
import type { Client, ConnectionKind, Expectation } from './clients.ts';
import type { Clock } from './clock.ts';
import type { Company } from './company.ts';
import type { Gate } from './gate.ts';
import type { Service } from './service.ts';
import { openWebSocket, shownCertificate } from './wire.ts';

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
  readonly company: Company;
  readonly clock: Clock;
  readonly rules: AccessRules;
  readonly gate: Gate;
  /** PEM: whose servers the clients believe. */
  readonly ca: string;
}

/** Everything that a client asks for, at every server. */
export async function drive(stage: Stage, client: Client, credential: Credential | null): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const { ca } = stage;
  for (const expected of client.asks) {
    const connect = connections[expected.connection ?? 'new'];
    for (const { framework, origin } of stage.services) {
      const url = origin + expected.path;
      const ask: Ask = (options) => requestAs(url, { ...options, credential, ca });
      const answer = await connect({ ...stage, url, ask, credential }).catch(trouble);
      rows.push({ client, expected, framework, answer });
    }
  }
  return rows;
}

export function isAsExpected({ expected, answer }: Row): boolean {
  return answer.status === expected.status && answer.reason === (expected.reason ?? '');
}

type Ask = (options?: RequestAsOptions) => Promise<TestResponse>;

interface Scene extends Omit<Stage, 'services'> {
  readonly url: string;
  readonly ask: Ask;
  readonly credential: Credential | null;
}

/** How the connection came about on which the answer arrives, and the answer. */
const connections: Readonly<Record<ConnectionKind, (scene: Scene) => Promise<Answer>>> = {
  new: async ({ ask }) => read(await ask()),

  resumed: async ({ ask }) => {
    const first = await ask();
    const second = await ask({ session: first.connection.session });
    if (!second.connection.sessionReused) throw new Error('the TLS session was not resumed');
    return read(second);
  },

  outlived: ({ ask, clock }) =>
    overOneConnection(
      ask,
      () => clock.setForward(2),
      () => clock.reset(),
    ),

  denied: ({ ask, credential, rules: { denyList } }) => {
    const thumbprint = thumbprintOf(credential);
    return overOneConnection(
      ask,
      () => denyList.revoke({ thumbprint }),
      () => void denyList.lift({ thumbprint }),
    );
  },

  disowned: ({ ask, company: { acme, partner }, rules: { trust } }) =>
    overOneConnection(
      ask,
      () => trust.replace({ anchors: acme.certificatePem }),
      () => trust.replace({ anchors: [acme.certificatePem, partner.certificatePem] }),
    ),

  rotated: async ({ ask, ca, gate, url }) => {
    const before = await shownCertificate(url, ca);
    const last = await overOneConnection(ask, () => gate.rotate());
    if ((await shownCertificate(url, ca)) === before) throw new Error('a new connection is shown the old certificate');
    return last;
  },

  websocket: async ({ ca, credential, rules: { denyList }, url }) => {
    const thumbprint = thumbprintOf(credential);
    const { closed } = await openWebSocket(url, ca, credential);
    denyList.revoke({ thumbprint });
    try {
      const { code, reason } = await closed;
      return { status: code, reason, hint: '' };
    } finally {
      denyList.lift({ thumbprint });
    }
  },
};

/**
 * The last answer on a connection on which something happened after the first. It is asked all the while: whatever is
 * answered before it has happened must be 200.
 */
async function overOneConnection(ask: Ask, happen: () => unknown, undo: () => void = () => undefined): Promise<Answer> {
  const agent = keepAliveAgent();
  const askOn = async (isFirst = false): Promise<TestResponse> => {
    const response = await ask({ agent });
    if (!isFirst && !response.connection.connectionReused) throw new Error('the connection was not kept alive');
    return response;
  };
  try {
    const first = await askOn(true);
    if (first.status !== 200) throw new Error(`answered ${first.status} at first`);
    let hasHappened = false;
    const happening = Promise.resolve(happen()).finally(() => {
      hasHappened = true;
    });
    while (!hasHappened) {
      const { status } = await askOn();
      if (!hasHappened && status !== 200) throw new Error(`answered ${status} meanwhile`);
    }
    await happening;
    return read(await askOn());
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
