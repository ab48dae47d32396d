import {
  defaultLimits,
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
  headerRules,
  type Outcome,
  type Presented,
  parseChain,
  type RequestFacts,
  reasons,
  type Source,
} from '@peercert/core';
import { codeOf } from '../findings.ts';
import { forwarded, type HeadersInput } from '../forwarded-chains.ts';
import { mutateText } from '../mutation/text.ts';
import type { Random } from '../random.ts';
import { ensure, type Target } from '../target.ts';
import type { World } from '../world.ts';

const trustedProxies = ['10.0.0.0/8'];
const byPeercert = { trustedProxies, verifiedBy: 'peercert' } as const;
const byProxy = { trustedProxies, dangerouslyVerifiedBy: 'proxy' } as const;

/** Every source of headers, and that of events. */
const sources: Readonly<Record<string, Source>> = {
  'alb-verify': fromAlb({ ...byPeercert, mode: 'verify' }),
  'alb-verified': fromAlb({ ...byProxy, mode: 'verify' }),
  'alb-passthrough': fromAlb({ ...byPeercert, mode: 'passthrough' }),
  apache: fromApache({ ...byPeercert, headers: { chain: ['X-SSL-Client-Chain-0', 'X-SSL-Client-Chain-1'] } }),
  'apache-escaped': fromApache({ ...byProxy, encoding: 'escaped' }),
  'api-gateway': fromApiGateway({ verifiedBy: 'peercert' }),
  'api-gateway-names': fromApiGateway({ dangerouslyVerifiedBy: 'proxy' }),
  'api-gateway-headers': fromApiGatewayHeaders(byPeercert),
  caddy: fromCaddy(byPeercert),
  envoy: fromEnvoy(byPeercert),
  'envoy-two-hops': fromEnvoy({ ...byPeercert, hops: 2, clientElements: 'appended' }),
  'envoy-names': fromEnvoy({ ...byProxy, forwards: 'names' }),
  'gateway-names': fromGatewayNames(byProxy),
  haproxy: fromHaproxy(byPeercert),
  cloudfront: fromHeaders({ ...byPeercert, certificate: { header: 'X-Cert', form: 'pem-escaped-list' } }),
  names: fromHeaders({
    ...byProxy,
    names: { subject: 'X-S', issuer: 'X-I', serialNumber: { header: 'X-N', form: 'decimal' as const } },
    verdict: [{ header: 'X-V', verified: 'ok' }],
  }),
  'ingress-nginx': fromIngressNginx(byPeercert),
  nginx: fromNginx(byProxy),
  rfc9440: fromRfc9440(byPeercert),
  traefik: fromTraefik(byPeercert),
  'traefik-info': fromTraefikInfo({
    ...byProxy,
    dangerouslySplitNames: true,
    fields: { subject: ['O', 'OU', 'CN'], issuer: ['CN'], serialNumber: true, notBefore: true, sans: true },
  }),
};

/** The readers of forwarded certificates and names: whatever a proxy, or one who got past it, may send. */
export function headersTarget({ paths }: World): Target<HeadersInput, Outcome<Presented> | undefined> {
  const chains = paths.map(({ presented }) => presented).filter((chain) => chain.length < 6);
  return {
    name: 'headers',
    seeds: chains.slice(0, 24).flatMap(forwarded),
    mutate,
    run: (input) => sourceOf(input).present(factsOf(input, '10.0.0.7')),
    judge(input, outcome) {
      const source = sourceOf(input);
      const again = source.present(factsOf(input, '10.0.0.7'));
      ensure(codeOfPresented(again) === codeOfPresented(outcome), 'the same headers are read in two ways');
      ensure(
        input.event !== undefined || source.present(factsOf(input, '192.0.2.1')) === undefined,
        'a stranger is believed',
      );
      if (outcome === undefined) return `${input.source} absent`;
      if (outcome.ok) judgePresented(input, outcome.value);
      else judgeRefusal(outcome.reason);
      return `${input.source} ${codeOfPresented(outcome)}`;
    },
    size: ({ headers, event = '' }) => event.length + headers.flat().join('').length,
    print: (input) => JSON.stringify(input),
    parse: (line) => JSON.parse(line) as HeadersInput,
  };
}

const sourceOf = ({ source }: HeadersInput): Source => sources[source] ?? (sources['nginx'] as Source);

function factsOf({ headers, event }: HeadersInput, peerAddress: string): RequestFacts {
  return {
    socket: undefined,
    rawHeaders: headers.flat(),
    trailers: [],
    peerAddress,
    requestTarget: '/',
    ...(event === undefined ? {} : { event: readEvent(event) }),
  };
}

function readEvent(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}

function codeOfPresented(outcome: Outcome<Presented> | undefined): string {
  if (outcome === undefined) return 'absent';
  if (!outcome.ok) return codeOf(outcome);
  return 'certificates' in outcome.value
    ? `accepted ${Math.min(outcome.value.certificates.length, 4)}`
    : 'accepted name';
}

function judgeRefusal(reason: Extract<Outcome<Presented>, { ok: false }>['reason']): void {
  ensure(
    reason.code in reasons && reasons[reason.code].stage === 'source',
    'a header is refused for a reason of another stage',
    () => reason.code,
  );
  if (reason.code === 'header_malformed')
    ensure(reason.detail.rule in headerRules, 'a header breaks a rule that does not exist');
}

/** Nothing is presented that does not stand in the request, and all of it can be read or is refused. */
function judgePresented(input: HeadersInput, presented: Presented): void {
  if (!('certificates' in presented)) return;
  const { certificates } = presented;
  ensure(certificates.length > 0, 'nothing is presented');
  const sent = [...input.headers.map(([, value]) => value), input.event ?? ''].map(plain).join(' ');
  const whole = Buffer.concat(certificates.slice(1)).toString('base64');
  certificates.forEach((certificate, index) => {
    const isThere = sent.includes(Buffer.from(certificate).toString('base64')) || (index > 0 && sent.includes(whole));
    ensure(isThere, 'a certificate is presented that was not sent', () => Buffer.from(certificate).toString('base64'));
  });
  parseChain(certificates, defaultLimits);
}

/** The text without what the forms put between the characters of base64. */
function plain(value: string): string {
  return (
    value
      .replaceAll('+', '\0')
      .replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
      .replaceAll('\0', '+')
      .replace(/\\r|\\n|[\s]/g, '')
      // What JSON escapes without need.
      .replaceAll('\\/', '/')
  );
}

const pieces = [
  ...[
    '%',
    '%2',
    '%0A',
    '%0a',
    '%0D%0A',
    '%20',
    '%2B',
    '%2F',
    '%3D',
    '%00',
    '%C3%A9',
    '%ff',
    '+',
    ' ',
    ',',
    ';',
    '=',
    '"',
    '\\"',
    '\\',
    ':',
    '::',
  ],
  ...[
    'Hash=',
    'Cert="',
    'Chain="',
    'Subject="',
    'URI=',
    'By=',
    'DNS=',
    '","',
    ';Subject=""',
    'hash=00',
    '[',
    '{',
    '(null)',
    '{tls',
    'null',
    '""',
    '0',
    '1',
    '\t',
  ],
  ...[
    'SUCCESS',
    'NONE',
    'FAILED:certificate has expired',
    'GENEROUS',
    'CN=a',
    'CN%3Da',
    'O=b',
    'OU=c',
    '\xc3\xa9',
    '\xff',
    '\0',
    '\r\n',
    '*',
    '-----',
  ],
  ...[
    '-----BEGIN CERTIFICATE-----',
    '-----END CERTIFICATE-----',
    '-----BEGIN%20CERTIFICATE-----%0A',
    'Issuer="',
    'SerialNumber="',
    'SAN="',
    'Subject="CN=',
  ],
];

function mutate(input: HeadersInput, random: Random, other: () => HeadersInput): HeadersInput {
  const { headers, event } = input;
  if (event !== undefined && random.oneIn(2)) {
    return { ...input, event: mutateText(event, random, () => other().event ?? '{}', pieces) };
  }
  const at = random.below(Math.max(1, headers.length));
  const header = headers[at] ?? (['X-SSL-Client-Cert', ''] as const);
  const [name, value] = header;
  const put = (...changed: (readonly [string, string])[]): HeadersInput => ({
    ...input,
    headers: headers.toSpliced(at, 1, ...changed),
  });
  switch (random.below(12)) {
    case 0:
      return put();
    case 1:
      return put(header, header);
    case 2:
      return put([random.pick([name.toUpperCase(), name.toLowerCase(), name.replaceAll('-', '_')]), value]);
    case 3:
      return { ...input, source: random.pick(Object.keys(sources)) };
    case 4:
      return { ...input, headers: [...headers, ...other().headers] };
    case 5:
      return put([name, random.pick(other().headers)?.[1] ?? '']);
    case 6:
      return put([name, random.oneIn(4) ? random.pick(pieces).repeat(2 ** random.below(14)) : random.pick(pieces)]);
    default: {
      const changed = mutateText(value, random, () => random.pick(other().headers)?.[1] ?? '', pieces);
      // Node shows a header octet by octet.
      return put([name, changed.replace(/[^\0-\xff]/g, (character) => Buffer.from(character).toString('latin1'))]);
    }
  }
}
