import { extension, type GeneralNameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { createGo } from '../../../../test/validators/go.ts';
import { createOpensslVerify } from '../../../../test/validators/openssl.ts';
import { hasAskedVersion } from '../../../../test/validators/versions.ts';
import { authority, client, keyOf, now, trusting, verify } from '../path/certificates.ts';

/**
 * Name constraints in forms that RFC 5280 does not give to their kind, beside what OpenSSL and Go say of the same chains.
 * Where the two differ from each other, nobody knows what the authority meant, and what is refused here is what any of the
 * two refuses.
 */

interface Question {
  readonly permitted?: readonly GeneralNameInput[];
  readonly excluded?: readonly GeneralNameInput[];
  readonly names: readonly GeneralNameInput[];
  readonly accepted: boolean;
  /** Where they answer otherwise. */
  readonly OpenSSL?: boolean;
  readonly Go?: boolean;
}

const dns = (name: string): readonly GeneralNameInput[] => [{ dns: name }];

const questions: Readonly<Record<string, Question>> = {
  'a subdomain of .acme.example': { permitted: dns('.acme.example'), names: dns('a.acme.example'), accepted: true },
  'a deeper one': { permitted: dns('.acme.example'), names: dns('b.a.ACME.example'), accepted: true },
  'acme.example itself under .acme.example': {
    permitted: dns('.acme.example'),
    names: dns('acme.example'),
    accepted: false,
  },
  'a name that only ends like it': { permitted: dns('.acme.example'), names: dns('myacme.example'), accepted: false },
  'another domain': { permitted: dns('.acme.example'), names: dns('a.other.example'), accepted: false },
  'a wildcard below .acme.example': { permitted: dns('.acme.example'), names: dns('*.acme.example'), accepted: true },
  'an excluded subdomain of .acme.example': {
    excluded: dns('.acme.example'),
    names: dns('a.acme.example'),
    accepted: false,
  },
  'acme.example where .acme.example is excluded': {
    excluded: dns('.acme.example'),
    names: dns('acme.example'),
    accepted: true,
  },
  'another domain where .acme.example is excluded': {
    excluded: dns('.acme.example'),
    names: dns('a.other.example'),
    accepted: true,
  },
};

const root = authority('CN=Root');
const chains = Object.entries(questions).map(([title, { permitted, excluded, names, ...answers }]) => {
  const constraints = extension.nameConstraints({ ...(permitted && { permitted }), ...(excluded && { excluded }) });
  const issuer = authority('CN=Issuer', { by: root, keyPair: keyOf('issuer'), extensions: [constraints] });
  const leaf = client('CN=client', { by: issuer, extensions: [extension.subjectAltName(names)] });
  return { title, issuer, leaf, ...answers };
});

describe('a client under constraints', () => {
  it.each(chains)('with $title', ({ issuer, leaf, accepted }) => {
    expect(verify(leaf, [issuer], trusting(root)).ok).toBe(accepted);
  });
});

const validators = { OpenSSL: createOpensslVerify, Go: createGo } as const;

describe.each(['OpenSSL', 'Go'] as const)('%s', (validator) => {
  const validate = validators[validator]();

  it.runIf(validate !== undefined && hasAskedVersion(validator))('says the same, but where it is noted', () => {
    const verdicts = validate?.(
      chains.map(({ issuer, leaf }) => ({
        anchors: [root.der],
        intermediates: [issuer.der],
        leaf: leaf.der,
        nowMs: now,
      })),
    );
    const said = Object.fromEntries(chains.map(({ title }, index) => [title, verdicts?.[index]?.accepted]));
    expect(said).toEqual(Object.fromEntries(chains.map((chain) => [chain.title, chain[validator] ?? chain.accepted])));
  });
});
