import { type Name, parseDistinguishedName } from '@peercert/core';
import { der, encodeName, type RdnInput } from '@peercert/pki';
import { checkName, DerError, MalformedError, nameAt, ProfileReader } from '../core.ts';
import { partsOf, subjectOf } from '../keyring.ts';
import { mutateDer } from '../mutation/elements.ts';
import { mutateText } from '../mutation/text.ts';
import { parseElement, writeElement } from '../mutation/tree.ts';
import { namesOfAllKinds } from '../mutation/vocabulary.ts';
import { isDer } from '../oracles/canonical.ts';
import { encodeName as encodeModel } from '../oracles/model.ts';
import { isSpeltOtherwise } from '../oracles/spelling.ts';
import { ensure, octets, sameBytes, type Target, text } from '../target.ts';
import type { World } from '../world.ts';

/** RFC 4514 text, or the DER of a Name. */
type NameInput = string | Uint8Array;

/** Distinguished names, from text to DER and from DER to text. */
export function namesTarget({ certificates }: World): Target<NameInput, Name | undefined> {
  return {
    name: 'names',
    seeds: [
      ...texts,
      ...namesOfAllKinds.map((value) => `CN=${value}`),
      ...certificates.map(subjectDer).filter((one) => one !== undefined),
    ],
    mutate(input, random, other) {
      if (typeof input === 'string') return mutateText(input, random, () => textOf(other()), pieces);
      return mutateDer(input, random, () => derOf(other()));
    },
    run(input) {
      const name = typeof input === 'string' ? parseDistinguishedName(input) : readName(input);
      if (name !== undefined) void `${name.canonical} ${name.toString()} ${name.isEmpty} ${name.valuesOf('2.5.4.3')}`;
      return name;
    },
    judge(input, name) {
      const kind = typeof input === 'string' ? 'text' : 'der';
      if (name === undefined) return `${kind} refused`;
      judgeName(name);
      if (typeof input === 'string') judgeText(input, name);
      else ensure(sameBytes(name.der, input), 'the DER of a name is not its input');
      return `${kind} accepted ${Math.min(name.rdns.length, 4)} ${name.rdns.some((rdn) => rdn.length > 1)}`;
    },
    size: ({ length }) => length,
    print: (input) => (typeof input === 'string' ? `text ${text.print(input)}` : `der ${octets.print(input)}`),
    parse: (line) => (line.startsWith('text ') ? text.parse(line.slice(5)) : octets.parse(line.slice(4))),
  };
}

const texts = [
  '',
  'CN=alice',
  'CN=alice,OU=Administrators,O=Acme',
  'cn=a+uid=7,O=b+OU=c,DC=example,DC=com',
  'CN=x\\,OU\\=Administrators,O=Acme',
  'CN=\\20a\\20,O=\\#b',
  'O=Acm\\C3\\A9,C=DE',
  '2.5.4.3=#0c0161',
  '1.3.6.1.4.1.99999=#0403010203,emailAddress=a@b',
  'STREET=a,L=b,ST=c,title=d,serialNumber=1,dnQualifier=e,userId=f,GN=g,organizationIdentifier=h',
  'CN="quoted"',
  'CN=a;O=b',
  'CN=a , O=b',
];

const pieces = [
  ...[
    ',',
    '+',
    '=',
    '\\',
    '"',
    '#',
    ';',
    '<',
    '>',
    ' ',
    '\0',
    '\\,',
    '\\+',
    '\\\\',
    '\\20',
    '\\00',
    '\\c3\\a9',
    '\\FF',
    '\\5C',
  ],
  ...[
    'CN=',
    ',O=',
    '+OU=',
    'DC=',
    'C=',
    'emailAddress=',
    '2.5.4.3=',
    '1.2.3=#',
    '#0c00',
    '#0500',
    '#1303414243',
    '#3000',
    '#0c03e29882',
  ],
];

function readName(input: Uint8Array): Name | undefined {
  try {
    const reader = new ProfileReader(input);
    checkName(reader);
    return reader.isDone ? nameAt(input, 0, input.length) : undefined;
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** Of a value that is no text, the reader may have taken note of another spelling than that of DER. */
function isNoted(name: Uint8Array): boolean {
  const reader = new ProfileReader(name);
  checkName(reader);
  return isSpeltOtherwise(reader);
}

/** What must hold of any name. */
export function judgeName(name: Name): void {
  ensure(isDer(name.der) || isNoted(name.der), 'a name is not DER');
  const encoded = encodeModel(name);
  if (isSorted(name.der)) {
    ensure(sameBytes(encoded, name.der), 'the model of a name says something else than its DER');
  } else {
    const sorted = readName(encoded);
    ensure(
      sorted?.canonical === name.canonical && sorted.toString() === name.toString(),
      'a name says something else once its sets are sorted',
      () => name.toString(),
    );
  }
  const written = name.toString();
  if (hasTwins(name)) return;
  const again = parseDistinguishedName(written);
  ensure(again !== undefined, 'the text of a name is not read again', () => written);
  if (hasUncomparable(name)) return;
  ensure(again.canonical === name.canonical, 'the text of a name is read as another name', () => written);
  // Once it is written in the string types that are preferred, a SET may have another order.
  const rewritten = again.toString();
  ensure(
    parseDistinguishedName(rewritten)?.toString() === rewritten,
    'the text of a name changes each time it is read',
    () => written,
  );
  ensure(name.isEmpty === (name.rdns.length === 0), 'an empty name has parts', () => written);
}

/** X.690 11.6: the attributes of each RDN ascend. */
function isSorted(name: Uint8Array): boolean {
  return der.children(name).every((rdn) => {
    const attributes = der.children(rdn);
    return attributes.every(
      (one, index) => index === 0 || Buffer.compare(attributes[index - 1] as Uint8Array, one) <= 0,
    );
  });
}

/** RFC 4518 2.4: characters that make a comparison undefined. Such a value equals none but itself, octet by octet. */
function hasUncomparable({ rdns }: Name): boolean {
  return rdns.some((rdn) =>
    rdn.some(({ text: value }) => /[\p{Co}\p{Cn}\ufffd]/u.test((value ?? '').normalize('NFKC'))),
  );
}

/** One text twice in an RDN, in two string types: read back, in one string type, it is a duplicate. */
function hasTwins({ rdns }: Name): boolean {
  return rdns.some((rdn) => new Set(rdn.map(({ type, text: value }) => `${type}=${value}`)).size < rdn.length);
}

/** The reader of names in another package finds the same attributes, unless it does not know a type. */
function judgeText(input: string, name: Name): void {
  // It takes the blanks of Unicode for those that RFC 2253 allowed around a value.
  if (/[^\S ]/.test(input)) return;
  let theirs: Uint8Array;
  try {
    theirs = encodeName(input);
  } catch (error) {
    const { message } = error as Error;
    ensure(/unknown attribute type|only US-ASCII/.test(message), 'another reader refuses RFC 4514 text', () => message);
    return;
  }
  // It writes a PrintableString whatever the value holds.
  const other = readName(theirs);
  if (other === undefined || hasUncomparable(name)) return;
  ensure(other.canonical === name.canonical, 'two readers of RFC 4514 text disagree', () => `${name} ${other}`);
}

function textOf(input: NameInput): string {
  return typeof input === 'string' ? input : (readName(input)?.toString() ?? 'CN=a');
}

function derOf(input: NameInput): Uint8Array {
  return typeof input === 'string' ? encodeName([{ CN: input } satisfies RdnInput]) : input;
}

function subjectDer(certificate: Uint8Array): Uint8Array | undefined {
  const parts = partsOf(parseElement(certificate));
  return parts && Uint8Array.from(writeElement(subjectOf(parts)));
}
