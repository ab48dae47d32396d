import { der, extension, type GeneralNameInput } from '@peercert/pki';
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

const mail = (name: string): readonly GeneralNameInput[] => [{ email: name }];
const uri = (name: string): readonly GeneralNameInput[] => [{ uri: name }];
const upn = (value: string | Uint8Array): readonly GeneralNameInput[] => [
  {
    otherName: {
      typeId: '1.3.6.1.4.1.311.20.2.3',
      value: typeof value === 'string' ? der.utf8String(value) : value,
    },
  },
];
const octets = (identifier: number, text: string): readonly GeneralNameInput[] => [
  { der: der.tlv(identifier, Buffer.from(text, 'latin1')) },
];

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

  // Bases in no defined form: nobody holds a name against them here.
  'a name under *.acme.example': { permitted: dns('*.acme.example'), names: dns('a.acme.example'), accepted: false },
  // Both compare the asterisk with the first letter: what the authority wanted to exclude passes.
  'a name where *.acme.example is excluded': {
    excluded: dns('*.acme.example'),
    names: dns('a.acme.example'),
    accepted: false,
    OpenSSL: true,
    Go: true,
  },
  'a name of another kind where *.acme.example is excluded': {
    excluded: dns('*.acme.example'),
    names: mail('a@acme.example'),
    accepted: true,
  },
  'a name under acme.example.': { permitted: dns('acme.example.'), names: dns('a.acme.example'), accepted: false },
  'a name where acme.example. is excluded': {
    excluded: dns('acme.example.'),
    names: dns('a.acme.example'),
    accepted: false,
    OpenSSL: true,
  },
  'a name where every dNSName is excluded': { excluded: dns(''), names: dns('a.acme.example'), accepted: false },
  'a mailbox under no character': { permitted: mail(''), names: mail('a@acme.example'), accepted: false, Go: true },
  'a mailbox where no character is excluded': {
    excluded: mail(''),
    names: mail('a@acme.example'),
    accepted: false,
    OpenSSL: true,
  },
  'a mailbox under @acme.example': {
    permitted: mail('@acme.example'),
    names: mail('a@acme.example'),
    accepted: true,
    Go: false,
  },
  'a mailbox of a subdomain under @acme.example': {
    permitted: mail('@acme.example'),
    names: mail('a@b.acme.example'),
    accepted: false,
  },
  'a mailbox of a subdomain where .acme.example is excluded': {
    excluded: mail('.acme.example'),
    names: mail('a@b.acme.example'),
    accepted: false,
  },
  'a mailbox of acme.example where .acme.example is excluded': {
    excluded: mail('.acme.example'),
    names: mail('a@acme.example'),
    accepted: true,
  },
  'a URI of a subdomain under .acme.example': {
    permitted: uri('.acme.example'),
    names: uri('spiffe://a.acme.example/x'),
    accepted: true,
  },
  'a URI of acme.example under .acme.example': {
    permitted: uri('.acme.example'),
    names: uri('spiffe://acme.example/x'),
    accepted: false,
  },

  // Names that cannot be compared.
  'a dNSName with a final period under acme.example': {
    permitted: dns('acme.example'),
    names: dns('a.acme.example.'),
    accepted: false,
  },
  'a dNSName with a final period where acme.example is excluded': {
    excluded: dns('acme.example'),
    names: dns('a.acme.example.'),
    accepted: false,
    OpenSSL: true,
  },
  'a person as dNSName where acme.example is excluded': {
    excluded: dns('acme.example'),
    names: dns('Alice Example'),
    accepted: false,
    OpenSSL: true,
  },
  'a person as dNSName where a mailbox is excluded': {
    excluded: mail('acme.example'),
    names: dns('Alice Example'),
    accepted: true,
    Go: false,
  },
  'an address with a mask under a range': {
    permitted: [{ ip: '10.0.0.0/8' }],
    names: octets(0x87, '\n\0\0\x01\xff\xff\xff\xff'),
    accepted: false,
  },

  // User principal names.
  'a user under @acme.example': {
    permitted: upn('@acme.example'),
    names: upn('alice@acme.example'),
    accepted: true,
    OpenSSL: false,
    Go: false,
  },
  'a user as IA5String under @acme.example': {
    permitted: upn('@acme.example'),
    names: upn(der.ia5String('alice@ACME.example')),
    accepted: true,
    OpenSSL: false,
    Go: false,
  },
  'a user of another domain': { permitted: upn('@acme.example'), names: upn('alice@other.example'), accepted: false },
  'no user': { permitted: upn('@acme.example'), names: dns('a.example'), accepted: true, Go: false },
  'an otherName of another type': {
    permitted: upn('@acme.example'),
    names: [{ otherName: { typeId: '1.3.6.1.5.5.7.8.7', value: der.ia5String('_ldap.acme.example') } }],
    accepted: true,
    Go: false,
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
