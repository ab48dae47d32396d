import type { Outcome } from '../reasons.ts';
import { utf8Text } from './certificate-text.ts';
import type { HeaderSourceOptions } from './header-options.ts';
import type { HeaderRule } from './header-rules.ts';
import { createHeaderSource } from './header-source.ts';
import type { NameTexts, Presented, Source } from './presented.ts';
import { judgeVerdict, malformed, type VerdictHeader } from './proxy-verdict.ts';
import { parseSerialNumber, type SerialForm } from './serial-text.ts';

/** Bare names in headers, without the certificate: they count only as far as the proxy's word does. */
export interface ForwardedName {
  readonly name: string;
  /** The call as the programmer writes it, for messages. */
  readonly where: string;
  readonly options: HeaderSourceOptions;
  /** Distinguished names as RFC 4514 text. */
  readonly subject: string;
  readonly issuer: string | undefined;
  readonly serialNumber: { readonly header: string; readonly form: SerialForm } | undefined;
  /** At least one: without a verdict nobody vouches for the name. */
  readonly verdict: readonly [VerdictHeader, ...VerdictHeader[]];
}

/** What gateways send in place of a name when there is no certificate. */
const absent: readonly string[] = ['', '(null)'];

/**
 * Each header that is configured must come with the subject. One that a client made the proxy drop would leave a name
 * without its issuer, to which rules scoped by issuer do not apply.
 */
export function createNameSource(parts: ForwardedName): Source {
  const { name, serialNumber } = parts;
  const verdict = parts.verdict.map((one) => ({ ...one, header: one.header.toLowerCase() }));
  const spelt = [parts.subject, parts.issuer, serialNumber?.header];
  const [subject = '', issuer, serial] = spelt.map((header) => header?.toLowerCase());
  const contents = [subject, issuer, serial].filter((header) => header !== undefined);

  return createHeaderSource({
    name,
    where: parts.where,
    options: parts.options,
    verifiedBy: 'proxy',
    headers: [...contents, ...verdict.map(({ header }) => header)].map((header) => ({ name: header })),
    vary: spelt.slice(0, 2).filter((header) => header !== undefined),
    read(values): Outcome<Presented> | undefined {
      const texts = new Map<string | undefined, string>();
      for (const [index, header] of contents.entries()) {
        const value = values[index];
        if (value !== undefined && !absent.includes(value)) texts.set(header, value);
      }
      const judged = judgeVerdict(verdict, values.slice(contents.length), texts.has(subject));
      if (judged === 'absent') {
        const stray = contents.find((header) => texts.has(header));
        return stray === undefined ? undefined : refused(stray, 'certificate_dropped');
      }
      if (judged !== 'present') return { ok: false, reason: judged };
      for (const header of contents) {
        const text = texts.get(header);
        if (text === undefined) return refused(header, 'name_incomplete');
        const decoded = utf8Text(text);
        if (decoded === undefined) return refused(header, 'characters');
        texts.set(header, decoded);
      }
      const serialText = texts.get(serial);
      const number = serialText === undefined ? undefined : parseSerialNumber(serialText, serialNumber?.form ?? 'hex');
      if (serial !== undefined && number === undefined) return refused(serial, 'serial_number');
      return {
        ok: true,
        value: presentName(name, {
          subject: { text: texts.get(subject) ?? '', header: subject },
          issuer: issuer === undefined ? undefined : { text: texts.get(issuer) ?? '', header: issuer },
          serialNumber: number,
        }),
      };
    },
  });
}

export function presentName(source: string, assertedName: NameTexts): Presented {
  return { source, assertedName, verdict: { by: 'proxy', verified: true } };
}

function refused(header: string, rule: HeaderRule): Outcome<never> {
  return { ok: false, reason: malformed(header, rule) };
}
