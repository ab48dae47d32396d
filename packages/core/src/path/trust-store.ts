import { parseCertificate } from '../certificate/certificate.ts';
import type { malformedRules } from '../certificate/malformed.ts';
import type { Certificate } from '../certificate/model.ts';
import { decodePemBundle } from '../encoding/pem.ts';
import { refuseUnknownKeys } from '../option-keys.ts';
import { CertificateIndex } from './certificate-index.ts';
import { IntermediateMemory } from './intermediate-memory.ts';
import { LeafMemory } from './leaf-memory.ts';

/** PEM text (one or more certificates), one DER certificate, a parsed certificate, or a list of these. */
export type CertificateInput = string | Uint8Array | Certificate | readonly (string | Uint8Array | Certificate)[];

export interface TrustOptions {
  /** Who is trusted to issue client certificates. Any certificate may be an anchor, self-signed or not. */
  readonly anchors: CertificateInput;
  /** Certificates to build paths with when the client or its proxy sends too few. They are not trusted by themselves. */
  readonly intermediates?: CertificateInput;
  /** Most intermediate certificates between the leaf and the anchor, self-issued ones not counted. Default 5. */
  readonly maxDepth?: number;
}

/** What was trusted at one moment. A request takes one snapshot and keeps to it. */
export interface TrustSnapshot {
  /** Grows with every replacement: what was remembered under another generation counts no more. */
  readonly generation: number;
  readonly anchors: CertificateIndex;
  readonly intermediates: CertificateIndex;
  readonly maxDepth: number;
  /** Intermediates that were verified under this very generation. */
  readonly memory: IntermediateMemory;
  /** Leaves whose signature was verified under this very generation. */
  readonly leaves: LeafMemory;
}

/** Trust that can be replaced while requests run. */
export interface TrustStore {
  readonly current: TrustSnapshot;
  /** Puts a new generation in place at once; on a TypeError the old one stays. */
  replace(options: TrustOptions): void;
}

/** Throws TypeError when an input is empty or not a certificate, naming the option, the position and the rule. */
export function createTrustStore(options: TrustOptions): TrustStore {
  let current = snapshot(options, 1);
  return {
    get current(): TrustSnapshot {
      return current;
    },
    replace(next: TrustOptions): void {
      current = snapshot(next, current.generation + 1);
    },
  };
}

function snapshot(options: TrustOptions, generation: number): TrustSnapshot {
  refuseUnknownKeys(options, ['anchors', 'intermediates', 'maxDepth'], 'trust');
  const anchors = readCertificates(options.anchors, 'trust.anchors');
  const { intermediates = [], maxDepth = 5 } = options;
  if (!Number.isInteger(maxDepth) || maxDepth < 0 || maxDepth > 50) {
    throw new TypeError('trust.maxDepth must be a whole number from 0 to 50: the intermediates allowed in a path');
  }
  return Object.freeze({
    generation,
    anchors: new CertificateIndex(anchors),
    intermediates: new CertificateIndex(
      Array.isArray(intermediates) && intermediates.length === 0
        ? []
        : readCertificates(intermediates, 'trust.intermediates'),
    ),
    maxDepth,
    memory: new IntermediateMemory(),
    leaves: new LeafMemory(),
  });
}

/** Every certificate of an option. Text around PEM blocks is allowed, as in the bundles that tools write. */
export function readCertificates(input: CertificateInput, option: string): readonly Certificate[] {
  const list: readonly (string | Uint8Array | Certificate)[] = isList(input) ? input : [input];
  const certificates = list.flatMap((item, position) =>
    readOne(item, isList(input) ? `${option}[${position}]` : option),
  );
  if (certificates.length === 0) {
    throw new TypeError(`${option} holds no certificate: give PEM text, DER bytes or a list of them`);
  }
  return certificates;
}

function isList(input: CertificateInput): input is readonly (string | Uint8Array | Certificate)[] {
  return Array.isArray(input);
}

function readOne(item: string | Uint8Array | Certificate, option: string): readonly Certificate[] {
  if (item instanceof Uint8Array) {
    // A Buffer read from a .pem file is PEM; DER starts with a SEQUENCE.
    return item[0] === 0x30 ? [parse(item, option)] : readPem(Buffer.from(item).toString('latin1'), option);
  }
  if (typeof item === 'string') return readPem(item, option);
  if (typeof item === 'object' && item?.der instanceof Uint8Array) return [parse(item.der, option)];
  throw new TypeError(`${option} is neither PEM text nor DER bytes`);
}

function readPem(text: string, option: string): readonly Certificate[] {
  const blocks = decodePemBundle(text, 'CERTIFICATE');
  if (!blocks.ok) {
    throw new TypeError(`${option} is not PEM with "-----BEGIN CERTIFICATE-----" blocks (${blocks.rule})`);
  }
  return blocks.value.map((der, block) =>
    parse(der, blocks.value.length > 1 ? `${option}, block ${block + 1}` : option),
  );
}

function parse(der: Uint8Array, option: string): Certificate {
  const parsed = parseCertificate(der);
  if (parsed.ok) return parsed.value;
  const { detail } = parsed.reason as { detail: { rule: keyof typeof malformedRules } };
  throw new TypeError(`${option} is not a valid X.509 certificate: ${detail.rule}`);
}
