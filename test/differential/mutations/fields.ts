import { der } from '@peercert/pki';
import { copyElement, writeElement } from '../../fuzz/mutation/tree.ts';
import type { Random } from '../../fuzz/random.ts';
import { element, hex, type Mutation, setField } from '../parts.ts';

const serialNumbers = [
  '00',
  '80',
  'ff',
  'ff00',
  '0001',
  '00ff',
  '',
  '0000',
  'ffff',
  `00${'ff'.repeat(20)}`,
  `80${'00'.repeat(19)}`,
  `7f${'ee'.repeat(20)}`,
  `01${'00'.repeat(63)}`,
  `${'5a'.repeat(200)}`,
];

const times = [
  ['utc', '2501010000Z'],
  ['utc', '250101000000+0000'],
  ['utc', '250101000000-0100'],
  ['utc', '250101000000z'],
  ['utc', '250101000060Z'],
  ['utc', '250229000000Z'],
  ['utc', '500101000000Z'],
  ['utc', '490101000000Z'],
  ['utc', '491231235959Z'],
  ['utc', ' 50101000000Z'],
  ['general', '20250101000000Z'],
  ['general', '20500101000000Z'],
  ['general', '99991231235959Z'],
  ['general', '20250101000000.5Z'],
  ['general', '20250101000000'],
  ['general', '20250101000000+0100'],
  ['general', '202501010000Z'],
  ['general', '19491231235959Z'],
  ['general', '00010101000000Z'],
] as const;

function anyTime(random: Random): Uint8Array {
  const [kind, text] = random.pick(times);
  return kind === 'utc' ? der.utcTime(text) : der.generalizedTime(text);
}

/** The fields of tbsCertificate that are no names, keys or extensions (RFC 5280 4.1.2). */
export const fieldMutations: Readonly<Record<string, Mutation>> = {
  'serial number': ({ target }, random) =>
    setField(target, 'serialNumber', der.integer(hex(random.pick(serialNumbers)))),
  'serial number by chance': ({ target }, random) =>
    setField(target, 'serialNumber', der.integer(random.bytes(1 + random.below(24)))),
  times: ({ target }, random) => {
    const old = target.fields[target.at + 2];
    const [notBefore, notAfter] = old?.children?.map(writeElement) ?? [];
    if (notBefore === undefined || notAfter === undefined) return;
    const times = random.oneIn(2) ? [anyTime(random), notAfter] : [notBefore, anyTime(random)];
    setField(target, 'validity', der.sequence(...times));
  },
  'both times': ({ target }, random) => setField(target, 'validity', der.sequence(anyTime(random), anyTime(random))),
  'swapped times': ({ target }) => target.fields[target.at + 2]?.children?.reverse(),
  'more in the validity': ({ target }) => target.fields[target.at + 2]?.children?.push(element(der.nullValue())),
  version: ({ target }, random) => {
    if (target.at !== 2) return;
    target.fields[0] = element(
      der.constructed(0, der.integer(hex(random.pick(['00', '01', '03', '02', '0002', '', 'ff'])))),
    );
  },
  'unique identifiers': ({ target }, random) => {
    const number = 1 + random.below(2);
    target.fields.splice(
      target.at + 5,
      0,
      element(der.primitive(number, hex(random.pick(['00ff', '', '00', '0780', '07ff', '08ff'])))),
    );
  },
  'a field more': ({ target }, random) => {
    target.fields.push(element(random.pick([der.nullValue(), der.constructed(4), der.sequence(), der.primitive(3)])));
  },
  'a field twice': ({ target }, random) => {
    const at = random.below(target.fields.length);
    const field = target.fields[at];
    if (field !== undefined) target.fields.splice(at, 0, copyElement(field));
  },
};
