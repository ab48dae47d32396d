import { X509Certificate } from 'node:crypto';
import type { Certificate } from '@peercert/core';
import { isExplained } from '../explained.ts';
import { ensure, Finding, hex, sameBytes } from '../target.ts';

/** The same certificate as Node sees it; `undefined` where there is an explanation why it cannot. */
export function readWithNode(certificate: Certificate): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate.der);
  } catch (error) {
    const { message } = error as Error;
    if (isExplained('node:crypto', message, [certificate])) return undefined;
    throw new Finding(`accepted, and node:crypto does not read it: ${message}`);
  }
}

/** Whoever reads a certificate with Node after us must see the same one. */
export function agreeWithNode(certificate: Certificate): void {
  const theirs = readWithNode(certificate);
  if (theirs === undefined) return;
  ensure(sameBytes(theirs.raw, certificate.der), 'node:crypto reads other octets');
  ensure(
    // Of zero Node prints one digit.
    theirs.serialNumber.padStart(2, '0') === certificate.serialNumber,
    'node:crypto reads another serial number',
    () => theirs.serialNumber,
  );
  agreeOnValidity(certificate, theirs);
  if (certificate.publicKey.keyType !== 'unsupported') agreeOnKey(certificate, theirs);
}

function agreeOnValidity({ notBeforeMs, notAfterMs }: Certificate, theirs: X509Certificate): void {
  for (const [ours, text] of [
    [notBeforeMs, theirs.validFrom],
    [notAfterMs, theirs.validTo],
  ] as const) {
    // OpenSSL prints the years before 1000 without leading zeros, which Date.parse takes for others.
    const year = Number(/ (\d+) GMT$/.exec(text)?.[1]);
    if (!(year >= 1000)) continue;
    ensure(
      Date.parse(text) === ours,
      'node:crypto reads another time',
      () => `${text}, not ${new Date(ours).toISOString()}`,
    );
  }
}

function agreeOnKey(certificate: Certificate, theirs: X509Certificate): void {
  const { publicKey } = certificate;
  let key: Buffer;
  try {
    key = theirs.publicKey.export({ type: 'spki', format: 'der' });
  } catch (error) {
    const { message } = error as Error;
    if (isExplained('node:crypto', message, [certificate])) return;
    throw new Finding(`the public key of an accepted certificate does not load: ${message}`);
  }
  if (sameBytes(key, publicKey.der)) return;
  if (isExplained('node:crypto', `${publicKey.keyType} key written otherwise`, [certificate])) return;
  throw new Finding('node:crypto reads another public key', `${hex(key)}, not ${hex(publicKey.der)}`);
}
