import { decodeFormPercent } from '../encoding/percent-encoding.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import type { Outcome } from '../reasons.ts';
import { utf8Text } from './certificate-text.ts';
import { presentName } from './forwarded-name.ts';
import {
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  sourceKeys,
  type VerifiedByProxy,
} from './header-options.ts';
import type { HeaderRule } from './header-rules.ts';
import { createHeaderSource } from './header-source.ts';
import type { NameTexts, Presented, Source } from './presented.ts';
import { malformed } from './proxy-verdict.ts';
import { parseSerialNumber } from './serial-text.ts';
import { traefikHeaders } from './traefik.ts';

/** An attribute that Traefik can write, by its key there; `SN` is the attribute serialNumber of a name. */
export type TraefikAttribute = 'DC' | 'C' | 'ST' | 'L' | 'O' | 'OU' | 'SN' | 'CN';

/** `info` of the middleware, field by field: exactly what is configured in Traefik. */
export interface TraefikFields {
  readonly subject: readonly TraefikAttribute[];
  readonly issuer?: readonly Exclude<TraefikAttribute, 'OU'>[];
  readonly serialNumber?: boolean;
  readonly notBefore?: boolean;
  readonly notAfter?: boolean;
  readonly sans?: boolean;
}

export type TraefikInfoOptions = HeaderSourceOptions &
  VerifiedByProxy & {
    readonly fields: TraefikFields;
    /**
     * Needed for names of more than one attribute. Traefik divides them by commas and escapes nothing: an authority that
     * certifies `O=x,OU=Administrators` as one value gives its client that OU.
     */
    readonly dangerouslySplitNames?: boolean;
    readonly headers?: { readonly certificate?: string; readonly info?: string };
  };

/** In the order in which Traefik writes them. */
const attributes: readonly TraefikAttribute[] = ['DC', 'C', 'ST', 'L', 'O', 'OU', 'SN', 'CN'];

/**
 * Traefik with the middleware passTLSClientCert and `info`: `X-Forwarded-Tls-Client-Cert-Info`, as a bare name. Traefik
 * escapes no value, so a common name that holds `"` could bring fields of its own. Therefore the value must have exactly
 * the fields that are configured, each once and in order, of one certificate, and no value may hold a delimiter.
 */
export function fromTraefikInfo(options: TraefikInfoOptions): Source {
  const where = 'fromTraefikInfo()';
  refuseUnknownKeys(options, [...sourceKeys, 'fields', 'dangerouslySplitNames', 'headers'], where);
  const verifiedBy = compileVerifier(options, 'proxy', where);
  const fields = compileTraefikFields(options.fields, options.dangerouslySplitNames === true, where);
  const { certificate, info } = compileHeaderNames(traefikHeaders, options.headers, [], where);
  const header = (info as string).toLowerCase();
  const refused = (rule: HeaderRule): Outcome<never> => ({ ok: false, reason: malformed(header, rule) });
  return createHeaderSource({
    name: 'traefik-info',
    where,
    options,
    verifiedBy,
    headers: [{ name: header }],
    vary: [info as string],
    alsoReserved: [certificate as string],
    read([value]): Outcome<Presented> | undefined {
      if (value === undefined) return undefined;
      const octets = decodeFormPercent(value);
      if (octets === undefined) return refused('percent_encoding');
      const text = utf8Text(octets);
      if (text === undefined) return refused('characters');
      const names = parseTraefikInfo(text, fields, header);
      return names.ok ? { ok: true, value: presentName('traefik-info', names.value) } : refused(names.rule);
    },
  });
}

/** Throws TypeError for fields that Traefik does not have, and for names that could not be told apart. */
export function compileTraefikFields(fields: TraefikFields, splitsNames: boolean, where: string): TraefikFields {
  const known = ['subject', 'issuer', 'serialNumber', 'notBefore', 'notAfter', 'sans'];
  if (fields === undefined) {
    throw new TypeError(`${where} needs fields, exactly as in Traefik: { subject: ['CN'], serialNumber: true }`);
  }
  refuseUnknownKeys(fields, known, `${where}: fields`);
  const { subject, issuer } = fields;
  for (const [key, list] of Object.entries({ subject, issuer })) {
    if (key === 'issuer' && list === undefined) continue;
    if (!Array.isArray(list) || list.length === 0 || list.some((one) => !attributes.includes(one))) {
      throw new TypeError(`${where}: fields.${key} must list some of ${attributes.join(', ')}, got ${shown(list)}`);
    }
    if (list.length > 1 && !splitsNames) {
      throw new TypeError(
        `${where}: Traefik does not escape the commas of fields.${key}: name one attribute, or say dangerouslySplitNames: true`,
      );
    }
  }
  return Object.freeze({ ...fields });
}

export type TraefikInfo =
  | { readonly ok: true; readonly value: NameTexts }
  | { readonly ok: false; readonly rule: HeaderRule };

/** Reads the decoded value of the header: a pure function. */
export function parseTraefikInfo(text: string, fields: TraefikFields, header: string): TraefikInfo {
  const expected = [
    'Subject',
    ...(fields.issuer === undefined ? [] : ['Issuer']),
    ...(fields.serialNumber ? ['SerialNumber'] : []),
    ...(fields.notBefore ? ['NB'] : []),
    ...(fields.notAfter ? ['NA'] : []),
    ...(fields.sans ? ['SAN'] : []),
  ];
  const values = new Map<string, string>();
  let at = 0;
  for (const [index, field] of expected.entries()) {
    const opening = `${index === 0 ? '' : ';'}${field}="`;
    if (!text.startsWith(opening, at)) return { ok: false, rule: 'traefik_info' };
    const end = text.indexOf('"', at + opening.length);
    if (end === -1) return { ok: false, rule: 'traefik_info' };
    values.set(field, text.slice(at + opening.length, end));
    at = end + 1;
  }
  if (text[at] === ',') return { ok: false, rule: 'certificates_several' };
  const subject = nameText(values.get('Subject') ?? '', fields.subject);
  const issuer = fields.issuer && nameText(values.get('Issuer') ?? '', fields.issuer);
  if (at !== text.length || subject === undefined || (fields.issuer !== undefined && issuer === undefined)) {
    return { ok: false, rule: 'traefik_info' };
  }
  const serialNumber = fields.serialNumber && parseSerialNumber(values.get('SerialNumber') ?? '', 'decimal');
  if (fields.serialNumber && serialNumber === undefined) return { ok: false, rule: 'serial_number' };
  return {
    ok: true,
    value: {
      subject: { text: subject, header },
      issuer: issuer === undefined ? undefined : { text: issuer, header },
      serialNumber: serialNumber || undefined,
    },
  };
}

/** RFC 4514 text of what Traefik wrote; `undefined` when it is not the configured attributes in Traefik's order. */
function nameText(text: string, configured: readonly TraefikAttribute[]): string | undefined {
  const parts: string[] = [];
  let lowest = 0;
  for (const part of text.split(',')) {
    const [, key = '', value = ''] = /^([A-Z]{1,2})=([^=]+)$/.exec(part) ?? [];
    const place = configured.includes(key as TraefikAttribute) ? attributes.indexOf(key as TraefikAttribute) : -1;
    if (place < lowest) return undefined;
    // Only these three can come more than once, side by side.
    lowest = key === 'DC' || key === 'O' || key === 'OU' ? place : place + 1;
    parts.unshift(`${key === 'SN' ? 'serialNumber' : key}=${value.replace(/["+;<>\\]|^[ #]|(?<=.) $/g, '\\$&')}`);
  }
  return parts.join(',');
}
