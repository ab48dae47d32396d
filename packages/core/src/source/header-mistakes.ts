/**
 * What a value looks like that a source cannot read: for the log of the operator, of whom most have made one of a few
 * mistakes. It explains and decides nothing. The answers are fixed texts: nothing of the value is in them.
 */

interface Look {
  readonly looks: (text: string) => boolean;
  readonly like: string;
}

const look = (pattern: RegExp, like: string): Look => ({ looks: (text) => pattern.test(text), like });

/** The most telling first. Each looks at the beginning of the text, or at the whole of a short one. */
const mistakes: readonly Look[] = [
  look(
    /^\(null\)$/,
    'the (null) of Apache, which stands for a variable without a value: %{SSL_CLIENT_CERT}s has one for every certificate, %{SSL_CLIENT_CERT}e only under SSLOptions +ExportCertData',
  ),
  look(/^(?:-|null|nil|none|undefined)$/i, 'a text that stands for no value: send the header with a certificate only'),
  look(
    /^(?:\$\{?[a-z]|%[[{(]|\{\{?[a-z%.])/i,
    'the name of a variable that the proxy did not fill in, because it is misspelt, or unknown to this version',
  ),
  look(
    /^-{5}BEGIN(?:%20|\+| )(?:[A-Z]+(?:%20|\+| ))?PRIVATE(?:%20|\+| )KEY/,
    'a private key, which is none any more: replace it, and send the certificate',
  ),
  look(
    /^-{5}BEGIN%25|^[A-Za-z0-9]{4,}%25(?:2B|2F|3D)/i,
    'a value that was percent-encoded twice: by the proxy, and by its configuration or a hop behind it',
  ),
  {
    looks: (text) => /^-{5}BEGIN/.test(text) && !text.includes('-----END', text.length - 64),
    like: 'PEM that was cut off: a limit on headers, of this proxy or of a hop behind it, is lower than the certificate',
  },
  look(
    /^-{5}BEGIN\+/,
    'PEM in the encoding of HTML forms, where a plus sign is a blank: fromHeaders() has the form pem-form-escaped',
  ),
  look(/^-{5}BEGIN(?:%20| )(?!CERTIFICATE)/, 'PEM of something else than a certificate'),
  look(/^-{5}BEGIN%20/, 'percent-encoded PEM, as nginx ($ssl_client_escaped_cert), AWS ALB and Kong write it'),
  look(
    /^-{5}BEGIN /,
    'PEM with blanks for its ends of lines, as Apache writes it, or what a hop makes of $ssl_client_cert of nginx',
  ),
  look(/^(?:By|Hash|Cert|Chain|Subject|URI|DNS)=/i, 'x-forwarded-client-cert of Envoy: fromEnvoy()'),
  look(/^:[A-Za-z0-9+/]/, 'a byte sequence of RFC 9440: fromRfc9440()'),
  look(/^LS0tLS1CRUdJTi/, 'base64 of PEM: encode the DER, or send the PEM as it is'),
  look(/^"/, 'a value in quotation marks, as {+Q} of HAProxy writes it'),
  look(/^0[\x81-\x84]/, 'octets of DER: HAProxy needs the converter base64, as in %[ssl_c_der,base64]'),
  look(/^308[1-4](?:[0-9A-F]{2})+$/i, 'DER in hexadecimal digits: HAProxy has the converter base64 beside hex'),
  look(
    /^(?:sha(?:1|256)[:/ ])?(?:[0-9a-f]{2}:?){20}(?:(?:[0-9a-f]{2}:?){12})?$/i,
    'a fingerprint, of which no certificate can be made',
  ),
  look(
    /^(?:\/|[A-Za-z.0-9]{1,40}=)/,
    'a distinguished name, of which no certificate can be made: fromGatewayNames() reads names',
  ),
  look(/^MI[A-Za-z0-9]+%(?:2B|2F|3D)/i, 'percent-encoded base64, as Traefik wrote it before 2.9.4'),
  {
    looks: isCutOff,
    like: 'base64 of DER that was cut off: a limit on headers, of this proxy or of a hop behind it, is lower than the certificate',
  },
  look(/^MI[A-Za-z0-9_-]+$/, 'base64url, or base64 without its padding'),
  look(/^MI[A-Za-z0-9+/]+={0,2},/, 'base64 of several certificates with commas between them, as Traefik writes it'),
  look(/^MI[A-Za-z0-9+/]+={0,2}$/, 'base64 of DER, as HAProxy and Caddy write it'),
  look(/^[[{]/, 'JSON'),
];

/** What the value looks like, if it looks like any of the known mistakes. */
export function mistakeIn(text: string): string | undefined {
  const like = mistakes.find(({ looks }) => looks(text))?.like;
  return like === undefined ? undefined : `It looks like ${like}`;
}

/** Base64 of a DER whose own length says that there was more. */
function isCutOff(text: string): boolean {
  if (!/^MI[I-L]/.test(text)) return false;
  const octets = Buffer.from(text.slice(0, 8), 'base64');
  // Its length is not whole.
  if (octets.length < 4) return false;
  const whole = 4 + (octets[1] === 0x82 ? octets.readUInt16BE(2) : 0);
  const end = text.search(/[^A-Za-z0-9+/_-]/);
  return whole > 4 && Math.floor(((end === -1 ? text.length : end) * 3) / 4) < whole;
}
