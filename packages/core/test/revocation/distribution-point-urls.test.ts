import { describe, expect, it } from 'vitest';
import type { Certificate, DistributionPoint, GeneralName } from '../../src/certificate/model.ts';
import { distributionPointUrls } from '../../src/revocation/distribution-point-urls.ts';

const hosts = new Set(['crl.example.com:80', 'delta.example.com:443']);

const uri = (value: string): GeneralName => ({ kind: 'uniformResourceIdentifier', value });

function point(...names: readonly GeneralName[]): DistributionPoint {
  return { distributionPoint: { kind: 'fullName', names }, reasons: undefined, cRLIssuer: undefined };
}

function urlsOf(points: readonly DistributionPoint[] | undefined, freshest?: readonly DistributionPoint[]): unknown {
  const certificate = { crlDistributionPoints: points, freshestCrl: freshest } as unknown as Certificate;
  return distributionPointUrls(certificate, hosts).map((urls) => urls.map(String));
}

describe('the URLs of distribution points', () => {
  it('are none where the certificate has no points', () => {
    expect(urlsOf(undefined)).toEqual([]);
  });

  it('are those at listed hosts, each point by itself, of complete and of delta lists', () => {
    expect(
      urlsOf(
        [
          point(uri('http://crl.example.com/a.crl'), uri('http://crl.example.com/b.crl')),
          point(uri('http://elsewhere.example/'), uri('ldap://crl.example.com/'), {
            kind: 'dNSName',
            value: 'http://crl.example.com/',
          }),
          point(uri('http://crl.example.com:8080/'), uri('http://crl.example.com/c.crl')),
        ],
        [point(uri('https://delta.example.com/d.crl'))],
      ),
    ).toEqual([
      ['http://crl.example.com/a.crl', 'http://crl.example.com/b.crl'],
      ['http://crl.example.com/c.crl'],
      ['https://delta.example.com/d.crl'],
    ]);
  });

  it('are none for a point that only has a relative name, or an issuer of lists', () => {
    const relative: DistributionPoint = {
      distributionPoint: { kind: 'nameRelativeToCRLIssuer', rdn: [], canonicalRdn: '' },
      reasons: undefined,
      cRLIssuer: undefined,
    };
    expect(urlsOf([relative, { ...relative, distributionPoint: undefined }])).toEqual([]);
  });

  it('are those of the first eight points', () => {
    const points = Array.from({ length: 20 }, (_, index) => point(uri(`http://crl.example.com/${index}`)));
    expect(urlsOf(points)).toHaveLength(8);
  });
});
