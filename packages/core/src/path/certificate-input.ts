import { parseCertificate } from '../certificate/certificate.ts';
import { malformedText } from '../certificate/malformed-detail.ts';
import type { Certificate } from '../certificate/model.ts';
import { beginsAsDer, cutPemBundle, decodePemBundle } from '../encoding/pem.ts';
import { type FileContents, type FileSource, isFileSource } from '../file-watcher.ts';
import { shown } from '../option-keys.ts';

/** PEM text (one or more certificates), one DER certificate, a parsed certificate, or a list of these. */
export type CertificateInput = CertificateItem | readonly CertificateItem[];

/** The same, or files that hold PEM or DER: `fromFile('ca.pem')`. They are watched. */
export type WatchedCertificateInput = CertificateItem | FileSource | readonly (CertificateItem | FileSource)[];

type CertificateItem = string | Uint8Array | Certificate;

/** Throws TypeError for a certificate that cannot be used. `place` names the option, the position and the file. */
export type CertificateInputCheck = (certificate: Certificate, place: string) => void;

/** A certificate, and where it stands. */
type Placed = readonly [certificate: Certificate, place: string];

/** Where an option takes no files. */
const noFiles: FileContents = new Map();

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
): Generator<Certificate, void, undefined> {
  const list = listOf(input);
  if (list.length === 0) {
    throw new TypeError(`${option} holds no certificate: give PEM text, DER bytes or a list of them`);
  }
  for (const [position, item] of list.entries()) {
    const where = isList(input) ? `${option}[${position}]` : option;
    for (const [certificate, place] of isFileSource(item)
      ? inFile(item, where, files)
      : inItem(item, where, files !== noFiles)) {
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

function* inFile({ path }: FileSource, option: string, files: FileContents): Generator<Placed, void, undefined> {
  const contents = files.get(path);
  if (contents === undefined) throw new TypeError(`${option} takes no fromFile(): give readFileSync(${shown(path)})`);
  if (contents.length === 0) throw new TypeError(`${option}: the file ${path} is empty: it must hold certificates`);
  yield* inItem(contents, `${option}: the file ${path}`, true);
}

function* inItem(item: CertificateItem, option: string, takesFiles: boolean): Generator<Placed, void, undefined> {
  if (item instanceof Uint8Array) {
    // A Buffer read from a .pem file is PEM.
    if (beginsAsDer(item)) yield [parse(item, option), option];
    else yield* inPem(Buffer.from(item.buffer, item.byteOffset, item.length).toString('latin1'), option);
  } else if (typeof item === 'string') {
    if (isPath(item)) {
      const path = shown(item);
      const instead = takesFiles ? `fromFile(${path}) or readFileSync(${path})` : `readFileSync(${path})`;
      throw new TypeError(`${option} is the text ${path} and no PEM: for the file of this name write ${instead}`);
    }
    yield* inPem(item, option);
  } else if (typeof item === 'object' && item?.der instanceof Uint8Array) {
    yield [parse(item.der, option), option];
  } else {
    throw new TypeError(`${option} is neither PEM text nor DER bytes`);
  }
}

/** One line without any boundary is rather the name of a file. */
function isPath(text: string): boolean {
  return text !== '' && !text.includes('-----') && !text.includes('\n');
}

function* inPem(text: string, option: string): Generator<Placed, void, undefined> {
  const parts = cutPemBundle(text, 'CERTIFICATE');
  let block = 0;
  for (const part of parts) {
    const decoded = decodePemBundle(part, 'CERTIFICATE');
    // Text between or behind the blocks is a part without any.
    if (!decoded.ok && decoded.rule === 'pem_empty' && (block > 0 || part !== parts.at(-1))) continue;
    if (!decoded.ok) {
      throw new TypeError(`${option} is not PEM with "-----BEGIN CERTIFICATE-----" blocks (${decoded.rule})`);
    }
    for (const der of decoded.value) {
      block += 1;
      const place = parts.length > 1 ? `${option}, block ${block}` : option;
      yield [parse(der, place), place];
    }
  }
}

function parse(der: Uint8Array, option: string): Certificate {
  const parsed = parseCertificate(der);
  if (parsed.ok) return parsed.value;
  throw new TypeError(`${option} is not a valid X.509 certificate: ${malformedText(parsed.reason)}`);
}
