// What the tests of renegotiation have in common.
import { createSelfSignedClient } from '@peercert/pki';
import type { Credentials } from '../world.ts';
import type { RenegotiatingClient } from './client.ts';

/** Anyone can write this certificate. */
export function selfMadeAdmin(): Promise<Credentials> {
  return createSelfSignedClient({ subject: [{ OU: 'Administrators' }, { CN: 'admin' }] });
}

/** The status with the id of the client, or with the reason. */
export function outcomeOf(answer: Awaited<ReturnType<RenegotiatingClient['answer']>>): string {
  if (answer === undefined) return 'connection ended';
  const code = answer.status === 200 ? (JSON.parse(answer.body) as { id: string }).id : codeOf(answer.body);
  return `${answer.status} ${code}`;
}

function codeOf(body: string): string {
  return /"code":"(\w+)"/.exec(body)?.[1] ?? body;
}
