// Names of a certificate that are not in the form of their kind: a client gets in where nobody asks about them.
import { allOf, type DecisionEvent, not, sanDns, subjectOu } from '@peercert/core';
import { der, type GeneralNameInput, type NameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

const subject: NameInput = [
  { OU: 'Machines' },
  { O: { der: der.tlv(0x13, Uint8Array.of(0x4a, 0xf6)) } },
  { CN: 'node' },
];
const sans: readonly GeneralNameInput[] = [
  { der: der.tlv(0x82, Buffer.from('node-1.cluster.internal.')) },
  { der: der.tlv(0x81, Buffer.from('Alice Example')) },
];

describe.each(frameworks)('$name', (framework) => {
  it('lets a client in with names that cannot be compared, and shows the log that they are none', async () => {
    const { root } = await theWorld();
    const events: DecisionEvent[] = [];
    const api = await startApi(framework, { mtls: { onDecision: (event) => void events.push(event) } });
    const client = await root.issueClient({ subject, sans });
    expect(outcomeOf(await api.get(client, '/profile'))).toBe('200 ok');
    const [event] = JSON.parse(JSON.stringify(events)) as { decision: { client: object } }[];
    expect(event?.decision.client).toMatchObject({
      id: 'node',
      organizationalUnits: ['Machines'],
      sans: ['uncomparable dNSName "node-1.cluster.internal."', 'uncomparable rfc822Name "Alice Example"'],
      emails: [],
    });
  });

  it.each([
    ['asks for such a name', sanDns('node-1.cluster.internal')],
    ['refuses a name that it may be', allOf(subjectOu('Machines'), not(sanDns('other.internal')))],
  ])('denies it where a rule %s', async (_, identity) => {
    const { root } = await theWorld();
    const api = await startApi(framework, { mtls: { identity } });
    const client = await root.issueClient({ subject, sans });
    expect(outcomeOf(await api.get(client, '/profile'))).toBe('403 identity_not_allowed');
  });

  it('denies it under the strict profile', async () => {
    const { root } = await theWorld();
    const api = await startApi(framework, { mtls: { profile: 'strict' } });
    const client = await root.issueClient({ subject, sans });
    expect(outcomeOf(await api.get(client, '/profile'))).toBe('400 certificate_malformed');
  });
});
