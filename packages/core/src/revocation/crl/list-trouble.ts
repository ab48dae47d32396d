import type { Certificate, Name } from '../../certificate/model.ts';
import type { ListPlace } from '../said-later.ts';
import { type CertificateStatus, type UndeterminedKind, undetermined } from '../status.ts';
import { because, type ConsultedList, type ListProblem, listExplanations } from '../trouble.ts';
import type { Crl } from './crl.ts';
import type { CrlEntry } from './entries.ts';

/** Why one list does not tell the status. */
export interface ListTrouble {
  readonly crl: Crl;
  readonly kind: 'malformed' | 'stale';
  readonly problem: ListProblem;
  /** What a list that is not current says of a hold: it counts unless a later one is silent about it. */
  readonly hold?: { readonly entry: CrlEntry; readonly place: ListPlace };
}

export interface TroubledQuestion {
  readonly certificate: Certificate;
  readonly crlsBy: (issuer: Name) => readonly Crl[];
  readonly sourceOf?: (crl: Crl) => string | undefined;
}

/** Whoever reads the log looks at a few of them. */
const mostLists = 8;
const mostPoints = 4;

/**
 * The status when no list tells it, with the reason: of the lists that should have told it the first that looks most like
 * an attack; where each of them was silent, which one is missing.
 *
 * @param read The lists that speak of the certificate, with whatever they said.
 */
export function undeterminedBy(
  { certificate, crlsBy, sourceOf = () => undefined }: TroubledQuestion,
  troubles: readonly ListTrouble[],
  read: ReadonlySet<Crl>,
): CertificateStatus {
  const decisive = (['malformed', 'stale'] as const).flatMap((kind) => troubles.filter((one) => one.kind === kind));
  const [first] = decisive;
  const issued = crlsBy(certificate.issuer);
  const elsewhere = issued.filter((crl) => !read.has(crl));
  const missing = read.size > 0 ? 'crl_reasons_missing' : issued.length > 0 ? 'crl_partition_missing' : 'crl_missing';
  const problem = first?.problem ?? missing;
  const describe = (crl: Crl, own: ListProblem): ConsultedList => ({
    source: sourceOf(crl),
    issuer: crl.issuer.toString(),
    isDelta: crl.isDelta,
    crlNumber: crl.crlNumber?.toString(),
    thisUpdate: new Date(crl.thisUpdateMs),
    nextUpdate: crl.nextUpdateMs === undefined ? undefined : new Date(crl.nextUpdateMs),
    problem: own,
  });
  const lists =
    first === undefined
      ? [
          ...[...read].map((crl) => describe(crl, 'crl_reasons_missing')),
          ...elsewhere.map((crl) => describe(crl, 'crl_other_scope')),
        ]
      : decisive.map(({ crl, problem: own }) => describe(crl, own));
  const kind: UndeterminedKind = first?.kind ?? 'noSource';
  return because(undetermined(kind), {
    problem,
    explanation: listExplanations[problem],
    source: lists[0]?.source,
    distributionPoints: first === undefined ? pointsOf(certificate) : [],
    lists: lists.slice(0, mostLists),
  });
}

/** The URIs among them. */
function pointsOf({ crlDistributionPoints = [] }: Certificate): readonly string[] {
  return crlDistributionPoints
    .flatMap(({ distributionPoint }) => (distributionPoint?.kind === 'fullName' ? distributionPoint.names : []))
    .flatMap((name) => (name.kind === 'uniformResourceIdentifier' ? name.value : []))
    .slice(0, mostPoints);
}
