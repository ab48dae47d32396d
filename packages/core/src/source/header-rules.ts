import { type PemRule, pemRules } from '../encoding/pem.ts';

/** The rules of form that forwarded values must keep: what the detail of `header_malformed` names. */

export interface HeaderRuleEntry {
  /** Where the rule comes from; empty for one that only caution asks for. */
  readonly section: string;
  /** For the log. */
  readonly explanation: string;
}

const forwardingRules = {
  empty: { section: 'RFC 9110 5.5', explanation: 'The header was sent without a value' },
  characters: { section: 'RFC 9110 5.5', explanation: 'Characters that are not UTF-8, or control characters' },
  percent_encoding: {
    section: 'RFC 3986 2.1',
    explanation: 'A percent sign that is not followed by two hexadecimal digits',
  },
  base64: { section: 'RFC 4648 4', explanation: 'Not canonical base64' },
  byte_sequence: { section: 'RFC 9651 3.3.5', explanation: 'Not one byte sequence between colons' },
  byte_sequence_list: { section: 'RFC 9651 3.1', explanation: 'Not a list of byte sequences between colons' },
  concatenated_der: { section: 'X.690 8.1', explanation: 'Not certificates in DER, one behind the other' },
  certificates_too_many: { section: 'RFC 9440 4', explanation: 'More certificates than any chain has' },
  placeholder: {
    section: '',
    explanation: 'The name of a variable that the proxy did not fill in: forward the header only with a certificate',
  },
  certificate_dropped: {
    section: '',
    explanation: 'Something about a certificate, without the certificate that comes with it',
  },
  chain_without_certificate: { section: 'RFC 9440 2.3', explanation: 'A chain without the certificate it belongs to' },
  verdict_missing: {
    section: '',
    explanation: 'A certificate or name without the header that says whether the proxy verified it',
  },
  verdict_without_certificate: {
    section: '',
    explanation: 'The proxy says that it verified a certificate, and there is none',
  },
  verdict_contradicted: {
    section: '',
    explanation: 'The proxy says that there is no certificate, and there is one',
  },
  name: { section: 'RFC 4514 3', explanation: 'Not a distinguished name, or an empty one' },
  name_incomplete: { section: '', explanation: 'A subject without the issuer or serial number that comes with it' },
  certificates_several: { section: '', explanation: 'More than one certificate, where their limits cannot be told' },
  traefik_info: {
    section: '',
    explanation:
      'Not exactly the configured fields, each once; or a value that holds a delimiter, which Traefik does not escape',
  },
  xfcc: { section: '', explanation: 'Not elements of pairs with known keys and quoted or plain values' },
  xfcc_json: { section: '', explanation: 'Elements in JSON: configure the text format' },
  xfcc_repeated: { section: '', explanation: 'A key twice that an element has once' },
  xfcc_elements: { section: '', explanation: 'Not as many elements as there are trusted hops' },
  xfcc_certificate_missing: { section: '', explanation: 'An element without Cert and Chain, or without Subject' },
  xfcc_hash: { section: '', explanation: 'A certificate without its Hash, or with that of another one' },
  xfcc_chain: { section: '', explanation: 'A Chain that does not begin with the certificate in Cert' },
  event: { section: '', explanation: 'An event of API Gateway whose fields do not have their types' },
  serial_number: { section: 'RFC 5280 4.1.2.2', explanation: 'Not a serial number in the form of this source' },
} as const;

/** A rule that a forwarded value breaks. */
export type HeaderRule = keyof typeof forwardingRules | PemRule;

/** Every rule with its section and a line for the log. */
export const headerRules: { readonly [Rule in HeaderRule]: HeaderRuleEntry } = { ...pemRules, ...forwardingRules };
