import { isIP } from 'node:net';
import { type GeneralName, matchesPeerName, type NameConstraints } from '@peercert/core';
import { der, encodeGeneralName } from '@peercert/pki';
import {
  checkGeneralNames,
  checkNameConstraints,
  DerError,
  decodeGeneralNames,
  decodeNameConstraints,
  MalformedError,
  ProfileReader,
} from '../core.ts';
import { mutateDer } from '../mutation/elements.ts';
import { namesOfAllKinds } from '../mutation/vocabulary.ts';
import { isDer } from '../oracles/canonical.ts';
import * as model from '../oracles/model.ts';
import { isSpeltOtherwise } from '../oracles/spelling.ts';
import { ensure, hex, octets, sameBytes, type Target } from '../target.ts';
import type { World } from '../world.ts';

interface GeneralNamesResult {
  readonly names: Read<readonly GeneralName[]> | undefined;
  readonly constraints: Read<NameConstraints> | undefined;
}

interface Read<T> {
  readonly value: T;
  /** In another way than that of DER, which the reader took note of. */
  readonly isSpeltOtherwise: boolean;
}

/** GeneralNames and NameConstraints: whatever is accepted is in the form that RFC 5280 4.2.1.6 and 4.2.1.10 give it. */
export function generalNamesTarget(_world: World): Target<Uint8Array, GeneralNamesResult> {
  return {
    name: 'general-names',
    seeds,
    mutate: mutateDer,
    run: (input) => ({
      names: readNames(input),
      constraints: readConstraints(input),
    }),
    judge(input, { names, constraints }) {
      if (names !== undefined) {
        judgeOctets(input, names, writeNames, readNames, names.value);
        for (const name of names.value) judgeName(name, nameForms);
        for (const kind of peerKinds)
          for (const value of namesOfAllKinds) matchesPeerName({ subjectAltName: names.value }, { kind, value });
      }
      if (constraints !== undefined) {
        const { excludedSubtrees, permittedSubtrees } = constraints.value;
        const bases = [...permittedSubtrees, ...excludedSubtrees];
        judgeOctets(input, constraints, model.encodeNameConstraints, readConstraints, bases);
        for (const base of bases) judgeName(base, baseForms);
      }
      return `${names?.value.map(({ kind }) => kind).slice(0, 2)} ${constraints?.value.permittedSubtrees.map(({ kind }) => kind).slice(0, 2)}`;
    },
    ...octets,
  };
}

const readNames = (input: Uint8Array): GeneralNamesResult['names'] =>
  attempt(input, checkGeneralNames, decodeGeneralNames);
const readConstraints = (input: Uint8Array): GeneralNamesResult['constraints'] =>
  attempt(input, checkNameConstraints, decodeNameConstraints);
const writeNames = (names: readonly GeneralName[]): Uint8Array => der.sequence(...names.map(model.encodeGeneralName));

/** What is said is what stands there; where it is spelt otherwise than in DER, its DER says the same. */
function judgeOctets<T>(
  input: Uint8Array,
  { isSpeltOtherwise: isOther, value }: Read<T>,
  write: (value: T) => Uint8Array,
  read: (input: Uint8Array) => Read<T> | undefined,
  names: readonly GeneralName[],
): void {
  const written = write(value);
  if (isOther) {
    const again = read(written);
    ensure(again !== undefined && sameBytes(write(again.value), written), 'names say something else in DER', () =>
      hex(written),
    );
    return;
  }
  ensure(sameBytes(written, input), 'names say something else than their DER', () => hex(written));
  ensure(isDer(input) || names.some(isOctetsAlone), 'names are not DER');
}

/** An otherName whose value is no element: the one place where something else than DER may stand. */
const isOctetsAlone = (name: GeneralName): boolean => name.kind === 'uncomparable' && name.of === 'otherName';

const peerKinds = ['dNSName', 'iPAddress', 'rfc822Name', 'uniformResourceIdentifier'] as const;

const eachKind: readonly Uint8Array[] = [
  ...namesOfAllKinds.flatMap((name) => [1, 2, 6].map((number) => der.primitive(number, Buffer.from(name)))),
  ...['10.0.0.1', '2001:db8::1', '10.0.0.0/8', '::/0', '0.0.0.0/0', '2001:db8::/33'].map((ip) =>
    encodeGeneralName({ ip }),
  ),
  encodeGeneralName({ registeredId: '1.2.3' }),
  encodeGeneralName({ directoryName: 'CN=a,O=b' }),
  encodeGeneralName({ directoryName: '' }),
  encodeGeneralName({ otherName: { typeId: '1.2.3', value: der.utf8String('a') } }),
  der.constructed(3, der.sequence()),
  der.constructed(5, der.constructed(1, der.utf8String('party'))),
];

const seeds: readonly Uint8Array[] = [
  ...eachKind.map((name) => der.sequence(name)),
  ...eachKind.map((name) => der.sequence(der.constructed(0, der.sequence(name)))),
  ...eachKind.map((name) => der.sequence(der.constructed(1, der.sequence(name)))),
  der.sequence(...eachKind),
  der.sequence(der.constructed(0, der.sequence(eachKind[0] as Uint8Array, der.primitive(0, Uint8Array.of(1))))),
];

function attempt<T>(
  input: Uint8Array,
  check: (reader: InstanceType<typeof ProfileReader>) => void,
  decode: (reader: InstanceType<typeof ProfileReader>) => T,
): Read<T> | undefined {
  const reader = new ProfileReader(input);
  try {
    check(reader);
    if (!reader.isDone) return undefined;
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError) return undefined;
    throw error;
  }
  return { value: decode(new ProfileReader(input)), isSpeltOtherwise: isSpeltOtherwise(reader) };
}

type Forms = {
  readonly [Kind in 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'iPAddress']: (name: string) => boolean;
};

const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const host = new RegExp(`^${label}(?:\\.${label})*$`);
const isHost = (name: string): boolean => host.test(name) && name.length <= 253;

const nameForms: Forms = {
  dNSName: (name) => isHost(name.replace(/^\*\.(?=.)/, '')) && name.length <= 253,
  rfc822Name: (name) => {
    const at = name.lastIndexOf('@');
    const domain = name.slice(at + 1);
    return at > 0 && (isHost(domain) || /^\[.+\]$/.test(domain));
  },
  // Absolute, without blanks, without characters that no URI has, every percent sign an escape.
  uniformResourceIdentifier: (name) =>
    /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/.test(name) && !/%(?![0-9A-Fa-f]{2})/.test(name),
  iPAddress: (octetsInHex) => octetsInHex.length === 8 || octetsInHex.length === 32,
};

const baseForms: Forms = {
  dNSName: (name) => name === '' || isHost(name.replace(/^\./, '')),
  // `@example.com` is read as the host, as OpenSSL does.
  rfc822Name: (name) => nameForms.rfc822Name(name) || isHost(name.replace(/^[.@]/, '')) || isLiteral(name),
  uniformResourceIdentifier: (name) => isHost(name.replace(/^\./, '')),
  iPAddress: (octetsInHex) => {
    if (octetsInHex.length !== 16 && octetsInHex.length !== 64) return false;
    const mask = BigInt(`0x1${octetsInHex.slice(octetsInHex.length / 2)}`)
      .toString(2)
      .slice(1);
    return /^1*0*$/.test(mask);
  },
};

const isLiteral = (name: string): boolean => isIP(name) !== 0;

function judgeName(name: GeneralName, forms: Forms): void {
  switch (name.kind) {
    case 'dNSName':
    case 'rfc822Name':
    case 'uniformResourceIdentifier':
      ensure(forms[name.kind](name.value), `a ${name.kind} is accepted in a form of its own`, () =>
        JSON.stringify(name.value),
      );
      break;
    case 'iPAddress': {
      const octetsInHex = Buffer.from(name.bytes).toString('hex');
      ensure(forms.iPAddress(octetsInHex), 'an iPAddress is accepted in a form of its own', () => octetsInHex);
      break;
    }
    default:
      break;
  }
}
