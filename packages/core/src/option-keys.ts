/** Options are read once, at construction. What is wrong with them is a TypeError there, and it says what to write. */

/**
 * Refuses a key that no option has: a misspelt `addreses` would otherwise be a rule that silently never applies.
 * Throws TypeError, naming the nearest known key.
 */
export function refuseUnknownKeys(options: object, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: expected an object with options, got ${shown(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const nearest = nearestKey(key, known);
    throw new TypeError(
      nearest === undefined
        ? `${where}: unknown option ${shown(key)}; known are ${known.join(', ')}`
        : `${where}: unknown option ${shown(key)}; did you mean ${shown(nearest)}?`,
    );
  }
}

/** The options of one stage, out of those of the whole line: absent ones stay absent, inherited ones count. */
export function pickOptions<T extends object, K extends keyof T & string>(options: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => key in options).map((key) => [key, options[key]])) as Pick<T, K>;
}

/** A value as it is quoted in the message of a TypeError: short, on one line, never failing. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
      return 'an object';
    default:
      return String(value);
  }
}

function nearestKey(key: string, known: readonly string[]): string | undefined {
  // A third of the letters may be wrong: further away, a guess would mislead.
  let least = Math.max(1, Math.floor(key.length / 3)) + 1;
  let nearest: string | undefined;
  for (const candidate of known) {
    const distance = editDistance(key.slice(0, 40).toLowerCase(), candidate.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

/** Insertions, deletions and substitutions from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const substituted = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The value of a named choice; the first is the default. Throws TypeError for any other. */
export function oneOf<O extends object, K extends keyof O, C extends string>(
  options: O,
  key: K & string,
  choices: readonly C[],
): C {
  const value = options[key] === undefined ? choices[0] : options[key];
  if (!choices.includes(value as C)) {
    throw new TypeError(`${key} must be ${choices.map((choice) => `'${choice}'`).join(' or ')}`);
  }
  return value as C;
}
