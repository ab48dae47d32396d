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
import { ensure, octets, sameBytes, type Target } from '../target.ts';
import type { World } from '../world.ts';

interface GeneralNamesResult {
  readonly names: readonly GeneralName[] | undefined;
  readonly constraints: NameConstraints | undefined;
}

/** GeneralNames and NameConstraints: whatever is accepted is in the form that RFC 5280 4.2.1.6 and 4.2.1.10 give it. */
export function generalNamesTarget(_world: World): Target<Uint8Array, GeneralNamesResult> {
  return {
    name: 'general-names',
    seeds,
    mutate: mutateDer,
    run: (input) => ({
      names: attempt(input, checkGeneralNames, decodeGeneralNames),
      constraints: attempt(input, checkNameConstraints, decodeNameConstraints),
    }),
    judge(input, { names, constraints }) {
      if (names !== undefined) {
        const written = der.sequence(...names.map(model.encodeGeneralName));
        ensure(isDer(input) && sameBytes(written, input), 'general names say something else than their DER');
        for (const name of names) judgeName(name, nameForms);
        for (const kind of peerKinds)
          for (const value of namesOfAllKinds) matchesPeerName({ subjectAltName: names }, { kind, value });
      }
      if (constraints !== undefined) {
        const written = model.encodeNameConstraints(constraints);
        ensure(isDer(input) && sameBytes(written, input), 'name constraints say something else than their DER');
        for (const base of [...constraints.permittedSubtrees, ...constraints.excludedSubtrees])
          judgeName(base, baseForms);
      }
      return `${names?.map(({ kind }) => kind).slice(0, 2)} ${constraints?.permittedSubtrees.map(({ kind }) => kind).slice(0, 2)}`;
    },
    ...octets,
  };
}

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
): T | undefined {
  try {
    const reader = new ProfileReader(input);
    check(reader);
    if (!reader.isDone) return undefined;
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError) return undefined;
    throw error;
  }
  return decode(new ProfileReader(input));
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
  rfc822Name: (name) => nameForms.rfc822Name(name) || isHost(name.replace(/^\./, '')) || isLiteral(name),
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
