import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { Certificate } from '@peercert/core';
import type { ServerIdentity } from './identity/server-identity.ts';
import { availableCurves, type TlsProfileName, tlsProfiles } from './profiles.ts';

/**
 * What the handshake itself says and does about clients' certificates; `mtls()` decides in any case.
 *
 * `'ask'`: it asks for a certificate and takes any, so that Peercert can answer and explain. Node is told of no authority
 * at all. `'name'`: it also names the trust anchors, so that a client with several certificates can choose.
 * `'refuse'`: it also refuses whoever has no certificate that Node accepts.
 */
export type HandshakeMode = 'ask' | 'name' | 'refuse';

export interface ContextSettings {
  readonly profile: TlsProfileName;
  readonly handshake: HandshakeMode;
  readonly resumption: 'tickets' | 'off';
  readonly lifetimeSeconds: number;
  readonly sessionIdContext: string;
  readonly ticketKeys: Buffer;
}

/** The part of a server's options that a reload replaces: what `setSecureContext` and `createSecureContext` take. */
export function contextOptions(
  settings: ContextSettings,
  identity: ServerIdentity,
  anchors: readonly Certificate[],
): SecureContextOptions {
  const profile = tlsProfiles[settings.profile];
  const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants;
  return {
    ...identity.tls,
    // Always there: without it Node would trust every public authority.
    ca: settings.handshake === 'ask' ? [] : anchors.map((anchor) => anchor.toPem()),
    minVersion: profile.minVersion,
    maxVersion: profile.maxVersion,
    ciphers: profile.ciphers.join(':'),
    honorCipherOrder: profile.honorCipherOrder,
    ecdhCurve: availableCurves(),
    // A renegotiation would bring another certificate into the midst of a connection.
    secureOptions: SSL_OP_NO_RENEGOTIATION | (settings.resumption === 'off' ? SSL_OP_NO_TICKET : 0),
    sessionIdContext: settings.sessionIdContext,
    sessionTimeout: settings.lifetimeSeconds,
    ticketKeys: settings.ticketKeys,
  };
}

/** The most that a CertificateRequest holds: a vector of 2^16-1 octets (RFC 5246 7.4.4, RFC 8446 4.2.4). */
const mostNameBytes = 65_535 - 64;

/**
 * Beyond it OpenSSL fails every handshake, so that it is refused where the anchors are read. Throws TypeError naming the
 * option.
 */
export function checkNamedAnchors(handshake: HandshakeMode, anchors: readonly Certificate[], option: string): void {
  if (handshake === 'ask') return;
  const bytes = anchors.reduce((sum, { subject }) => sum + subject.der.length + 2, 0);
  if (bytes <= mostNameBytes) return;
  throw new TypeError(
    `${option}: the names of ${anchors.length} authorities take ${bytes} octets, and a TLS handshake has room for ` +
      `${mostNameBytes}: leave out handshake: '${handshake}'`,
  );
}
