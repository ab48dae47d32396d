import { timingSafeEqual } from 'node:crypto';
import type { Extension } from '../../certificate/model.ts';
import { DerError, DerReader, tag } from '../../encoding/der.ts';
import type { OcspRule } from './rules.ts';

/** id-pkix-ocsp-nonce (RFC 6960 4.4.1). */
export const nonceOid = '1.3.6.1.5.5.7.48.1.2';

/** RFC 9654 2.1: `Nonce ::= OCTET STRING(SIZE(1..128))`. */
const longestNonce = 128;

/**
 * RFC 6960 4.4.1: "The nonce cryptographically binds a request and a response to prevent replay attacks." Nothing was
 * sent: whatever the answer has is for somebody else with whom it is shared.
 */
export function nonceRefusal(
  extensions: readonly Extension[],
  sent: Uint8Array | undefined,
  absence: 'accept' | 'refuse',
): OcspRule | undefined {
  if (sent === undefined) return undefined;
  const extension = extensions.find(({ oid }) => oid === nonceOid);
  if (extension === undefined) return absence === 'accept' ? undefined : 'ocsp_nonce_missing';
  const received = readNonce(extension.value);
  if (received === undefined) return 'ocsp_nonce_malformed';
  return received.length === sent.length && timingSafeEqual(received, sent) ? undefined : 'ocsp_nonce_mismatch';
}

function readNonce(value: Uint8Array): Uint8Array | undefined {
  const reader = new DerReader(value);
  try {
    const start = reader.readContent(tag.octetString);
    const length = reader.offset - start;
    return reader.isDone && length > 0 && length <= longestNonce ? value.subarray(start, reader.offset) : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
