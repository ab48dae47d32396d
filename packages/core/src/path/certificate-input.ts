import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
import { parseCertificate } from '../certificate/certificate.ts';
import { malformedText } from '../certificate/malformed-detail.ts';
import type { Certificate } from '../certificate/model.ts';
import { beginningLength, detailOfFile, nameOfBlock, nameOfDer } from '../encoding/content-kind.ts';
import { trustedCertificate } from '../encoding/openssl-trust.ts';
import { isPathText, unsetText, wasItSet } from '../encoding/option-text.ts';
import { beginsAsDer } from '../encoding/pem.ts';
import { type PemBlock, type PemFile, PemFileReader } from '../encoding/pem-file.ts';
import { AsciiOctets, asciiOctets } from '../encoding/text-octets.ts';
import { type FileContents, type FileSource, isFileSource } from '../file-watcher.ts';
import { shown } from '../option-keys.ts';

/** PEM text (one or more certificates), one DER certificate, a parsed certificate, or a list of these. */
export type CertificateInput = CertificateItem | readonly CertificateItem[];

/** The same, or files that hold PEM or DER: `fromFile('ca.pem')`. They are watched. */
export type WatchedCertificateInput = CertificateItem | FileSource | readonly (CertificateItem | FileSource)[];

type CertificateItem = string | Uint8Array | Certificate;

/** Throws TypeError for a certificate that cannot be used. `place` names the option, the position and the file. */
export type CertificateInputCheck = (certificate: Certificate, place: string) => void;

/** A revocation list among certificates: `place` names the option, the position and the file. */
export interface ListPlace {
  readonly place: string;
  /** Of the file that holds it, or the content that does. */
  readonly source: string | Uint8Array | FileSource;
}

/** Hears of each. Throws TypeError where lists have no business. */
export type ListCheck = (list: ListPlace) => void;

/** A certificate, and where it stands. */
type Placed = readonly [certificate: Certificate, place: string];

/** Where an option takes no files. */
const noFiles: FileContents = new Map();

/** Where nobody knows whether somebody else was given the list. */
const refuseList: ListCheck = ({ place }) => {
  throw new TypeError(`${place} ${nameOfBlock('X509 CRL', 'certificates')}`);
};

/** Every certificate of an option. Text around PEM blocks is allowed, as in the bundles that tools write. */
export function readCertificates(input: CertificateInput, option: string): readonly Certificate[] {
  return [...certificatesIn(input, option, noFiles)];
}

/** The files of an option, by their paths. */
export function filesIn(input: WatchedCertificateInput | undefined): readonly string[] {
  return listOf(input as WatchedCertificateInput).flatMap((item) => (isFileSource(item) ? [item.path] : []));
}

/**
 * The certificates of an option one by one, so that whoever reads thousands can let others run in between. Throws
 * TypeError for one that is none, naming the option, the position, the file and the rule, and at the end when there was
 * none at all.
 */
export function* certificatesIn(
  input: WatchedCertificateInput,
  option: string,
  files: FileContents,
  check: CertificateInputCheck = () => undefined,
  onList: ListCheck = refuseList,
): Generator<Certificate, void, undefined> {
  if (input === undefined)
    throw new TypeError(`${option} is neither PEM text nor DER bytes but undefined: ${wasItSet}`);
  const list = listOf(input);
  if (list.length === 0) {
    throw new TypeError(`${option} holds no certificate: give PEM text, DER bytes or a list of them`);
  }
  for (const [position, item] of list.entries()) {
    const where = isList(input) ? `${option}[${position}]` : option;
    const heard: ListCheck = ({ place }) => onList({ place, source: item as ListPlace['source'] });
    for (const [certificate, place] of isFileSource(item)
      ? inFile(item, where, files, heard)
      : inItem(item, where, files !== noFiles, heard)) {
      check(certificate, place);
      yield certificate;
    }
  }
}

function listOf(input: WatchedCertificateInput): readonly (CertificateItem | FileSource)[] {
  return isList(input) ? input : [input];
}

function isList(input: WatchedCertificateInput): input is readonly (CertificateItem | FileSource)[] {
  return Array.isArray(input);
}

function* inFile(
  { path }: FileSource,
  option: string,
  files: FileContents,
  onList: ListCheck,
): Generator<Placed, void, undefined> {
  const contents = files.get(path);
  if (contents === undefined) throw new TypeError(`${option} takes no fromFile(): give readFileSync(${shown(path)})`);
  if (contents.length === 0) throw new TypeError(`${option}: the file ${path} is empty: it must hold certificates`);
  yield* inItem(contents, `${option}: the file ${path}`, true, onList);
}

function* inItem(
  item: CertificateItem,
  option: string,
  takesFiles: boolean,
  onList: ListCheck,
): Generator<Placed, void, undefined> {
  if (isUint8Array(item)) {
    // A Buffer read from a .pem file is PEM.
    if (beginsAsDer(item)) yield [parse(item, option), option];
    else yield* inPem(item, new AsciiOctets().write(item), option, onList);
  } else if (typeof item === 'string') {
    refuseNoContent(item, option, takesFiles);
    yield* inPem(item, asciiOctets(item), option, onList);
  } else if (typeof item === 'object' && isUint8Array(item?.der)) {
    yield [parse(item.der, option), option];
  } else {
    throw new TypeError(`${option} is neither PEM text nor DER bytes`);
  }
}

function refuseNoContent(text: string, option: string, takesFiles: boolean): void {
  const unset = unsetText(text);
  if (unset !== undefined) throw new TypeError(`${option} ${unset}`);
  if (!isPathText(text)) return;
  const path = shown(text.trim());
  const instead = takesFiles ? `fromFile(${path}) or readFileSync(${path})` : `readFileSync(${path})`;
  throw new TypeError(`${option} is the text ${path} and no PEM: for the file of this name write ${instead}`);
}

function* inPem(
  item: string | Uint8Array,
  octets: Uint8Array,
  option: string,
  onList: ListCheck,
): Generator<Placed, void, undefined> {
  const blocks = blocksOf(octets);
  const isBundle = hasSeveral(octets);
  let position = 0;
  let certificates = 0;
  let step = blocks.next();
  for (; !step.done; step = blocks.next()) {
    position += 1;
    const place = isBundle ? `${option}, block ${position}` : option;
    const der = certificateIn(step.value, place, onList);
    if (der === undefined) continue;
    certificates += 1;
    yield [parse(der, place), place];
  }
  const { value: file } = step;
  if (file.ok && certificates > 0) return;
  if (file.ok) throw new TypeError(`${option} ${nameOfBlock('X509 CRL', 'certificates')}`);
  const beginning = typeof item === 'string' ? Buffer.from(item.slice(0, beginningLength)) : item;
  throw new TypeError(`${option} ${detailOfFile(file, beginning, 'certificates')} (${file.rule})`);
}

/** Of a large bundle, read at a time: less than a millisecond. */
const sliceLength = 65_536;

function* blocksOf(octets: Uint8Array): Generator<PemBlock, PemFile, undefined> {
  const reader = new PemFileReader(octets.length);
  let given = 0;
  for (let at = 0; at < octets.length; at += sliceLength) {
    reader.write(octets.subarray(at, at + sliceLength));
    for (; given < reader.blocks.length; given += 1) yield reader.blocks[given] as PemBlock;
  }
  return reader.end();
}

function hasSeveral(octets: Uint8Array): boolean {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  return text.includes('-----BEGIN ', text.indexOf('-----BEGIN ') + 1);
}

/** The DER of a certificate; `undefined` for a list that belongs elsewhere. Throws TypeError for anything else. */
function certificateIn({ label, octets }: PemBlock, place: string, onList: ListCheck): Uint8Array | undefined {
  switch (label) {
    case 'CERTIFICATE':
    // Historic names of the same (RFC 7468 section 5.1).
    case 'X509 CERTIFICATE':
    case 'X.509 CERTIFICATE':
      return octets;
    case 'TRUSTED CERTIFICATE': {
      const read = trustedCertificate(octets, 'clientAuth');
      if (read.ok) return read.value;
      throw new TypeError(`${place} ${read.detail}`);
    }
    case 'X509 CRL':
    case 'CRL':
      onList({ place, source: octets });
      return undefined;
    default:
      throw new TypeError(`${place} ${nameOfBlock(label, 'certificates')}`);
  }
}

function parse(der: Uint8Array, option: string): Certificate {
  const parsed = parseCertificate(der);
  if (parsed.ok) return parsed.value;
  const kind = nameOfDer(der, 'certificates');
  if (kind !== undefined) throw new TypeError(`${option} ${kind}`);
  throw new TypeError(`${option} is not a valid X.509 certificate: ${malformedText(parsed.reason)}`);
}
