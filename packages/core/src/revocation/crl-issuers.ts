import type { Certificate, Name } from '../certificate/model.ts';
import type { MaybePromise } from '../decision.ts';
import { CertificateIndex, sameBytes } from '../path/certificate-index.ts';
import { IntermediateMemory } from '../path/intermediate-memory.ts';
import type { PathSettings } from '../path/settings.ts';
import type { TrustSnapshot } from '../path/trust-store.ts';
import type { VerifiedPath } from '../path/verified-path.ts';
import { verifyPath } from '../path/verify-path.ts';

/**
 * RFC 5280 6.3.3 (f): "Obtain and validate the certification path for the issuer of the complete CRL. The trust anchor for
 * the certification path MUST be the same as the trust anchor used to validate the target certificate." Beside the issuer
 * of a certificate its lists may be signed by another certificate of the same authority, or by the issuer of an indirect
 * CRL: those of the path itself, and configured or remembered ones whose path is validated here.
 */
export function crlIssuersUnder(
  path: VerifiedPath,
  trust: TrustSnapshot,
  { configured = none, settings, isRevoked }: CrlIssuerSettings,
  nowMs: number,
): (name: Name) => MaybePromise<readonly Certificate[]> {
  const { anchor, certificates } = path;
  if (anchor === undefined) return () => [];
  const above = [...certificates.slice(1), anchor.certificate];
  const isRefused = (candidate: Certificate): MaybePromise<boolean> => {
    const issuer = verifiedIssuer(candidate, anchor.certificate, trust, configured, settings, nowMs);
    return issuer === undefined || isRevoked(candidate, issuer);
  };
  return (name) => {
    const known = above.filter(({ subject }) => subject.canonical === name.canonical);
    const candidates = [trust.intermediates, trust.memory.index, configured]
      .flatMap((index) => index.withSubject(name))
      .filter((one) => !above.some(({ der }) => sameBytes(der, one.der)));
    const answers = candidates.map(isRefused);
    const usable = (refused: readonly boolean[]): readonly Certificate[] => [
      ...known,
      ...candidates.filter((_, index) => refused[index] === false),
    ];
    return answers.some((answer) => answer instanceof Promise)
      ? Promise.all(answers.map(async (answer) => answer)).then(usable)
      : usable(answers as readonly boolean[]);
  };
}

export interface CrlIssuerSettings {
  /** The option `crls.issuers`. */
  readonly configured: CertificateIndex | undefined;
  readonly settings: PathSettings;
  /**
   * Asked of certificates that are not of the path, whose own status is asked for there. While the list that tells it is
   * still being read or verified, the answer is waited for: until it is known, nobody signs lists.
   */
  readonly isRevoked: (certificate: Certificate, issuer: Certificate) => MaybePromise<boolean>;
}

const none = new CertificateIndex([]);

interface Verdict {
  /** `undefined`: there is no path. */
  readonly issuer: Certificate | undefined;
  readonly untilMs: number;
}

/** Instances that share their trust may differ in the algorithms that they allow: each has verdicts of its own. */
const verdicts: WeakMap<TrustSnapshot, WeakMap<PathSettings, Map<string, Verdict>>> = new WeakMap();

/** Candidates are configured, or intermediates of verified paths: more than this many are forgotten together. */
const mostVerdicts = 1_000;

/** An intermediate that is remembered later may complete a path that was not found before. */
const refusalMs = 60_000;

/** The issuer of a candidate in its own path to the anchor. */
function verifiedIssuer(
  candidate: Certificate,
  anchor: Certificate,
  trust: TrustSnapshot,
  configured: CertificateIndex,
  settings: PathSettings,
  nowMs: number,
): Certificate | undefined {
  const bySettings = verdicts.get(trust) ?? new WeakMap<PathSettings, Map<string, Verdict>>();
  verdicts.set(trust, bySettings);
  const known = bySettings.get(settings) ?? new Map<string, Verdict>();
  bySettings.set(settings, known);
  const key = `${candidate.thumbprint} ${anchor.thumbprint}`;
  const verdict = known.get(key);
  if (verdict !== undefined && nowMs <= verdict.untilMs) return verdict.issuer;
  const found = verifyPath(
    candidate,
    [...trust.memory.index.all, ...configured.all],
    { ...trust, anchors: new CertificateIndex([anchor]), memory: new IntermediateMemory() },
    // An authority is no client.
    { ...settings, purposes: [], extendedKeyUsage: 'optional', keyUsage: [] },
    nowMs,
  );
  if (known.size >= mostVerdicts) known.clear();
  known.set(
    key,
    found.ok
      ? { issuer: found.value.certificates[1] ?? anchor, untilMs: found.value.validUntilMs }
      : { issuer: undefined, untilMs: nowMs + refusalMs },
  );
  return known.get(key)?.issuer;
}
