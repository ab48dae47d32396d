import { Buffer } from 'node:buffer';
import { beginningLength, detailOfFile, nameOfBlock } from '../../encoding/content-kind.ts';
import { beginsAsDer, type PemRule } from '../../encoding/pem.ts';
import { type PemFile, PemFileReader } from '../../encoding/pem-file.ts';
import { AsciiOctets } from '../../encoding/text-octets.ts';
import type { FileIntake } from '../../file-watcher.ts';

/** The DER of every list in a file, in their order, or what is wrong with it, in words that follow its name. */
export type ListBlocks =
  | { readonly ok: true; readonly value: readonly Uint8Array[] }
  | { readonly ok: false; readonly rule: PemRule; readonly detail: string };

/** Reads a file of revocation lists of this size while it comes in: what it keeps is the DER alone. */
export function crlIntake(size: number): FileIntake<ListBlocks> {
  let intake: FileIntake<ListBlocks> | undefined;
  return {
    write: (octets) => {
      intake ??= beginsAsDer(octets) ? new DerIntake(size) : new PemIntake(size);
      intake.write(octets);
    },
    end: () => intake?.end() ?? { ok: false, rule: 'pem_empty', detail: 'is empty: it must hold revocation lists' },
  };
}

class DerIntake implements FileIntake<ListBlocks> {
  readonly #der: Buffer;
  #length = 0;

  constructor(size: number) {
    this.#der = Buffer.allocUnsafeSlow(size);
  }

  write(octets: Uint8Array): void {
    this.#der.set(octets, this.#length);
    this.#length += octets.length;
  }

  end(): ListBlocks {
    return { ok: true, value: [this.#der.subarray(0, this.#length)] };
  }
}

/**
 * PEM. Certificates beside the lists are left aside: the file may be that of the authorities as well, and whoever is asked
 * for lists trusts nobody on its account. What a file of this many octets holds is decoded into one array.
 */
export class PemIntake implements FileIntake<ListBlocks> {
  readonly #ascii: AsciiOctets = new AsciiOctets();
  readonly #reader: PemFileReader;
  #beginning: Uint8Array = new Uint8Array();

  constructor(size: number) {
    this.#reader = new PemFileReader(size);
  }

  write(octets: Uint8Array): void {
    const missing = beginningLength - this.#beginning.length;
    if (missing > 0) this.#beginning = Buffer.concat([this.#beginning, octets.subarray(0, missing)]);
    this.#reader.write(this.#ascii.write(octets));
  }

  end(): ListBlocks {
    return listsIn(this.#reader.end(), this.#beginning);
  }
}

function listsIn(file: PemFile, beginning: Uint8Array): ListBlocks {
  if (!file.ok) return { ...file, detail: detailOfFile(file, beginning, 'lists') };
  const stranger = file.value.find(({ label }) => !isList(label) && !isCertificate(label));
  if (stranger !== undefined) return { ok: false, rule: 'pem_label', detail: nameOfBlock(stranger.label, 'lists') };
  const lists = file.value.filter(({ label }) => isList(label));
  if (lists.length > 0) return { ok: true, value: lists.map(({ octets }) => octets) };
  return { ok: false, rule: 'pem_label', detail: nameOfBlock('CERTIFICATE', 'lists') };
}

/** RFC 7468 section 6; the second is rare and old. */
const isList = (label: string): boolean => label === 'X509 CRL' || label === 'CRL';
const isCertificate = (label: string): boolean => /^(?:X\.?509 |TRUSTED )?CERTIFICATE$/.test(label);
