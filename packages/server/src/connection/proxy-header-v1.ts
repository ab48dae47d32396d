import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from '@peercert/core';
import type { ProxyHeaderReading, ProxyHeaderRule, ProxySource } from './proxy-header.ts';

/** Seeing this says that it is version 1 (2.1). */
export const proxyHeaderVersion1: Uint8Array = Buffer.from('PROXY');

/** 2.1: the worst case, CRLF included. */
const longestLine = 107;

const CR = 0x0d;
const LF = 0x0a;

/** 2.1: one line of text. Nothing in it is looked at before its CRLF has arrived. */
export function readVersion1(octets: Uint8Array): ProxyHeaderReading {
  const line = octets.subarray(0, longestLine);
  const end = line.findIndex((octet) => octet === CR || octet === LF);
  const isOpen = end < 0 || (end === line.length - 1 && line[end] === CR);
  if (isOpen) return line.length < longestLine ? { kind: 'incomplete', recognized: true } : malformed('v1_length');
  if (line[end] !== CR || line[end + 1] !== LF) return malformed('v1_line');
  const source = readLine(Buffer.from(line.subarray(0, end)).toString('latin1'));
  return typeof source === 'string' ? malformed(source) : { kind: 'header', length: end + 2, source };
}

function readLine(line: string): ProxySource | ProxyHeaderRule {
  // Whatever follows UNKNOWN is to be ignored.
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { kind: 'local' };
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] =
    /^PROXY (TCP[46]) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  if (family === undefined) return 'v1_grammar';
  const isOfFamily = family === 'TCP4' ? isIPv4 : isUnzonedIPv6;
  if (!isOfFamily(source) || !isOfFamily(destination)) return 'v1_address';
  if (!isPort(sourcePort) || !isPort(destinationPort)) return 'v1_port';
  const address = canonicalAddress(source);
  return address === undefined ? 'v1_address' : { kind: 'inet', address, port: Number(sourcePort) };
}

/** HAProxy and nginx write an IPv4-mapped address in its mixed form, `::ffff:192.0.2.7` (RFC 4291 section 2.2). */
function isUnzonedIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function malformed(rule: ProxyHeaderRule): ProxyHeaderReading {
  return { kind: 'malformed', rule };
}
