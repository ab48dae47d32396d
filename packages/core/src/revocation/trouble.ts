import type { RevocationProblem } from './source-status.ts';
import type { CertificateStatus } from './status.ts';

/** Why the lists that are there do not tell the status of a certificate. */
const listProblems = {
  crl_missing: 'No list of the issuer of this certificate is there.',
  crl_partition_missing:
    'There are lists of the issuer, and none of them is about this certificate: its distribution point, or its kind, is that of another list.',
  crl_reasons_missing:
    'The lists that are there do not tell of every reason for which the certificate could be revoked.',
  crl_other_scope: 'This list is about other certificates.',
  crl_signer_unknown:
    'This list is not signed by the issuer of the certificate, nor by anybody whom the issuer lets sign.',
  crl_this_update_in_future:
    'The thisUpdate of this list is further ahead than crls.clockToleranceSeconds allows: it counts from then on. Look at the clocks of the authority and of this machine.',
  crl_next_update_missing:
    'This list has no nextUpdate, so that nothing says when it is over. crls.maximumAgeSeconds says how old such a list may become.',
  crl_next_update_past: 'The nextUpdate of this list has passed.',
  crl_too_old: 'This list is older than crls.maximumAgeSeconds allows.',
  crl_delta_missing:
    'Delta CRLs were issued after this list, and none of them is current and fits: it may lack what they told.',
  crl_not_strict: "This list breaks a rule that profile 'strict' asks of its issuer.",
} as const;

export type ListProblem = keyof typeof listProblems;

export const listExplanations: Readonly<Record<ListProblem, string>> = listProblems;

/** A list that was looked at, and what keeps it from telling the status. */
export interface ConsultedList {
  /** Where it came from, as in `status()`: `crl /etc/pki/ca.crl`. */
  readonly source: string | undefined;
  /** RFC 4514 text. */
  readonly issuer: string;
  readonly isDelta: boolean;
  /** Decimal, as `openssl crl -text` prints it. `undefined`: the list has none. */
  readonly crlNumber: string | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly problem: ListProblem;
}

/** Why a status could not be determined: for the log. */
export interface RevocationTrouble {
  readonly problem: RevocationProblem | ListProblem;
  /** What it means, and which option has to do with it; or the detail of a source that failed. */
  readonly explanation: string;
  /** The source that failed, as in `status()`. */
  readonly source: string | undefined;
  /** The distribution points that the certificate names, where a list of another one is there. At most four. */
  readonly distributionPoints: readonly string[];
  /** The lists that were looked at, at most eight. */
  readonly lists: readonly ConsultedList[];
}

/** Beside the statuses: applications keep those, and compare them. */
const troubles: WeakMap<CertificateStatus, RevocationTrouble> = new WeakMap();

/** An undetermined status with the reason why it is. */
export function because(status: CertificateStatus, trouble: RevocationTrouble | undefined): CertificateStatus {
  if (trouble !== undefined) troubles.set(status, trouble);
  return status;
}

export function troubleOf(status: CertificateStatus): RevocationTrouble | undefined {
  return troubles.get(status);
}

/** Where a source that failed is all there is to tell. */
export function sourceTrouble(problem: RevocationProblem, explanation: string, source: string): RevocationTrouble {
  return { problem, explanation, source, distributionPoints: [], lists: [] };
}
