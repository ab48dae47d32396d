/** What an octet of a body is: the value of a base64 character below 64, else one of these. */
const padding = 64;
const lineFeed = 65;
const carriageReturn = 66;
const other = 128;

const kinds: Uint8Array = new Uint8Array(256).fill(other);
for (const [value, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n\r',
].entries()) {
  kinds[character.charCodeAt(0)] = value;
}

/** A line longer than that is in no file that a tool writes. */
const longestLine = 524_288;

/**
 * Decodes canonical base64 (RFC 4648 section 4) in unbroken lines that end in LF or CRLF, bit by bit, right into the
 * octets that it makes: no text is made of it, which for a list of a million entries would take longer than all the rest.
 */
export class Base64Lines {
  readonly #target: Uint8Array;
  #written: number;
  /** Of the group that is not whole yet. */
  #bits = 0;
  #characters = 0;
  #paddings = 0;
  #lineLength = 0;
  #isAfterReturn = false;
  #isBroken = false;

  /** @param start Where in the target it begins. There must be room for three octets of every four characters. */
  constructor(target: Uint8Array, start: number) {
    this.#target = target;
    this.#written = start;
  }

  /** Takes the next part of the text, which may be cut anywhere. */
  write(text: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#isBroken) {
      if (this.#characters === 0) at = this.#writeGroups(text, at, end);
      if (at < end) this.#isBroken = !this.#writeOne(kinds[text[at++] as number] as number);
    }
  }

  /** Where the octets end, or -1 when the text is not what it should be. */
  end(): number {
    if (this.#isBroken || this.#lineLength > 0 || this.#isAfterReturn || !this.#endGroup()) return -1;
    return this.#written;
  }

  /** As many whole groups as there are before the end of the line. Returns where they end. */
  #writeGroups(text: Uint8Array, start: number, end: number): number {
    if (this.#isAfterReturn) return start;
    const target = this.#target;
    let written = this.#written;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const first = kinds[text[at] as number] as number;
      const second = kinds[text[at + 1] as number] as number;
      const third = kinds[text[at + 2] as number] as number;
      const fourth = kinds[text[at + 3] as number] as number;
      if ((first | second | third | fourth) >= padding) break;
      target[written++] = (first << 2) | (second >> 4);
      target[written++] = (second << 4) | (third >> 2);
      target[written++] = (third << 6) | fourth;
    }
    this.#written = written;
    this.#lineLength += at - start;
    return at;
  }

  /** Whether this may stand here. */
  #writeOne(kind: number): boolean {
    if (kind === lineFeed) {
      const isLine = this.#lineLength > 0 && this.#lineLength <= longestLine;
      this.#lineLength = 0;
      this.#isAfterReturn = false;
      return isLine;
    }
    if (this.#isAfterReturn) return false;
    if (kind === carriageReturn) {
      this.#isAfterReturn = true;
      return true;
    }
    this.#lineLength++;
    return kind < padding ? this.#add(kind) : kind === padding && this.#pad();
  }

  #add(value: number): boolean {
    if (this.#paddings > 0) return false;
    this.#bits = (this.#bits << 6) | value;
    if (++this.#characters === 4) {
      this.#put(this.#bits >> 16, this.#bits >> 8, this.#bits);
      this.#bits = 0;
      this.#characters = 0;
    }
    return true;
  }

  #pad(): boolean {
    this.#paddings++;
    return this.#characters >= 2 && this.#characters + this.#paddings <= 4;
  }

  /** The last group is whole with its padding, and the bits that belong to no octet are zero. */
  #endGroup(): boolean {
    if (this.#characters === 0) return true;
    if (this.#characters + this.#paddings !== 4) return false;
    const bits = this.#bits;
    if (this.#characters === 2) this.#put(bits >> 4);
    else this.#put(bits >> 10, bits >> 2);
    return (bits & (this.#characters === 2 ? 0xf : 0x3)) === 0;
  }

  #put(...octets: readonly number[]): void {
    for (const octet of octets) this.#target[this.#written++] = octet;
  }
}
