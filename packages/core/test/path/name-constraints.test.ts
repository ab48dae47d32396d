import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GeneralName, NameConstraints } from '../../src/certificate/model.ts';
import type { NameForm } from '../../src/path/name-constraints/subtrees.ts';
import {
  type ConstrainedNames,
  createNameConstraintState,
  type NameConstraintProblem,
  type NameConstraintViolation,
} from '../../src/path/name-constraints.ts';
import { certifying, directory, dn, dns, exclude, ip, mail, otherName, permit, uri } from './names.ts';

const unlimited = { spendComparisons: () => true };

/** What the authorities, from the anchor down, forbid a certificate. */
function violation(
  certificate: ConstrainedNames,
  ...authorities: readonly NameConstraints[]
): NameConstraintViolation | undefined {
  const state = createNameConstraintState();
  for (const constraints of authorities) state.restrict(constraints);
  return state.violation(certificate, unlimited);
}

/** The name begins with the kind that the constraint is on, except for an otherName. */
const violated = (name: string, problem: NameConstraintProblem = 'not permitted'): NameConstraintViolation => ({
  kind: 'violated',
  name,
  problem,
  constraint: (name.startsWith('otherName:')
    ? name.replace(/^otherName:([0-9.]+).*/, 'otherName $1')
    : name.replace(/:.*/s, '')) as NameForm,
});
/** The problem of a name in the wrong place, where there is one list. */
const problemOf = ({ excludedSubtrees }: NameConstraints): NameConstraintProblem =>
  excludedSubtrees.length > 0 ? 'excluded' : 'not permitted';
const unsupported = (name: string): NameConstraintViolation => violated(name, 'constraint not supported');

describe('name constraints of one authority', () => {
  it('permit everything where there are none', () => {
    expect(
      violation(certifying(dn('CN=a'), dns('example.com'), mail('no mailbox'), otherName('1.2.3'))),
    ).toBeUndefined();
  });

  it('look at no name where there are none', () => {
    const unread = (): never => {
      throw new Error('A name was read');
    };
    const certificate = Object.defineProperties(certifying(dn('CN=a')), {
      subject: { get: unread },
      subjectAltName: { get: unread },
    });
    expect(violation(certificate)).toBeUndefined();
    expect(() => violation(certificate, permit(dns('example.com')))).toThrow('A name was read');
  });

  it('permit names inside a permitted subtree and refuse the others', () => {
    const constraints = permit(dns('example.com'), dns('example.net'));
    expect(violation(certifying(undefined, dns('www.example.net'), dns('example.com')), constraints)).toBeUndefined();
    expect(violation(certifying(undefined, dns('example.com'), dns('example.org')), constraints)).toEqual(
      violated('dNSName:example.org'),
    );
  });

  it('refuse names inside an excluded subtree and permit the others', () => {
    const constraints = exclude(dns('example.com'), dns('example.net'));
    expect(violation(certifying(undefined, dns('example.org'), dns('www.example.org')), constraints)).toBeUndefined();
    expect(violation(certifying(undefined, dns('example.org'), dns('www.example.net')), constraints)).toEqual(
      violated('dNSName:www.example.net', 'excluded'),
    );
  });

  it('let exclusion win over permission', () => {
    const constraints = {
      permittedSubtrees: [dns('example.com')],
      excludedSubtrees: [dns('secret.example.com')],
    };
    expect(violation(certifying(undefined, dns('www.example.com')), constraints)).toBeUndefined();
    expect(violation(certifying(undefined, dns('secret.example.com')), constraints)).toEqual(
      violated('dNSName:secret.example.com', 'excluded'),
    );
  });

  it('say nothing of names of other kinds', () => {
    const names = certifying(
      dn('CN=a', 'emailAddress=a@example.org'),
      dns('example.org'),
      uri('urn:x:y'),
      otherName('1.2'),
    );
    expect(violation(names, permit(ip(192, 0, 2, 0, 255, 255, 255, 0)))).toBeUndefined();
    expect(violation(names, exclude(ip(0, 0, 0, 0, 0, 0, 0, 0)))).toBeUndefined();
  });

  it.each<[string, GeneralName, GeneralName, GeneralName, string]>([
    ['dNSName', dns('example.com'), dns('a.example.com'), dns('example.org'), 'dNSName:example.org'],
    ['iPAddress', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(10, 1, 2, 3), ip(11, 0, 0, 1), 'iPAddress:0b000001'],
    ['rfc822Name', mail('example.com'), mail('a@example.com'), mail('a@example.org'), 'rfc822Name:a@example.org'],
    [
      'uniformResourceIdentifier',
      uri('.example.com'),
      uri('https://a.example.com/'),
      uri('https://example.org/'),
      'uniformResourceIdentifier:https://example.org/',
    ],
    ['directoryName', directory('C=US'), directory('C=US', 'O=A'), directory('C=SE', 'O=A'), 'directoryName:O=A,C=SE'],
  ])('are enforced for %s', (_, base, inside, outside, text) => {
    expect(violation(certifying(undefined, inside), permit(base))).toBeUndefined();
    expect(violation(certifying(undefined, outside), permit(base))).toEqual(violated(text));
    expect(violation(certifying(undefined, outside), exclude(base))).toBeUndefined();
    expect(violation(certifying(undefined, inside), exclude(base))?.kind).toBe('violated');
  });

  it('refuse a name that cannot be compared, permitted or excluded', () => {
    for (const constraints of [permit(dns('example.com')), exclude(dns('example.com'))]) {
      expect(violation(certifying(undefined, dns('.example.com')), constraints)).toEqual(
        violated('dNSName:.example.com', 'not comparable'),
      );
    }
  });

  it('refuse a wildcard that could stand for an excluded name or for one that is not permitted', () => {
    const wildcard = certifying(undefined, dns('*.example.com'));
    expect(violation(wildcard, exclude(dns('bar.example.com')))).toEqual(
      violated('dNSName:*.example.com', 'ambiguous'),
    );
    expect(violation(wildcard, permit(dns('foo.example.com')))).toEqual(violated('dNSName:*.example.com', 'ambiguous'));
    expect(violation(wildcard, permit(dns('example.com')))).toBeUndefined();
  });
});

describe('name constraints of several authorities', () => {
  it('narrow each other: a name must be inside a permitted subtree of each', () => {
    const wide = permit(dns('foo.example.com'), dns('bar.example.com'));
    const narrow = permit(dns('bar.example.com'));
    for (const authorities of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      expect(violation(certifying(undefined, dns('bar.example.com')), ...authorities)).toBeUndefined();
      expect(violation(certifying(undefined, dns('foo.example.com')), ...authorities)).toEqual(
        violated('dNSName:foo.example.com'),
      );
    }
  });

  it('leave nothing when they permit disjoint subtrees', () => {
    const authorities = [permit(dns('example.com')), permit(dns('example.net'))];
    expect(violation(certifying(undefined, dns('example.com')), ...authorities)?.kind).toBe('violated');
    expect(violation(certifying(undefined, dns('example.net')), ...authorities)?.kind).toBe('violated');
    expect(violation(certifying(dn('CN=a')), ...authorities)).toBeUndefined();
  });

  it('add up: a name must be outside every excluded subtree', () => {
    const authorities = [exclude(dns('example.com')), exclude(dns('example.net'))];
    expect(violation(certifying(undefined, dns('example.org')), ...authorities)).toBeUndefined();
    expect(violation(certifying(undefined, dns('example.com')), ...authorities)?.kind).toBe('violated');
    expect(violation(certifying(undefined, dns('example.net')), ...authorities)?.kind).toBe('violated');
  });

  it('bind each kind by the authorities that speak of it', () => {
    const authorities = [permit(dns('example.com')), permit(mail('example.com'))];
    expect(violation(certifying(undefined, dns('example.com'), mail('a@example.com')), ...authorities)).toBeUndefined();
    expect(violation(certifying(undefined, dns('example.com'), mail('a@example.org')), ...authorities)).toEqual(
      violated('rfc822Name:a@example.org'),
    );
    expect(violation(certifying(undefined, mail('a@example.com'), dns('example.org')), ...authorities)).toEqual(
      violated('dNSName:example.org'),
    );
  });

  it('are those of one path only', () => {
    const constraints = permit(dns('example.com'));
    const one = createNameConstraintState();
    one.restrict(constraints);
    const other = createNameConstraintState();
    expect(one.violation(certifying(undefined, dns('example.org')), unlimited)?.kind).toBe('violated');
    expect(other.violation(certifying(undefined, dns('example.org')), unlimited)).toBeUndefined();
    other.restrict(constraints);
    expect(other.violation(certifying(undefined, dns('example.org')), unlimited)?.kind).toBe('violated');
  });
});

describe('the subtrees of an authority', () => {
  it('are prepared once, on however many paths it is met', () => {
    let reads = 0;
    const constraints: NameConstraints = {
      get permittedSubtrees(): readonly GeneralName[] {
        reads += 1;
        return [dns('example.com')];
      },
      excludedSubtrees: [],
    };
    expect(violation(certifying(undefined, dns('example.com')), constraints)).toBeUndefined();
    expect(violation(certifying(undefined, dns('example.org')), constraints)?.kind).toBe('violated');
    expect(reads).toBe(1);
  });
});

describe('the subject', () => {
  it('is compared as a directoryName, beside those of subjectAltName', () => {
    const constraints = permit(directory('C=US', 'O=Acme'));
    expect(violation(certifying(dn('C=US', 'O=Acme', 'CN=a')), constraints)).toBeUndefined();
    expect(violation(certifying(dn('C=US', 'CN=a')), constraints)).toEqual(violated('directoryName:CN=a,C=US'));
    expect(violation(certifying(dn('C=US', 'O=Acme'), directory('C=SE')), constraints)).toEqual(
      violated('directoryName:C=SE'),
    );
    expect(violation(certifying(dn('C=SE'), directory('C=US', 'O=Acme')), constraints)).toEqual(
      violated('directoryName:C=SE'),
    );
  });

  it('is not compared when it is empty', () => {
    expect(violation(certifying(undefined, dns('example.com')), permit(directory('C=US')))).toBeUndefined();
  });

  it('is never compared as a dNSName', () => {
    expect(violation(certifying(dn('CN=example.org')), permit(dns('example.com')))).toBeUndefined();
  });

  it('has its mail addresses compared when subjectAltName has none', () => {
    const subject = dn('O=Acme', 'emailAddress=a@example.com', 'emailAddress=b@example.org');
    const constraints = permit(mail('example.com'));
    expect(violation(certifying(dn('O=Acme', 'emailAddress=a@example.com')), constraints)).toBeUndefined();
    expect(violation(certifying(subject), constraints)).toEqual(violated('rfc822Name:b@example.org'));
    expect(violation(certifying(subject, dns('example.com')), constraints)).toEqual(
      violated('rfc822Name:b@example.org'),
    );
    expect(violation(certifying(subject), exclude(mail('example.org')))).toEqual(
      violated('rfc822Name:b@example.org', 'excluded'),
    );
    expect(violation(certifying(subject, mail('c@example.com')), constraints)).toBeUndefined();
  });

  it('is refused for a mail address that is not text, where mail is constrained', () => {
    const subject = dn('emailAddress=#');
    expect(violation(certifying(subject), exclude(mail('example.com')))).toEqual(
      violated('rfc822Name:', 'not comparable'),
    );
    expect(violation(certifying(subject), exclude(dns('example.com')))).toBeUndefined();
  });
});

describe('constraints that cannot be processed', () => {
  const x400: GeneralName = { kind: 'x400Address', value: new Uint8Array() };
  const edi: GeneralName = { kind: 'ediPartyName', value: new Uint8Array() };
  const registered: GeneralName = { kind: 'registeredID', oid: '1.2.3' };

  it.each<[string, GeneralName]>([
    ['otherName:1.2.3', otherName('1.2.3')],
    ['x400Address', x400],
    ['ediPartyName', edi],
    ['registeredID:1.2.3', registered],
  ])('refuse a certificate with a name of that kind: %s', (text, name) => {
    expect(violation(certifying(undefined, dns('example.com'), name), permit(name))).toEqual(unsupported(text));
    expect(violation(certifying(undefined, dns('example.com'), name), exclude(name))).toEqual(unsupported(text));
    expect(violation(certifying(undefined, dns('example.com')), permit(name))).toBeUndefined();
    expect(violation(certifying(undefined, dns('example.com')), exclude(name))).toBeUndefined();
  });

  it('refuse every name of a kind of which one base is malformed', () => {
    const constraints = permit(dns('example.com'), dns('*.example.net'));
    expect(violation(certifying(undefined, dns('example.com')), constraints)).toEqual(
      unsupported('dNSName:example.com'),
    );
    expect(violation(certifying(undefined, mail('a@example.com')), constraints)).toBeUndefined();
    expect(violation(certifying(undefined, mail('a@example.com')), exclude(mail('a@b@example.com')))).toEqual(
      unsupported('rfc822Name:a@example.com'),
    );
    expect(violation(certifying(undefined, ip(10, 0, 0, 1)), exclude(ip(10, 0, 0, 2)))).toEqual(
      unsupported('iPAddress:0a000001'),
    );
    expect(violation(certifying(undefined, uri('spiffe://acme/a')), permit(uri('spiffe://acme/')))).toEqual(
      unsupported('uniformResourceIdentifier:spiffe://acme/a'),
    );
  });

  it('refuse an SmtpUTF8Mailbox where mail is constrained (RFC 9598)', () => {
    const smtpUtf8Mailbox = otherName('1.3.6.1.5.5.7.8.9');
    for (const constraints of [permit(mail('example.com')), exclude(mail('example.com'))]) {
      expect(violation(certifying(undefined, smtpUtf8Mailbox), constraints)).toEqual(
        unsupported('otherName:1.3.6.1.5.5.7.8.9'),
      );
      expect(violation(certifying(undefined, otherName('1.2.3')), constraints)).toBeUndefined();
    }
    expect(violation(certifying(undefined, smtpUtf8Mailbox), permit(dns('example.com')))).toBeUndefined();
  });
});

describe('the comparison budget', () => {
  it('counts each name against each base of its kind, in the order of the names', () => {
    const state = createNameConstraintState();
    state.restrict(permit(dns('a.test'), dns('b.test'), mail('b.test')));
    state.restrict(exclude(dns('c.test'), directory('C=US')));
    const spent: number[] = [];
    const meter = {
      spendComparisons: (comparisons: number): boolean => {
        spent.push(comparisons);
        return true;
      },
    };
    expect(
      state.violation(certifying(dn('C=SE'), dns('a.test'), ip(10, 0, 0, 1), mail('x@b.test')), meter),
    ).toBeUndefined();
    expect(spent).toEqual([1, 2, 1, 1]);
  });

  it('counts an SmtpUTF8Mailbox as a mail address and as an otherName', () => {
    const state = createNameConstraintState();
    state.restrict(permit(mail('a.test'), mail('b.test'), otherName('1.3.6.1.5.5.7.8.9'), otherName('1.2.3')));
    let spent = 0;
    state.violation(certifying(undefined, otherName('1.3.6.1.5.5.7.8.9')), {
      spendComparisons: (comparisons) => {
        spent += comparisons;
        return true;
      },
    });
    expect(spent).toBe(3);
  });

  it('ends the work when it is used up', () => {
    const state = createNameConstraintState();
    state.restrict(permit(dns('a.test')));
    let left = 2;
    const meter = {
      spendComparisons: (comparisons: number): boolean => {
        left -= comparisons;
        return left >= 0;
      },
    };
    const names = certifying(undefined, dns('a.test'), dns('a.test'), dns('outside.example'));
    expect(state.violation(names, meter)).toEqual({ kind: 'budget' });
    expect(left).toBe(-1);
  });

  it('is used up by ten thousand names against ten thousand constraints', () => {
    const state = createNameConstraintState();
    state.restrict(permit(...Array.from({ length: 10_000 }, (_, index) => dns(`t${index}.test`))));
    let left = 250_000;
    const meter = {
      spendComparisons: (comparisons: number): boolean => {
        left -= comparisons;
        return left >= 0;
      },
    };
    const names = certifying(undefined, ...Array.from({ length: 10_000 }, (_, index) => dns(`t${index}.test`)));
    expect(state.violation(names, meter)).toEqual({ kind: 'budget' });
  });
});

describe('name constraints as in PKITS 4.13', () => {
  const acme = ['C=US', 'O=Test Certificates 2011'] as const;
  const dn1 = [...acme, 'OU=permittedSubtree1'] as const;

  it('permit one directory subtree (DN1)', () => {
    const constraints = permit(directory(...dn1));
    expect(violation(certifying(dn(...dn1, 'CN=Valid DN Test1')), constraints)).toBeUndefined();
    expect(violation(certifying(dn(...acme, 'OU=excludedSubtree1', 'CN=Test2')), constraints)?.kind).toBe('violated');
    expect(
      violation(certifying(dn(...dn1, 'CN=Test3'), directory(...acme, 'OU=excludedSubtree1', 'CN=Test3')), constraints),
    ).toEqual(violated('directoryName:CN=Test3,OU=excludedSubtree1,O=Test Certificates 2011,C=US'));
    expect(
      violation(certifying(dn(...dn1, 'CN=Test4'), mail('Test4EE@testcertificates.gov')), constraints),
    ).toBeUndefined();
  });

  it('permit two directory subtrees (DN2)', () => {
    const constraints = permit(directory(...dn1), directory(...acme, 'OU=permittedSubtree2'));
    expect(
      violation(
        certifying(dn(...dn1, 'CN=Test5'), directory(...acme, 'OU=permittedSubtree2', 'CN=Test5')),
        constraints,
      ),
    ).toBeUndefined();
    expect(violation(certifying(dn(...acme, 'OU=permittedSubtree3')), constraints)?.kind).toBe('violated');
  });

  it('exclude one directory subtree (DN3)', () => {
    const constraints = exclude(directory(...acme, 'OU=excludedSubtree1'));
    expect(violation(certifying(dn(...dn1, 'CN=Test6')), constraints)).toBeUndefined();
    expect(violation(certifying(dn(...acme, 'OU=excludedSubtree1', 'CN=Test7')), constraints)?.kind).toBe('violated');
  });

  it('exclude two directory subtrees (DN4)', () => {
    const constraints = exclude(directory(...acme, 'OU=excludedSubtree1'), directory(...acme, 'OU=excludedSubtree2'));
    expect(violation(certifying(dn(...acme, 'OU=excludedSubtree1', 'CN=Test8')), constraints)?.kind).toBe('violated');
    expect(violation(certifying(dn(...acme, 'OU=excludedSubtree2', 'CN=Test9')), constraints)?.kind).toBe('violated');
  });

  it('permit a directory subtree and exclude one within it (DN5)', () => {
    const constraints = {
      permittedSubtrees: [directory(...dn1)],
      excludedSubtrees: [directory(...dn1, 'OU=excludedSubtree1')],
    };
    expect(violation(certifying(dn(...dn1, 'OU=excludedSubtree1', 'CN=Test10')), constraints)?.kind).toBe('violated');
    expect(violation(certifying(dn(...dn1, 'OU=permittedSubtree2', 'CN=Test11')), constraints)).toBeUndefined();
  });

  it('are narrowed by a subordinate authority (subCA of DN1 and DN3)', () => {
    const one = permit(directory(...dn1));
    const two = permit(directory(...dn1, 'OU=permittedSubtree2'));
    const three = exclude(directory(...acme, 'OU=excludedSubtree1'));
    expect(violation(certifying(dn(...dn1, 'CN=Test12')), one, two)?.kind).toBe('violated');
    expect(violation(certifying(dn(...dn1, 'OU=permittedSubtree2', 'CN=Test14')), one, two)).toBeUndefined();
    expect(violation(certifying(dn(...acme, 'OU=permittedSubtree2')), one, permit(directory(...acme)))?.kind).toBe(
      'violated',
    );
    const sub = exclude(directory(...acme, 'OU=excludedSubtree2'));
    expect(violation(certifying(dn(...acme, 'OU=excludedSubtree1', 'CN=Test15')), three, sub)?.kind).toBe('violated');
    expect(violation(certifying(dn(...acme, 'OU=excludedSubtree2', 'CN=Test16')), three, sub)?.kind).toBe('violated');
    expect(violation(certifying(dn(...dn1, 'CN=Test18')), three, sub)).toBeUndefined();
  });

  it.each<[string, NameConstraints, string, boolean]>([
    ['a domain is permitted', permit(mail('.testcertificates.gov')), 'Test21EE@mailserver.testcertificates.gov', true],
    ['a domain is permitted', permit(mail('.testcertificates.gov')), 'Test22EE@testcertificates.gov', false],
    ['a host is permitted', permit(mail('testcertificates.gov')), 'Test23EE@testcertificates.gov', true],
    ['a host is permitted', permit(mail('testcertificates.gov')), 'Test24EE@mailserver.testcertificates.gov', false],
    ['a host is excluded', exclude(mail('testcertificates.gov')), 'Test25EE@mailserver.testcertificates.gov', true],
    ['a host is excluded', exclude(mail('testcertificates.gov')), 'Test26EE@testcertificates.gov', false],
  ])('for mail, where %s', (_, constraints, address, valid) => {
    const expected = valid ? undefined : violated(`rfc822Name:${address}`, problemOf(constraints));
    expect(violation(certifying(dn(...acme), mail(address)), constraints)).toEqual(expected);
  });

  it('for directory names and mail together', () => {
    const authorities = [permit(directory(...dn1)), permit(mail('testcertificates.gov'))];
    expect(
      violation(certifying(dn(...dn1, 'CN=Test27'), mail('Test27EE@testcertificates.gov')), ...authorities),
    ).toBeUndefined();
    expect(
      violation(certifying(dn(...dn1, 'CN=Test28'), mail('Test28EE@invalidcertificates.gov')), ...authorities),
    ).toEqual(violated('rfc822Name:Test28EE@invalidcertificates.gov'));
    expect(
      violation(certifying(dn(...dn1, 'CN=Test29', 'emailAddress=Test29EE@invalidcertificates.gov')), ...authorities),
    ).toEqual(violated('rfc822Name:Test29EE@invalidcertificates.gov'));
  });

  it.each<[string, NameConstraints, string, boolean]>([
    ['permitted', permit(dns('testcertificates.gov')), 'testserver.testcertificates.gov', true],
    ['permitted', permit(dns('testcertificates.gov')), 'testserver.invalidcertificates.gov', false],
    ['permitted', permit(dns('testcertificates.gov')), 'mytestcertificates.gov', false],
    ['excluded', exclude(dns('invalidcertificates.gov')), 'testserver.testcertificates.gov', true],
    ['excluded', exclude(dns('invalidcertificates.gov')), 'testserver.invalidcertificates.gov', false],
  ])('for DNS, where a name is %s', (_, constraints, name, valid) => {
    expect(violation(certifying(dn(...acme), dns(name)), constraints)).toEqual(
      valid ? undefined : violated(`dNSName:${name}`, problemOf(constraints)),
    );
  });

  it.each<[string, NameConstraints, string, boolean]>([
    ['permitted', permit(uri('.testcertificates.gov')), 'http://testserver.testcertificates.gov/index.html', true],
    ['permitted', permit(uri('.testcertificates.gov')), 'http://testcertificates.gov/invalid.html', false],
    ['excluded', exclude(uri('invalidcertificates.gov')), 'ftp://testserver.testcertificates.gov:21/test36/', true],
    ['excluded', exclude(uri('invalidcertificates.gov')), 'ftp://invalidcertificates.gov:21/test37/', false],
  ])('for URIs, where a host is %s', (_, constraints, name, valid) => {
    expect(violation(certifying(dn(...acme), uri(name)), constraints)).toEqual(
      valid ? undefined : violated(`uniformResourceIdentifier:${name}`, problemOf(constraints)),
    );
  });
});

describe('permitted and excluded subtrees', () => {
  const label = fc.constantFrom('a', 'b', 'c', 'aa');
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const octets = fc.tuple(fc.constantFrom(10, 11), fc.nat(1), fc.nat(1), fc.nat(3));
  const maskOf = (length: number): number[] =>
    [0, 8, 16, 24].map((offset) => (0xff00 >> Math.min(Math.max(length - offset, 0), 8)) & 0xff);
  const rdns = fc.array(fc.constantFrom('C=US', 'O=A', 'O=B', 'OU=C'), { minLength: 1, maxLength: 4 });

  const pairOf = fc.oneof(
    fc.record({ name: host.map(dns), bases: fc.array(host.map(dns), { minLength: 1, maxLength: 4 }) }),
    fc.record({
      name: octets.map((address) => ip(...address)),
      bases: fc.array(
        fc.tuple(octets, fc.nat(32)).map(([address, length]) => ip(...address, ...maskOf(length))),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    fc.record({
      name: fc.tuple(label, host).map(([local, domain]) => mail(`${local}@${domain}`)),
      bases: fc.array(
        fc.oneof(
          host.map(mail),
          host.map((domain) => mail(`.${domain}`)),
          fc.tuple(label, host).map(([local, domain]) => mail(`${local}@${domain}`)),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    fc.record({
      name: host.map((authority) => uri(`https://${authority}/a`)),
      bases: fc.array(
        fc.oneof(
          host.map(uri),
          host.map((domain) => uri(`.${domain}`)),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    fc.record({
      name: rdns.map((list) => directory(...list)),
      bases: fc.array(
        rdns.map((list) => directory(...list)),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  );

  it('are opposites: a name that stands for one thing violates exactly one of them', () => {
    fc.assert(
      fc.property(pairOf, ({ name, bases }) => {
        const permitted = violation(certifying(undefined, name), permit(...bases)) === undefined;
        const excluded = violation(certifying(undefined, name), exclude(...bases)) === undefined;
        expect(permitted).toBe(!excluded);
      }),
      { numRuns: 500 },
    );
  });

  it('agree with the rule of the standard applied to one base after the other', () => {
    fc.assert(
      fc.property(pairOf, ({ name, bases }) => {
        const permitted = violation(certifying(undefined, name), permit(...bases)) === undefined;
        expect(permitted).toBe(bases.some((base) => isInside(name, base)));
      }),
      { numRuns: 1000 },
    );
  });

  it('let no wildcard through that stands for a refused name', () => {
    fc.assert(
      fc.property(host, label, fc.array(host.map(dns), { minLength: 1, maxLength: 4 }), (parent, own, bases) => {
        for (const constraints of [permit(...bases), exclude(...bases)]) {
          const wildcard = violation(certifying(undefined, dns(`*.${parent}`)), constraints);
          const one = violation(certifying(undefined, dns(`${own}.${parent}`)), constraints);
          if (one !== undefined) expect(wildcard).toMatchObject({ kind: 'violated', name: `dNSName:*.${parent}` });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** RFC 5280 4.2.1.10, a base at a time, written with nothing of the code under test. */
function isInside(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'dNSName' && base.kind === 'dNSName') return `.${name.value}`.endsWith(`.${base.value}`);
  if (name.kind === 'rfc822Name' && base.kind === 'rfc822Name') {
    const [, domain = ''] = name.value.split('@');
    if (base.value.includes('@')) return name.value === base.value;
    return base.value.startsWith('.') ? domain.endsWith(base.value) : domain === base.value;
  }
  if (name.kind === 'uniformResourceIdentifier' && base.kind === 'uniformResourceIdentifier') {
    const { hostname } = new URL(name.value);
    return base.value.startsWith('.') ? hostname.endsWith(base.value) : hostname === base.value;
  }
  if (name.kind === 'iPAddress' && base.kind === 'iPAddress') {
    const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    const mask = number(base.bytes.slice(4));
    return (number(name.bytes) & mask) === (number(base.bytes.slice(0, 4)) & mask);
  }
  if (name.kind === 'directoryName' && base.kind === 'directoryName') {
    return `${name.name.canonical}/`.startsWith(`${base.name.canonical}/`);
  }
  throw new Error(`No rule for ${name.kind} and ${base.kind}`);
}
