import type { RequestFacts } from './facts.ts';
import { removedHeadersOf } from './header-removal.ts';
import type { Forwarding, Source } from './presented.ts';
import { isPlainSocket } from './tls-socket.ts';

/** Where a certificate was looked for in vain: for the log of the operator, of whose mistakes many look like a client's. */
export interface LookedFor {
  /** The names of the sources that were asked: `tls`, `nginx`. */
  readonly sources: readonly string[];
  /** `undefined` for a Unix socket, and for a request that came over none. */
  readonly peerAddress: string | undefined;
  /** Whether the peer is a trusted proxy of some source. */
  readonly isTrustedProxy: boolean;
  /** The headers that the sources read, in lower case. */
  readonly expectedHeaders: readonly string[];
  /** Those of the request that a proxy known to any source could have written, in lower case. At most ten. */
  readonly receivedHeaders: readonly string[];
  /** In one sentence what the operator could look at. */
  readonly remedy: string;
}

const mostHeaders = 10;

/**
 * The names by which proxies forward client certificates, and what they found out of them: of the presets, and of vendors
 * without one. It explains and decides nothing.
 */
const knownHeader =
  /client-?cert|clientcert|ssl-client|tls-client|viewer-cert|^x-amzn-mtls|^cf-cert|^x-client-(?:verify|[si]-dn|serial)$|^l5d-client-id$/;

/** Compiles the question for the sources of one instance. */
export function compileLookedFor(
  sources: readonly Source[],
  isFromProxy: (facts: RequestFacts) => boolean,
): (facts: RequestFacts) => LookedFor {
  const names = Object.freeze(sources.map(({ name }) => name));
  const forwardings = sources.flatMap(({ forwarding }) => forwarding ?? []);
  const expectedHeaders = Object.freeze([...new Set(forwardings.flatMap(({ headers }) => headers))]);
  return (facts) => {
    const isTrustedProxy = isFromProxy(facts);
    const receivedHeaders = headersIn(facts, expectedHeaders);
    const found = { peerAddress: facts.peerAddress, isTrustedProxy, expectedHeaders, receivedHeaders };
    return { sources: names, ...found, remedy: remedyFor(found, facts, forwardings) };
  };
}

/** Those that were removed because nobody may believe them count as well: they are what an operator looks for. */
function headersIn(facts: RequestFacts, expected: readonly string[]): readonly string[] {
  const received = new Set(removedHeadersOf(facts).map((name) => name.toLowerCase()));
  const { rawHeaders } = facts;
  for (let at = 0; at < rawHeaders.length && received.size < mostHeaders; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (expected.includes(name) || (name.length <= 64 && knownHeader.test(name.replaceAll('_', '-'))))
      received.add(name);
  }
  return [...received];
}

type Found = Omit<LookedFor, 'sources' | 'remedy'>;

/** RFC 8446 4.4.2.3: what does not suit the request of the server is not sent, and nobody is told. */
const keptBack =
  'it has none for this server, or did not send it because TLS cannot use its key here (a Brainpool curve, secp256k1, RSASSA-PSS for SHA-1)';

/** The mistakes of operators, the most telling first. */
function remedyFor(found: Found, facts: RequestFacts, forwardings: readonly Forwarding[]): string {
  const { expectedHeaders, isTrustedProxy, peerAddress = 'a peer without an address', receivedHeaders } = found;
  const setUps = [...new Set(forwardings.flatMap(({ setUp }) => setUp ?? []))];
  const expectation = setUps.length === 0 ? '' : `. Expected: ${setUps.join(', or ')}`;
  const known = receivedHeaders.filter((name) => expectedHeaders.includes(name));
  const strange = receivedHeaders.filter((name) => !expectedHeaders.includes(name));
  if (forwardings.length === 0) {
    return receivedHeaders.length > 0
      ? `${receivedHeaders.join(', ')} came from ${peerAddress}, and no source reads headers: if that is your proxy, give the option source`
      : `The client presented no certificate in its TLS handshake: ${keptBack}`;
  }
  if (!isTrustedProxy) {
    if (receivedHeaders.length > 0) {
      return `${receivedHeaders.join(', ')} came from ${peerAddress}, which is not among trustedProxies`;
    }
    return isPlainSocket(facts.socket)
      ? `${peerAddress} is not among trustedProxies, and its connection is no TLS`
      : `${peerAddress} is not among trustedProxies, and presented no certificate in its TLS handshake`;
  }
  if (known.length > 0) {
    const absent = expectedHeaders.filter((name) => !known.includes(name));
    return absent.length > 0
      ? `The proxy ${peerAddress} sent ${known.join(', ')}, which say that there is no certificate, and not ${absent.join(', ')}${expectation}`
      : `The proxy ${peerAddress} says that the client presented no certificate`;
  }
  return strange.length > 0
    ? `The proxy ${peerAddress} sent ${strange.join(', ')}, which no source reads: ${presetFor(strange)}`
    : `The proxy ${peerAddress} sent none of ${expectedHeaders.join(', ')}: its configuration does not set them for this route, or something between removes them${expectation}`;
}

/** Which preset reads the headers that came. */
const presets: readonly (readonly [header: RegExp, preset: string])[] = [
  [
    /^x-amzn-mtls-clientcert$/,
    "the listener of AWS ALB is in mode passthrough, read by fromAlb({ mode: 'passthrough' })",
  ],
  [/^x-amzn-mtls-clientcert-/, "the listener of AWS ALB is in mode verify, read by fromAlb({ mode: 'verify' })"],
  [/^x-forwarded-tls-client-cert$/, 'fromTraefik() reads them'],
  [
    /^x-forwarded-tls-client-cert-info$/,
    'pem: true is missing in passTLSClientCert of Traefik, or fromTraefikInfo() reads them',
  ],
  [/^x-forwarded-client-cert$/, 'fromEnvoy() reads them'],
  [/^ssl-client-/, 'fromIngressNginx() reads them'],
  [/^client-cert(?:-chain)?$/, 'fromRfc9440() reads them'],
  [/_/, 'a name with underscores is not believed: write it with hyphens'],
];

function presetFor(headers: readonly string[]): string {
  const found = presets.find(([pattern]) => headers.some((header) => pattern.test(header)));
  return found?.[1] ?? 'another preset may fit it';
}
