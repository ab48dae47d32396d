import { createRootAuthority, extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { createGo } from './go.ts';
import { createOpensslVerify } from './openssl.ts';
import { createOpensslLibrary } from './openssl-library.ts';
import type { Question } from './question.ts';

const nowMs = Date.UTC(2026, 0, 15, 12);
const clock = (): number => nowMs;

const root = await createRootAuthority({ subject: 'CN=Root', clock });
const other = await createRootAuthority({ subject: 'CN=Root', clock });
const issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
const leaf = await issuing.issueClient({ subject: 'CN=client' });
const server = await issuing.issueServer({ subject: 'CN=server', sans: [{ dns: 'localhost' }] });
const odd = await issuing.issueClient({
  subject: 'CN=odd',
  extensions: [{ ...extension.extendedKeyUsage(['clientAuth']), oid: '1.3.6.1.4.1.99999.1', critical: true }],
});

const asked = (changes: Partial<Question>): Question => ({
  anchors: [root.certificateDer],
  intermediates: [issuing.certificateDer],
  leaf: leaf.certificateDer,
  nowMs,
  ...changes,
});

const questions: readonly (readonly [string, Question, accepted: boolean])[] = [
  ['a client', asked({}), true],
  ['a client without its intermediate', asked({ intermediates: [] }), false],
  ['a client of another authority of that name', asked({ anchors: [other.certificateDer] }), false],
  ['a client whose time is over', asked({ nowMs: nowMs + 5_000 * 86_400_000 }), false],
  ['a server', asked({ leaf: server.certificateDer }), false],
  ['an unknown critical extension', asked({ leaf: odd.certificateDer }), false],
  ['octets that are no certificate', asked({ leaf: leaf.certificateDer.subarray(0, 100) }), false],
];

const validators = Object.entries({
  'openssl verify': createOpensslVerify(),
  'the library of OpenSSL': createOpensslLibrary(),
  Go: createGo(),
}).flatMap(([name, validate]) => (validate === undefined ? [] : [{ name, validate }]));

describe.each(validators)('$name', ({ validate }) => {
  const verdicts = validate(questions.map(([, question]) => question));

  it.each(questions.map(([name, , accepted], index) => ({ name, accepted, verdict: verdicts[index] })))(
    'answers in their order: $name',
    ({ accepted, verdict }) => {
      expect(verdict?.accepted, verdict?.says).toBe(accepted);
      expect(verdict?.says === '').toBe(accepted);
    },
  );
});
