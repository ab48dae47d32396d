import type { Certificate } from '../certificate/model.ts';
import { nameOfBlock } from '../encoding/content-kind.ts';
import type { FileSource } from '../file-watcher.ts';
import { shown } from '../option-keys.ts';
import { spkiPin } from './pins.ts';
import { type Followed, followFile, type PolicyFile, type PolicyFileSettings } from './policy-file.ts';

/** Shared by every copy of this package. */
const pinStoreBrand: unique symbol = Symbol.for('peercert.pin-store') as never;

/** Pins of a file, for the option `pins` of any number of instances. */
export interface PinStore extends PolicyFile {
  /** @internal Only `createPinStore` makes these. */
  readonly [pinStoreBrand]: Followed<PinCheck>;
}

export type PinCheck = (leaf: Certificate) => boolean;

/**
 * Follows a file with one pin a line, `sha256/BASE64` (RFC 7469 form); what comes after `#` is comment. Throws TypeError
 * when it cannot be read, has another line, or has no pin, naming the file and the line.
 */
export function createPinStore(file: FileSource, settings: PolicyFileSettings = {}): PinStore {
  return followFile<PinCheck, PinStore>({
    option: 'pins',
    where: 'createPinStore()',
    file,
    settings,
    read: readPins,
    brand: pinStoreBrand,
  });
}

/** What `createPinStore` made, of any copy of this package. */
export function pinsOf(value: unknown): Followed<PinCheck> | undefined {
  return typeof value === 'object' && value !== null ? (value as Partial<PinStore>)[pinStoreBrand] : undefined;
}

const ofPem =
  'it holds PEM, not pins: of a certificate, openssl x509 -in FILE -noout -pubkey | openssl pkey -pubin -outform DER | ' +
  'openssl dgst -sha256 -binary | base64 writes the 44 characters behind sha256/';

function readPins(text: string): { readonly value: PinCheck; readonly entries: number } {
  const [, label] = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text) ?? [];
  if (label?.endsWith('PRIVATE KEY')) throw new TypeError(`it ${nameOfBlock(label, 'certificates')}`);
  if (label !== undefined) throw new TypeError(ofPem);
  const digests = new Set<string>();
  for (const [index, line] of text.split(/\r\n?|\n/).entries()) {
    const [pin = ''] = line.split('#', 1).map((text) => text.trim());
    if (pin === '') continue;
    try {
      spkiPin(pin);
    } catch {
      // A long line without any name of a hash may be a key.
      const what = /^sha|^.{0,39}$/i.test(pin) ? `: ${shown(pin)}` : '';
      throw new TypeError(`line ${index + 1}${what} is no SPKI pin, 'sha256/' and 44 characters of base64`);
    }
    digests.add(pin.slice('sha256/'.length));
  }
  if (digests.size === 0) throw new TypeError("it holds no pin: write one 'sha256/BASE64' a line");
  return { value: (leaf) => digests.has(leaf.spkiSha256), entries: digests.size };
}
