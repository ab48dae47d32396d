import type { Limits } from '../limits.ts';
import { type Outcome, reason } from '../reasons.ts';
import { parseCertificate } from './certificate.ts';
import type { Certificate } from './model.ts';

/** What was presented, read: the leaf, and the rest in the order in which it came. */
export interface CertificateChain {
  readonly leaf: Certificate;
  readonly others: readonly Certificate[];
}

/**
 * Reads everything that was presented. One malformed certificate refuses all of them: skipping it would make another
 * one the leaf, or hide from the log what the client sent. `recall` may answer with a certificate read before from the
 * very same bytes.
 */
export function parseChain(
  presented: readonly Uint8Array[],
  limits: Pick<Limits, 'certificateBytes' | 'presentedBytes' | 'presentedCertificates'>,
  recall: (der: Uint8Array) => Certificate | undefined = () => undefined,
): Outcome<CertificateChain> {
  const tooLarge = excess(presented, limits);
  if (tooLarge !== undefined) return { ok: false, reason: tooLarge };
  const [first] = presented;
  if (first === undefined) return { ok: false, reason: reason('certificate_missing', {}) };
  const leaf = parseCertificate(first, 0);
  if (!leaf.ok) return leaf;
  const others: Certificate[] = [];
  for (let index = 1; index < presented.length; index += 1) {
    const der = presented[index] as Uint8Array;
    const known = recall(der);
    if (known !== undefined) {
      others.push(known);
      continue;
    }
    const parsed = parseCertificate(der, index);
    if (!parsed.ok) return parsed;
    others.push(parsed.value);
  }
  return { ok: true, value: { leaf: leaf.value, others } };
}

function excess(
  presented: readonly Uint8Array[],
  { certificateBytes, presentedBytes, presentedCertificates }: Parameters<typeof parseChain>[1],
): ReturnType<typeof reason<'input_too_large'>> | undefined {
  if (presented.length > presentedCertificates) {
    return reason('input_too_large', { limit: presentedCertificates, actual: presented.length, unit: 'certificates' });
  }
  let largest = 0;
  let total = 0;
  for (const { length } of presented) {
    largest = Math.max(largest, length);
    total += length;
  }
  if (largest > certificateBytes) {
    return reason('input_too_large', { limit: certificateBytes, actual: largest, unit: 'bytes' });
  }
  return total > presentedBytes
    ? reason('input_too_large', { limit: presentedBytes, actual: total, unit: 'bytes' })
    : undefined;
}
