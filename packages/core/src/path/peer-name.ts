import { isIP } from 'node:net';
import type { Certificate, GeneralName } from '../certificate/model.ts';
import { labelsOfHostName } from './name-constraints/host-name.ts';
import { parseMailbox } from './name-constraints/mailbox.ts';

/** The name under which a peer was sought: the reference identifier of RFC 9525 section 6.1. */
export interface PeerName {
  readonly kind: 'dNSName' | 'iPAddress' | 'rfc822Name' | 'uniformResourceIdentifier';
  /** A host name, an IP address in text, a mailbox or a URI. Anything else matches no certificate. */
  readonly value: string;
}

/**
 * Whether a certificate was issued to the peer that was sought (RFC 9525 section 6): one subjectAltName of the same kind
 * must match. The subject is never looked at (6.2).
 *
 * - dNSName: labels in ASCII case-insensitive comparison, no trailing dots. An asterisk counts only as the whole left-most
 *   label, for exactly one label (6.3), and only above at least two more: `*.com` matches nothing.
 * - iPAddress: octets (6.4). An IPv4 address is never equal to an IPv6 address.
 * - rfc822Name: local part exact, host ASCII case-insensitive (RFC 5280 section 7.5).
 * - uniformResourceIdentifier: the exact text.
 */
export function matchesPeerName(certificate: Pick<Certificate, 'subjectAltName'>, peer: PeerName): boolean {
  const matches = matcherOf(peer);
  return certificate.subjectAltName.some(matches);
}

function matcherOf({ kind, value }: PeerName): (name: GeneralName) => boolean {
  switch (kind) {
    case 'dNSName': {
      const labels = isIP(value) === 0 ? labelsOfHostName(value) : undefined;
      return (name) => labels !== undefined && name.kind === kind && matchesHostName(name.value, labels);
    }
    case 'iPAddress': {
      const octets = octetsOf(value);
      return (name) => octets !== undefined && name.kind === kind && octets.equals(name.bytes);
    }
    case 'rfc822Name':
      return (name) => name.kind === kind && isSameMailbox(name.value, value);
    case 'uniformResourceIdentifier':
      return (name) => name.kind === kind && name.value === value;
  }
}

function matchesHostName(presented: string, sought: readonly string[]): boolean {
  if (!presented.startsWith('*.')) return isSamePath(labelsOfHostName(presented), sought);
  const parent = labelsOfHostName(presented.slice(2));
  return parent !== undefined && parent.length >= 2 && isSamePath(parent, sought.slice(0, -1));
}

function isSameMailbox(presented: string, sought: string): boolean {
  const [a, b] = [parseMailbox(presented), parseMailbox(sought)];
  return a !== undefined && b !== undefined && a.localPart === b.localPart && isSamePath(a.host, b.host);
}

/** No label contains a dot. */
function isSamePath(labels: readonly string[] | undefined, others: readonly string[]): boolean {
  return labels?.join('.') === others.join('.');
}

/** The octets of an IP address in text, without a zone. */
function octetsOf(text: string): Buffer | undefined {
  if (text.includes('%')) return undefined;
  switch (isIP(text)) {
    case 4:
      return Buffer.from(text.split('.').map(Number));
    case 6: {
      // The last two groups may be written as an IPv4 address.
      const groups = text.replace(/[0-9]+(?:\.[0-9]+){3}$/, (tail) => {
        const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
        return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
      });
      // `::` stands for as many zero groups as are missing; an empty half is one of them.
      const [head = [], tail = []] = groups.split('::').map((half) => half.split(':'));
      const missing = new Array<string>(8 - head.length - tail.length).fill('');
      return Buffer.from([...head, ...missing, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
    }
    default:
      return undefined;
  }
}
