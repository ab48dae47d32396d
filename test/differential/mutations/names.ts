import { der } from '@peercert/pki';
import { type Element, writeElement } from '../../fuzz/mutation/tree.ts';
import { namesOfAllKinds } from '../../fuzz/mutation/vocabulary.ts';
import type { Random } from '../../fuzz/random.ts';
import { element, hex, type Mutation, setField, utf8 } from '../parts.ts';

export const attributeTypes = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  street: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  dnQualifier: '2.5.4.46',
  uniqueIdentifier: '2.5.4.45',
  organizationIdentifier: '2.5.4.97',
  uid: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
  unstructuredName: '1.2.840.113549.1.9.2',
  jurisdictionC: '1.3.6.1.4.1.311.60.2.1.3',
  unknown: '1.3.6.1.4.1.99999.5',
} as const;

/** UTF8, Numeric, Printable, Teletex, Videotex, IA5, Graphic, Visible, General, Universal, BMP, and some that are no text. */
const stringTags = [0x0c, 0x12, 0x13, 0x14, 0x15, 0x16, 0x19, 0x1a, 0x1b, 0x1c, 0x1e, 0x04, 0x03, 0x02, 0x17, 0x30];

const texts: readonly string[] = [
  ...namesOfAllKinds,
  'client',
  'Client',
  'node@acme',
  'node_1',
  '*.acme.example',
  "O'Brien & Sons",
  'Müller',
  'DE',
  'de',
  'DEU',
  'D',
  '12345',
  'a'.repeat(64),
  'a'.repeat(65),
  'a'.repeat(300),
];

export function anyText(random: Random): string {
  return random.pick(texts);
}

function encoded(tag: number, text: string): Uint8Array {
  if (tag === 0x1e) return der.tlv(tag, Buffer.from(text, 'utf16le').swap16());
  if (tag === 0x1c) return der.universalString(text);
  return der.tlv(tag, tag === 0x14 ? Buffer.from(text, 'latin1') : utf8(text));
}

export function anyAttribute(random: Random): Uint8Array {
  const type = random.pick(Object.values(attributeTypes));
  const tag = random.oneIn(2) ? 0x0c : random.pick(stringTags);
  return der.sequence(der.oid(type), encoded(tag, anyText(random)));
}

export function anyName(random: Random): Uint8Array {
  const rdns = Array.from({ length: random.below(4) }, () =>
    der.tlv(0x31, ...Array.from({ length: random.oneIn(4) ? 3 : 1 }, () => anyAttribute(random))),
  );
  return der.sequence(...rdns);
}

/** An attribute of the name of a certificate, as `SEQUENCE { type, value }`. */
function someAttribute(name: Element | undefined, random: Random): Element | undefined {
  const attributes = name?.children?.flatMap(({ children = [] }) => children) ?? [];
  return attributes.length === 0 ? undefined : random.pick(attributes);
}

const subject = (draft: Parameters<Mutation>[0]): Element | undefined => draft.target.fields[draft.target.at + 3];

/** The subject, and the issuer where the two have to agree (RFC 5280 4.1.2.4 and 4.1.2.6). */
export const nameMutations: Readonly<Record<string, Mutation>> = {
  'string type': (draft, random) => {
    const value = someAttribute(subject(draft), random)?.children?.[1];
    if (value !== undefined) value.identifier = random.pick(stringTags);
  },
  'text of an attribute': (draft, random) => {
    const attribute = someAttribute(subject(draft), random)?.children;
    const tag = random.oneIn(2) ? attribute?.[1]?.identifier : random.pick(stringTags);
    if (attribute !== undefined) attribute[1] = element(encoded(tag ?? 0x0c, anyText(random)));
  },
  'octets of an attribute': (draft, random) => {
    const value = someAttribute(subject(draft), random)?.children?.[1];
    if (value !== undefined && value.children === undefined) value.content = random.bytes(random.below(8));
  },
  'type of an attribute': (draft, random) => {
    const attribute = someAttribute(subject(draft), random)?.children;
    if (attribute !== undefined) attribute[0] = element(der.oid(random.pick(Object.values(attributeTypes))));
  },
  'an attribute more': (draft, random) => {
    subject(draft)?.children?.push(element(der.tlv(0x31, anyAttribute(random))));
  },
  'attributes of one RDN': (draft, random) => {
    const rdn = subject(draft)?.children?.at(-1)?.children;
    for (let left = 1 + random.below(3); left > 0; left--) rdn?.push(element(anyAttribute(random)));
    if (random.oneIn(2)) rdn?.sort((a, b) => Buffer.compare(writeElement(a), writeElement(b)));
  },
  'three OUs in one RDN': ({ target }, random) => {
    const unit = (text: string): Uint8Array => der.sequence(der.oid(attributeTypes.OU), der.utf8String(text));
    const units = [unit('organization:abc'), unit('space:defg'), unit('app:hi')];
    if (random.oneIn(2)) units.reverse();
    setField(
      target,
      'subject',
      der.sequence(der.tlv(0x31, ...units), der.setOf(der.sequence(der.oid(attributeTypes.CN), der.utf8String('cf')))),
    );
  },
  'an empty RDN': (draft) => {
    subject(draft)?.children?.push(element(der.tlv(0x31)));
  },
  'order of RDNs': (draft) => {
    subject(draft)?.children?.reverse();
  },
  'another name': ({ target }, random) => setField(target, 'subject', anyName(random)),
  'an empty name': ({ target }) => setField(target, 'subject', der.sequence()),
  'an attribute in another form': (draft, random) => {
    const attribute = someAttribute(subject(draft), random)?.children;
    const value = random.pick([der.nullValue(), der.boolean(true), der.sequence(), der.oid('1.2.3'), hex('0c02c328')]);
    if (attribute !== undefined) attribute[1] = element(value);
  },
  'something more in an attribute': (draft, random) => {
    someAttribute(subject(draft), random)?.children?.push(element(der.nullValue()));
  },
  // The issuer of a child, spelt differently from the subject of its issuer.
  'spelling of the issuer': ({ target }, random) => {
    const value = someAttribute(target.fields[target.at + 1], random)?.children?.[1];
    if (value === undefined || value.children !== undefined) return;
    const text = Buffer.from(value.content).toString('utf8');
    const changed = random.pick([
      text.toUpperCase(),
      text.toLowerCase(),
      ` ${text}`,
      `${text} `,
      text.replace(/ /g, '  '),
      `${text}x`,
    ]);
    value.content = utf8(changed);
    if (random.oneIn(2)) value.identifier = random.pick([0x0c, 0x13, 0x16]);
  },
};
