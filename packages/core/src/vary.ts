/**
 * The value of `Vary` with these names added (RFC 9110 section 12.5.5): each once, whatever its case, behind those that
 * are there already. `*`, which no cache may reuse, needs no company.
 *
 * @param current the header of the response so far: a value, several, or none
 */
export function addToVary(current: unknown, names: readonly string[]): string {
  const given = [current].flat().flatMap((value) => (typeof value === 'string' ? value.split(',') : []));
  const all = [...given.map((name) => name.trim()).filter((name) => name !== ''), ...names];
  if (all.includes('*')) return '*';
  const lower = all.map((name) => name.toLowerCase());
  return all.filter((_, index) => lower.indexOf(lower[index] as string) === index).join(', ');
}
