import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { type CertificateForm, certificateForms } from './certificate-text.ts';
import { type CertificateHeader, createCertificateSource } from './forwarded-certificate.ts';
import { createNameSource } from './forwarded-name.ts';
import {
  checkHeaderName,
  compileVerifier,
  type HeaderSourceOptions,
  refuseSameNames,
  sourceKeys,
  type VerifiedByPeercert,
  type VerifiedByProxy,
} from './header-options.ts';
import type { Source } from './presented.ts';
import type { VerdictHeader } from './proxy-verdict.ts';
import type { SerialForm } from './serial-text.ts';

/** A header with certificates. */
export interface CertificateHeaderOptions {
  readonly header: string;
  readonly form: CertificateForm;
  /** Values by which this proxy says that there is none: `['']`, `['(null)']`. Default: none, it leaves the header out. */
  readonly absent?: readonly string[];
}

/** A header that says whether the proxy verified the certificate. */
export interface VerdictHeaderOptions {
  readonly header: string;
  /** The values by which the proxy says that all is well, compared exactly; any other is `proxy_verification_failed`. */
  readonly verified: string | readonly string[];
  /** The values by which it says that there is no certificate. Default: none. */
  readonly absent?: string | readonly string[];
}

/** Headers with distinguished names as RFC 4514 text. Each that is named here has to come. */
export interface NameHeaderOptions {
  readonly subject: string;
  readonly issuer?: string;
  readonly serialNumber?: { readonly header: string; readonly form: SerialForm };
}

export type HeadersOptions = HeaderSourceOptions & {
  /** The name of the source: `client.source`. Default `headers`. */
  readonly name?: string;
} & (
    | (VerifiedByPeercert & {
        readonly certificate: CertificateHeaderOptions;
        readonly chain?: CertificateHeaderOptions;
        readonly verdict?: readonly [VerdictHeaderOptions, ...VerdictHeaderOptions[]];
        readonly names?: never;
      })
    | (VerifiedByProxy & {
        readonly certificate: CertificateHeaderOptions;
        readonly chain?: CertificateHeaderOptions;
        readonly verdict: readonly [VerdictHeaderOptions, ...VerdictHeaderOptions[]];
        readonly names?: never;
      })
    | (VerifiedByProxy & {
        readonly names: NameHeaderOptions;
        readonly verdict: readonly [VerdictHeaderOptions, ...VerdictHeaderOptions[]];
        readonly certificate?: never;
        readonly chain?: never;
      })
  );

/**
 * Any other proxy: which header holds the certificate and how, and which headers say whether it was verified. All of the
 * verdict's headers have to agree. Without a verdict nothing but Peercert's own verification counts.
 */
export function fromHeaders(options: HeadersOptions): Source {
  const where = 'fromHeaders()';
  refuseUnknownKeys(options, [...sourceKeys, 'name', 'certificate', 'chain', 'verdict', 'names'], where);
  const { name = 'headers', certificate, chain, names } = options;
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw new TypeError(`${where}: name must be lower-case letters, digits and hyphens, got ${shown(name)}`);
  }
  if ((certificate === undefined) === (names === undefined)) {
    throw new TypeError(
      `${where} needs certificate: { header: 'X-Client-Cert', form: 'pem-escaped' }, or names where no certificate is forwarded`,
    );
  }
  const verdict = compileVerdict(options.verdict, where);
  const [first, ...more] = verdict;
  if (certificate === undefined) {
    compileVerifier(options, 'proxy', where);
    if (first === undefined) throw new TypeError(`${where}: names need a verdict: nobody else vouches for them`);
    return fromNames(name, options, names as NameHeaderOptions, [first, ...more], where);
  }
  const verifiedBy = compileVerifier(options, first === undefined ? 'peercert' : 'either', where);
  const own = compileCertificateHeader(certificate, `${where}: certificate`);
  const others = chain === undefined ? [] : [compileCertificateHeader(chain, `${where}: chain`)];
  refuseSameNames(
    [own, ...others, ...verdict].map(({ header }) => header),
    where,
  );
  return createCertificateSource({ name, where, options, verifiedBy, certificate: own, chain: others, verdict });
}

function fromNames(
  name: string,
  options: HeaderSourceOptions,
  names: NameHeaderOptions,
  verdict: readonly [VerdictHeader, ...VerdictHeader[]],
  where: string,
): Source {
  refuseUnknownKeys(names, ['subject', 'issuer', 'serialNumber'], `${where}: names`);
  const subject = checkHeaderName(names.subject, `${where}: names.subject`);
  const issuer = names.issuer === undefined ? undefined : checkHeaderName(names.issuer, `${where}: names.issuer`);
  const { serialNumber } = names;
  if (serialNumber !== undefined) {
    refuseUnknownKeys(serialNumber, ['header', 'form'], `${where}: names.serialNumber`);
    checkHeaderName(serialNumber.header, `${where}: names.serialNumber.header`);
    if (serialNumber.form !== 'hex' && serialNumber.form !== 'decimal') {
      throw new TypeError(`${where}: names.serialNumber.form must be 'hex' or 'decimal'`);
    }
  }
  refuseSameNames(
    [subject, issuer, serialNumber?.header, ...verdict.map(({ header }) => header)].filter((one) => one !== undefined),
    where,
  );
  return createNameSource({ name, where, options, subject, issuer, serialNumber, verdict });
}

function compileCertificateHeader(given: CertificateHeaderOptions, where: string): CertificateHeader {
  refuseUnknownKeys(given, ['header', 'form', 'absent'], where);
  const header = checkHeaderName(given.header, `${where}.header`);
  if (!Object.hasOwn(certificateForms, given.form)) {
    throw new TypeError(
      `${where}.form must be one of ${Object.keys(certificateForms).join(', ')}, got ${shown(given.form)}`,
    );
  }
  return { header, form: given.form, absent: compileValues(given.absent ?? [], `${where}.absent`) };
}

function compileVerdict(given: readonly VerdictHeaderOptions[] = [], where: string): readonly VerdictHeader[] {
  if (!Array.isArray(given)) {
    throw new TypeError(`${where}: verdict must be a list: [{ header: 'X-Client-Verify', verified: 'SUCCESS' }]`);
  }
  return given.map((one: VerdictHeaderOptions, index) => {
    const place = `${where}: verdict[${index}]`;
    refuseUnknownKeys(one, ['header', 'verified', 'absent'], place);
    const header = checkHeaderName(one.header, `${place}.header`);
    const verified = compileValues(one.verified, `${place}.verified`);
    const absent = compileValues(one.absent ?? [], `${place}.absent`);
    if (verified.length === 0) throw new TypeError(`${place}.verified must name a value such as 'SUCCESS'`);
    const both = verified.find((value) => absent.includes(value));
    if (both !== undefined) throw new TypeError(`${place}: ${shown(both)} cannot mean both verified and absent`);
    return { header, verified, absent };
  });
}

function compileValues(given: string | readonly string[], where: string): readonly string[] {
  const values: readonly string[] = typeof given === 'string' ? [given] : given;
  if (!Array.isArray(values) || values.some((value) => typeof value !== 'string')) {
    throw new TypeError(`${where} must be a text or a list of texts, got ${shown(given)}`);
  }
  return Object.freeze([...values]);
}
