// A program holds core once in Node, whichever form asks for it. But a bundle has a copy of its own, and a package that another one
// brings may be one, too. What one copy knows and the other does not must let nobody in.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';

const { folder } = inject('consumer');

const program = `
import { createRequire } from 'node:module';
import * as byName from '@peercert/core';
import * as esm from './node_modules/@peercert/core/dist/esm/index.js';
import { createRootAuthority } from '@peercert/pki';
const cjs = createRequire(import.meta.url)('./node_modules/@peercert/core/dist/cjs/index.js');
const seen = { inNode: byName.createAuthenticator === cjs.createAuthenticator ? 1 : 2, copies: esm.createAuthenticator === cjs.createAuthenticator ? 1 : 2 };

const now = Date.now();
const root = await createRootAuthority({ subject: 'CN=Root' });
const client = async (cn) => root.issueClient({ subject: 'CN=' + cn });
const list = (minutes, entries) =>
  root.issueCrl({ thisUpdate: new Date(now - minutes * 60000), entries }).crlDer;
const source = {
  name: 'test',
  present: ({ event }) => ({ ok: true, value: { source: 'test', certificates: [event], verdict: { by: 'nobody' } } }),
};
const told = async (core, crl, event) => {
  const revocation = { methods: ['crl'], scope: 'leaf', crls: { sources: [crl] } };
  const line = core.createAuthenticator({ source, trust: { anchors: root.certificatePem }, revocation });
  const facts = { socket: undefined, rawHeaders: [], trailers: [], peerAddress: '192.0.2.7', requestTarget: '/', event };
  const decision = await line.authenticate(facts);
  return decision.outcome === 'deny' ? decision.reason.code : decision.outcome;
};
for (const [name, first, second] of [['cjs first', cjs, esm], ['esm first', esm, cjs]]) {
  const { certificateDer: der, serialNumber } = await client(name);
  seen[name] = [
    await told(first, list(1, [{ serialNumber }]), der),
    await told(second, list(60, []), der),
  ];
  const apiGateway = { event: { of: 'the first' } };
  const requests = [{ rawHeaders: [], apiGateway }, { rawHeaders: [], apiGateway }];
  first.nodeRequestFacts(requests[0], '/');
  try {
    seen['event ' + name] = second.nodeRequestFacts(requests[1], '/').event;
  } catch (error) {
    seen['event ' + name] = error.name;
  }
}
console.log(JSON.stringify(seen));
`;

describe('two copies of core in one process', () => {
  it('know of the same revocations, and of the requests that events belong to', () => {
    writeFileSync(join(folder, 'copies.mjs'), program);
    const output = execFileSync(process.execPath, ['copies.mjs'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    expect(JSON.parse(output)).toEqual({
      inNode: 1,
      copies: 2,
      'cjs first': ['certificate_revoked', 'certificate_revoked'],
      'esm first': ['certificate_revoked', 'certificate_revoked'],
      'event cjs first': 'PeercertFailure',
      'event esm first': 'PeercertFailure',
    });
  });
});
