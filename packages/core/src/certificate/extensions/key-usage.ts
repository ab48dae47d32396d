import type { DerReader } from '../../encoding/der.ts';
import { MalformedError } from '../malformed.ts';
import type { KeyUsageBit } from '../model.ts';

/** RFC 5280 4.2.1.3, bit 0 first. */
const bits: readonly KeyUsageBit[] = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

/** The nine bits that exist, bit 0 being the highest of 16. */
const knownBits = 0xff80;

/** The bit of keyCertSign in what `readKeyUsage` returns. */
export const keyCertSign = 0x0400;

/** RFC 5280 4.2.1.3: when the extension appears, at least one of its bits is set. */
export function readKeyUsage(reader: DerReader): number {
  const usage = reader.readNamedBits();
  if (usage === 0) throw new MalformedError('key_usage_empty');
  if ((usage & ~knownBits) !== 0) throw new MalformedError('key_usage_unknown_bit');
  return usage;
}

/** The names of the bits. */
export function keyUsageBits(usage: number): ReadonlySet<KeyUsageBit> {
  return new Set(bits.filter((_, index) => (usage & (0x8000 >> index)) !== 0));
}
