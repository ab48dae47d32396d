import { type CrlOutcome, crlRules, parseCrl } from '@peercert/core';
import {
  crlNumberExtension,
  deltaCrlIndicator,
  der,
  extension,
  forgeCrl,
  issuingDistributionPoint,
  type KeyPair,
} from '@peercert/pki';
import { mutateDer } from '../mutation/elements.ts';
import { isDer } from '../oracles/canonical.ts';
import { isSpeltOtherwise } from '../oracles/spelling.ts';
import { ensure, octets, type Target } from '../target.ts';
import type { World } from '../world.ts';

/** Revocation lists: whatever is accepted is DER, and has every entry that stands in it. */
export function crlTarget({ keyring }: World): Target<Uint8Array, CrlOutcome | Promise<CrlOutcome>> {
  return {
    name: 'crl',
    seeds: seeds(keyring.pairs('P-256')[0] as KeyPair),
    mutate: mutateDer,
    run: (input) => parseCrl(input),
    judge(input, outcome) {
      // A long list is read in slices: its own tests see to that.
      if (outcome instanceof Promise) return 'sliced';
      if (!outcome.ok) {
        ensure(outcome.rule in crlRules, 'a list breaks a rule that does not exist', () => outcome.rule);
        return outcome.rule;
      }
      const crl = outcome.value;
      ensure(isDer(input) || isSpeltOtherwise(crl), 'an accepted list is not DER');
      const entries = entriesOf(input);
      ensure(crl.entryCount === entries.length, 'entries are counted wrongly');
      const isIndirect = entries.some((entry) => Buffer.from(entry).includes(certificateIssuer));
      for (const entry of entries.slice(0, 32)) {
        const serial = Buffer.from(der.contents(der.children(entry)[0] as Uint8Array));
        const hex = serial
          .toString('hex')
          .toUpperCase()
          .replace(/^00(?=..)/, '');
        const isNegative = (serial[0] as number) >= 0x80;
        const magnitude = isNegative ? (1n << BigInt(serial.length * 8)) - BigInt(`0x${hex}`) : 0n;
        const digits = magnitude.toString(16).toUpperCase();
        const own = isNegative ? `-${digits.padStart(digits.length + (digits.length % 2), '0')}` : hex;
        // Whom it revokes is found as the unsigned number as well; a revocation is lifted by its own number alone.
        const isRemoval = Buffer.from(entry).includes(removeFromCrl);
        for (const serialNumber of isRemoval ? [own] : [own, hex]) {
          const found = crl.entryFor({ issuer: crl.issuer, serialNumber });
          ensure(isIndirect || found !== undefined, 'an entry is not found', () => serialNumber);
        }
      }
      return `accepted ${crl.deviations.join(' ')} ${crl.isDelta} ${Math.min(entries.length, 3)}`;
    },
    ...octets,
  };
}

/** The object identifier 2.5.29.29. */
const certificateIssuer = Buffer.from('551d1d', 'hex');

/** `ENUMERATED 8`. */
const removeFromCrl = Buffer.from('0a0108', 'hex');

/** `revokedCertificates`: the one SEQUENCE behind the times. */
function entriesOf(crl: Uint8Array): readonly Uint8Array[] {
  const fields = der.children(der.children(crl)[0] as Uint8Array);
  const lastTime = fields.findLastIndex(([identifier]) => identifier === 0x17 || identifier === 0x18);
  const list = fields[lastTime + 1];
  return list?.[0] === 0x30 ? der.children(list) : [];
}

function seeds(keyPair: KeyPair): readonly Uint8Array[] {
  const thisUpdate = new Date(Date.UTC(2026, 10, 22));
  const nextUpdate = new Date(Date.UTC(2026, 10, 29));
  const forge = (options: object): Uint8Array =>
    forgeCrl({ keyPair, issuer: 'CN=Issuing,O=Acme', thisUpdate, nextUpdate, ...options }).crlDer;
  const names = [{ uri: 'http://crl.example.com/1.crl' }];
  return [
    forge({}),
    forge({ version: 1, entries: [{ serialNumber: 1 }] }),
    forge({ entries: [{ serialNumber: Uint8Array.of(0xca, 0x01) }] }),
    forge({
      entries: [
        { serialNumber: 1, reason: 'keyCompromise', invalidityDate: thisUpdate },
        { serialNumber: 'A1B2C3', reason: 'certificateHold' },
        { serialNumber: 2n ** 150n, reason: 'removeFromCRL' },
      ],
      extensions: [
        extension.authorityKeyIdentifier({ keyIdentifier: Uint8Array.of(1, 2, 3) }),
        crlNumberExtension(7),
        extension.freshestCrl([names]),
        extension.issuerAltName(names),
      ],
    }),
    forge({
      entries: [{ serialNumber: 3 }, { serialNumber: Uint8Array.of(0x80), reason: 'removeFromCRL' }],
      extensions: [crlNumberExtension(8), deltaCrlIndicator(7)],
    }),
    forge({
      entries: [{ serialNumber: 4, certificateIssuer: [{ directoryName: 'CN=Other' }] }, { serialNumber: 5 }],
      extensions: [
        crlNumberExtension(9),
        issuingDistributionPoint({ distributionPoint: names, onlyContainsUserCerts: true, indirectCRL: true }),
      ],
    }),
    forge({
      entries: Array.from({ length: 300 }, (_, index) => ({ serialNumber: index + 1 })),
      extensions: [issuingDistributionPoint({ onlySomeReasons: ['keyCompromise', 'superseded'] })],
    }),
  ];
}
