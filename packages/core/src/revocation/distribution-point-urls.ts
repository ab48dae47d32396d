import type { Certificate, DistributionPoint } from '../certificate/model.ts';
import { type Endpoint, endpointOf, readFetchUrl } from './endpoint.ts';

/** No authority in honest use writes more, and each may cost a request. */
const mostPoints = 8;

/**
 * The URLs of a certificate's distribution points (RFC 5280 4.2.1.13), of complete and of delta CRLs, as far as their
 * hosts are listed. One list of URLs for each point: they are several ways to the same list.
 */
export function distributionPointUrls(
  { crlDistributionPoints = [], freshestCrl = [] }: Certificate,
  hosts: ReadonlySet<Endpoint>,
): readonly (readonly URL[])[] {
  return [...crlDistributionPoints, ...freshestCrl]
    .slice(0, mostPoints)
    .map((point) => urlsOf(point).filter((url) => hosts.has(endpointOf(url))))
    .filter((urls) => urls.length > 0);
}

function urlsOf({ distributionPoint }: DistributionPoint): readonly URL[] {
  if (distributionPoint?.kind !== 'fullName') return [];
  return distributionPoint.names.flatMap((name) => {
    const url = name.kind === 'uniformResourceIdentifier' ? readFetchUrl(name.value) : undefined;
    return url === undefined ? [] : [url];
  });
}
