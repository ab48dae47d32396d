import type { Random } from '../random.ts';

/** Changes text by characters and by pieces that mean something to its reader. */
export function mutateText(input: string, random: Random, other: () => string, pieces: readonly string[]): string {
  let text = input;
  for (let left = random.steps(); left > 0; left--) text = step(text, random, other, pieces);
  return text;
}

function step(text: string, random: Random, other: () => string, pieces: readonly string[]): string {
  const at = random.below(text.length + 1);
  const length = 1 + random.below(random.oneIn(4) ? 64 : 4);
  const cut = (removed: number, added: string): string => text.slice(0, at) + added + text.slice(at + removed);
  switch (random.below(8)) {
    case 0:
      return cut(length, '');
    case 1:
      return cut(0, text.slice(at, at + length));
    case 2:
      return cut(random.below(2), random.pick(pieces));
    case 3:
      return cut(random.below(2), character(random));
    case 4: {
      const donor = other();
      const from = random.below(donor.length + 1);
      return cut(random.oneIn(2) ? length : 0, donor.slice(from, from + 4 * length));
    }
    case 5:
      return cut(
        1,
        text.charAt(at).toUpperCase() === text.charAt(at)
          ? text.charAt(at).toLowerCase()
          : text.charAt(at).toUpperCase(),
      );
    case 6:
      return random.oneIn(2) ? text.slice(0, at) : text.slice(at);
    default: {
      const from = random.below(text.length + 1);
      return cut(length, text.slice(from, from + length));
    }
  }
}

/** ASCII half of the time, otherwise any code point. */
function character(random: Random): string {
  if (random.oneIn(2)) return String.fromCharCode(random.below(0x80));
  return random.oneIn(2) ? String.fromCharCode(random.below(0x10000)) : String.fromCodePoint(random.below(0x110000));
}
