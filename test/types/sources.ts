// Half a configuration of a source of headers does not compile: whom to believe, and who verified it, are always said.
import {
  fromAlb,
  fromApache,
  fromApiGateway,
  fromApiGatewayHeaders,
  fromCaddy,
  fromEnvoy,
  fromGatewayNames,
  fromHaproxy,
  fromHeaders,
  fromIngressNginx,
  fromNginx,
  fromRfc9440,
  fromTraefik,
  fromTraefikInfo,
  proxyCertificate,
  type Source,
  subjectCn,
} from '@peercert/core';

const trustedProxies = ['10.0.0.0/8', 'loopback', 'unix'] as const;
const verifiedBy = 'peercert';
const dangerouslyVerifiedBy = 'proxy';
const certificate = { header: 'X-Client-Cert', form: 'pem-escaped' } as const;
const verdict = [{ header: 'X-Client-Verify', verified: 'SUCCESS', absent: ['NONE', ''] }] as const;

export const whole: readonly Source[] = [
  fromNginx({ trustedProxies, verifiedBy }),
  fromNginx({ trustedProxies: 'unix', dangerouslyVerifiedBy, untrustedForwarder: 'deny' }),
  fromNginx({ trustedProxies, verifiedBy, headers: { verify: false } }),
  fromIngressNginx({ trustedProxies: '10.0.0.7', verifiedBy }),
  fromRfc9440({ trustedProxies, verifiedBy, headers: { chain: 'X-Chain' } }),
  fromHaproxy({ trustedProxies, verifiedBy, headers: { verify: false, used: false } }),
  fromApache({ trustedProxies, verifiedBy, encoding: 'escaped', headers: { chain: ['X-Chain-0'], verify: false } }),
  fromCaddy({ trustedProxies, verifiedBy }),
  fromTraefik({ trustedProxies, verifiedBy }),
  fromTraefikInfo({ trustedProxies, dangerouslyVerifiedBy, fields: { subject: ['CN'], serialNumber: true } }),
  fromEnvoy({ trustedProxies, verifiedBy, hops: 2, clientElements: 'appended' }),
  fromEnvoy({ trustedProxies, dangerouslyVerifiedBy, forwards: 'names' }),
  fromGatewayNames({ trustedProxies, dangerouslyVerifiedBy, headers: { issuer: false } }),
  fromAlb({ mode: 'verify', trustedProxies, verifiedBy, headers: { leaf: 'X-Leaf' } }),
  fromAlb({ mode: 'verify', trustedProxies, dangerouslyVerifiedBy }),
  fromAlb({ mode: 'passthrough', trustedProxies, verifiedBy, headers: { certificate: 'X-Chain' } }),
  fromApiGateway({ verifiedBy }),
  fromApiGateway({ dangerouslyVerifiedBy }),
  fromApiGatewayHeaders({ trustedProxies, verifiedBy }),
  fromHeaders({ trustedProxies, verifiedBy, certificate }),
  fromHeaders({ trustedProxies, verifiedBy, certificate, verdict, chain: { header: 'X-Chain', form: 'base64-list' } }),
  fromHeaders({ trustedProxies, dangerouslyVerifiedBy, certificate, verdict }),
  fromHeaders({ trustedProxies, dangerouslyVerifiedBy, names: { subject: 'X-Subject' }, verdict }),
  fromNginx({
    trustedProxies: proxyCertificate({ trust: { anchors: 'PEM' }, identity: subjectCn('gateway') }),
    verifiedBy,
  }),
];

// @ts-expect-error nobody is trusted
fromNginx({ verifiedBy });
// @ts-expect-error nobody verified it
fromNginx({ trustedProxies });
// @ts-expect-error two answers
fromNginx({ trustedProxies, verifiedBy, dangerouslyVerifiedBy });
// @ts-expect-error a proxy's word is dangerous, and says so
fromNginx({ trustedProxies, verifiedBy: 'proxy' });
// @ts-expect-error whose word is taken must give it
fromNginx({ trustedProxies, dangerouslyVerifiedBy, headers: { verify: false } });
// @ts-expect-error the certificate is not optional
fromNginx({ trustedProxies, verifiedBy, headers: { certificate: false } });
// @ts-expect-error a word of a proxy that gives none
fromRfc9440({ trustedProxies, dangerouslyVerifiedBy });
// @ts-expect-error a word of a proxy that gives none
fromCaddy({ trustedProxies, dangerouslyVerifiedBy });
// @ts-expect-error a word of a proxy that gives none
fromTraefik({ trustedProxies, dangerouslyVerifiedBy });
// @ts-expect-error a word of a proxy that gives none
fromEnvoy({ trustedProxies, dangerouslyVerifiedBy });
// @ts-expect-error names cannot be verified
fromEnvoy({ trustedProxies, verifiedBy, forwards: 'names' });
// @ts-expect-error names cannot be verified
fromGatewayNames({ trustedProxies, verifiedBy });
// @ts-expect-error a name without a verdict is nobody's word
fromGatewayNames({ trustedProxies, dangerouslyVerifiedBy, headers: { verify: false } });
// @ts-expect-error passthrough verifies nothing
fromAlb({ mode: 'passthrough', trustedProxies, dangerouslyVerifiedBy });
// @ts-expect-error no mode
fromAlb({ trustedProxies, verifiedBy });
// @ts-expect-error a header of the other mode
fromAlb({ mode: 'passthrough', trustedProxies, verifiedBy, headers: { leaf: 'X-Leaf' } });
// @ts-expect-error the fields as configured in Traefik
fromTraefikInfo({ trustedProxies, dangerouslyVerifiedBy });
// @ts-expect-error an event has no address
fromApiGateway({ trustedProxies, verifiedBy });
// @ts-expect-error nobody verified it
fromApiGateway({});
// @ts-expect-error a word without a verdict
fromHeaders({ trustedProxies, dangerouslyVerifiedBy, certificate });
// @ts-expect-error an empty verdict
fromHeaders({ trustedProxies, dangerouslyVerifiedBy, certificate, verdict: [] });
// @ts-expect-error neither certificate nor names
fromHeaders({ trustedProxies, verifiedBy });
// @ts-expect-error both
fromHeaders({ trustedProxies, dangerouslyVerifiedBy, certificate, names: { subject: 'X-Subject' }, verdict });
// @ts-expect-error names cannot be verified
fromHeaders({ trustedProxies, verifiedBy, names: { subject: 'X-Subject' }, verdict });
// @ts-expect-error an unknown form
fromHeaders({ trustedProxies, verifiedBy, certificate: { header: 'X-Client-Cert', form: 'pem' } });
// @ts-expect-error a proxy is known by authority and rule
proxyCertificate({ trust: { anchors: 'PEM' } });

// Options that several sources share can be spread.
const shared = { trustedProxies, verifiedBy } as const;
const delegated = { trustedProxies, dangerouslyVerifiedBy } as const;
export const spread: readonly Source[] = [
  fromHaproxy({ ...shared, headers: { verify: false, used: false } }),
  fromHaproxy({ ...delegated, headers: { verify: 'X-Verify', used: 'X-Used' } }),
  fromHeaders({
    ...delegated,
    certificate: { header: 'X-Cert', form: 'base64' },
    verdict: [{ header: 'X-V', verified: '1' }],
  }),
];
