/**
 * The text of an option that was to be PEM, and is what was left of a variable, or the name of a file. A text that may be
 * part of a key is never told of by its letters.
 */

/** Words that follow the name of an option: "is empty: ...". `undefined` for a text that may be a content. */
export function unsetText(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return `is empty: ${wasItSet}`;
  if (trimmed === 'undefined' || trimmed === 'null' || trimmed === '[object Object]') {
    return `is the text "${trimmed}": ${wasItSet}`;
  }
  const isPlaceholder = /^(?:\$\{?[A-Za-z_][\w.:-]*\}?|\{\{[^{}]{1,60}\}\}|%[A-Za-z_]\w*%|<[A-Za-z][\w .-]*>)$/.test(
    trimmed,
  );
  return isPlaceholder && trimmed.length <= 64
    ? `is the placeholder ${JSON.stringify(trimmed)}, which nothing has replaced: ${wasItSet}`
    : undefined;
}

export const wasItSet = 'was the variable of the environment set, or whatever it was to come from?';

/** Whether a text is rather the name of a file than its content. */
export function isPathText(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 255 || /[\r\n\0]|-----/.test(trimmed)) return false;
  return (
    /^(?:\.{0,2}\/|~\/|[A-Za-z]:[\\/]|\\\\|file:)[^=]*$/.test(trimmed) ||
    /^[^=]*[^=/\\]\.[A-Za-z0-9]{1,6}$/.test(trimmed)
  );
}
