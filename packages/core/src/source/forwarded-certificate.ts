import type { Outcome } from '../reasons.ts';
import { type CertificateDecoder, type CertificateForm, certificateForms } from './certificate-text.ts';
import { type HeaderSourceOptions, verdictOf } from './header-options.ts';
import { createHeaderSource } from './header-source.ts';
import type { ReadHeader } from './header-values.ts';
import type { Presented, Source } from './presented.ts';
import { judgeVerdict, malformed, type VerdictHeader } from './proxy-verdict.ts';

/** Certificates in headers, read as data says: most presets are such data. */
export interface ForwardedCertificate {
  readonly name: string;
  /** The call as the programmer writes it, for messages. */
  readonly where: string;
  readonly options: HeaderSourceOptions;
  readonly verifiedBy: 'peercert' | 'proxy';
  readonly certificate: CertificateHeader;
  readonly chain?: readonly CertificateHeader[];
  /** What the proxy says of the certificate. All of these must agree; none: it says nothing. */
  readonly verdict?: readonly VerdictHeader[];
  /** Headers that come with the certificate and never without it. */
  readonly companions?: readonly string[];
  readonly alsoReserved?: readonly string[];
  readonly foreign?: readonly string[];
  /** What the configuration of the proxy says when it is right, for the log. */
  readonly setUp?: string;
}

export interface CertificateHeader {
  /** The name as it is to be spelt in `Vary`. */
  readonly header: string;
  /** A preset whose proxy has other spellings brings its own decoder. */
  readonly form: CertificateForm | CertificateDecoder;
  /** Values that this proxy sends when there is no certificate: `''`, `'(null)'`. */
  readonly absent?: readonly string[];
  /** Texts that show that the proxy did not fill in its variable. */
  readonly placeholder?: RegExp;
}

export function createCertificateSource(parts: ForwardedCertificate): Source {
  const { name, certificate, chain = [], companions = [], setUp } = parts;
  const verdict = (parts.verdict ?? []).map((one) => ({ ...one, header: one.header.toLowerCase() }));
  const contents = [certificate, ...chain].map(compileContent);
  const word = verdictOf(parts.verifiedBy);

  return createHeaderSource({
    ...parts,
    headers: [...contents, ...[...verdict.map(({ header }) => header), ...companions].map(named)],
    vary: [certificate.header],
    read(values): Outcome<Presented> | undefined {
      const texts = contents.map(({ absent }, index) => {
        const value = values[index];
        return value === undefined || absent.includes(value) ? undefined : value;
      });
      const words = values.slice(contents.length, contents.length + verdict.length);
      const judged = judgeVerdict(verdict, words, texts[0] !== undefined, { setUp, value: values[0] });
      if (judged === 'absent') {
        const stray = texts.findIndex((text) => text !== undefined);
        if (stray !== -1) return refused(contents[stray]?.name ?? '', 'chain_without_certificate', { setUp });
        const left = companions.find((_, index) => values[contents.length + verdict.length + index] !== undefined);
        return left === undefined ? undefined : refused(left.toLowerCase(), 'certificate_dropped', { setUp });
      }
      if (judged !== 'present') return { ok: false, reason: judged };
      const certificates: Uint8Array[] = [];
      for (const [index, content] of contents.entries()) {
        const text = texts[index];
        if (text === undefined) continue;
        const decoded = content.decode(text);
        if (!decoded.ok) return refused(content.name, decoded.rule, { setUp, value: text });
        certificates.push(...decoded.value);
      }
      return { ok: true, value: { source: name, certificates, verdict: word } };
    },
  });
}

function compileContent({ header, form, absent = [], placeholder }: CertificateHeader): {
  readonly name: string;
  readonly isList: boolean;
  readonly absent: readonly string[];
  readonly decode: CertificateDecoder;
} {
  const decode = typeof form === 'function' ? form : certificateForms[form];
  return {
    name: header.toLowerCase(),
    isList: form === 'byte-sequence-list',
    absent,
    decode: (text) => {
      if (text === '') return { ok: false, rule: 'empty' };
      return placeholder?.test(text) ? { ok: false, rule: 'placeholder' } : decode(text);
    },
  };
}

const named = (header: string): ReadHeader => ({ name: header.toLowerCase() });

function refused(...about: Parameters<typeof malformed>): Outcome<never> {
  return { ok: false, reason: malformed(...about) };
}
