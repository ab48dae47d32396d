import { ocspRules, type ParsedOcspResponse, parseOcspResponse } from '@peercert/core';
import { der, encodeName, encodeOcspCertId, encodeOcspError, forgeOcspResponse, type KeyPair } from '@peercert/pki';
import { mutateDer } from '../mutation/elements.ts';
import { isDer } from '../oracles/canonical.ts';
import { ensure, octets, type Target } from '../target.ts';
import type { World } from '../world.ts';

/** OCSP responses: whatever is accepted is DER, and everything in it can be asked for. */
export function ocspTarget({ keyring, paths }: World): Target<Uint8Array, ParsedOcspResponse> {
  return {
    name: 'ocsp',
    seeds: seeds(keyring.pairs('P-256')[0] as KeyPair, paths[0]?.presented ?? []),
    mutate: mutateDer,
    run: (input) => parseOcspResponse(input),
    judge(input, parsed) {
      if (!parsed.ok) {
        ensure(parsed.rule in ocspRules, 'a response breaks a rule that does not exist', () => parsed.rule);
        return parsed.rule;
      }
      ensure(isDer(input), 'an accepted response is not DER');
      const { value } = parsed;
      if (value.status !== 'successful') return `accepted ${value.status}`;
      const { responses, responderId, certificates } = value.basic;
      const answers = responses.map(({ certStatus }) => certStatus.kind);
      return `accepted ${responderId.kind} ${answers.slice(0, 2)} ${Math.min(certificates.length, 2)}`;
    },
    ...octets,
  };
}

function seeds(signer: KeyPair, [leaf, issuer]: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaf === undefined || issuer === undefined) return [];
  const thisUpdate = new Date(Date.UTC(2026, 10, 22));
  const issuerSpki = Uint8Array.from(signer.publicKey.export({ type: 'spki', format: 'der' }));
  const certId = encodeOcspCertId({ issuerName: encodeName('CN=Issuing'), issuerSpki, serialNumber: 0xa1b2n });
  const base = { signer, producedAt: thisUpdate };
  const single = { certId, thisUpdate, nextUpdate: new Date(Date.UTC(2026, 10, 29)) };
  const revoked = { revocationDate: thisUpdate, reason: 'keyCompromise' } as const;
  const nonce = { oid: '1.3.6.1.5.5.7.48.1.2', value: der.octetString(new Uint8Array(32)) };
  return [
    ...[1, 2, 3, 5, 6].map(encodeOcspError),
    forgeOcspResponse({ ...base, responses: [{ ...single, status: 'good' }] }),
    forgeOcspResponse({ ...base, responses: [{ ...single, status: 'unknown' }], version: 0, extensions: [nonce] }),
    forgeOcspResponse({
      ...base,
      responderId: { name: 'CN=Responder' },
      responses: [
        { ...single, status: revoked },
        { certId, thisUpdate, status: 'good', extensions: [nonce] },
      ],
      certificates: [leaf, issuer],
    }),
  ];
}
