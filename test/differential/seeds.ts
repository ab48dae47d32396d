import { createRootAuthority, der, extension } from '@peercert/pki';
import { type Keyring, partsOf, subjectOf } from '../fuzz/keyring.ts';
import { parseElement, writeElement } from '../fuzz/mutation/tree.ts';
import { createWorld, type PathInput } from '../fuzz/world.ts';
import type { Question, Verdict } from '../validators/question.ts';
import { ask, question } from './verdicts.ts';

const nowMs = Date.UTC(2026, 10, 22);
const clock = (): number => nowMs;

/**
 * The chains that are changed: those of the fuzzer that everybody accepts as they are, and in which each name has one key
 * (who has several, OpenSSL and Go take one of, and core tries them all), and some more.
 */
export async function createSeeds(
  validators: readonly ((questions: readonly Question[]) => readonly Verdict[])[],
): Promise<{ readonly keyring: Keyring; readonly paths: readonly PathInput[] }> {
  const { keyring, paths } = await createWorld();
  const all = [...paths, ...(await more(keyring))].filter((path) => ask(path).strict.path !== undefined);
  const questions = all.map(question);
  const verdicts = validators.map((validate) => validate(questions));
  const agreed = all.filter((_, index) => verdicts.every((answers) => answers[index]?.accepted === true));
  return { keyring, paths: agreed.filter(hasOneKeyForEachName) };
}

function hasOneKeyForEachName({ presented, anchors }: PathInput): boolean {
  const names = [...presented, ...anchors].map((bytes) => {
    const parts = partsOf(parseElement(bytes));
    return parts === undefined ? '' : Buffer.from(writeElement(subjectOf(parts))).toString('hex');
  });
  return new Set(names).size === names.length;
}

async function more(keyring: Keyring): Promise<readonly PathInput[]> {
  const [rootKey, issuingKey, leafKey] = keyring.pairs('P-256');
  if (rootKey === undefined || issuingKey === undefined || leafKey === undefined) throw new Error('too few keys');
  // Names in several string types, several attributes in one RDN.
  const root = await createRootAuthority({
    subject: [{ DC: ['com', 'example'] }, { C: 'DE' }, { O: { bmp: 'Öl' }, CN: { printable: 'Root' } }],
    clock,
    keyPair: rootKey,
  });
  // What authorities of companies write into a certificate.
  const issuing = await root.issueAuthority({
    subject: [{ DC: ['com', 'example'] }, { O: { teletex: 'Acme' } }, { CN: { printable: 'Issuing' } }],
    keyPair: issuingKey,
    certificatePolicies: ['1.3.6.1.4.1.99999.10'],
    crlDistributionPoints: [[{ uri: 'http://crl.example.com/root.crl' }]],
    authorityInfoAccess: { caIssuers: [{ uri: 'http://example.com/root.crt' }] },
  });
  const leaf = await issuing.issueClient({
    subject: [{ DC: ['com', 'example'] }, { OU: 'Clients' }, { CN: 'client', E: 'client@example.com' }],
    keyPair: leafKey,
    sans: [
      { dns: 'client.example.com' },
      { email: 'client@example.com' },
      { otherName: { typeId: '1.3.6.1.4.1.311.20.2.3', value: der.utf8String('client@example.com') } },
    ],
    certificatePolicies: ['1.3.6.1.4.1.99999.10'],
    crlDistributionPoints: [[{ uri: 'http://crl.example.com/1.crl' }]],
    authorityInfoAccess: { ocsp: [{ uri: 'http://ocsp.example.com' }] },
    extensions: [
      extension.freshestCrl([[{ uri: 'http://crl.example.com/delta.crl' }]]),
      { oid: '1.3.6.1.4.1.99999.2', value: der.octetString(Uint8Array.of(1)) },
    ],
  });
  return [{ presented: leaf.chainDer, anchors: [root.certificateDer], nowMs }];
}
