/** What an octet of a body is: the value of a base64 character below 64, else one of these. */
const padding = 64;
const blank = 65;
const backslash = 66;
const other = 128;

const kinds: Uint8Array = new Uint8Array(256).fill(other);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='].entries()) {
  kinds[character.charCodeAt(0)] = value;
}
for (const character of ' \t\n\r') kinds[character.charCodeAt(0)] = blank;
kinds['\\'.charCodeAt(0)] = backslash;

const lettersOfLineEnds: readonly number[] = [...'nr'].map((letter) => letter.charCodeAt(0));

/**
 * Decodes canonical base64 (RFC 4648 section 4) bit by bit, right into the octets that it makes: no text is made of it,
 * which for a list of a million entries would take longer than all the rest. Blanks and line ends may stand anywhere
 * (the lax grammar of RFC 7468 section 3), also as `\n` in two characters: neither is a character of base64, so that
 * what is left has one meaning.
 */
export class Base64Intake {
  readonly #target: Uint8Array;
  #written: number;
  /** Of the group that is not whole yet. */
  #bits = 0;
  #characters = 0;
  #paddings = 0;
  #isAfterBackslash = false;
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
      if (this.#characters === 0 && this.#paddings === 0) at = this.#writeGroups(text, at, end);
      if (at < end) this.#isBroken = !this.#writeOne(text[at++] as number);
    }
  }

  /** Where the octets end, or -1 when the text is not what it should be. */
  end(): number {
    if (this.#isBroken || this.#isAfterBackslash || !this.#endGroup()) return -1;
    return this.#written;
  }

  /** As many whole groups as there are before the next line end. Returns where they end. */
  #writeGroups(text: Uint8Array, start: number, end: number): number {
    if (this.#isAfterBackslash) return start;
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
    return at;
  }

  /** Whether this may stand here. */
  #writeOne(octet: number): boolean {
    if (this.#isAfterBackslash) {
      this.#isAfterBackslash = false;
      return lettersOfLineEnds.includes(octet);
    }
    const kind = kinds[octet] as number;
    if (kind === blank) return true;
    if (kind === backslash) {
      this.#isAfterBackslash = true;
      return true;
    }
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
