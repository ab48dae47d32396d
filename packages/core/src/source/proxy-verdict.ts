import { type Reason, reason } from '../reasons.ts';
import { mistakeIn } from './header-mistakes.ts';
import { type HeaderRule, headerRules } from './header-rules.ts';

/** A header in which a proxy says whether it verified the certificate. */
export interface VerdictHeader {
  readonly header: string;
  /** The values by which the proxy says that all is well. Compared exactly. */
  readonly verified: readonly string[];
  /** The values by which it says that there is no certificate. Any other value: it could not verify it. */
  readonly absent: readonly string[];
}

/**
 * Whether there is something to present, or the reason why what is there is not to be believed. Headers that go together
 * must come together: by `Connection: X-SSL-Client-Verify` a client can make a proxy drop one of them (RFC 9110 section
 * 7.6.1), and a proxy that sends one without the other is not configured as the operator thinks.
 *
 * @param values in the order of `verdict`
 * @param isThere whether a certificate or name came with them
 * @param about for the log: what came in place of the certificate, and what the proxy should be told
 */
export function judgeVerdict(
  verdict: readonly VerdictHeader[],
  values: readonly (string | undefined)[],
  isThere: boolean,
  about: RefusedHeader = {},
): 'present' | 'absent' | Reason {
  const [first] = verdict;
  if (first === undefined) return isThere ? 'present' : 'absent';
  for (const [index, { header, absent }] of verdict.entries()) {
    const value = values[index];
    if (value === undefined || !absent.includes(value)) continue;
    return isThere ? malformed(header, 'verdict_contradicted', { setUp: about.setUp }) : 'absent';
  }
  for (const [index, { header, verified }] of verdict.entries()) {
    const value = values[index];
    if (value === undefined || verified.includes(value)) continue;
    return reason('proxy_verification_failed', { header, verdict: value.slice(0, longestVerdict) });
  }
  const missing = verdict.findIndex((_, index) => values[index] === undefined);
  if (missing !== -1) {
    const isSilent = values.every((value) => value === undefined);
    return isSilent && !isThere
      ? 'absent'
      : malformed(verdict[missing]?.header ?? first.header, 'verdict_missing', { setUp: about.setUp });
  }
  return isThere ? 'present' : malformed(first.header, 'verdict_without_certificate', about);
}

/** Enough for `FAILED:` and the longest text of OpenSSL. */
const longestVerdict = 200;

/** What is known of a header that is refused, beside its rule. */
export interface RefusedHeader {
  /** What came. */
  readonly value?: string | undefined;
  /** What the configuration of the proxy says when it is right. */
  readonly setUp?: string | undefined;
}

export function malformed(header: string, rule: HeaderRule, { setUp, value = '' }: RefusedHeader = {}): Reason {
  const { section, explanation } = headerRules[rule];
  const expected = setUp === undefined ? undefined : `This source expects: ${setUp}`;
  const remedy = [mistakeIn(value), expected].filter((part) => part !== undefined).join('. ');
  return reason('header_malformed', {
    header,
    rule,
    explanation: section === '' ? explanation : `${section}: ${explanation}`,
    ...(remedy !== '' && { remedy }),
  });
}
