import type { HeaderRule } from './header-rules.ts';

/**
 * `x-forwarded-client-cert` of Envoy (HTTP connection manager, "x-forwarded-client-cert"): elements separated by commas,
 * in them pairs separated by semicolons, keys without regard to case, values plain or in double quotes. In a quoted value
 * a backslash and the character behind it belong together, as in the distinguished names that Envoy writes there as they
 * are. It does not quote `By`, `URI` and `DNS` at all (envoyproxy/envoy#32945), so a plain value never holds a quote, and
 * no key may come twice that comes once: a name that pretends to be a pair is refused.
 */
export interface XfccElement {
  readonly hash?: string;
  /** Percent-encoded PEM. */
  readonly cert?: string;
  /** Percent-encoded PEM, the leaf first. */
  readonly chain?: string;
  /** RFC 4514 text, empty for an empty name. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly by: readonly string[];
  readonly uri: readonly string[];
  readonly dns: readonly string[];
}

export type XfccResult =
  | { readonly ok: true; readonly value: readonly XfccElement[] }
  | { readonly ok: false; readonly rule: HeaderRule };

const single: readonly string[] = ['hash', 'cert', 'chain', 'subject', 'issuer'];
const repeatable: readonly string[] = ['by', 'uri', 'dns'];

/** More hops than any mesh has. */
const mostElements = 100;

export function parseXfcc(text: string): XfccResult {
  if (/^\s*[[{]/.test(text)) return { ok: false, rule: 'xfcc_json' };
  const elements: XfccElement[] = [];
  let element = new Map<string, string[]>();
  let at = 0;
  for (;;) {
    const pair = readPair(text, at);
    if (pair === undefined) return { ok: false, rule: 'xfcc' };
    const known = element.get(pair.key);
    if (known === undefined) element.set(pair.key, [pair.value]);
    else if (repeatable.includes(pair.key)) known.push(pair.value);
    else return { ok: false, rule: 'xfcc_repeated' };
    at = pair.end;
    // Azure Container Apps ends its elements with a semicolon.
    if (text[at] === ';' && !isElementEnd(text, at + 1)) {
      at += 1;
      continue;
    }
    if (text[at] === ';') at += 1;
    elements.push(elementOf(element));
    if (at === text.length) return { ok: true, value: elements };
    if (elements.length === mostElements) return { ok: false, rule: 'xfcc' };
    element = new Map();
    at += 1;
    while (text[at] === ' ' || text[at] === '\t') at += 1;
  }
}

const isElementEnd = (text: string, at: number): boolean => at === text.length || text[at] === ',';

interface Pair {
  readonly key: string;
  readonly value: string;
  /** Where `;` or `,` stands, or the end of the text. */
  readonly end: number;
}

const keyPattern = /([A-Za-z]{2,7})=/y;
// Two alternatives that begin differently: nothing is ever tried twice.
const quotedPattern = /"((?:[^"\\]|\\.)*)"(?=[;,]|$)/y;
const plainPattern = /([^";,]*)(?=[;,]|$)/y;

function readPair(text: string, start: number): Pair | undefined {
  const [head, name] = matchAt(keyPattern, text, start);
  const key = name?.toLowerCase() ?? '';
  if (head === undefined || !(single.includes(key) || repeatable.includes(key))) return undefined;
  const valueStart = start + head.length;
  const [whole, value] = matchAt(text[valueStart] === '"' ? quotedPattern : plainPattern, text, valueStart);
  return whole === undefined || value === undefined ? undefined : { key, value, end: valueStart + whole.length };
}

function matchAt(pattern: RegExp, text: string, at: number): readonly (string | undefined)[] {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? [];
}

function elementOf(pairs: ReadonlyMap<string, readonly string[]>): XfccElement {
  const once = single.flatMap((key) => pairs.get(key)?.map((value) => [key, value] as const) ?? []);
  return {
    ...Object.fromEntries(once),
    by: pairs.get('by') ?? [],
    uri: pairs.get('uri') ?? [],
    dns: pairs.get('dns') ?? [],
  };
}
