import {
  type Certificate,
  deviations,
  malformedRules,
  type Outcome,
  parseCertificate,
  parseCertificatePem,
} from '@peercert/core';
import { isExplained } from '../explained.ts';
import { mutateCertificate } from '../mutation/certificate.ts';
import { maximumOctets } from '../mutation/elements.ts';
import { isDer } from '../oracles/canonical.ts';
import { decodedExtensions, encodeCertificate } from '../oracles/model.ts';
import { agreeWithNode } from '../oracles/node-crypto.ts';
import { Pkijs } from '../oracles/pkijs.ts';
import { isSpeltOtherwise } from '../oracles/spelling.ts';
import { ensure, Finding, hex, octets, sameBytes, type Target } from '../target.ts';
import type { World } from '../world.ts';
import { judgeName } from './names.ts';

/** A certificate on its own: whatever is accepted says the same to everybody, and says it in one way only. */
export function certificateTarget({ certificates }: World): Target<Uint8Array, Outcome<Certificate>> {
  const pkijs = new Pkijs();
  return {
    name: 'certificate',
    seeds: certificates.filter(({ length }) => length <= maximumOctets),
    mutate: mutateCertificate,
    run(input) {
      const parsed = parseCertificate(input);
      if (parsed.ok) readEverything(parsed.value);
      return parsed;
    },
    judge(input, parsed) {
      if (!parsed.ok) return judgeRefusal(parsed.reason);
      const certificate = parsed.value;
      ensure(sameBytes(certificate.der, input), 'the DER of a certificate is not its input');
      judgeEncoding(certificate);
      for (const name of [certificate.issuer, certificate.subject]) judgeName(name);
      judgePem(certificate);
      agreeWithNode(certificate);
      return `accepted ${certificate.deviations.join(' ')} ${certificate.publicKey.keyType}`;
    },
    compared: {
      isWanted: (outcome) => outcome.startsWith('accepted'),
      ask: (input) => askPkijs(pkijs, input),
    },
    ...octets,
  };
}

function judgeRefusal(reason: Extract<Outcome<Certificate>, { ok: false }>['reason']): string {
  ensure(
    reason.code === 'certificate_malformed',
    'a certificate is refused for a reason of another stage',
    () => reason.code,
  );
  const { rule } = reason.detail;
  ensure(rule in malformedRules && !(rule in deviations), 'a certificate is refused for no rule of form', () => rule);
  return rule;
}

/** Every member, decoded: what is left for later must not fail later. */
export function readEverything(certificate: Certificate): void {
  for (const key of members) void certificate[key];
  for (const name of [certificate.issuer, certificate.subject])
    void `${name.canonical} ${name.toString()} ${name.rdns.length}`;
}

const members: readonly (keyof Certificate & string)[] = [
  'version',
  'serialNumber',
  'signatureAlgorithm',
  'signature',
  'notBefore',
  'notAfter',
  'publicKey',
  'extensions',
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'subjectAltName',
  'issuerAltName',
  'nameConstraints',
  'certificatePolicies',
  'policyMappings',
  'policyConstraints',
  'inhibitAnyPolicy',
  'authorityKeyIdentifier',
  'subjectKeyIdentifier',
  'crlDistributionPoints',
  'freshestCrl',
  'authorityInfoAccess',
  'thumbprint',
  'spkiSha256',
  'isSelfIssued',
];

function judgeEncoding(certificate: Certificate): void {
  if (isSpeltOtherwise(certificate)) {
    judgeTwin(certificate);
    return;
  }
  const { der, extensions } = certificate;
  ensure(isDer(der), 'an accepted certificate is not DER');
  const written = encodeCertificate(certificate);
  ensure(sameBytes(written, der), 'the model of a certificate says something else than its DER', () => hex(written));
  for (const { oid, value } of extensions) {
    const decoded = decodedExtensions[oid]?.(certificate);
    if (decoded === undefined) continue;
    ensure(
      sameBytes(decoded, value),
      'a decoded extension says something else than its DER',
      () => `${oid} ${hex(decoded)}`,
    );
  }
}

/** What is written in another way than that of DER means what it means when it is written in that way. */
function judgeTwin(certificate: Certificate): void {
  const written = encodeCertificate(certificate, ({ oid, value }) => decodedExtensions[oid]?.(certificate) ?? value);
  const twin = parseCertificate(written);
  ensure(twin.ok, 'a certificate that is written anew in DER is refused', () => hex(written));
  const [ours, theirs] = [whatIsSaid(certificate), whatIsSaid(twin.value)];
  ensure(ours === theirs, 'a certificate says something else once it is written in DER', () => `${ours}, ${theirs}`);
}

function whatIsSaid(certificate: Certificate): string {
  const { basicConstraints, extensions, issuer, keyUsage, notAfterMs, notBeforeMs, publicKey, subject } = certificate;
  return JSON.stringify([
    [certificate.version, certificate.serialNumber, notBeforeMs, notAfterMs, certificate.isSelfIssued],
    [issuer, subject].map((name) => [name.canonical, name.toString(), name.rdns.length]),
    [publicKey.keyType, publicKey.bits, publicKey.curve ?? '', hex(publicKey.key)],
    [basicConstraints?.cA, basicConstraints?.pathLenConstraint, [...(keyUsage ?? ['none'])]],
    extensions.map(({ oid, critical }) => [
      oid,
      critical,
      hex(decodedExtensions[oid]?.(certificate) ?? new Uint8Array()),
    ]),
  ]);
}

function judgePem(certificate: Certificate): void {
  const read = parseCertificatePem(certificate.toPem());
  ensure(read.ok && sameBytes(read.value.der, certificate.der), 'the PEM of a certificate is another certificate');
}

async function askPkijs(pkijs: Pkijs, input: Uint8Array): Promise<readonly Finding[]> {
  const ours = parseCertificate(input);
  const said = await pkijs.ask(input);
  if (!ours.ok || said === undefined || said === 'no answer' || isExplained('pkijs', said, [ours.value])) return [];
  // It prints the octets.
  const { serialNumber } = ours.value;
  const value = serialNumber.startsWith('-') ? -BigInt(`0x${serialNumber.slice(1)}`) : BigInt(`0x${serialNumber}`);
  const same = /^[0-9a-f]+$/.test(said) && BigInt.asIntN(said.length * 4, BigInt(`0x${said}`)) === value;
  return same ? [] : [new Finding(`accepted, and pkijs says ${said}`)];
}
